from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.local_regression import lowess
from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from tests.core.answers.reader import answers

#: The same sums in the same order as R's, which leaves nothing but what another machine rounds differently.
AS_IN_R = 1e-12
#: statsmodels robustifies by other rounding, and joins its lines differently where delta is not 0.
STATSMODELS = 1e-8


@answers("lowess", "robust")
def test_as_in_r(args, expected):
    fitted = lowess(
        args["x"], args["y"], span=args["span"], iterations=int(args["iterations"]), delta=args.get("delta")
    )
    assert_allclose(fitted, expected["value"], rtol=0, atol=AS_IN_R * np.abs(args["y"]).max())


@pytest.mark.parametrize("iterations", [0, 3])
def test_as_in_statsmodels(iterations):
    from statsmodels.nonparametric.smoothers_lowess import lowess as other

    rng = np.random.default_rng(3)
    x = rng.normal(size=200)
    y = np.sin(2 * x) + rng.standard_t(3, size=200)
    fitted = lowess(x, y, span=0.3, iterations=iterations, delta=0)
    assert_allclose(fitted, other(y, x, frac=0.3, it=iterations, return_sorted=False), atol=STATSMODELS)


def test_order_does_not_matter():
    rng = np.random.default_rng(4)
    x, y, order = rng.normal(size=80), rng.normal(size=80), rng.permutation(80)
    assert_array_equal(lowess(x[order], y[order], span=0.4), lowess(x, y, span=0.4)[order])


def test_outliers_count_less():
    x = np.arange(50.0)
    y = 2 * x + np.random.default_rng(5).normal(size=50)
    y[25] = 150
    assert np.abs(lowess(x, y, span=0.4) - 2 * x).max() < 2
    assert np.abs(lowess(x, y, span=0.4, iterations=0) - 2 * x).max() > 5


def test_few_points():
    assert lowess([], [], span=0.5).shape == (0,)
    assert_array_equal(lowess([3.0], [7.0], span=0.5), [7.0])


def test_input_is_left_alone():
    x, y = np.array([3.0, 1.0, 2.0]), np.array([1.0, 5.0, 2.0])
    lowess(x, y, span=1)
    assert_array_equal(x, [3.0, 1.0, 2.0])
    assert_array_equal(y, [1.0, 5.0, 2.0])


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"x": [1.0]}, ArgumentError, r"shapes are \(1,\) and \(3,\)"),
        ({"x": [1.0, np.nan, np.inf]}, ArgumentError, "x is NaN or infinite at 2 of 3 points, the first at position 1"),
        ({"y": [1.0, np.nan, 2.0]}, ArgumentError, "y is NaN or infinite at 1 of 3 points"),
        ({"span": 0}, ArgumentError, "span is a share of the points, above 0 and up to 1; got 0"),
        ({"span": 1.5}, ArgumentError, "got 1.5"),
        ({"span": "wide"}, ArgumentTypeError, "span must be a number; got 'wide'"),
        ({"span": True}, ArgumentTypeError, "span must be a number; got True"),
        ({"iterations": 2.5}, ArgumentTypeError, "iterations is a count of passes; got 2.5"),
        ({"iterations": -1}, ArgumentError, "0 or more; got -1"),
        ({"delta": -0.1}, ArgumentError, "delta is a distance between values of x, 0 or more; got -0.1"),
        ({"delta": np.nan}, ArgumentError, "delta is a distance"),
    ],
    ids=str,
)
def test_refusals(options, error, says):
    with pytest.raises(error, match=says):
        lowess(**{"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0], "span": 0.5} | options)
