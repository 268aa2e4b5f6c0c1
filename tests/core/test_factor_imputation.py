from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.factor_imputation import filled

#: Least squares by two ways.
ROUNDING = 1e-11


def test_gaps_are_at_the_fit_of_what_is_there():
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(rng.normal(size=(9, 3)))[0]
    y, missing = rng.normal(size=(40, 9)), rng.random((40, 9)) < 0.3
    missing[missing.sum(axis=1) > 5] = False
    given = np.where(missing, np.nan, y)
    whole, known = filled(given, missing, basis)
    assert known.all()
    for row, gaps, found in zip(y, missing, whole, strict=True):
        fit = np.linalg.lstsq(basis[~gaps], row[~gaps], rcond=None)[0]
        assert_allclose(found, np.where(gaps, basis @ fit, row), atol=ROUNDING)
    assert np.isnan(given[missing]).all()


def test_rows_that_do_not_tell_their_coefficients_stay():
    basis = np.repeat(np.eye(2), 2, axis=0) / np.sqrt(2)
    y = np.array([[np.nan, np.nan, 1.0, 2.0], [np.nan, 3.0, 1.0, 2.0]])
    whole, known = filled(y, np.isnan(y), basis)
    assert_array_equal(known, [False, True])
    assert np.isnan(whole[0, :2]).all()
    assert_allclose(whole[1, 0], 3.0, atol=ROUNDING)
