from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.weighted_local import loess_fit, weighted_lowess
from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from tests.core.answers.reader import answers

#: Sums over a window in another order, relative to the range of y.
ROUNDING = 1e-11


def whole(args, *names):
    return args | {name: int(args[name]) for name in names if name in args}


@answers("weighted_lowess", "unequal")
def test_as_in_limma(args, expected):
    fitted = weighted_lowess(**whole(args, "iterations", "n_points"))
    assert_allclose(fitted, expected["value"], rtol=0, atol=ROUNDING * np.ptp(args["y"]))


@answers("loess_fit", "unequal")
def test_choice_of_curve_as_in_limma(args, expected):
    fitted = loess_fit(**whole(args, "iterations", "equal_weights_as_null"))
    known = np.isfinite(args["x"]) & np.isfinite(args["y"])
    assert_array_equal(np.isnan(fitted), ~known)
    # limma also has NaN where robustness leaves a window without weight
    given = np.isfinite(expected["value"])
    assert given.sum() >= 0.75 * known.sum()
    assert_allclose(
        fitted[given], expected["value"][given], rtol=0, atol=ROUNDING * np.abs(args["y"][given]).max(initial=0)
    )


@pytest.fixture
def points():
    rng = np.random.default_rng(1)
    x = rng.uniform(size=60)
    return x, np.sin(6 * x) + rng.normal(size=60), rng.integers(1, 4, 60)


@pytest.mark.parametrize("iterations", [1, 4])
def test_a_weight_stands_for_so_many_points(points, iterations):
    x, y, w = points
    options = {"span": 0.5, "iterations": iterations, "delta": 0.0}
    repeated = weighted_lowess(np.repeat(x, w), np.repeat(y, w), **options)
    assert_allclose(np.repeat(weighted_lowess(x, y, w, **options), w), repeated, atol=ROUNDING)


def test_the_order_of_points_does_not_matter(points):
    x, y, w = points
    shuffled = np.random.default_rng(2).permutation(60)
    expected = weighted_lowess(x, y, w)[shuffled]
    assert_allclose(weighted_lowess(x[shuffled], y[shuffled], w[shuffled]), expected, rtol=0, atol=ROUNDING)


def test_a_straight_line_is_met(points):
    x, _, w = points
    assert_allclose(weighted_lowess(x, 3 - 2 * x, w), 3 - 2 * x, atol=ROUNDING)


def test_a_window_without_weight_takes_its_neighbours():
    """limma gives NaN: points at the edge of a window count for nothing."""
    fitted = weighted_lowess(np.arange(5.0), [1.0, 1.0, 9.0, 3.0, 3.0], [1, 1, 0, 1, 1], span=0.2, iterations=1)
    assert_array_equal(fitted, [1.0, 1.0, 2.0, 3.0, 3.0])


def test_points_met_exactly_stay_so():
    """limma weighs them by what rounding leaves of their residuals."""
    rng = np.random.default_rng(3)
    x, y = rng.uniform(size=8), rng.normal(size=8)
    assert_allclose(weighted_lowess(x, y, rng.uniform(0.1, 1, 8), span=0.1), y, rtol=1e-14)


def test_few_points():
    assert_array_equal(weighted_lowess([], []), [])
    assert_array_equal(weighted_lowess([1.0], [3.0]), [3.0])
    assert_array_equal(loess_fit([], [], []), [])


def test_refusals():
    x = y = [1.0, 2.0, 3.0]
    for weights, message in (
        ([1.0], "weights have shape"),
        ([1, np.nan, 1], "1 of 3 weights are NaN"),
        ([1, -1, 1], "first at position 1"),
        ([0, 0, 0], "all weights are 0"),
    ):
        with pytest.raises(ArgumentError, match=message):
            weighted_lowess(x, y, weights)
    for option, value in (("span", 0), ("span", 1.1), ("iterations", 0), ("n_points", 0), ("delta", -1.0)):
        with pytest.raises(ArgumentError, match=option):
            weighted_lowess(x, y, **{option: value})
    for option, value in (("span", "a"), ("iterations", 1.5), ("n_points", True)):
        with pytest.raises(ArgumentTypeError, match=option):
            weighted_lowess(x, y, **{option: value})
    with pytest.raises(ArgumentError, match="same length"):
        loess_fit(x, [1.0])
    with pytest.raises(ArgumentError, match="weights have shape"):
        loess_fit(x, y, [1.0])
    with pytest.raises(ArgumentError, match="min_weight"):
        loess_fit(x, y, [1, 2, 3], min_weight=0)
