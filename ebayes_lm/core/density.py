"""Density of a sample of numbers, on a grid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray

#: Points of the grid, and how far it reaches beyond the sample, in bandwidths: what is returned, what is computed.
POINTS = 512
_SHOWN, _COMPUTED = 3.0, 7.0
#: Interquartile range of a normal distribution in standard deviations, to the digits of the rule.
_QUARTILES = 1.34


class Density(NamedTuple):
    """Values of a density on an even grid, and the bandwidth of its kernel."""

    at: FloatArray
    values: FloatArray
    bandwidth: float


def gaussian_density(x: FloatArray, adjust: float = 1.0) -> Density:
    """Kernel density of numbers (G,) on 512 points, as R's ``density`` has it.

    Every number is shared out between its two neighbours on a grid, and the grid is convolved with a normal kernel by
    Fourier transform (Silverman 1982, Applied Statistics 31, 93-99). The bandwidth is ``adjust`` times Silverman's
    rule of thumb.
    """
    bandwidth = adjust * _rule_of_thumb(x)
    low, high = float(x.min()), float(x.max())
    start, stop = low - _COMPUTED * bandwidth, high + _COMPUTED * bandwidth
    step = (stop - start) / (POINTS - 1)
    mass = _shared_out((x - start) / step) / len(x)
    lag = np.arange(2 * POINTS)
    distance = np.minimum(lag, 2 * POINTS - lag) * step / bandwidth
    kernel = np.exp(-0.5 * np.square(distance)) / (bandwidth * np.sqrt(2.0 * np.pi))
    convolved = np.fft.irfft(np.fft.rfft(mass, 2 * POINTS) * np.fft.rfft(kernel), 2 * POINTS)[:POINTS]
    at = np.linspace(low - _SHOWN * bandwidth, high + _SHOWN * bandwidth, POINTS)
    values = np.interp(at, np.linspace(start, stop, POINTS), np.maximum(convolved, 0.0))
    return Density(at, values, bandwidth)


def _rule_of_thumb(x: FloatArray) -> float:
    """0.9 times the smaller of two measures of spread times n^(-1/5); another size where half of the numbers agree."""
    deviation = float(np.std(x, ddof=1)) if len(x) > 1 else 0.0
    low, high = np.quantile(x, [0.25, 0.75])
    spread = min(deviation, float(high - low) / _QUARTILES) or deviation or abs(float(x[0])) or 1.0
    return float(0.9 * spread * len(x) ** -0.2)


def _shared_out(position: FloatArray) -> FloatArray:
    """Weights of grid points (512,) by numbers between them."""
    left = position.astype(np.intp)
    share = position - left
    return np.asarray(np.bincount(left, 1.0 - share, POINTS) + np.bincount(left + 1, share, POINTS))
