"""Mean abundance of each feature by a negative binomial model of one group."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray

#: Most steps, far more than rates need unless libraries differ a million fold, and the relative change of a rate below
#: which it has come to rest.
_STEPS, _AT_REST = 1000, 1e-14


def group_rates(counts: FloatArray, sizes: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Rate of each feature per unit of library size, the maximum of the negative binomial likelihood.

    Parameters
    ----------
    counts : (rows, samples) array
    sizes : (samples,) array
    dispersion : (rows,) array
        Variances are mean + dispersion * mean^2.

    Returns
    -------
    (rows,) array

    Notes
    -----
    The score is zero where the rate is the ratio of counts to sizes under weights 1 / (1 + dispersion * mean). Taking
    that ratio for the rate is a step of Fisher scoring, and the last one where libraries are of one size. Every step
    leads nearer: the logarithm of the ratio changes by less than that of the rate does.
    """
    rates: FloatArray = counts.sum(axis=1) / sizes.sum()
    active = np.flatnonzero((dispersion > 0) & (rates > 0))
    y, phi = counts[active], dispersion[active]
    for _ in range(_STEPS):
        if not active.size:
            break
        weights = np.multiply.outer(phi * rates[active], sizes)
        weights += 1.0
        np.reciprocal(weights, out=weights)
        stepped = np.einsum("ij,ij->i", y, weights) / (weights @ sizes)
        moving = np.abs(stepped - rates[active]) > _AT_REST * stepped
        rates[active] = stepped
        if not moving.all():
            active, y, phi = active[moving], y[moving], phi[moving]
    return rates


def log_rates_per_million(rates: AnyArray) -> FloatArray:
    """Logarithms (base 2) of rates per million, minus infinity where there is no count."""
    with np.errstate(divide="ignore"):
        logs: FloatArray = np.log2(rates * 1e6)
    return logs
