"""Calls of check_design and estimate_structure that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.errors import (
    AlignmentError,
    ArgumentError,
    ArgumentTypeError,
    ContrastError,
    DataError,
    DesignError,
    EbayesLMError,
    FormulaError,
    StageError,
)
from tests.bad_input.examples import FEATURES, SAMPLES, TABLE, Case, Y, fit_of, mod_of, treated


def checked(
    name: str, error: type[EbayesLMError], *says: str, design: Any = "~ group", samples: Any = TABLE, **options: Any
) -> Case:
    return Case(name, lambda: el.check_design(design, samples, **options), error, says)


def structured(name: str, error: type[EbayesLMError], *says: str, y: Any = None, **options: Any) -> Case:
    return Case(name, lambda: el.estimate_structure(mod_of(), y, **options), error, says)


CHECKS = [
    checked("no design", ArgumentTypeError, "formula", "got None", design=None),
    checked("no sample table", DesignError, "'~ group'", "second argument", samples=None),
    checked("a list as table", ArgumentTypeError, "list", "DataFrame or a dict", samples=[1, 2]),
    checked("no formula", FormulaError, "'group'", "begins with ~", design="group"),
    checked("no such column", FormulaError, "'grup'", "Did you mean 'group'", design="~ grup"),
    checked("a dict as design", ArgumentTypeError, "not a dict", design={"a": [1, 2]}),
    checked("a number as design", DesignError, "two axes", "shape ()", design=3),
    checked("text as design", DesignError, "real numbers", design=np.array([["a"], ["b"]]), samples=None),
    checked("a short table", AlignmentError, "2", "6", design=np.eye(6)[:, :2], samples=TABLE[:2]),
    checked(
        "another table", AlignmentError, "'q'", design=pd.DataFrame({"a": np.arange(6.0)}, index=SAMPLES),
        samples=TABLE.rename(index={"s1": "q"}),
    ),
    checked("an unknown contrast", ContrastError, "'groupC'", "Did you mean 'groupB'", contrasts="groupC - groupB"),
    checked("a short contrast", ContrastError, "1 rows", "2 coefficients", contrasts=np.array([1.0])),
    checked("a contrast that is missing", ContrastError, "missing", contrasts=np.array([np.nan, 1.0])),
]  # fmt: skip

STRUCTURES = [
    Case("no tests", lambda: el.estimate_structure(fit_of()), StageError, (".ebayes()", "estimate_structure()")),
    Case("a matrix", lambda: el.estimate_structure(Y), StageError, ("ebayes()", "DataFrame")),
    Case("treat", lambda: el.estimate_structure(treated()), StageError, ("threshold", ".fit.ebayes()")),
    structured("coef", ArgumentError, "'groupC'", coef="groupC"),
    structured("k is zero", ArgumentError, "k is the number", "got 0", k=0),
    structured("k is text", ArgumentTypeError, "k is the number", "'two'", k="two"),
    structured("seed", ArgumentError, "seed", "-1", seed=-1),
    structured("seed is text", ArgumentTypeError, "seed", "'x'", seed="x"),
    structured("a column without annotation", ArgumentError, "'gc'", "the fit has none", covariates="gc"),
    structured("covariates are a number", ArgumentTypeError, "covariates", "int", covariates=3),
    structured("a short covariate", AlignmentError, "'gc'", "(2,)", "30", covariates={"gc": [1.0, 2.0]}),
    structured("other features", AlignmentError, "'x'", covariates=pd.Series([1.0], index=["x"], name="gc")),
    structured(
        "names as covariate", ArgumentError, "'name'", "neither numbers nor groups",
        covariates=pd.DataFrame({"name": FEATURES}, index=FEATURES),
    ),
    structured("no control", ArgumentError, "controls", "none", controls=[]),
    structured("unknown controls", AlignmentError, "'g99'", controls=["g99"]),
    structured("a layer without data", ArgumentError, "layer=", "y, which is not given", layer="counts"),
    structured("samples without data", ArgumentError, "samples=", "y, which is not given", samples=TABLE),
    structured("a layer of a DataFrame", ArgumentTypeError, "layer='counts'", y=Y, layer="counts"),
    structured("other data", DataError, "9", "30", y=Y[:9]),
    structured("data that were not fitted", DataError, "not what was fitted", y=Y + 7),
    structured("samples of others", AlignmentError, "'q'", y=Y, samples=TABLE.rename(index={"s1": "q"})),
    structured("threads of structure", ArgumentError, "threads", "0", y=Y, threads=0),
]  # fmt: skip
