from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core.factor_association import Association, association, no_association

#: The fixed point of the iteration, which stops at 1e-9.
AT_REST = 1e-6
#: The same numbers by another way.
ROUNDING = 1e-9


def drawn(seed=1, g=3000, k=1, m=22, n_effects=0, level=0.0, mean_loading=0.0, alpha=2.0, unscaled=1 / 6):
    """Naive effects, estimated loadings and variances with known errors; half of the loadings are zero."""
    rng = np.random.default_rng(seed)
    variances = 4.0 / rng.chisquare(4, g)
    sd = np.sqrt(variances)
    loadings = (rng.normal(size=(g, k)) + mean_loading) * (rng.random((g, k)) < 0.5)
    own = np.where(np.arange(g) < n_effects, level + rng.normal(size=g), 0.0)
    effects = own + loadings @ np.full(k, alpha) + sd * np.sqrt(unscaled) * rng.normal(size=g)
    return effects, loadings + sd[:, None] * rng.normal(size=(g, k)) / np.sqrt(m), variances, unscaled, m


def test_without_effects_errors_are_taken_out_of_the_cross_product():
    effects, loadings, variances, unscaled, m = drawn(k=2)
    found = association(effects, loadings, variances, unscaled, m, robust=False)
    x, y = loadings / np.sqrt(variances)[:, None], effects / np.sqrt(variances)
    expected = np.linalg.solve(x.T @ x - len(y) / m * np.eye(2), x.T @ y)
    assert_allclose(found.alpha, expected, rtol=ROUNDING)
    assert found.level == 0.0
    assert_allclose(found.spread, unscaled + found.alpha @ found.alpha / m, rtol=ROUNDING)


@pytest.mark.parametrize("robust", [True, False])
def test_errors_of_loadings_do_not_draw_alpha_to_zero(robust):
    errors, naive = [], []
    for seed in range(20):
        effects, loadings, variances, unscaled, m = drawn(seed, g=2000)
        found = association(effects, loadings, variances, unscaled, m, robust=robust)
        errors.append((found.alpha[0] - 2.0) / np.sqrt(found.covariance[0, 0]))
        weights = 1.0 / variances
        naive.append((weights * loadings[:, 0]) @ effects / ((weights * loadings[:, 0]) @ loadings[:, 0]))
    assert np.mean(naive) < 1.9
    assert abs(np.mean(errors)) < 0.8
    assert 0.5 < np.std(errors) < 1.6


def test_the_corrected_score_is_zero():
    effects, loadings, variances, unscaled, m = drawn(n_effects=600)
    found = association(effects, loadings, variances, unscaled, m, robust=True)
    sd = np.sqrt(variances)
    r = (effects - loadings[:, 0] * found.alpha[0]) / sd / np.sqrt(found.spread)
    u = np.minimum((r / 4.685) ** 2, 1.0)
    psi, slope = r * (1 - u) ** 2, (1 - u) * (1 - 5 * u)
    parts = psi * loadings[:, 0] / sd / np.sqrt(found.spread) + slope * found.alpha[0] / m / found.spread
    assert found.converged
    assert abs(parts.sum()) < AT_REST * np.abs(parts).sum()


@pytest.mark.parametrize(("k", "level", "mean_loading"), [(1, 0.0, 0.0), (3, 0.0, 0.0), (1, 1.0, 0.0), (1, 1.0, 1.0)])
def test_effects_of_a_third_of_the_features_do_not_matter(k, level, mean_loading):
    errors = []
    for seed in range(10):
        found = association(*drawn(seed, k=k, n_effects=1000, level=level, mean_loading=mean_loading), robust=True)
        errors.append((found.alpha - 2.0).mean() / np.sqrt(np.trace(found.covariance)) * k)
    assert abs(np.mean(errors)) < 1.0


def test_a_mean_of_effects_is_allowed_for_only_where_it_shows():
    assert association(*drawn(n_effects=1000, level=1.0, mean_loading=1.0), robust=True).level > 0.1
    assert association(*drawn(mean_loading=1.0), robust=True).level == 0.0


def test_scatter_tells_effects_of_many_features():
    assert_allclose(association(*drawn(), robust=True).scatter, 1.0, atol=0.06)
    assert association(*drawn(n_effects=2400, level=1.0), robust=True).scatter > 1.4


def test_errors_that_loadings_cannot_bear_stay_finite():
    rng = np.random.default_rng(1)
    loadings = rng.normal(size=(200, 1)) / np.sqrt(10)
    found = association(rng.normal(size=200), loadings, np.ones(200), 1.0, 10, robust=False)
    assert np.isfinite(found.alpha).all()
    assert np.isfinite(found.covariance).all()


def test_what_errors_of_alpha_add():
    effects, loadings, variances, unscaled, m = drawn(g=40)
    found = association(effects, loadings, variances, unscaled, m, robust=False)
    shares = loadings[:, 0] ** 2 * found.covariance[0, 0] / variances / found.spread
    assert_allclose(found.added(loadings, variances), shares.mean(), rtol=ROUNDING)
    # about one over the number of features that have loadings
    assert 1 / 60 < found.added(loadings, variances) < 1 / 10


def test_the_test_of_association_is_f_of_a_regression_where_factors_are_known():
    rng = np.random.default_rng(4)
    n, k = 16, 2
    group = np.repeat([0.0, 1.0], 8)
    x = np.column_stack([np.ones(n), group])
    hidden = rng.normal(size=(n, k)) + np.outer(group, [1.0, -0.5])
    fit = np.linalg.lstsq(x, hidden, rcond=None)[0]
    rest, m = hidden - x @ fit, n - 2
    # factors turned so that their variance beside the design is one
    turn = np.linalg.inv(np.linalg.cholesky(rest.T @ rest / m))
    alpha, unscaled = turn @ fit[1], np.linalg.inv(x.T @ x)[1, 1]
    nothing = np.zeros((k, k))
    test = no_association(Association(alpha, nothing, 1.0, 0.0, nothing, 1.0, True), unscaled, m)
    both = np.column_stack([np.ones(n), hidden])
    rss0 = np.square(group - group.mean()).sum()
    rss1 = np.square(group - both @ np.linalg.lstsq(both, group, rcond=None)[0]).sum()
    from scipy.stats import f

    statistic = (rss0 - rss1) / k / (rss1 / (n - 1 - k))
    assert_allclose(test.p_value, f.sf(statistic, k, n - 1 - k), rtol=ROUNDING)
    assert_allclose(test.share, 1 - rss1 / rss0, rtol=ROUNDING)


def turned_over(effects, loadings, variances, unscaled, m, steps=4000):
    """Alpha by weighted least squares alone, Huber's weights first: a step after the other until none is left."""
    sd = np.sqrt(variances)
    y, x = effects / sd, loadings / sd[:, None]
    alpha = np.zeros(x.shape[1])
    for step in range(steps):
        r = (y - x @ alpha) / np.sqrt(unscaled + alpha @ alpha / m)
        if step < steps // 2:
            weights, slope = np.minimum(1.0, 1.345 / np.abs(r)), np.abs(r) < 1.345
        else:
            u = np.minimum((r / 4.685) ** 2, 1.0)
            weights, slope = (1 - u) ** 2, (1 - u) * (1 - 5 * u)
        gram = x.T @ (x * weights[:, None]) - np.eye(len(alpha)) * slope.sum() / m
        alpha = np.linalg.solve(gram, x.T @ (weights * y))
    return alpha


@pytest.mark.parametrize(("k", "n_effects", "g"), [(1, 0, 3000), (4, 300, 800), (3, 90, 150)])
def test_short_cuts_lead_where_steps_do(k, n_effects, g):
    data = drawn(k=k, n_effects=n_effects, g=g)
    found = association(*data, robust=True)
    assert found.converged
    assert found.level == 0.0
    assert_allclose(found.alpha, turned_over(*data), atol=AT_REST)


def test_loadings_that_are_the_same_share_their_association():
    """A cross product without an inverse: the shortest alpha is taken, with the mean of effects and without."""
    effects, loadings, variances, unscaled, m = drawn(n_effects=1000, level=1.0, mean_loading=1.0)
    twice = association(effects, np.hstack([loadings, loadings]), variances, unscaled, m, robust=True)
    assert_allclose(twice.alpha[0], twice.alpha[1], rtol=1e-6)
    nothing = association(effects, np.zeros_like(loadings), variances, unscaled, m, robust=True)
    assert_allclose(nothing.alpha, 0.0)
