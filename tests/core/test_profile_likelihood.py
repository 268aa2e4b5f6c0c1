from __future__ import annotations

import numpy as np
from scipy.special import betaln, digamma

from ebayes_lm.core.profile_likelihood import likeliest_df

#: The search ends within 1e-4 of d/(1 + d); no point of a fine grid may be better by more than that allows.
GRID = np.linspace(0.5, 0.9998, 4000)


def by_row(log_x, half_df1, weight):
    return likeliest_df(log_x, *np.unique(half_df1, return_inverse=True), weight)


def minus_log_likelihood(share, log_x, a, weight):
    """Term by term, from the density of F, without what does not depend on the df."""
    d = share / (1.0 - share)
    log_odds = log_x + np.log(a) - digamma(d)
    log_density = a * log_odds - (a + d) * np.log1p(np.exp(log_odds)) - betaln(a, d)
    return -np.sum(weight * log_density)


def test_no_point_of_a_grid_is_better():
    rng = np.random.default_rng(4)
    a, weight = rng.integers(1, 4, 300) / 2.0, rng.uniform(0.1, 1.0, 300)
    log_x = np.log(rng.f(2 * a, 6))
    share = by_row(log_x, a, weight) / 2.0
    share = share / (1.0 + share)
    best = min(minus_log_likelihood(s, log_x, a, weight) for s in GRID)
    assert 0.6 < share < 0.9
    assert minus_log_likelihood(share, log_x, a, weight) - best < 1e-5 * abs(best)


def test_bounds():
    assert 2.0 <= by_row(np.linspace(-40, 40, 50), np.ones(50), np.ones(50)) < 2.01
    assert 8000.0 < by_row(np.full(50, -0.6), np.ones(50), np.ones(50)) <= 9998.0
