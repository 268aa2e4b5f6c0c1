"""The formula language: what it expands to, what it refuses, and that nothing in it ever runs."""

from __future__ import annotations

import contextlib
import sys
import time

import numpy as np
import pytest
from formulaic.parser import DefaultFormulaParser
from hypothesis import given
from hypothesis import strategies as st

from ebayes_lm.design.formula import parse_formula
from ebayes_lm.design.model import model_matrix
from ebayes_lm.design.nodes import deparse
from ebayes_lm.errors import DesignError, EbayesLMError, FormulaError

SAMPLES = {
    "a": ["u", "v", "u", "v"],
    "b": ["p", "p", "q", "q"],
    "x": [1.5, 2.5, 4.0, 3.0],
    "my col": [1.0, 2.5, 3.0, 0.5],
}


def labels(text):
    formula = parse_formula(text)
    return [formula.label(term) for term in formula.terms]


@pytest.mark.parametrize(
    ("text", "terms", "intercept"),
    [
        ("~ 1", [], True),
        ("~a+b", ["a", "b"], True),
        ("~ 0 + a", ["a"], False),
        ("~ a - 1", ["a"], False),
        ("~ -1 + a + 1", ["a"], True),
        ("~ a*b", ["a", "b", "a:b"], True),
        ("~ b:a + a", ["a", "b:a"], True),
        ("~ a/(b+c)", ["a", "a:b", "a:c"], True),
        ("~ (a+b)/c", ["a", "b", "a:b:c"], True),
        ("~ a + b %in% a", ["a", "a:b"], True),
        ("~ (a+b+c)^2 - a:b", ["a", "b", "c", "a:c", "b:c"], True),
        ("~ (a+b)**1000000", ["a", "b", "a:b"], True),
        ("~ a:b^2 * c", ["c", "a:b", "a:b:c"], True),
        ("~ `my col` * a.b_2", ["`my col`", "a.b_2", "`my col`:a.b_2"], True),
        ("\n ~ \t a +\n b", ["a", "b"], True),
        ("~ ns(x,df=3)+bs(x,knots=c(1,2.50),Boundary.knots = c(0,1e5))", None, True),
    ],
)
def test_operators_expand_as_in_r(text, terms, intercept):
    if terms is None:
        terms = ["ns(x, df = 3)", "bs(x, knots = c(1, 2.5), Boundary.knots = c(0, 1e+05))"]
    assert labels(text) == terms
    assert parse_formula(text).intercept is intercept


# No "-": the other parser fails where nothing is left of one side.
operators = st.sampled_from([" + ", ":", " * ", "/"])
names = st.sampled_from(["a", "b", "c", "d"])
expressions = st.recursive(
    names,
    lambda inner: st.one_of(
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(inner, st.integers(1, 3)).map(lambda t: f"({t[0]})^{t[1]}"),
    ),
    max_leaves=5,
)


@given(expressions)
def test_terms_agree_with_an_independent_parser(text):
    theirs = DefaultFormulaParser(include_intercept=True).get_terms(f"~ {text}")
    ours = {frozenset(label.split(":")) for label in labels(f"~ {text}")}
    assert ours == {frozenset(str(factor) for factor in term.factors) for term in theirs} - {frozenset("1")}


@given(st.text(alphabet="ab x01(),.+-*/:^%`'\"~=in_CIlogcpolybsns\\\n\x00é", max_size=60))
def test_any_text_is_a_formula_or_an_error_of_ours(text):
    with contextlib.suppress(EbayesLMError):
        model_matrix("~" + text, SAMPLES)


HOSTILE = [
    '~ I(__import__("os").system("touch SENTINEL"))',
    "~ __import__('os')",
    "~ {__import__('os').system('x')}",
    "~ {x + 1}",
    "~ x.__class__()",
    "~ x.__class__.__mro__[1]",
    "~ np.log(x)",
    "~ I(np.sin(x))",
    "~ C(x).sum()",
    "~ C(a, levels=['u'])",
    "~ C(a, contr.treatment(base=2))",
    "~ C(a, print)",
    "~ C(a, 1)",
    "~ C(__import__('os'))",
    "~ factor(a, levels=c('u', 'v'))",
    "~ relevel(a, ref=b)",
    "~ relevel(a, 2)",
    "~ relevel(a)",
    "~ lambda: 0",
    "~ I(lambda x: x)",
    "~ x[0]",
    "~ x[x > 1]",
    "~ I(x > 1)",
    "~ I(x %/% 2)",
    "~ I(x == 1)",
    "~ I(x if x else x)",
    "~ I('text')",
    "~ I(TRUE)",
    "~ I(a + 1)",
    "~ eval(x)",
    "~ exec('import os')",
    "~ open('/etc/passwd')",
    "~ system('ls')",
    "~ getattr(x, 'y')",
    "~ @decorator",
    "~ x; y",
    "~ x\x00",
    "~ `x\x00`",
    "~ `x",
    "~ 'x'",
    "~ f'{x}'",
    "~ x | y",
    "~ x & y",
    "~ !x",
    "~ $x",
    "~ x$y",
    "~ offset(x)",
    "~ .",
    "~ . - x",
    "~ c(1, 2)",
    "~ I(c(1, 2))",
    "~ log(x, 2)",
    "~ log()",
    "~ log(x,)",
    "~ log(,x)",
    "~ log(x, x=x)",
    "~ I(bs(x))",
    "~ log(ns(x))",
    "~ bs(x, df=x)",
    "~ bs(x, df=2.5)",
    "~ bs(x, df=1000000000)",
    "~ bs(x, knots=c())",
    "~ bs(x, knots=c('a'))",
    "~ bs(x, degree=-1)",
    "~ bs(x, Boundary.knots=1)",
    "~ ns(x, intercept=1)",
    "~ ns(x, degree=2)",
    "~ poly(x, 0)",
    "~ poly(x, x)",
    "~ poly(x, a, 2)",
    "~ scale(x, center=2)",
    "~ scale(x, foo=TRUE)",
    "~ 2",
    "~ 2*x",
    "~ x + 3.5",
    "~ 1:x",
    "~ 0*x",
    "~ (x + 1):a",
    "~ TRUE",
    "~ x^-1",
    "~ x^2.5",
    "~ x^a",
    "~ x^0",
    "~ x^1e999",
    "~ I(1e999)",
    "~ (x",
    "~ x)",
    "~ x +",
    "~ * x",
    "~ x y",
    "~ x : : y",
    "~ x %in%",
    "~ %in% x",
    "~ 2x",
    "~",
    "~   ",
    "",
    "x",
    "a + b",
    "y ~ x",
    "~ y ~ x",
    "~ x = 2",
    "~ C(a)(b)",
    "~ I(x)(x)",
    "~ x:=2",
    "~ " + "(" * 5000 + "x" + ")" * 5000,
    "~ " + "-" * 5000 + "x",
    "~ " + "log(" * 500 + "x" + ")" * 500,
    "~ I(" + "x^" * 500 + "x)",
    "~ I(" + "x*" * 500 + "x)",
    "~ " + "x:" * 500 + "x",
    "~ (" * 40 + "x" + "*x" * 30 + ")*x" * 40,
    "~ " + "x" * 20_000,
    "~ (" + "+".join(f"v{i}" for i in range(40)) + ")^20",
    "~ " + "*".join(f"v{i}" for i in range(30)),
    "~ " + "+".join(f"v{i}" for i in range(1500)),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_outside_the_language_is_refused_and_never_run(text, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    ran = []
    audited.append(ran)
    start = time.perf_counter()
    try:
        with pytest.raises(DesignError):
            model_matrix(text, SAMPLES)
    finally:
        audited.pop()
    assert ran == []
    assert list(tmp_path.iterdir()) == []
    assert time.perf_counter() - start < 10


audited: list[list[str]] = []


def watch(event, arguments):
    """Note whatever would run code or reach outside, while a formula is being refused."""
    if audited and event in {"compile", "exec", "os.system", "subprocess.Popen", "socket.connect"}:
        audited[-1].append(f"{event} {arguments!r:.80}")


sys.addaudithook(watch)


@pytest.mark.parametrize("text", [t for t in HOSTILE if "x2" not in t][:30])
def test_refusals_of_text_are_formula_errors(text):
    with pytest.raises((FormulaError, DesignError)):
        model_matrix(text, SAMPLES)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("y ~ x", "has a left-hand side; the matrix is the response here, so write '~ x'"),
        ("a + b", r"begins with ~, as in '~ a \+ b'"),
        ("~ x$y", r"'\$' at character 4 of the formula"),
        ("~ foo(x)", "the function 'foo' is not part of the language"),
        ("~ interaction(g, h)", r"not part of the language. Write 0 \+ a:b"),
        ("~ g + (1 | h)", "'|' at character 10 .* block="),
        ("~ logg(x)", r"Did you mean 'log'\?"),
        ("~ I(x", r"expected '\)' and found the end"),
        ("~ xx", "'xx' is not a column of the sample table"),
        ("~ `my cool`", "Did you mean 'my col'"),
        ("~ 2 * x", "cannot stand as a term"),
        ("~ .", "name the columns"),
        ("~ relevel(a, ref = 2)", "a level in quotes"),
        ("~ C(a, contr.foo)", "contr.treatment, contr.sum, contr.helmert, contr.poly"),
        ("~ factor(a, levels = c('v', 'u'))", r"factor takes x\. The first level is named by reference="),
        ("~ log(x, 2)", "too many arguments; log takes x"),
        ("~ (a + b + x)^0", "not a whole number from 1 on"),
    ],
)
def test_messages_say_where_and_what_instead(text, words):
    with pytest.raises(FormulaError, match=words):
        model_matrix(text, SAMPLES)


def test_a_formula_that_is_not_text():
    with pytest.raises(FormulaError, match="not int"):
        parse_formula(1)


def test_many_covariates_are_no_depth():
    assert len(labels("~ " + " + ".join(f"v{i}" for i in range(900)))) == 900


def test_text_is_written_back_as_r_does():
    formula = parse_formula("~I( -x^2*(a.b+1)/3 )+relevel(g,ref='B')+`a b`:poly(x,degree=2L,raw=TRUE)")
    assert [deparse(v) for v in formula.variables] == [
        "I(-x^2 * (a.b + 1)/3)",
        'relevel(g, ref = "B")',
        "`a b`",
        "poly(x, degree = 2, raw = TRUE)",
    ]


def test_arithmetic_obeys_precedence():
    x = np.array(SAMPLES["x"])
    design = model_matrix("~ 0 + I(-x^2 + 2^-x * 3 / 2 - (x - 1)^2^0.5)", SAMPLES)
    np.testing.assert_allclose(design.matrix[:, 0], -(x**2) + 2**-x * 3 / 2 - (x - 1) ** (2**0.5), rtol=1e-14)
