"""Weights that cannot be, of samples, features and single observations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.errors import (
    AlignmentError,
    ArgumentError,
    ArgumentTypeError,
    DataError,
    EbayesLMError,
)
from tests.bad_input.examples import (
    FEATURES,
    SAMPLES,
    Case,
    Y,
    fit_of,
)

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


def cells(value: float, *at: tuple[int, int]) -> np.ndarray:
    weights = np.ones((30, 6))
    for cell in at:
        weights[cell] = value
    return weights


FRAME = pd.DataFrame(np.ones((30, 6)), FEATURES, SAMPLES)
LEAVES_OUT, SHAPES = "Weight 0 leaves", "the matrix has 30 features x 6 samples"


def weighed(name: str, weights: Any, error: type[EbayesLMError], *says: str) -> Case:
    return Case(name, lambda: fit_of(weights=weights), error, says)


WEIGHTS += [
    weighed("one negative cell", cells(-1, (3, 2)), DataError, "1 of 180", "'g3'", "Weight 0 leaves an observation"),
    weighed("a cell is NaN", cells(np.nan, (3, 2), (4, 2)), DataError, "2 of 180", "'g3', 'g4'", LEAVES_OUT),
    weighed("a cell is infinite", cells(np.inf, (3, 2)), DataError, "finite", "'g3'", LEAVES_OUT),
    weighed("a cell is minus infinity", cells(-np.inf, (3, 2)), DataError, "finite", "'g3'", LEAVES_OUT),
    weighed("cells of zero", np.zeros((30, 6)), DataError, "every weight is zero", "positive"),
    weighed("cells of text", np.ones((30, 6)).astype(str), ArgumentTypeError, "must be numbers", "<U32"),
    weighed("cells of objects", np.ones((30, 6), dtype=object), ArgumentTypeError, "got object values"),
    weighed("complex cells", np.ones((30, 6), dtype=complex), ArgumentTypeError, "complex128"),
    weighed("cells of dates", np.zeros((30, 6), dtype="M8[s]"), ArgumentTypeError, "datetime64"),
    weighed("masked", np.ma.masked_less(np.arange(6.0), 2), ArgumentTypeError, "masked array", "filled(0)"),
    weighed("transposed", np.ones((6, 30)), DataError, "(6, 30)", SHAPES, "for each value"),
    weighed("three axes", np.ones((1, 30, 6)), DataError, "(1, 30, 6)", SHAPES),
    weighed("nothing in a list", [], DataError, "(0,)", SHAPES),
    weighed("two rows", np.ones((2, 6)), DataError, "(2, 6)", SHAPES),
    weighed("a sample short", np.ones((30, 5)), DataError, "(30, 5)", SHAPES),
    weighed("a feature short", np.ones(29), DataError, "(29,)", SHAPES),
    weighed("negative features", -np.ones(30), DataError, "30 of 30", "'g0'", "Weight 0 leaves a feature"),
    weighed("a feature is NaN", np.where(np.arange(30) == 4, np.nan, 1.0), DataError, "1 of 30", "'g4'"),
    weighed("features of zero", np.zeros((30, 1)), DataError, "every weight is zero"),
    weighed("one zero", 0, DataError, "every weight is zero"),
    weighed("one negative number", -2.5, DataError, "6 of 6", "not negative"),
    weighed("one NaN", np.nan, DataError, "finite"),
    weighed("a dict", {"s0": 1.0}, ArgumentTypeError, "{'s0': 1.0}", "6 samples"),
    weighed("a set", {1.0, 2.0}, ArgumentTypeError, "{1.0, 2.0}", "6 samples"),
    weighed("a list of None", [None] * 6, ArgumentTypeError, "got object values"),
    weighed("other features", FRAME.rename(index={"g3": "h"}), AlignmentError, "missing: 'g3'", "'h'"),
    weighed("other samples", FRAME.rename(columns={"s3": "h"}), AlignmentError, "missing: 's3'", "'h'"),
    weighed("a feature twice", FRAME.rename(index={"g3": "g2"}), AlignmentError, "more than once: 'g2'", "unique"),
    weighed("a sample of a table twice", FRAME.rename(columns={"s3": "s2"}), AlignmentError, "more than once: 's2'"),
    weighed("a table for some features", FRAME[:20], DataError, "(20, 6)", SHAPES),
    weighed("a table for more features", pd.concat([FRAME, FRAME[:2]]), DataError, "(32, 6)", SHAPES),
    weighed("a transposed table", FRAME.T, DataError, "(6, 30)", SHAPES),
    weighed("a table of text", FRAME.astype(str), ArgumentTypeError, "must be numbers"),
    weighed("a table with a text column", FRAME.assign(symbol="x"), ArgumentTypeError, "must be numbers"),
    weighed("an empty table", pd.DataFrame(), DataError, "(0, 0)", SHAPES),
    weighed("a numbered table", pd.DataFrame(np.ones((30, 6))), AlignmentError, "numbered 0 to 5", "'s0'"),
    weighed("numbered features", FRAME.reset_index(drop=True), AlignmentError, "numbered 0 to 29", "'g0'"),
    weighed("a Series of some features", pd.Series(1.0, FEATURES[:20]), AlignmentError, "missing: 'g20'"),
    weighed("a Series of more features", pd.Series(1.0, [*FEATURES, "h"]), AlignmentError, "not in the matrix: 'h'"),
    weighed("a feature of a Series twice", pd.Series(1.0, [*FEATURES[:29], "g0"]), AlignmentError, "once: 'g0'"),
    weighed("a sample of a Series twice", pd.Series(1.0, [*SAMPLES[:5], "s0"]), AlignmentError, "once: 's0'"),
    weighed("a Series of text", pd.Series("heavy", SAMPLES), ArgumentTypeError, "must be numbers"),
    weighed("a numbered Series", pd.Series(np.ones(30)), AlignmentError, "numbered 0 to 29", "'g0'"),
    weighed("a Series with a gap", pd.Series([1, None, 1, 1, 1, 1], SAMPLES), DataError, "1 of 6", "'s1'"),
    Case("of an EList, negative", lambda: el.lm_fit(el.EList(Y, weights=-FRAME)), DataError, ("180 of 180",)),
    Case(
        "of an EList, other features",
        lambda: el.lm_fit(el.EList(Y, weights=FRAME.rename(index={"g3": "h"}))),
        AlignmentError,
        ("missing: 'g3'", "'h'"),
    ),
]
