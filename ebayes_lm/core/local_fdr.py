"""Local false discovery rates: how likely a hypothesis with such a p-value is true."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.density import gaussian_density
from ebayes_lm.core.grid_smoother import smoothed

#: p-values from here on are taken to come from true hypotheses.
_FROM = 0.8
#: p-values nearer to 0 or 1 than this are moved there.
_NEAREST = 1e-8
#: Bandwidth in units of Silverman's rule.
_ADJUST = 1.5


def local_fdr(p: FloatArray) -> FloatArray:
    """Local false discovery rates (G,) of p-values, rising with p; NaN where p is NaN.

    The share of true hypotheses times the density of their normal scores, over the density of all scores (Storey,
    Akey and Kruglyak 2005, PLoS Biology 3:e267; Leek and Storey 2008).
    """
    known = ~np.isnan(p)
    rates = np.full(len(p), np.nan)
    if known.any():
        rates[known] = _rates(p[known])
    return rates


def _rates(p: FloatArray) -> FloatArray:
    score = ndtri(np.clip(p, _NEAREST, 1.0 - _NEAREST))
    true = min(1.0, float(np.mean(p >= _FROM)) / (1.0 - _FROM))
    density = gaussian_density(score, _ADJUST)
    # a curve cannot fall below what a score adds to the density at its own place
    least = 0.5 / (len(p) * density.bandwidth * np.sqrt(2.0 * np.pi))
    all_scores = np.maximum(smoothed(density.at, density.values)(score), least)
    rates: FloatArray = np.minimum(true * np.exp(-0.5 * np.square(score)) / np.sqrt(2.0 * np.pi) / all_scores, 1.0)
    order = np.argsort(p, kind="stable")
    rates[order] = np.maximum.accumulate(rates[order])
    return rates
