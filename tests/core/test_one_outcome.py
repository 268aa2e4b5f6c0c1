from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from ebayes_lm.core.frisch_waugh import covariates_of
from ebayes_lm.core.one_outcome import turned
from ebayes_lm.core.predictors import predictors
from ebayes_lm.core.row_layout import squared_lengths

RNG = np.random.default_rng(5)
N = 40
C = RNG.normal(size=(N, 8))
READY = predictors(covariates_of(C), RNG.normal(size=(1, N)), np.empty((0, N)))


def test_sums_of_squares_are_those_of_projections():
    x = RNG.normal(size=(50, N)).astype(np.float32)
    found = turned(x, READY.covariates, READY.outcomes[0])
    rest, spread = READY.covariates.residuals(x.astype(float), squared_lengths(x.astype(float)))
    cross = rest @ READY.outcomes[0]
    assert found.clear.all()
    assert_allclose(found.spread, spread, rtol=1e-13)
    assert_allclose(found.cross, cross, atol=1e-13)
    assert_allclose(found.left, squared_lengths(rest - cross[:, None] * READY.outcomes), rtol=1e-13)


def test_features_that_would_lose_digits_are_left_to_others():
    x = np.tile(RNG.normal(size=N), (8, 1))
    x[0, 3] = np.nan
    x[1, 3] = np.inf
    x[2] = 1.5
    x[3] += 1e4
    x[4] = C[:, 0] + 1e-4 * x[4]
    x[5] = READY.outcomes[0]
    x[6] *= 1e200
    assert turned(x, READY.covariates, READY.outcomes[0]).clear.tolist() == [False] * 7 + [True]
