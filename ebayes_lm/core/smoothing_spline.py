"""Natural cubic smoothing splines of a few points."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from ebayes_lm._typing import FloatArray

#: Range of the logarithm of penalty times roughness in which the effective df are searched.
_WIDEST = 60.0
_TOLERANCE = 1e-13


def smooth(x: FloatArray, y: FloatArray, df: float) -> FloatArray:
    """Values at x (n,), rising, of the smoothing spline of y with as many effective df (2 < df < n).

    The fit is ``(I + a K)^-1 y`` with roughness matrix K (Green and Silverman 1994, section 2.3); its trace, the
    effective df, settles the penalty a.
    """
    roughness, directions = np.linalg.eigh(_roughness(x))
    roughness[:2] = 0.0  # straight lines
    rough = roughness[2:]

    def excess(log_penalty: float) -> float:
        return 2.0 + float(np.sum(1.0 / (1.0 + np.exp(log_penalty) * rough))) - df

    middle = -float(np.log(np.median(rough)))
    penalty = np.exp(brentq(excess, middle - _WIDEST, middle + _WIDEST, xtol=_TOLERANCE))
    fitted: FloatArray = directions @ ((directions.T @ y) / (1.0 + penalty * roughness))
    return fitted


def _roughness(x: FloatArray) -> FloatArray:
    """K = Q R^-1 Q': the integrated squared second derivative of the natural spline through values v is v' K v."""
    h = np.diff(x)
    n = len(x)
    second = np.zeros((n, n - 2))
    gram = np.zeros((n - 2, n - 2))
    for j in range(n - 2):
        second[j : j + 3, j] = 1.0 / h[j], -1.0 / h[j] - 1.0 / h[j + 1], 1.0 / h[j + 1]
        gram[j, j] = (h[j] + h[j + 1]) / 3.0
        if j:
            gram[j - 1, j] = gram[j, j - 1] = h[j] / 6.0
    roughness: FloatArray = second @ np.linalg.solve(gram, second.T)
    return 0.5 * (roughness + roughness.T)
