"""Matrices, sample tables and designs that cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.sparse

import ebayes_lm as el
from ebayes_lm.errors import (
    AlignmentError,
    ArgumentError,
    ArgumentTypeError,
    DataError,
    DesignError,
    FormulaError,
)
from tests.bad_input.examples import (
    SAMPLES,
    TABLE,
    Case,
    Y,
    fit_of,
    spoiled,
)

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
        "a reference without its column",
        lambda: el.model_matrix("~ group", TABLE, reference="B"),  # type: ignore[arg-type]
        ArgumentTypeError,
        ("reference= names columns", "got 'B'"),
    ),
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
