from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import zeta

from ebayes_lm.core.special import logmdigamma, trigamma_inverse
from tests.core.answers.reader import answers

#: Both are series summed to the last bit or two.
SPECIAL_RTOL = 4e-15
#: statmod's series ends a term earlier.
STATMOD_RTOL = 1e-13


@answers("logmdigamma")
def test_logmdigamma_as_in_statmod(args, expected):
    assert_allclose(logmdigamma(args["x"]), expected["value"], rtol=STATMOD_RTOL)


def test_logmdigamma_known_values():
    # -digamma(1) is Euler's constant; digamma(1/2) = -gamma - 2 log 2
    euler = 0.57721566490153286061
    assert_allclose(logmdigamma([1.0, 0.5]), [euler, euler + np.log(2)], rtol=SPECIAL_RTOL)


@pytest.mark.parametrize("x", [0.3, 1.7, 5.0, 11.0, 11.9, 12.1, 40.0, 1e4])
def test_logmdigamma_obeys_the_recurrence(x):
    step = 1 / x - np.log1p(1 / x)
    assert_allclose(logmdigamma(x + 1) + step, logmdigamma(x), rtol=SPECIAL_RTOL, atol=1e-17 if x > 100 else 0)


def test_logmdigamma_at_the_ends():
    assert_allclose(logmdigamma([0.0, np.inf, -1.0, np.nan]), [np.inf, 0.0, np.nan, np.nan])
    assert_allclose(logmdigamma([1e-300, 1e300]), [1e300, 5e-301], rtol=SPECIAL_RTOL)


@answers("trigamma_inverse")
def test_trigamma_inverse_as_in_limma(args, expected):
    assert_allclose(trigamma_inverse(args["x"]), expected["value"], rtol=SPECIAL_RTOL)


def test_trigamma_inverse_inverts_trigamma():
    x = np.geomspace(1.1e-6, 9e6, 200)
    assert_allclose(zeta(2, trigamma_inverse(x)), x, rtol=1e-13)


def test_trigamma_inverse_keeps_the_kind_and_shape():
    assert isinstance(trigamma_inverse(1), float)
    assert isinstance(trigamma_inverse(np.float64(1e8)), float)
    assert trigamma_inverse(np.ones((2, 3))).shape == (2, 3)
    assert trigamma_inverse([]).shape == (0,)
