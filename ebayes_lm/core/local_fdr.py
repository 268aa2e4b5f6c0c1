"""Local false discovery rates: how likely a hypothesis with such a p-value is true."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.density import gaussian_density
from ebayes_lm.core.f_scores import f_scores
from ebayes_lm.core.grid_smoother import smoothed

#: Scores of p-values from 0.8 on, which are taken to come from true hypotheses, and their share of these.
_FROM, _BEYOND = float(ndtri(0.8)), 0.2
#: p-values nearer to 0 or 1 than 1e-8 are moved there.
_RANGE = ndtri([1e-8, 1.0 - 1e-8])
#: Bandwidth in units of Silverman's rule.
_ADJUST = 1.5


def local_fdr(p: FloatArray) -> FloatArray:
    """Local false discovery rates (G,) of p-values, rising with p; NaN where p is NaN.

    The share of true hypotheses times the density of their normal scores, over the density of all scores (Storey,
    Akey and Kruglyak 2005, PLoS Biology 3:e267; Leek and Storey 2008).
    """
    order = _known_in_order(p)
    return _laid_out(_rates(ndtri(p[order])), order, len(p))


def local_fdr_of_f(f: FloatArray, df1: int, df2: int) -> FloatArray:
    """The same of F statistics (G,), which may be infinite; NaN where F is NaN."""
    order = _known_in_order(-f)
    scores = f_scores(f[order], df1, df2) if len(order) else f[order]
    return _laid_out(_rates(scores), order, len(f))


def _known_in_order(x: FloatArray) -> IntArray:
    """Places of numbers that are not NaN, the smallest first."""
    return np.argsort(x)[: len(x) - np.count_nonzero(np.isnan(x))]


def _laid_out(values: FloatArray, order: IntArray, size: int) -> FloatArray:
    rates = np.full(size, np.nan)
    rates[order] = values
    return rates


def _rates(score: FloatArray) -> FloatArray:
    """Rates of rising normal scores."""
    if not len(score):
        return score
    score = np.clip(score, *_RANGE)
    true = min(1.0, (len(score) - int(np.searchsorted(score, _FROM))) / len(score) / _BEYOND)
    density = gaussian_density(score, _ADJUST)
    # a curve cannot fall below what a score adds to the density at its own place
    least = 0.5 / (len(score) * density.bandwidth * np.sqrt(2.0 * np.pi))
    all_scores = np.maximum(smoothed(density.at, density.values).at_rising(score), least)
    rates = true * np.exp(-0.5 * np.square(score)) / np.sqrt(2.0 * np.pi) / all_scores
    return np.asarray(np.maximum.accumulate(np.minimum(rates, 1.0)))
