"""Bias and inflation of the tests of a contrast, where something can be said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.empirical_null import EmpiricalNull, genomic_lambda, null_of_controls, null_of_most
from ebayes_lm.core.true_nulls import by_local_fdr

#: Most features are null where the mixture, and p-values put right by it, say that more than this share is.
NULL_SHARE = 0.9
#: Below this share by p-values as they are, strong inflation and effects everywhere look alike.
_UNCLEAR = 0.7
#: Fewest features that an empirical null is estimated from, and fewest controls.
FEWEST, FEWEST_CONTROLS = 1000, 10

COLUMNS = [
    "features", "lambda", "prop_true_null", "method", "bias", "bias_se", "inflation", "inflation_se", "null_share",
]  # fmt: skip
#: How inflation was found, or why it was not.
OF_MOST, OF_CONTROLS, DENSE, FEW = "most features", "controls", "cannot tell", "too few features"


def inflation_row(z: FloatArray, controls: IntArray | None, rng: np.random.Generator) -> dict[str, Any]:
    """What there is to say of z (G,), NaN where there is none; ``controls`` are positions."""
    tested = z[np.isfinite(z)]
    whole = {"features": len(tested), "lambda": np.nan, "prop_true_null": np.nan}
    if len(tested):
        whole |= {"lambda": genomic_lambda(tested), "prop_true_null": by_local_fdr(p_of(tested))}
    method, found = _null(z, tested, whole["prop_true_null"], controls, rng)
    values = [np.nan] * 5 if found is None else [
        found.bias, found.bias_se, found.inflation, found.inflation_se, found.share,
    ]  # fmt: skip
    return dict(zip(COLUMNS, [*whole.values(), method, *values], strict=True))


def _null(
    z: FloatArray, tested: FloatArray, naive: float, controls: IntArray | None, rng: np.random.Generator
) -> tuple[str, EmpiricalNull | None]:
    if controls is not None:
        of_controls = z[controls][np.isfinite(z[controls])]
        enough = len(of_controls) >= FEWEST_CONTROLS
        return (OF_CONTROLS, null_of_controls(of_controls)) if enough else (FEW, None)
    if len(tested) < FEWEST:
        return FEW, None
    if naive <= _UNCLEAR:
        return DENSE, None
    found = null_of_most(tested, rng)
    right = by_local_fdr(p_of((tested - found.bias) / found.inflation))
    return (OF_MOST, found) if min(found.share, right) > NULL_SHARE else (DENSE, None)


def p_of(z: FloatArray) -> FloatArray:
    """Two-sided p-values of z."""
    return np.asarray(2.0 * ndtr(-np.abs(z)))
