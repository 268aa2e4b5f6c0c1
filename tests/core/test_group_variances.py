from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ebayes_lm.core.group_variances import group_variances, prior_df, sizes_of_tests
from ebayes_lm.core.sample_variances import ArrayRows
from ebayes_lm.core.variance_model import variance_model

GROUPS = np.repeat([0, 1], [4, 12])
X = np.column_stack([np.ones(16), GROUPS])


def rows(ratio, g=2000, seed=1, d0=6.0):
    rng = np.random.default_rng(seed)
    scale = np.sqrt(d0 / rng.chisquare(d0, (g, 1)))
    return ArrayRows(rng.normal(size=(g, 16)) * scale * np.where(GROUPS == 0, ratio, 1.0))


def test_sizes_where_variances_are_equal():
    assert_allclose(sizes_of_tests(X, np.full(16, 3.0), 14.0), [0.05], rtol=1e-12)


def test_sizes_are_those_of_welch():
    variances = np.where(GROUPS == 0, 4.0, 1.0)
    pooled = (3 * 4.0 + 11 * 1.0) / 14
    ratio = (4 / 4 + 1 / 12) / (pooled * (1 / 4 + 1 / 12))
    expected = 2 * stats.t.sf(stats.t.isf(0.025, 20) / np.sqrt(ratio), 20)
    assert_allclose(sizes_of_tests(X, variances, 20.0), [expected], rtol=1e-10)


def test_designs_without_groups_are_judged_by_their_coefficients():
    x = np.column_stack([np.ones(50), np.linspace(-1, 1, 50)])
    sizes = sizes_of_tests(x, np.where(np.abs(x[:, 1]) > 0.8, 9.0, 1.0), 48.0)
    assert len(sizes) == 2
    assert sizes[1] > 0.1


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_ratio(ratio):
    found = group_variances(rows(ratio), X, GROUPS)
    assert_allclose(found.sd[0] / found.sd[1], ratio, rtol=0.05)  # three standard errors or so
    assert_allclose(found.df, [3, 11])
    assert list(found.n) == [4, 12]
    assert (found.certainty > 10) == (ratio != 1.0)


def test_certainty_is_in_standard_errors():
    scores = [group_variances(rows(1.0, 200, seed, 100.0), X, GROUPS) for seed in range(200)]
    z = np.array([s.certainty * np.sign(s.sd[0] - s.sd[1]) for s in scores])
    assert abs(z.mean()) < 4 / np.sqrt(200)
    assert 0.8 < z.std() < 1.2  # the standard error of a standard deviation of 200 is 0.05


def test_a_group_that_the_design_fits_exactly_has_no_variance():
    groups = np.array([0] * 7 + [1] * 8 + [2])
    x = np.eye(3)[groups]
    found = group_variances(rows(1.0), x, groups)
    assert np.isnan(found.sd[2])
    assert np.isfinite(found.sizes).all()


def test_prior_df():
    assert 4 < prior_df(rows(1.0), variance_model(X)) < 9
    assert prior_df(ArrayRows(np.full((10, 16), np.nan)), variance_model(X)) == 0.0
