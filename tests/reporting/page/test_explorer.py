from __future__ import annotations

import numpy as np

import ebayes_lm as el
from ebayes_lm.reporting.page.explorer import log_adjusted
from ebayes_lm.reporting.page.feature_values import STEPS, in_steps

#: Logarithms of numbers that agree to the last digits.
LAST_DIGITS = 1e-12


def test_adjusting_logarithms_is_adjusting() -> None:
    rng = np.random.default_rng(1)
    p = np.concatenate([rng.uniform(size=50), 10.0 ** -rng.uniform(1, 200, size=20), [np.nan, 1.0, 0.5, 0.5]])
    np.testing.assert_allclose(log_adjusted(np.log(p)), np.log(el.adjust_p(p)), rtol=LAST_DIGITS, atol=LAST_DIGITS)


def test_adjusting_logarithms_goes_on_where_p_underflows() -> None:
    found = log_adjusted(np.array([-5000.0, -1000.0, 0.0, np.nan]))
    np.testing.assert_allclose(found, [-5000.0 + np.log(3), -1000.0 + np.log(1.5), 0.0, np.nan])


def test_steps_reach_from_the_least_to_the_largest_value() -> None:
    values = np.array([[0.0, 5.0, 10.0], [3.0, 3.0, np.nan], [np.nan, np.nan, np.nan], [-1e30, 0.0, 1e30]])
    low, step, codes = in_steps(values)
    told = np.where(codes == 65535, np.nan, low[:, None] + step[:, None].astype(float) * codes)
    np.testing.assert_array_equal(np.isnan(told), np.isnan(values))
    np.testing.assert_allclose(told[:2], values[:2], atol=10.0 / STEPS)
    np.testing.assert_allclose(told[3], values[3], atol=2e30 / STEPS)
