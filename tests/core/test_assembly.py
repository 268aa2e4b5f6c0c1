from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.assembly import assemble
from ebayes_lm.core.linear_plan import linear_plan
from ebayes_lm.core.ols import Status

#: A product and a quotient.
ARITHMETIC = 1e-14

X = np.column_stack([np.ones(9), np.repeat([0.0, 1, 0], 3), np.repeat([0.0, 0, 1], 3)])
Y = np.random.default_rng(0).normal(5, 1, (6, 9))


def assembled(y, *, features=None, limma=False, **options):
    plan = linear_plan(X, **options)
    rows, own = plan.rows(y, None, use_kernel=False)
    return assemble(plan, rows, own, cells=None, features=features, limma=limma)


def rows_of_every_kind():
    y = Y.copy()
    y[1] = np.nan  # nothing
    y[2, :3] = np.nan  # no reference group
    y[3, 1:] = np.nan  # one value
    y[4] = np.repeat([1.0, 2, 5], 3)  # separated
    y[5, [1, 2, 4, 5, 7, 8]] = np.nan  # one value a group
    return y


def test_status():
    record, _ = assembled(rows_of_every_kind())
    expected = ["ok", "all_missing", "not_estimable", "not_estimable", "zero_variance", "no_df"]
    assert [Status(s).name for s in record.status] == expected
    few, _ = assembled(rows_of_every_kind(), min_observed=5)
    assert [Status(s).name for s in few.status][3:] == ["few_observed", "zero_variance", "few_observed"]


def test_what_complete_rows_share_is_stored_once():
    record, covariances = assembled(Y)
    assert covariances is None
    assert record.stdev_unscaled.strides[0] == 0
    assert record.df_residual.strides == (0,)


def test_coefficients_that_a_row_cannot_estimate():
    record, covariances = assembled(rows_of_every_kind())
    known = ~np.isnan(record.coefficients)
    assert known.tolist() == [[True] * 3, [False] * 3, [False] * 3, [True, False, False], [True] * 3, [True] * 3]
    assert_array_equal(np.isnan(record.stdev_unscaled), ~known)
    assert covariances.deficient.tolist() == [2, 3]
    assert_allclose(covariances.solutions[0] @ X[3:].T, np.repeat([Y[2, 3:6].mean(), Y[2, 6:].mean()], 3))


def test_limma_lets_them_change_their_meaning():
    record, _ = assembled(rows_of_every_kind(), limma=True)
    y = rows_of_every_kind()[2]
    assert_allclose(record.coefficients[2], [y[6:].mean(), y[3:6].mean() - y[6:].mean(), np.nan])
    assert Status(record.status[2]) == Status.not_estimable


@pytest.mark.parametrize("gaps", [False, True])
def test_weights_of_features_scale_sigma_and_standard_deviations(gaps):
    y = rows_of_every_kind() if gaps else Y
    weights = np.array([4.0, 1, 9, 0, 1, 0.25])
    plain, _ = assembled(y)
    weighted, _ = assembled(y, features=weights)
    root = np.sqrt(weights)
    kept = weights > 0
    assert_allclose(weighted.sigma[kept], (plain.sigma * root)[kept], rtol=ARITHMETIC)
    assert_allclose(
        weighted.stdev_unscaled[kept], (plain.stdev_unscaled / root.clip(0.1)[:, None])[kept], rtol=ARITHMETIC
    )
    assert_array_equal(weighted.coefficients[kept], plain.coefficients[kept])
    assert Status(weighted.status[3]) == Status.all_missing
    assert weighted.n_observed[3] == weighted.df_residual[3] == 0
    assert np.isnan(weighted.coefficients[3]).all()
