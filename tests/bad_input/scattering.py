"""Calls of array_weights, array_weights_quick and unequal_variances that cannot be."""

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
    DesignError,
    EbayesLMError,
    FormulaError,
    StageError,
)
from tests.bad_input.examples import SAMPLES, TABLE, Case, Y, fit_of, spoiled


def scattered(name: str, error: type[EbayesLMError], *says: str, y: Any = Y, **options: Any) -> Case:
    return Case(name, lambda: el.array_weights(y, "~ group", **{"samples": TABLE} | options), error, says)


def compared(name: str, error: type[EbayesLMError], *says: str, design: Any = "~ group", **options: Any) -> Case:
    return Case(name, lambda: el.unequal_variances(Y, design, **{"samples": TABLE} | options), error, says)


SAMPLE_WEIGHTS = [
    scattered("method", ArgumentError, "'auto', 'genebygene' or 'reml'", "Did you mean 'reml'", method="rml"),
    scattered("method is a number", ArgumentTypeError, "'auto', 'genebygene' or 'reml'", method=1),
    scattered("infinity", ArgumentError, "'error' or 'missing'", inf="drop"),
    scattered("infinite values", DataError, "1 value in 1 feature ('g3')", 'inf="missing"', y=spoiled(np.inf, (3, 2))),
    scattered("no iterations", ArgumentError, "max_iter", "1 at least", max_iter=0),
    scattered("half an iteration", ArgumentTypeError, "max_iter", "1.5", max_iter=1.5),
    scattered("tol", ArgumentError, "tol", "-1", tol=-1),
    scattered("tol is NaN", ArgumentError, "tol", "nan", tol=np.nan),
    scattered("tol is text", ArgumentTypeError, "tol", "'small'", tol="small"),
    scattered("prior", ArgumentError, "prior_n", "0 or more", "-3", prior_n=-3),
    scattered("infinite prior", ArgumentError, "prior_n", "inf", prior_n=np.inf),
    scattered("threads", ArgumentError, "threads", "0", threads=0),
    scattered("progress", ArgumentError, "progress", "'yes'", progress="yes"),
    scattered("weights", DataError, "1 of 6", "'s2'", weights=[1, 1, -1, 1, 1, 1]),
    scattered("weights of another shape", DataError, "(2, 6)", "30 features x 6 samples", weights=np.ones((2, 6))),
    scattered("one group", ArgumentError, "one group", "two groups", var_group=["A"] * 6),
    scattered("no such column", ArgumentError, "'grup'", "Did you mean 'group'", var_group="grup"),
    scattered("a short group", DataError, "var_group has 2 entries", "6 samples", var_group=["A", "B"]),
    scattered(
        "a group is missing", DataError, "var_group is missing for 's1'", var_group=["A", None, "B", "B", "A", "A"]
    ),
    scattered("both", ArgumentError, "var_design=", "var_group=", var_design="~ age", var_group="group"),
    scattered("a constant", DesignError, "var_design is the same for all samples", var_design="~ 1"),
    scattered("a formula", FormulaError, "'agee'", var_design="~ agee"),
    scattered("a short var_design", AlignmentError, "2", "6", var_design=np.ones((2, 1))),
    scattered("a layer", ArgumentTypeError, "layer='counts'", layer="counts"),
    Case("no matrix", lambda: el.array_weights(None), ArgumentTypeError, ("NoneType",)),
    Case("no features", lambda: el.array_weights(Y[:0]), DataError, ("0 features",)),
    Case(
        "not determined",
        lambda: el.array_weights(spoiled(np.nan, (0, 0), (0, 1)), var_group=list("ABCCCC"), prior_n=0),
        ArgumentError,
        ("prior_n=0", "prior_n=10 is usual"),
    ),
    Case("too large", lambda: el.array_weights(Y * 1e200), DataError, ("too large", "scale")),
    Case("no fit", lambda: el.array_weights_quick(Y, Y), StageError, ("array_weights_quick() takes", "DataFrame")),
    Case("of another matrix", lambda: el.array_weights_quick(Y[:9], fit_of()), DataError, ("9", "30")),
    Case(
        "of contrasts",
        lambda: el.array_weights_quick(Y, fit_of().contrast("groupB - groupA")),
        StageError,
        ("before", "contrast"),
    ),
    Case(
        "comparing infinite values",
        lambda: el.unequal_variances(spoiled(np.inf, (3, 2)), "~ group", samples=TABLE),
        DataError,
        ("1 value in 1 feature",),
    ),
    compared("comparing one group", ArgumentError, "one group", "compare", group=["A"] * 6),
    compared("comparing one cell", ArgumentError, "have the same row of the design", "group=", design="~ 1"),
    compared("comparing a covariate", ArgumentError, "no two samples share", "group=", design="~ group + age"),
    compared("comparing without residuals", DesignError, "two residual", design=np.eye(6)[:, :5]),
    Case(
        "comparing single samples",
        lambda: el.unequal_variances(Y, pd.DataFrame(np.eye(3)[[0, 0, 0, 0, 1, 2]], index=SAMPLES)),
        ArgumentError,
        ("only 1 of 3 groups", "group="),
    ),
]
