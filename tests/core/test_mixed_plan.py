from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.mixed_plan import MixedFits, mixed_plan
from ebayes_lm.core.mixed_rows import mixed_designs
from tests.core.mixed_models import balanced

#: Rows worked on together or each on its own.
SAME = 1e-9


def test_rows_of_both_kinds_keep_their_order():
    x, blocks, y = balanced(9)
    gapped = np.where(np.arange(9)[:, None] % 3 == 1, np.where(np.arange(24) == 5, np.nan, y), y)
    fits = mixed_plan(x, blocks).rows(gapped, None)
    for row in range(9):
        alone = mixed_designs(x, blocks).fit(np.nan_to_num(gapped[[row]]), np.isfinite(gapped[[row]]).astype(float))
        assert_allclose(fits.coefficients[row], alone.coefficients[0], rtol=SAME)
        assert_allclose(fits.rho[row], alone.rho[0], atol=SAME)
        assert_allclose(fits.parameter_cov[row], alone.parameter_cov[0], rtol=1e-6)
    assert_array_equal(fits.n_observed, np.isfinite(gapped).sum(axis=1))
    assert_array_equal(fits.rank, 4)


def test_rows_with_too_few_observations_are_not_fitted():
    x, blocks, y = balanced(3)
    y[1, :4] = np.nan
    fits = mixed_plan(x, blocks, min_observed=21).rows(y, None)
    assert_array_equal(fits.n_fitted, [24, 0, 24])
    assert_array_equal(fits.n_observed, [24, 20, 24])
    assert np.isnan(fits.coefficients[1]).all()
    assert not fits.without_correlation.any()


def test_infinite_values_are_counted():
    x, blocks, y = balanced(3)
    y[2, [3, 7]] = np.inf, -np.inf
    fits = mixed_plan(x, blocks).rows(y, None)
    assert_array_equal(fits.n_infinite, [0, 0, 2])
    assert_array_equal(fits.n_observed, [24, 24, 22])


@pytest.mark.parametrize(
    ("rho", "consensus"),
    [
        ([0.5, np.nan, 0.5], 0.5),
        ([0.1, 0.3, 0.3, 0.3, 0.3, 0.3, 0.9], 0.3),  # one is trimmed at either end
        ([np.nan], 0.0),
        ([-0.4, -0.4], -0.33),  # nearly the lowest that blocks of four allow
    ],
)
def test_consensus(rho, consensus):
    rho = np.array(rho)
    fits = MixedFits(*[rho] * len(MixedFits._fields))
    assert_allclose(fits.consensus(largest=4), consensus, rtol=1e-12)


def test_aliased_columns_are_left_out():
    x, blocks, y = balanced(2)
    plan = mixed_plan(np.column_stack([x, x[:, 1]]), blocks)
    assert_array_equal(plan.columns, [0, 1, 2, 3])
    assert plan.rows(y, None).coefficients.shape == (2, 4)
    assert plan.largest == 3
