"""How surely nothing of interest moves a feature: 0 to 1, or those that are controls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch.control_features import control_positions
from ebayes_lm.data.alignment import align
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import ArgumentError


def control_weights(controls: Any, matrix: FeatureMatrix) -> FloatArray:
    """Weights (G,) of features, from numbers between 0 and 1 or from whatever names control features.

    Raises
    ------
    ArgumentError
        Numbers outside 0 to 1, none above 0, or no control.
    AlignmentError
        Labels that do not fit the features.
    """
    n = matrix.shape[0]
    if not isinstance(controls, str):
        values = np.asarray(controls)
        if values.ndim == 1 and values.dtype.kind == "f":
            if isinstance(controls, pd.Series):
                values = values[align(controls.index, matrix.features, n, what="controls", axis="features")]
            return _checked(values.astype(np.float64), n)
    weights = np.zeros(n)
    weights[control_positions(controls, matrix)] = 1.0
    return weights


def _checked(values: FloatArray, n: int) -> FloatArray:
    if len(values) != n:
        raise ArgumentError(f"controls holds {len(values):,} numbers, and there are {n:,} features; give one for each")
    if not ((values >= 0.0) & (values <= 1.0)).all():
        raise ArgumentError(
            "controls as numbers say how surely nothing of interest moves a feature, from 0 to 1; some lie outside or "
            "are missing"
        )
    if not values.any():
        raise ArgumentError(
            "controls are 0 for all features; give numbers above 0 to those that nothing of interest moves"
        )
    return values
