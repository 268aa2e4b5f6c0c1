"""Calls of latent_factors that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np

import ebayes_lm as el
from ebayes_lm.errors import (
    AlignmentError,
    ArgumentError,
    ArgumentTypeError,
    DataError,
    DesignError,
    EbayesLMError,
)
from tests.bad_input.examples import TABLE, Case, Y, spoiled


def hidden(
    name: str, error: type[EbayesLMError], *says: str, y: Any = Y, design: Any = "~ group", **options: Any
) -> Case:
    return Case(name, lambda: el.latent_factors(y, design, **{"samples": TABLE} | options), error, says)


CONTROLLED = {"method": "negative-controls"}
LATENT = [
    hidden("method", ArgumentError, "'robust' or 'negative-controls'", "Did you mean 'robust'", method="rob"),
    hidden("missing", ArgumentError, "'error', 'omit' or 'impute'", "'drop'", missing="drop"),
    hidden("k is text", ArgumentTypeError, "a whole number or None", "'two'", k="two"),
    hidden("k is half", ArgumentTypeError, "a whole number", "1.5", k=1.5),
    hidden("k is True", ArgumentTypeError, "a whole number", "True", k=True),
    hidden("k is negative", ArgumentError, "from 0 to 2", "-1", k=-1),
    hidden("many factors", ArgumentError, "from 0 to 2 with 4 residual degrees of freedom", "got 3", k=3),
    hidden("seed", ArgumentTypeError, "seed", "'x'", seed="x"),
    hidden("controls without the method", ArgumentError, 'method="negative-controls"', controls=["g1"]),
    hidden("no controls", ArgumentError, "needs controls=", **CONTROLLED),
    hidden("other controls", AlignmentError, "'h1'", k=1, controls=["h1", "g2", "g3"], **CONTROLLED),
    hidden("few controls", ArgumentError, "1 control can be used", "2 at least", k=1, controls=["g1"], **CONTROLLED),
    hidden(
        "missing values",
        DataError,
        "2 features of 30 ('g1', 'g4')",
        'missing="omit"',
        y=spoiled(np.nan, (1, 2), (4, 0)),
    ),
    hidden("infinite values", DataError, "1 value in 1 feature ('g3')", y=spoiled(np.inf, (3, 2))),
    hidden("one column twice", DesignError, "dependent columns", design=np.ones((6, 2)), samples=None),
    hidden("saturated", DesignError, "1 residual degree of freedom", "3 at least", design="~ group * age + batch"),
    hidden("few features", DataError, "3 features can be used", "many more", y=Y.iloc[:3]),
    hidden("constant features", DataError, "0 features can be used", y=Y * 0 + 1),
    hidden("threads", ArgumentError, "threads", "0", threads=0),
    hidden("samples", AlignmentError, "'s5'", samples=TABLE.iloc[:5]),
]
