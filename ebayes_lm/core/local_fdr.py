"""Local false discovery rates: how likely a hypothesis with such a p-value is true."""

from __future__ import annotations

import numpy as np
from scipy.special import fdtri, ndtri

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.density import gaussian_density
from ebayes_lm.core.grid_smoother import smoothed
from ebayes_lm.core.sorted_tails import falling_f_tails

#: p-values from here on are taken to come from true hypotheses.
_FROM = 0.8
#: p-values nearer to 0 or 1 than this are moved there.
_NEAREST = 1e-8
#: Bandwidth in units of Silverman's rule.
_ADJUST = 1.5
#: A tail that is moved, whatever it is, and an F statistic of which it is 1.
_SMALLEST, _NO_F = 1e-9, 1e-200


def local_fdr(p: FloatArray) -> FloatArray:
    """Local false discovery rates (G,) of p-values, rising with p; NaN where p is NaN.

    The share of true hypotheses times the density of their normal scores, over the density of all scores (Storey,
    Akey and Kruglyak 2005, PLoS Biology 3:e267; Leek and Storey 2008).
    """
    order = _known_in_order(p)
    return _laid_out(_rates(p[order]), order, len(p))


def local_fdr_of_f(f: FloatArray, df1: int, df2: int) -> FloatArray:
    """The same of F statistics (G,), which may be infinite; NaN where F is NaN.

    They are sorted before the tails are computed, which takes a third of the time of computing tails first.
    """
    order = _known_in_order(-f)
    falling = f[order]
    # tails of the largest, often half of all, are too small to count
    tails = np.zeros(len(order))
    counting = slice(np.searchsorted(-falling, -float(fdtri(df1, df2, 1.0 - _SMALLEST))), None)
    tails[counting] = falling_f_tails(np.maximum(falling[counting], _NO_F), df1, df2)
    return _laid_out(_rates(tails), order, len(f))


def _known_in_order(x: FloatArray) -> IntArray:
    """Places of numbers that are not NaN, the smallest first."""
    return np.argsort(x)[: len(x) - np.count_nonzero(np.isnan(x))]


def _laid_out(values: FloatArray, order: IntArray, size: int) -> FloatArray:
    rates = np.full(size, np.nan)
    rates[order] = values
    return rates


def _rates(p: FloatArray) -> FloatArray:
    """Rates of rising p-values."""
    if not len(p):
        return p
    score = ndtri(np.clip(p, _NEAREST, 1.0 - _NEAREST))
    true = min(1.0, float(np.mean(p >= _FROM)) / (1.0 - _FROM))
    density = gaussian_density(score, _ADJUST)
    # a curve cannot fall below what a score adds to the density at its own place
    least = 0.5 / (len(p) * density.bandwidth * np.sqrt(2.0 * np.pi))
    all_scores = np.maximum(smoothed(density.at, density.values).at_rising(score), least)
    rates = true * np.exp(-0.5 * np.square(score)) / np.sqrt(2.0 * np.pi) / all_scores
    return np.asarray(np.maximum.accumulate(np.minimum(rates, 1.0)))
