from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.sample_variances import ArrayRows
from ebayes_lm.core.shared_directions import (
    leading_axes,
    main_directions,
    precision_of,
    residual_moment,
    row_variances,
    spaces,
    squares_of,
)
from ebayes_lm.core.squeeze import squeeze_var

#: The same sums in another order.
ROUNDING = 1e-12

RNG = np.random.default_rng(3)
X = np.column_stack([np.ones(9), np.repeat([0.0, 1.0], [4, 5]), RNG.normal(size=9)])
Y = RNG.normal(size=(40, 9)) * RNG.uniform(0.5, 3, size=(40, 1)) + 7
AT = spaces(X[:, :1], X[:, 1:])


def hat(columns):
    return columns @ np.linalg.pinv(columns)


def test_spaces_split_the_samples():
    assert [part.shape[1] for part in AT] == [1, 2, 6]
    whole = np.hstack(AT)
    assert_allclose(whole.T @ whole, np.eye(9), atol=ROUNDING)
    assert_allclose(hat(AT.known), hat(X[:, :1]), atol=ROUNDING)
    assert_allclose(AT.residual @ AT.residual.T, np.eye(9) - hat(X), atol=ROUNDING)


def test_columns_that_others_determine_do_not_matter():
    again = spaces(X[:, [0, 0]], np.column_stack([X[:, 1], 1 - X[:, 1], X[:, 2]]))
    for one, other in zip(again, AT, strict=True):
        assert_allclose(one @ one.T, other @ other.T, atol=ROUNDING)


def test_moments_and_variances_are_those_of_residuals():
    residuals = Y - Y @ hat(X)
    weights = RNG.uniform(size=40)
    for precision in (None, weights):
        moment = residual_moment(ArrayRows(Y), AT.residual, precision)
        weighted = residuals * (1.0 if precision is None else precision[:, None])
        assert_allclose(AT.residual @ moment @ AT.residual.T, residuals.T @ weighted, atol=1e-10)
    axes = np.linalg.qr(RNG.normal(size=(6, 2)))[0]
    left = residuals - residuals @ hat(AT.residual @ axes)
    expected = squeeze_var(np.square(left).sum(axis=1) / 4, 4.0).var_post
    squares = squares_of(ArrayRows(Y), AT.residual)
    assert_allclose(row_variances(ArrayRows(Y), AT.residual, axes, squares), expected, rtol=1e-10)


def test_variances_beside_a_direction_that_takes_nearly_all_keep_their_digits():
    """Differences of sums of squares would have none left."""
    axes = np.linalg.qr(RNG.normal(size=(6, 1)))[0]
    y = 1e-7 * Y + 3e3 * RNG.normal(size=(40, 1)) * (AT.residual @ axes).T
    squares = squares_of(ArrayRows(y), AT.residual)
    left = (1e-7 * Y) @ AT.residual
    left -= left @ axes @ axes.T
    expected = squeeze_var(np.square(left).sum(axis=1) / 5, 5.0).var_post
    # values near 3e3 hold 1e-7 to five digits
    assert_allclose(row_variances(ArrayRows(y), AT.residual, axes, squares), expected, rtol=1e-4)


def test_directions_without_weights_are_singular_vectors():
    found = main_directions(ArrayRows(Y), AT.residual, 2, weigh=False)
    left = np.linalg.svd((Y @ AT.residual).T)[0][:, :2]
    assert_allclose(found.axes @ found.axes.T, left @ left.T, atol=1e-10)


def test_a_noisy_row_has_no_direction_of_its_own_where_rows_are_weighed():
    hidden = AT.residual[:, 0]
    y = RNG.normal(size=(300, 9)) * 0.3 + np.outer(RNG.normal(size=300), hidden)
    y[0] = 200 * AT.residual[:, 1]
    with_weights, without = (main_directions(ArrayRows(y), AT.residual, 1, weigh=w).axes[:, 0] for w in (True, False))
    assert abs(without[1]) > 0.9
    assert abs(with_weights[0]) > 0.9


def test_constant_rows_have_no_precision():
    y = Y.copy()
    y[3], y[5] = 4.7, X[:, 1] * 1e5 + 0.1
    variances = row_variances(ArrayRows(y), AT.residual, np.zeros((6, 0)), squares_of(ArrayRows(y), AT.residual))
    assert_array_equal(np.flatnonzero(np.isnan(variances)), [3, 5])
    assert_array_equal(precision_of(variances)[[3, 5]], 0.0)
    assert np.isfinite(main_directions(ArrayRows(y), AT.residual, 1, weigh=True).axes).all()


@pytest.mark.parametrize("k", [0, 1, 3])
def test_axes_are_the_largest_ones(k):
    axes = leading_axes(np.diag([1.0, 5.0, 3.0]), k)
    assert_allclose(np.abs(axes), np.eye(3)[:, [1, 2, 0]][:, :k], atol=ROUNDING)
