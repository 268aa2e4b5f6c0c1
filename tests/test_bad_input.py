"""What callers get wrong, and what they are told: each message names the value seen and what to do next."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import ebayes_lm as el
from ebayes_lm.errors import (
    AlignmentError,
    ArgumentError,
    ArgumentTypeError,
    ContrastError,
    DataError,
    DesignError,
    DesignWarning,
    EbayesLMError,
    FormulaError,
    StageError,
)

FEATURES, SAMPLES = [f"g{i}" for i in range(30)], [f"s{i}" for i in range(6)]
Y = pd.DataFrame(np.random.default_rng(1).normal(size=(30, 6)), index=FEATURES, columns=SAMPLES)
TABLE = pd.DataFrame(
    {"group": list("AAABBB"), "batch": list("XYXYXY"), "age": [31.0, 42, 58, 29, 37, 44]}, index=SAMPLES
)


class Case(NamedTuple):
    name: str
    call: Callable[[], Any]
    error: type[EbayesLMError]
    says: tuple[str, ...]


def spoiled(value: float, *cells: tuple[int, int]) -> pd.DataFrame:
    y = Y.to_numpy().copy()
    for cell in cells:
        y[cell] = value
    return pd.DataFrame(y, index=FEATURES, columns=SAMPLES)


def fit_of(design: Any = "~ 0 + group", **options: Any) -> el.LinearFit:
    return el.lm_fit(Y, design, **{"samples": TABLE} | options)


def mod_of() -> el.ModeratedFit:
    return fit_of().contrast("groupB - groupA").ebayes()


def treated() -> el.TreatFit:
    return fit_of().contrast("groupB - groupA").treat()


def two_terms() -> el.ModeratedFit:
    return fit_of("~ group + batch").ebayes()


def confounded() -> el.LinearFit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DesignWarning)
        return fit_of("~ group + batch", samples=TABLE.assign(batch=list("XXXYYY")))


MATRIX = [
    Case("a list", lambda: el.lm_fit([[1.0, 2.0]]), ArgumentTypeError, ("matrix from list", "NumPy array")),
    Case("nothing", lambda: el.lm_fit(None), ArgumentTypeError, ("NoneType", "DataFrame")),
    Case("a path", lambda: el.lm_fit("matrix.csv"), ArgumentTypeError, ("from str", "DataFrame")),
    Case("a Series", lambda: el.lm_fit(Y["s1"]), ArgumentTypeError, ("from Series",)),
    Case("a fit", lambda: el.lm_fit(fit_of()), ArgumentTypeError, ("from LinearFit",)),
    Case("three dimensions", lambda: el.lm_fit(np.zeros((2, 3, 4))), DataError, ("two dimensions", "has 3")),
    Case("no dimension", lambda: el.lm_fit(np.array(3.0)), DataError, ("two dimensions", "has 0")),
    Case("objects", lambda: el.lm_fit(Y.to_numpy().astype(object)), DataError, ("holds object", "convert")),
    Case("complex", lambda: el.lm_fit(Y.to_numpy().astype(complex)), DataError, ("holds complex128",)),
    Case("texts", lambda: el.lm_fit(Y.to_numpy().astype(str)), DataError, ("real numbers", "<U")),
    Case("times", lambda: el.lm_fit(np.zeros((3, 4), dtype="M8[s]")), DataError, ("holds datetime64",)),
    Case("a table of texts", lambda: el.lm_fit(Y.astype(str)), DataError, ("6 columns", "'s0'", "feature_columns=")),
    Case("a table of objects", lambda: el.lm_fit(Y.astype(object)), DataError, ("6 columns", "Convert")),
    Case("a text column at the end", lambda: el.lm_fit(Y.assign(symbol="x")), DataError, ("1 column, 'symbol'",)),
    Case("complex sparse", lambda: el.lm_fit(scipy.sparse.csr_matrix(Y.to_numpy() + 0j)), DataError, ("complex128",)),
    Case("no features", lambda: el.lm_fit(np.zeros((0, 4))), DataError, ("0 features and 4 samples",)),
    Case("no samples", lambda: el.lm_fit(np.zeros((4, 0))), DataError, ("4 features and 0 samples",)),
    Case("an empty table", lambda: el.lm_fit(pd.DataFrame()), DataError, ("0 features and 0 samples",)),
    Case("sample names twice", lambda: el.lm_fit(Y.rename(columns={"s1": "s0"})), DataError, ("more than once: 's0'",)),
    Case(
        "infinite",
        lambda: el.lm_fit(spoiled(np.inf, (2, 1), (7, 0))),
        DataError,
        ("2 values in 2 features", "'g2', 'g7'"),
    ),
    Case("log of zero", lambda: el.lm_fit(spoiled(-np.inf, (2, 1))), DataError, ("1 value in 1 feature", "logarithm")),
    Case(
        "unknown annotation",
        lambda: el.lm_fit(Y.assign(symbol="x"), feature_columns="symbl"),
        ArgumentError,
        ("'symbl'", "mean 'symbol'"),
    ),
    Case("annotation by number", lambda: el.lm_fit(Y, feature_columns=3), ArgumentTypeError, ("list of these, not 3",)),
    Case(
        "annotation left over",
        lambda: el.lm_fit(Y.assign(a="x", b="y"), feature_columns="a"),
        DataError,
        ("'b'", "add them"),
    ),
    Case(
        "annotation denied", lambda: el.lm_fit(Y.assign(a="x"), feature_columns=[]), DataError, ("'a'", "convert them")
    ),
    Case(
        "annotation of an array",
        lambda: el.lm_fit(Y.to_numpy(), feature_columns="a"),
        ArgumentTypeError,
        ("y is ndarray",),
    ),
    Case(
        "layer of an array",
        lambda: el.lm_fit(Y.to_numpy(), layer="x"),
        ArgumentTypeError,
        ("layer='x'", "y is ndarray"),
    ),
    Case("layer of a table", lambda: el.lm_fit(Y, layer="x"), ArgumentTypeError, ("AnnData", "y is DataFrame")),
]

SAMPLE_TABLES = [
    Case(
        "an extra sample",
        lambda: fit_of(samples=pd.concat([TABLE, TABLE[:1].set_axis(["s9"])])),
        AlignmentError,
        ("not in the matrix: 's9'",),
    ),
    Case("missing samples", lambda: fit_of(samples=TABLE[:4]), AlignmentError, ("missing: 's4', 's5'",)),
    Case(
        "a sample twice",
        lambda: fit_of(samples=pd.concat([TABLE, TABLE[:1]])),
        AlignmentError,
        ("more than once: 's0'",),
    ),
    Case(
        "other names",
        lambda: fit_of(samples=TABLE.set_axis(list("abcdef"))),
        AlignmentError,
        ("missing: 's0'", "not in the matrix: 'a'", "1 more"),
    ),
    Case(
        "numbered rows",
        lambda: fit_of(samples=TABLE.reset_index(drop=True)),
        AlignmentError,
        ("numbered 0 to 5", "set its index"),
    ),
    Case(
        "ids in a column",
        lambda: fit_of(samples=TABLE.reset_index(names="id")),
        AlignmentError,
        ("set_index('id')",),
    ),
    Case("a list", lambda: fit_of(samples=list("AAABBB")), ArgumentTypeError, ("is a list", "DataFrame")),
    Case("a Series", lambda: fit_of(samples=TABLE["group"]), ArgumentTypeError, ("is a Series", "DataFrame")),
    Case("no rows", lambda: fit_of(samples=TABLE[:0]), DesignError, ("no rows",)),
    Case(
        "short beside an array",
        lambda: el.lm_fit(Y.to_numpy(), "~ group", samples=TABLE[:4]),
        AlignmentError,
        ("4 entries", "6 samples"),
    ),
    Case("short columns", lambda: fit_of(samples={"group": list("AB")}), AlignmentError, ("2", "6 samples")),
    Case("no table", lambda: el.lm_fit(Y, "~ group"), DesignError, ("'~ group' needs the sample table", "samples=")),
    Case("unknown column", lambda: fit_of("~ grup"), FormulaError, ("'grup'", "mean 'group'")),
    Case(
        "missing covariate",
        lambda: fit_of("~ age", samples=TABLE.assign(age=[1, None, 3, 4, 5, 6.0])),
        DesignError,
        ("'age' for 1 of 6 samples ('s1')", "leave"),
    ),
    Case(
        "infinite covariate",
        lambda: fit_of("~ age", samples=TABLE.assign(age=[1, np.inf, 3, 4, 5, 6])),
        DesignError,
        ("'age'", "'s1'"),
    ),
    Case("one level", lambda: fit_of("~ group", samples=TABLE.assign(group="A")), DesignError, ("single level 'A'",)),
]

DESIGNS = [
    Case("NaN", lambda: fit_of(np.array([1, 1, np.nan, 1, 1, 1])), DesignError, ("samples 2", "'x1'")),
    Case("infinite", lambda: fit_of(np.array([1, 1, np.inf, 1, 1, 1])), DesignError, ("samples 2", "finite")),
    Case("too few rows", lambda: fit_of(np.ones((4, 1)), samples=None), AlignmentError, ("4", "6 samples")),
    Case("three axes", lambda: fit_of(np.ones((6, 1, 1))), DesignError, ("two axes", "(6, 1, 1)")),
    Case("the sample table", lambda: fit_of(TABLE), DesignError, ("'group'", "model_matrix(formula, samples)")),
    Case("a dict", lambda: fit_of({"a": [1] * 6}), ArgumentTypeError, ("not a dict",)),
    Case("a number", lambda: fit_of(3), DesignError, ("two axes", "shape ()")),
    Case("texts", lambda: fit_of(list("ABABAB")), DesignError, ("real numbers", "<U1", "model_matrix")),
    Case("zeros", lambda: fit_of(np.zeros((6, 2))), DesignError, ("every column", "zero")),
    Case("no column", lambda: fit_of(np.ones((6, 0))), DesignError, ("at least one", "(6, 0)")),
    Case(
        "a name twice",
        lambda: fit_of(pd.DataFrame(np.eye(6)[:, :2], SAMPLES, ["a", "a"])),
        DesignError,
        ("one name: 'a'",),
    ),
    Case(
        "numbered rows",
        lambda: fit_of(pd.DataFrame(np.eye(6)[:, :2])),
        AlignmentError,
        ("numbered 0 to 5", "set its index"),
    ),
    Case("an empty formula", lambda: fit_of("~"), FormulaError, ("empty after ~", "~ 1")),
    Case("a response", lambda: fit_of("y ~ group"), FormulaError, ("left-hand side", "write '~ group'")),
    Case(
        "code",
        lambda: fit_of("~ __import__('os').system('true')"),
        FormulaError,
        ("character 3", "not part of the language"),
    ),
    Case("a function", lambda: fit_of("~ eval(age)"), FormulaError, ("'eval'", "not part of the language")),
    Case("an attribute", lambda: fit_of("~ group.__class__"), FormulaError, ("'group.__class__' is not a column",)),
    Case("an index", lambda: fit_of("~ group[0]"), FormulaError, ("'['", "character 8")),
    Case("a random effect", lambda: fit_of("~ group + (1|batch)"), FormulaError, ("'|'", "character 13")),
    Case("a zero byte", lambda: fit_of("~ group\x00"), FormulaError, (r"'\x00'", "character 8")),
    Case("a deep formula", lambda: fit_of("~ " + "(" * 4000 + "group" + ")" * 4000), FormulaError, ("deep",)),
    Case(
        "a long formula",
        lambda: fit_of("~ " + "+".join(["group"] * 20_000)),
        FormulaError,
        ("120,001 characters", "10,000"),
    ),
    Case("a tower of powers", lambda: fit_of("~ I(9**9**9**9)"), DesignError, ("not a finite number",)),
    Case(
        "an unknown reference",
        lambda: el.model_matrix("~ group", TABLE, reference={"group": "C"}),
        DesignError,
        ("'C' for 'group'", "'A', 'B'"),
    ),
    Case(
        "an unknown interest",
        lambda: el.model_matrix("~ group", TABLE, of_interest="grup"),
        DesignError,
        ("'grup'", "mean 'group'"),
    ),
    Case(
        "an unknown condition",
        lambda: el.cond(el.model_matrix("~ group", TABLE), grp="A"),
        DesignError,
        ("'grp'", "mean 'group'"),
    ),
]

WEIGHTS = [
    Case("negative", lambda: fit_of(weights=[1, 1, -1, 1, 1, 1]), DataError, ("1 of 6", "'s2'", "Weight 0")),
    Case("NaN", lambda: fit_of(weights=[1, np.nan, np.nan, 1, 1, 1]), DataError, ("2 of 6", "'s1', 's2'")),
    Case("infinite", lambda: fit_of(weights=[1, 1, np.inf, 1, 1, 1]), DataError, ("finite", "'s2'")),
    Case("too few", lambda: fit_of(weights=[1, 1]), DataError, ("6 samples", "(2,)")),
    Case("texts", lambda: fit_of(weights=list("abcdef")), ArgumentTypeError, ("<U1 values",)),
    Case("a column name", lambda: fit_of(weights="age"), ArgumentTypeError, ("got 'age'",)),
    Case("ragged", lambda: fit_of(weights=[[1], [1, 2]]), ArgumentTypeError, ("different lengths",)),
    Case("all zero", lambda: fit_of(weights=np.zeros(6)), DataError, ("every weight is zero",)),
    Case(
        "of features or samples",
        lambda: el.lm_fit(Y[:6], weights=np.ones(6)),
        ArgumentError,
        ("there are 6 of both", "(1, 6)"),
    ),
    Case(
        "other names",
        lambda: fit_of(weights=pd.Series(1.0, list("abcdef"))),
        AlignmentError,
        ("weights", "missing: 's0'"),
    ),
    Case("numbered", lambda: fit_of(weights=pd.Series(np.ones(6))), AlignmentError, ("numbered 0 to 5",)),
    Case("of an EList, short", lambda: el.EList(Y, weights=np.ones(4)), DataError, ("(4,)", "30 features x 6 samples")),
]

RUNNING = [
    Case("no threads", lambda: fit_of(threads=0), ArgumentError, ("threads", "not 0")),
    Case("threads by word", lambda: fit_of(threads="all"), ArgumentError, ("threads", "'all'")),
    Case("threads by truth", lambda: fit_of(threads=True), ArgumentError, ("threads", "True")),
    Case("negative chunks", lambda: fit_of(chunk_size=-1), ArgumentError, ("chunk_size", "-1")),
    Case("lots of memory", lambda: fit_of(max_memory="lots"), ArgumentError, ("max_memory", "'2GB'", "'lots'")),
    Case("no memory", lambda: fit_of(max_memory=0), ArgumentError, ("max_memory", "not 0")),
    Case("too little memory", lambda: fit_of(max_memory=10), ArgumentError, ("max_memory=10", "one row of 6 samples")),
    Case("progress by word", lambda: fit_of(progress="yes"), ArgumentError, ("progress", "'yes'")),
    Case("negative tolerance", lambda: fit_of(tol=-1), ArgumentError, ("tol", "-1", "1e-7")),
    Case("NaN tolerance", lambda: fit_of(tol=np.nan), ArgumentError, ("tol", "nan")),
    Case("tolerance by word", lambda: fit_of(tol="a"), ArgumentError, ("tol", "'a'")),
]

CONTRASTS = [
    Case("nothing", lambda: fit_of().contrast(), ArgumentError, ("needs a contrast", "groupB - groupA")),
    Case("empty text", lambda: fit_of().contrast(""), ContrastError, ("empty",)),
    Case("empty list", lambda: fit_of().contrast([]), ContrastError, ("no contrast",)),
    Case("empty dict", lambda: fit_of().contrast({}), ContrastError, ("no contrast",)),
    Case("all zero", lambda: fit_of().contrast([0, 0]), ContrastError, ("zero in 'C1'",)),
    Case("cancels", lambda: fit_of().contrast("groupA - groupA"), ContrastError, ("zero in 'groupA - groupA'",)),
    Case(
        "unknown",
        lambda: fit_of().contrast("groupC - groupA"),
        ContrastError,
        ("'groupC'", "mean 'groupB'", "character 1"),
    ),
    Case("a product", lambda: fit_of().contrast("groupA*groupB"), ContrastError, ("not linear", "character 7")),
    Case("a constant", lambda: fit_of().contrast("groupA + 1"), ContrastError, ("constant part",)),
    Case("a power", lambda: fit_of().contrast("groupA ** 2"), ContrastError, ("unexpected '*'",)),
    Case("over zero", lambda: fit_of().contrast("groupA/0"), ContrastError, ("division by zero",)),
    Case("overflow", lambda: fit_of().contrast("groupA*1e308*1e308"), ContrastError, ("beyond what a float holds",)),
    Case(
        "code", lambda: fit_of().contrast("__import__('os').system('true')"), ContrastError, ("not part of a contrast",)
    ),
    Case("deep", lambda: fit_of().contrast("(" * 3000 + "groupA" + ")" * 3000), ContrastError, ("deeper than 50",)),
    Case("long", lambda: fit_of().contrast("+".join(["groupA"] * 20_000)), ContrastError, ("139,999 characters",)),
    Case("not closed", lambda: fit_of().contrast("(groupA"), ContrastError, ("not closed",)),
    Case("twice", lambda: fit_of().contrast(["groupA", "groupA"]), ContrastError, ("two contrasts", "'groupA'")),
    Case("a name twice", lambda: fit_of().contrast("x = groupA", x="groupB"), ContrastError, ("more than once: 'x'",)),
    Case("a number", lambda: fit_of().contrast(3), ContrastError, ("text or a vector",)),
    Case("number for text", lambda: fit_of().contrast(a=1), ArgumentTypeError, ("not int",)),
    Case("too many weights", lambda: fit_of().contrast([1, 0, 0]), ContrastError, ("3 rows", "2 coefficients")),
    Case("missing weights", lambda: fit_of().contrast([1, np.nan]), ContrastError, ("'C1'", "use 0")),
    Case(
        "other rows",
        lambda: fit_of().contrast(pd.DataFrame({"x": [1, -1]}, ["groupA", "groupC"])),
        ContrastError,
        ("missing: 'groupB'", "'groupC'"),
    ),
    Case(
        "not estimable",
        lambda: confounded().contrast("batchY"),
        ContrastError,
        ("cannot estimate 'batchY'", "batchY = groupB"),
    ),
    Case(
        "still not estimable",
        lambda: confounded().contrast("batchY - groupB"),
        ContrastError,
        ("because batchY = groupB",),
    ),
    Case(
        "contrasts and coefficients",
        lambda: el.contrasts_fit(fit_of(), "groupA", coefficients=0),
        ArgumentError,
        ("one of the two",),
    ),
    Case("neither of them", lambda: el.contrasts_fit(fit_of()), ArgumentError, ("one of the two",)),
    Case(
        "an unknown coefficient",
        lambda: el.contrasts_fit(fit_of(), coefficients="groupC"),
        ArgumentError,
        ("'groupC'", "mean 'groupB'"),
    ),
    Case("names of nothing", lambda: el.make_contrasts("a", levels=[]), ContrastError, ("no names",)),
    Case("names by number", lambda: el.make_contrasts("a", levels=3), ArgumentTypeError, ("not int",)),
]

STAGES = [
    Case("table before tests", lambda: el.top_table(fit_of()), StageError, ("call .ebayes()",)),
    Case("F table before tests", lambda: el.top_table_f(fit_of()), StageError, ("call .ebayes()",)),
    Case("decisions before tests", lambda: el.decide_tests(fit_of()), StageError, ("call .ebayes()",)),
    Case("table of a linear fit", lambda: fit_of().top_table(), StageError, ("call .ebayes()",)),
    Case("decisions of a linear fit", lambda: fit_of().decide_tests(p_value=0.1), StageError, ("call .ebayes()",)),
    Case("moderated twice", lambda: el.ebayes(mod_of()), StageError, ("moderated already", ".fit")),
    Case("moderated again", lambda: mod_of().ebayes(trend=True), StageError, ("moderated already", ".fit")),
    Case("ordinary after moderation", lambda: mod_of().ordinary(), StageError, ("moderated already", ".fit")),
    Case("moderation of a matrix", lambda: el.ebayes(Y), StageError, ("lm_fit()", "DataFrame")),
    Case("ordinary of nothing", lambda: el.ordinary(None), StageError, ("lm_fit()", "NoneType")),
    Case("table of a matrix", lambda: el.top_table(Y.to_numpy()), StageError, ("ebayes()", "ndarray")),
    Case("contrast of a matrix", lambda: el.contrasts_fit(Y, "a"), StageError, ("lm_fit()", "DataFrame")),
    Case(
        "fitted after contrasts",
        lambda: fit_of().contrast("groupB - groupA").fitted(),
        StageError,
        ("before contrast()",),
    ),
    Case("term after contrasts", lambda: mod_of().test("group"), StageError, ("before contrast()",)),
    Case("unknown term", lambda: two_terms().test("grup"), ArgumentError, ("'grup'", "mean 'group'")),
    Case("several terms", lambda: two_terms().test(["group"]), ArgumentError, ("['group']",)),
    Case("another matrix", lambda: fit_of().residuals(Y[:4]), DataError, ("4 features", "30")),
    Case("other samples", lambda: fit_of().residuals(Y.iloc[:, :4]), AlignmentError, ("missing: 's4', 's5'",)),
    Case(
        "an unknown level", lambda: fit_of().predict(pd.DataFrame({"group": ["Z"]})), DesignError, ("'Z'", "'A', 'B'")
    ),
    Case(
        "a design of numbers",
        lambda: fit_of(np.ones((6, 1))).predict(TABLE),
        DesignError,
        ("given as numbers", "model_matrix"),
    ),
]

MODERATION = [
    Case(
        "share of 0", lambda: fit_of().ebayes(proportion=0), ArgumentError, ("proportion", "between 0 and 1", "got 0")
    ),
    Case("share of 1", lambda: fit_of().ebayes(proportion=1.0), ArgumentError, ("proportion", "1.0")),
    Case("share NaN", lambda: fit_of().ebayes(proportion=np.nan), ArgumentError, ("proportion", "nan")),
    Case("share by word", lambda: fit_of().ebayes(proportion="a"), ArgumentTypeError, ("proportion", "'a'")),
    Case("falling limits", lambda: fit_of().ebayes(stdev_coef_lim=(4, 0.1)), ArgumentError, ("rising", "(4, 0.1)")),
    Case("one limit", lambda: fit_of().ebayes(stdev_coef_lim=3), ArgumentTypeError, ("two positive", "got 3")),
    Case("three limits", lambda: fit_of().ebayes(stdev_coef_lim=(1, 2, 3)), ArgumentTypeError, ("(1, 2, 3)",)),
    Case("limits by word", lambda: fit_of().ebayes(stdev_coef_lim=("a", "b")), ArgumentTypeError, ("'a'",)),
    Case("short trend", lambda: fit_of().ebayes(trend=np.ones(4)), ArgumentError, ("(4,)", "30 features")),
    Case(
        "trend with NaN",
        lambda: fit_of().ebayes(trend=np.where(np.arange(30) == 3, np.nan, 1)),
        DataError,
        ("1 feature", "'g3'"),
    ),
    Case(
        "trend of other features",
        lambda: fit_of().ebayes(trend=pd.Series(1.0, range(1, 31))),
        AlignmentError,
        ("trend", "missing: 'g0'"),
    ),
    Case("trend by word", lambda: fit_of().ebayes(trend="yes"), ArgumentTypeError, ("True, False", "'yes'")),
    Case("trend by number", lambda: fit_of().ebayes(trend=1), ArgumentTypeError, ("True, False", "got 1")),
    Case("no trend", lambda: fit_of().ebayes(trend=None), ArgumentTypeError, ("True, False", "None")),
    Case("ragged trend", lambda: fit_of().ebayes(trend=[[1], [1, 2]]), ArgumentTypeError, ("different lengths",)),
    Case(
        "saturated",
        lambda: fit_of(np.eye(6)).ebayes(),
        DataError,
        ("residual degrees of freedom", "fewer coefficients"),
    ),
    Case("saturated, ordinary", lambda: fit_of(np.eye(6)).ordinary(), DataError, ("fewer coefficients",)),
]

TABLES = [
    Case("unknown coef", lambda: two_terms().top_table("gropB"), ArgumentError, ("'gropB'", "mean 'groupB'")),
    Case("coef in capitals", lambda: two_terms().top_table("GROUPB"), ArgumentError, ("mean 'groupB'",)),
    Case("coef by truth", lambda: two_terms().top_table(True), ArgumentTypeError, ("0-based position", "True")),
    Case("coef by truths", lambda: two_terms().top_table([True, False]), ArgumentTypeError, ("0-based", "True")),
    Case("coef outside", lambda: two_terms().top_table(3), ArgumentError, ("coef=3", "0 to 2")),
    Case("coef outside, from the end", lambda: two_terms().top_table(-4), ArgumentError, ("coef=-4", "0 to 2")),
    Case("fractional coef", lambda: two_terms().top_table(1.0), ArgumentTypeError, ("0-based", "1.0")),
    Case("no coef", lambda: two_terms().top_table([]), ArgumentError, ("empty",)),
    Case("coef in bytes", lambda: two_terms().top_table(b"groupB"), ArgumentTypeError, ("b'groupB'",)),
    Case("negative number", lambda: mod_of().top_table(number=-1), ArgumentError, ("number", "-1", "None for all")),
    Case("fractional number", lambda: mod_of().top_table(number=2.5), ArgumentTypeError, ("number", "2.5")),
    Case("number by word", lambda: mod_of().top_table(number="all"), ArgumentTypeError, ("'all'", "None for all")),
    Case("number by truth", lambda: mod_of().top_table(number=True), ArgumentTypeError, ("number", "True")),
    Case(
        "unknown order",
        lambda: mod_of().top_table(sort_by="pvalue"),
        ArgumentError,
        ("sort_by", "AveExpr, t, P, B", "mean 'P.Value'"),
    ),
    Case("order of several", lambda: mod_of().top_table(sort_by="F"), ArgumentError, ("sort_by", "'F'")),
    Case("list of orders", lambda: mod_of().top_table(sort_by=["P"]), ArgumentTypeError, ("sort_by", "['P']")),
    Case("unknown second order", lambda: mod_of().top_table(resort_by="zz"), ArgumentError, ("resort_by", "'zz'")),
    Case(
        "second order none", lambda: mod_of().top_table(resort_by="none"), ArgumentError, ("resort_by", "leave it out")
    ),
    Case(
        "order of one",
        lambda: two_terms().top_table([1, 2], sort_by="logFC"),
        ArgumentError,
        ("'F' or 'none'", "'logFC'"),
    ),
    Case(
        "second order of several",
        lambda: two_terms().top_table([1, 2], resort_by="P"),
        ArgumentError,
        ("one coefficient",),
    ),
    Case("limits of several", lambda: two_terms().top_table([1, 2], confint=True), ArgumentError, ("one coefficient",)),
    Case(
        "columns of several", lambda: two_terms().top_table([1, 2], columns=["SE"]), ArgumentError, ("one coefficient",)
    ),
    Case("confidence of 1.5", lambda: mod_of().top_table(confint=1.5), ArgumentError, ("between 0 and 1", "1.5")),
    Case("confidence of 0", lambda: mod_of().top_table(confint=0.0), ArgumentError, ("between 0 and 1", "0.0")),
    Case("confidence in percent", lambda: mod_of().conf_int(95), ArgumentError, ("0.95", "got 95")),
    Case("confidence by word", lambda: mod_of().top_table(confint="yes"), ArgumentTypeError, ("'yes'",)),
    Case(
        "unknown adjustment",
        lambda: mod_of().top_table(adjust_method="bonferonni"),
        ArgumentError,
        ("mean 'bonferroni'",),
    ),
    Case("p of 2", lambda: mod_of().top_table(p_value=2), ArgumentError, ("p_value", "from 0 to 1", "2")),
    Case("p by word", lambda: mod_of().top_table(p_value="a"), ArgumentTypeError, ("p_value", "'a'")),
    Case("fold change below 1", lambda: mod_of().top_table(fc=0.5), ArgumentError, ("at least 1", "lfc=")),
    Case("fold change by word", lambda: mod_of().top_table(fc="2"), ArgumentTypeError, ("fc", "'2'")),
    Case("negative log fold change", lambda: mod_of().top_table(lfc=-1), ArgumentError, ("lfc", "-1")),
    Case("log fold change NaN", lambda: mod_of().top_table(lfc=np.nan), ArgumentError, ("lfc", "nan")),
    Case("unknown column", lambda: mod_of().top_table(columns=["se"]), ArgumentError, ("'se'", "mean 'SE'")),
    Case("columns by number", lambda: mod_of().top_table(columns=3), ArgumentTypeError, ("SE, df", "3")),
    Case("short annotation", lambda: mod_of().top_table(features=["a"]), ArgumentError, ("1 feature ", "30")),
    Case("annotation by word", lambda: mod_of().top_table(features="symbol"), ArgumentTypeError, ("'symbol'",)),
    Case(
        "other annotation",
        lambda: mod_of().top_table(features=pd.DataFrame({"a": [1]}, ["x"])),
        AlignmentError,
        ("features", "'x'"),
    ),
    Case("unknown method", lambda: mod_of().decide_tests(method="seperate"), ArgumentError, ("mean 'separate'",)),
    Case("method by number", lambda: mod_of().decide_tests(method=1), ArgumentTypeError, ("'separate', 'global'",)),
    Case("decisions at p of 5", lambda: mod_of().decide_tests(p_value=5), ArgumentError, ("p_value", "5")),
    Case(
        "F of thresholds", lambda: treated().decide_tests(method="nestedF"), StageError, ("rests on F", ".fit.ebayes()")
    ),
    Case("F table of thresholds", lambda: el.top_table_f(treated()), StageError, ("top_table_f()", "threshold")),
    Case("log odds of thresholds", lambda: treated().top_table(sort_by="B"), ArgumentError, ("no log odds", "'B'")),
    Case("table of no thresholds", lambda: el.top_treat(mod_of()), StageError, ("treat()", "ModeratedFit")),
    Case("thresholds of tests", lambda: el.treat(mod_of()), StageError, ("moderated already", ".fit")),
    Case("thresholds once more", lambda: treated().treat(), StageError, ("moderated already", ".fit")),
    Case("threshold by word", lambda: fit_of().treat(lfc="1"), ArgumentTypeError, ("lfc", "'1'")),
    Case("negative fold change", lambda: fit_of().treat(fc=-2), ArgumentError, ("fc", "-2", "lfc=")),
    Case("infinite threshold", lambda: fit_of().treat(lfc=np.inf), ArgumentError, ("finite", "inf")),
    Case("upshot by number", lambda: fit_of().treat(upshot=1), ArgumentTypeError, ("upshot", "True or False")),
    Case(
        "adjustment within features",
        lambda: mod_of().decide_tests(method="nestedF", adjust_method="hommel"),
        ArgumentError,
        ("none, bonferroni, holm, BH, fdr, BY", "'hommel'"),
    ),
    Case("cube of t", lambda: el.classify_tests_f(np.ones((2, 2, 2))), ArgumentError, ("(2, 2, 2)",)),
    Case(
        "correlation of others",
        lambda: el.classify_tests_f(np.ones((4, 2)), cor_matrix=np.eye(3)),
        ArgumentError,
        ("(3, 3)", "(2, 2)"),
    ),
    Case(
        "covariance for correlation",
        lambda: el.classify_tests_f(np.ones((4, 2)), cor_matrix=2 * np.eye(2)),
        ArgumentError,
        ("ones on its diagonal",),
    ),
    Case("df of others", lambda: el.classify_tests_f(np.ones((4, 2)), df=[1, 2]), ArgumentError, ("(2,)", "4 rows")),
    Case("df of zero", lambda: el.classify_tests_f(np.ones((4, 2)), df=0), ArgumentError, ("positive",)),
    Case("df of a fit", lambda: el.classify_tests_f(mod_of(), df=3), ArgumentError, ("a fit knows", "df=")),
    Case("classified before tests", lambda: el.classify_tests_f(fit_of()), StageError, ("needs tests", ".ebayes()")),
    Case("decisions at negative lfc", lambda: mod_of().decide_tests(lfc=-1), ArgumentError, ("lfc", "-1")),
]

SUBSETS = [
    Case("fractional row", lambda: fit_of()[1.0], ArgumentTypeError, ("whole-number position", "1.0", "select(")),
    Case("row by label", lambda: fit_of()["g1"], ArgumentTypeError, ("'g1'", "select(")),
    Case("rows by label", lambda: fit_of()["g1":"g3"], ArgumentTypeError, ("slice", "select(")),
    Case("row outside", lambda: fit_of()[30], ArgumentError, ("30 features", "0 to 29", "30")),
    Case("row outside, from the end", lambda: fit_of()[-31], ArgumentError, ("not at -31",)),
    Case("short mask", lambda: fit_of()[np.array([True, False])], ArgumentError, ("length 30", "(2,)")),
    Case("three positions", lambda: fit_of()[0, 0, 0], ArgumentTypeError, ("3 positions",)),
    Case("a square of positions", lambda: fit_of()[np.zeros((2, 2), int)], ArgumentTypeError, ("position",)),
    Case("unknown coef", lambda: two_terms()[:, ["groupC"]], ArgumentError, ("'groupC'", "mean 'groupB'")),
    Case("coef outside", lambda: two_terms()[:, 7], ArgumentError, ("3 coefficients", "0 to 2")),
    Case("unknown feature", lambda: fit_of().select("gene1"), ArgumentError, ("'gene1'",)),
    Case("no coef", lambda: fit_of().select(coefs=[]), ArgumentError, ("empty",)),
    Case("EList row by label", lambda: el.EList(Y)["g1"], ArgumentTypeError, ("two positions",)),
    Case("EList sample outside", lambda: el.EList(Y)[:, 100], ArgumentError, ("samples", "0 to 5", "100")),
    Case("EList of texts", lambda: el.EList(Y.to_numpy().astype(str)), DataError, ("<U",)),
    Case("EList of nothing", lambda: el.EList(None), DataError, ("NoneType",)),
    Case("EList of a vector", lambda: el.EList(np.arange(3.0)), DataError, ("(3,)",)),
    Case("EList annotation", lambda: el.EList(Y, genes=["a"] * 30), ArgumentTypeError, ("DataFrame", "list")),
    Case(
        "EList other samples", lambda: el.EList(Y, targets=TABLE.set_axis(list("abcdef"))), AlignmentError, ("targets",)
    ),
    Case("EList other shape", lambda: el.EList(Y, other={"x": np.ones(3)}), DataError, ("'x'", "(3,)")),
    Case("EList other list", lambda: el.EList(Y, other=[1]), ArgumentTypeError, ("list",)),
]

VECTORS = [
    Case("unknown method", lambda: el.adjust_p([0.1], "zz"), ArgumentError, ("'zz'", "'BH'")),
    Case("no probability", lambda: el.adjust_p([1.5]), ArgumentError, ("1 of 1", "1.5")),
    Case("no variances", lambda: el.squeeze_var([], 3), ArgumentError, ("empty",)),
    Case("df of other length", lambda: el.squeeze_var(np.ones(5), np.ones(4)), ArgumentError, ("(4,)", "5 variances")),
    Case("square of variances", lambda: el.fit_f_dist(np.ones((2, 2)), 3), ArgumentError, ("2 dimensions",)),
]

GROUPS = {
    "matrix": MATRIX, "samples": SAMPLE_TABLES, "design": DESIGNS, "weights": WEIGHTS, "running": RUNNING,
    "contrast": CONTRASTS, "stage": STAGES, "moderation": MODERATION, "table": TABLES, "subset": SUBSETS,
    "vector": VECTORS,
}  # fmt: skip
CASES = [pytest.param(case, id=f"{group}: {case.name}") for group, cases in GROUPS.items() for case in cases]


@pytest.mark.parametrize("case", CASES)
def test_the_message_helps(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(case.error) as caught:
        case.call()
    text = str(caught.value)
    assert type(caught.value) is case.error
    assert [part for part in case.says if part not in text] == [], text
    assert isinstance(caught.value, (ValueError, TypeError, ImportError))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("case", CASES)
def test_a_message_is_a_sentence_of_readable_length(case: Case) -> None:
    with pytest.raises(EbayesLMError) as caught:
        case.call()
    text = str(caught.value)
    assert 20 <= len(text) <= 600
    assert "1 features" not in text
    assert "1 samples" not in text
    assert "array(" not in text


def test_the_table_is_long() -> None:
    assert len(CASES) >= 60


def test_anndata_layers_are_named() -> None:
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(Y.T.copy(), layers={"counts": Y.T.to_numpy()})
    with pytest.raises(ArgumentError, match=r"no layer 'count'.*counts"):
        el.lm_fit(adata, layer="count")
    with pytest.raises(ArgumentTypeError, match="feature_columns= names columns of a DataFrame"):
        el.lm_fit(adata, feature_columns="symbol")


def test_a_saturated_design_can_be_fitted() -> None:
    fit = fit_of(np.eye(6))
    np.testing.assert_allclose(fit.coefficients, Y)
    assert fit.sigma.isna().all()
    assert set(fit.status) == {"no_df"}
