from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core.contrast_variances import VarianceParameters, pooled_df
from tests.core.answers.reader import answers
from tests.core.mixed_models import balanced, mixed

#: lmer stops its search where the deviance no longer changes; pbkrtest and lmerTest work on from there.
SEARCHED = 1e-5
#: Differences stand for second derivatives, over a step of 1e-5; the correction is a few per cent of what it corrects.
DIFFERENCES = 1e-6
#: The same sums in another order.
SAME = 1e-10


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


BETWEEN, WITHIN = [1], [2, 3]


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
