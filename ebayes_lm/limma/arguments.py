"""How R reads an argument, where Python reads it in another way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.numeric import float_array
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.errors import ArgumentTypeError, listing
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.tested import TestedFit

#: What p-values can be adjusted by.
ADJUSTMENTS = ("none", "bonferroni", "holm", "hochberg", "hommel", "BH", "fdr", "BY")


def completed(value: Any, names: Iterable[str]) -> Any:
    """The only name that begins with a text, as R completes arguments; anything else as it is."""
    known = list(names)
    if not isinstance(value, str) or value in known:
        return value
    begun = [name for name in known if name.startswith(value)]
    return begun[0] if value and len(begun) == 1 else value


def adjustment(method: str | None, default: str = "BH") -> Any:
    """A method of adjustment, and what stands for R's NULL."""
    return default if method is None else completed(method, ADJUSTMENTS)


def named(fit: LinearFit | TestedFit, coef: Any, verb: str) -> Any:
    """Coefficients that are given by name; numbers are refused.

    Raises
    ------
    ArgumentTypeError
        A number: in R it counts from 1.
    """
    several = isinstance(coef, Iterable) and not isinstance(coef, (str, bytes))
    wanted = list(coef) if several else [coef]
    if any(isinstance(name, Number) for name in wanted):
        raise ArgumentTypeError(
            f"{verb}() takes coefficients by name, not {coef!r}: R counts them from 1 and Python from 0. There are "
            f"{listing(fit.coef_names, 20)}"
        )
    return wanted if several else coef


def matrix_with_weights(object: Any, run: dict[str, Any]) -> FeatureMatrix:
    """Features x samples, weights that they carry being usable; what says how to read them is taken out of ``run``."""
    matrix = as_feature_matrix(object, layer=run.pop("layer", None), feature_columns=run.pop("feature_columns", None))
    return replace(matrix, weights=usable_weights(matrix.weights))


def usable_weights(weights: Any) -> Any:
    """Weights of which those that leave an observation out in limma are zero: missing, infinite or not positive."""
    if weights is None:
        return None
    if isinstance(weights, FeatureMatrix):
        return weights.map(_usable)
    usable = _usable(float_array(weights, "weights"))
    if isinstance(weights, pd.Series):
        return pd.Series(usable, index=weights.index)
    return pd.DataFrame(usable, weights.index, weights.columns) if isinstance(weights, pd.DataFrame) else usable


def _usable(weights: FloatArray) -> FloatArray:
    return np.where((weights > 0.0) & (weights < np.inf), weights, 0.0)
