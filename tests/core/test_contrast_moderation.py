from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.contrast_moderation import moderate_contrasts
from ebayes_lm.core.contrast_variances import VarianceParameters, pooled_df
from ebayes_lm.core.mixed_assembly import mixed_covariances
from ebayes_lm.core.mixed_plan import mixed_plan
from tests.core.answers.reader import answers

#: lmer stops its search where the deviance no longer changes; pbkrtest and lmerTest work on from there.
SEARCHED = 1e-5
#: Differences stand for second derivatives, over a step of 1e-5; the correction is a few per cent of what it corrects.
DIFFERENCES = 1e-6
#: The same sums in another order.
SAME = 1e-10


def mixed(y, x, blocks, weights=None):
    """Fits of rows, what their covariances rest on, and the variance parameters."""
    plan = mixed_plan(x, blocks, weights)
    fits = plan.rows(y, None)
    own = mixed_covariances(plan, fits, 0.0, None, None)
    return fits, own, own.parameters(fits.sigma)


def expected_information(x, blocks, rho):
    """Covariance (g, 3) of (log variance, rho) from the information that is to be expected."""
    n, p = x.shape
    rest = np.linalg.qr(x, mode="complete")[0][:, p:]
    shared = (blocks[:, None] == blocks[None, :]).astype(float)
    values = np.linalg.eigvalsh(rest.T @ shared @ rest) - 1.0
    slope = values / (1.0 + rho[:, None] * values)
    a, b, c = (n - p) / 2, slope.sum(axis=1) / 2, np.square(slope).sum(axis=1) / 2
    return np.stack([c, -b, np.full(len(rho), a)], axis=1) / (a * c - b**2)[:, None]


@answers("adjusted", "adjusted")
def test_standard_errors_for_an_estimated_correlation_are_those_of_pbkrtest(args, expected):
    blocks = args["blocks"].astype(np.intp)
    x, y = args["x"].reshape(len(blocks), -1), args["y"].reshape(-1, len(blocks))
    fits, own, parameters = mixed(y, x, blocks)
    variances = own.variances(slice(None), np.eye(x.shape[1]))
    se = variances.stdev * fits.sigma[:, None]
    assert_allclose(se, expected["se"].reshape(se.shape), rtol=SEARCHED)
    expecting = parameters._replace(covariance=expected_information(x, blocks, parameters.rho))
    adjusted = se * np.sqrt(1.0 + variances.inflation(expecting))
    assert_allclose(adjusted, expected["adjusted"].reshape(se.shape), rtol=SEARCHED)


@answers("adjusted", "adjusted")
def test_df_of_f_are_those_of_lmertest(args, expected):
    blocks = args["blocks"].astype(np.intp)
    x, y = args["x"].reshape(len(blocks), -1), args["y"].reshape(-1, len(blocks))
    _, own, _ = mixed(y, x, blocks)
    assert_allclose(own.joint_df(slice(None), np.eye(x.shape[1])[:, 1:]), expected["df"], rtol=1e-4)


def test_df_of_f_do_not_depend_on_contrasts_that_follow_from_others():
    x, blocks, y = balanced(6)
    _, own, _ = mixed(y, x, blocks)
    times = np.array([[0.0, 0, 1, 0], [0, 0, 0, 1], [0, 0, -1, 1]]).T
    assert_allclose(own.joint_df(slice(None), times), 14.0, rtol=1e-8)


BETWEEN, WITHIN = [1], [2, 3]


def balanced(g):
    """Eight blocks of three: the second column of the design between them, the others within; variances differ."""
    rng = np.random.default_rng(5)
    blocks = np.repeat(np.arange(8), 3)
    time = np.arange(24) % 3
    x = np.column_stack([np.ones(24), blocks > 3, time == 1, time == 2]).astype(float)
    size = np.sqrt(4 / rng.chisquare(4, size=(g, 1)))
    return x, blocks, size * (rng.normal(size=(g, 24)) + rng.normal(size=(g, 8))[:, blocks])


def test_errors_within_blocks_are_none_of_a_balanced_contrast_between_blocks_and_all_of_one_within():
    x, blocks, y = balanced(20)
    _, own, parameters = mixed(y, x, blocks)
    variances = own.variances(slice(None), np.eye(4))
    slope, correlation = variances.overlap(parameters)
    for part in (slope, correlation):
        assert_allclose(part[:, BETWEEN], 0.0, atol=1e-9)
        assert_allclose(part[:, WITHIN], 1.0, rtol=1e-9)
    assert_allclose(variances.inflation(parameters), 0.0, atol=DIFFERENCES)


def test_no_correction_exceeds_the_variance_itself():
    rng = np.random.default_rng(2)
    blocks = np.array([0, 0, 1, 1, 2, 2])
    x = np.column_stack([np.ones(6), [0, 1, 0, 0, 1, 1]])
    _, own, parameters = mixed(rng.normal(size=(200, 6)), x, blocks)
    inflation = own.variances(slice(None), np.eye(2)).inflation(parameters)
    assert inflation.min() >= 0.0
    assert inflation.max() == 1.0


def test_gaps_and_complete_rows_have_one_answer():
    """A sample of weight zero is one that is missing in all rows."""
    x, blocks, y = balanced(10)
    weights = np.where(np.arange(24) == 7, 0.0, 1.0)
    gapped = np.where(weights > 0, y, np.nan)
    _, own, _ = mixed(gapped, x, blocks)
    _, same, _ = mixed(y, x, blocks, weights)
    for mine, other in zip(own.variances(slice(None), np.eye(4)), same.variances(slice(None), np.eye(4)), strict=True):
        assert_allclose(mine, other, rtol=1e-7, atol=1e-7)  # curvatures are differences over steps of 1e-5


def test_variances_of_a_contrast_are_squeezed_as_any_others():
    """The posterior of the paper, from the prior that is found and the contrast's own df."""
    x, blocks, y = balanced(300)
    _, own, parameters = mixed(y, x, blocks)
    variances = own.variances(slice(None), np.eye(4))
    moderation, prior = moderate_contrasts(variances, parameters, np.full(300, 20))
    for k in range(4):
        of_k, d0 = moderation.of(k), prior.each[k].df2
        s2 = np.square(parameters.sigma * variances.stdev[:, k] / variances.independent[:, k])
        s2 *= 1.0 + variances.inflation(parameters)[:, k]
        d, s0 = variances.df[:, k], of_k.in_units(of_k.s2_prior)
        assert_allclose(of_k.in_units(of_k.s2_post), (d * s2 + d0 * s0) / (d + d0), rtol=SAME)
        assert_allclose(of_k.df_total, d + d0, rtol=SAME)
    assert [np.ndim(part.scale) for part in prior.each] == [1, 1, 0, 0]  # those within blocks follow nothing


def test_without_a_correlation_the_prior_is_what_a_feature_has():
    x, blocks, y = balanced(100)
    y[4] = np.where(np.arange(24) % 3 == 0, y[4], np.nan)
    fits, own, parameters = mixed(y, x, blocks)
    variances = own.variances(slice(None), np.eye(4)[:, :2])
    moderation, prior = moderate_contrasts(variances, parameters, fits.n_fitted - fits.rank)
    assert np.isnan(parameters.sigma[4])
    assert_array_equal(moderation.s2_post[4], moderation.s2_prior[4])
    assert_allclose(moderation.df_total[4], [part.df2 for part in prior.each], rtol=SAME)


def test_parameters_without_variance_within_have_no_logarithm():
    parameters = VarianceParameters(np.array([1.0, 0.0, np.nan]), np.array([0.5, 0.5, np.nan]), np.zeros((3, 3)))
    assert_allclose(parameters.log_within(), [np.log(0.5), np.nan, np.nan])


@pytest.mark.parametrize(
    ("df", "pooled"),
    [
        ([4.0, 4.0], 4.0),
        ([4.0, 8.0], 5.0),  # means of F: 2 and 4/3, on average 5/3
        ([np.inf, np.inf], np.inf),
        ([np.inf, 5.0], 8.0),
        ([2.0, 9.0], 2.0),
        ([0.0, 3.0], 0.0),
        ([np.nan, 3.0], np.nan),
    ],
)
def test_pooled_df_have_the_mean_f(df, pooled):
    assert_allclose(pooled_df(np.array([df])), [pooled], rtol=SAME)
