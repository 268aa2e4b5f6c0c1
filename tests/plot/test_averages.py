"""Effects over average expression, of fits and of matrices."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from tests import tolerances
from tests.plot.answers.drawn_points import drawn

# Values of about 10 in these data, and twenty roundings of each.
SMALLEST = 10 * tolerances.ROUNDING


def test_any_fit_is_drawn(any_fit, is_drawn):
    ax = el.plot.ma(any_fit)
    is_drawn(ax)
    assert bool(ax.images) == (len(any_fit.labels.features) == 1_000_000)


def test_a_million_features_of_a_matrix_are_drawn(is_drawn):
    y = np.random.default_rng(1).normal(size=(1_000_000, 3)).astype(np.float32)
    ax = el.plot.ma(y, 1)
    is_drawn(ax)
    assert len(ax.images) == 1


@pytest.mark.parametrize("values", [[[1.0, 2.0]], [[np.nan, np.nan]] * 3, [[np.nan]], [[1.0]]])
def test_any_matrix_is_drawn(values, is_drawn):
    is_drawn(el.plot.ma(np.array(values)))


def by_average(x, y):
    """Points from left to right: limma draws one group of them after the other."""
    order = np.argsort(x)
    return np.asarray(x)[order], np.asarray(y)[order], order


def test_a_fit_lies_where_limma_draws_it(limma_fit):
    data, expected = el.plot.ma_data(limma_fit, "group"), drawn("ma")
    x, y, order = by_average(data["AveExpr"], data["logFC"])
    limma_x, limma_y, limma_order = by_average(expected["x"], expected["y"])
    np.testing.assert_allclose(x, limma_x, rtol=tolerances.LEAST_SQUARES)
    np.testing.assert_allclose(y, limma_y, rtol=tolerances.LEAST_SQUARES, atol=SMALLEST)
    colours = [{"red": "up", "blue": "down", "black": "neither"}[expected["colour"][k]] for k in limma_order]
    assert data["status"].iloc[order].tolist() == colours
    assert colours.count("up") == 3


@pytest.mark.parametrize("weighted", [False, True])
def test_a_sample_lies_where_limma_draws_it(limma_data, weighted):
    weights = np.ones(limma_data.shape)
    weights[8:11, 1] = 0.0
    y = el.EList(limma_data, weights=weights) if weighted else limma_data
    data, expected = el.plot.ma_data(y, 1), drawn("ma of an elist" if weighted else "ma of a matrix")
    np.testing.assert_allclose(data["logFC"], expected["y"], rtol=tolerances.LEAST_SQUARES, atol=SMALLEST)
    there = ~np.isnan(expected["y"])
    assert there.sum() == (56 if weighted else 59)
    np.testing.assert_allclose(data["AveExpr"][there], expected["x"][there], rtol=tolerances.LEAST_SQUARES)


def test_a_fit_without_tests_has_one_colour(simple, is_drawn):
    ax = el.plot.ma(simple.fit)
    is_drawn(ax)
    assert ax.get_legend() is None
    data = el.plot.ma_data(simple.fit, "groupB")
    pd.testing.assert_series_equal(data["logFC"], simple.fit.coefficients["groupB"], check_names=False)
    pd.testing.assert_series_equal(data["AveExpr"], simple.fit.amean, check_names=False)
    assert data["status"].isna().all()
    assert list(data.columns) == list(el.plot.ma_data(simple).columns)


def test_mixed_models_are_drawn(mixed, is_drawn):
    is_drawn(el.plot.ma(mixed, "groupB"))


def test_samples_go_by_name_or_position(limma_data):
    named = limma_data.set_axis(list("abcdef"), axis=1)
    assert el.plot.ma_data(named, "b").equals(el.plot.ma_data(named, 1))
    assert el.plot.ma_data(named, -1).equals(el.plot.ma_data(named, "f"))
    assert el.plot.ma_data(named).equals(el.plot.ma_data(named, "a"))


@pytest.mark.parametrize(
    ("coef", "error"), [("z", ArgumentError), (6, ArgumentError), (1.5, ArgumentTypeError), (True, ArgumentTypeError)]
)
def test_samples_that_are_not_there_are_refused(limma_data, coef, error):
    with pytest.raises(error):
        el.plot.ma(limma_data, coef)


def test_the_best_are_named_where_wanted(simple):
    assert not el.plot.ma(simple).texts
    assert len(el.plot.ma(simple, top=4).texts) == 4
