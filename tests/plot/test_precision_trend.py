"""The trend that precision weights come from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentTypeError
from ebayes_lm.weights.precision_list import VoomEList


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(1).negative_binomial(5, 0.1, size=(100, 6)))


def test_voom_is_drawn_with_its_own_points_and_line(counts, is_drawn):
    v = el.voom(counts)
    ax = el.plot.voom_trend(v)
    is_drawn(ax)
    assert np.array_equal(ax.collections[0].get_offsets(), v.voom_xy.to_numpy())
    assert np.array_equal(ax.lines[0].get_xydata(), v.voom_line.to_numpy())
    assert ax.get_xlabel() == "mean log2 count"
    assert el.plot.voom_trend_data(v).line is v.voom_line


def test_a_fit_and_its_tests_keep_their_trend(counts):
    fit = el.voom_lm_fit(counts, np.ones((6, 1)))
    for stage in (fit, fit.ebayes(), fit.contrast([[1.0]])):
        assert el.plot.voom_trend_data(stage).points.equals(fit.elist.voom_xy)


def test_groups_have_lines_of_their_own(is_drawn):
    y = np.random.default_rng(1).normal(8.0, 1.0, size=(100, 9))
    v = el.vooma_by_group(y, list("AAABBBCCC"))
    ax = el.plot.voom_trend(v)
    is_drawn(ax)
    assert len(ax.lines) == 3
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["A", "B", "C"]
    assert ax.get_xlabel() == "mean log2 value"


@pytest.mark.parametrize("number", [0, 1, 1_000_000])
@pytest.mark.parametrize("value", [1.0, np.nan])
def test_any_number_of_points_is_drawn(number, value, is_drawn):
    points = pd.DataFrame(np.random.default_rng(1).normal(size=(number, 2)) * value, columns=["x", "y"])
    v = VoomEList(E=pd.DataFrame(np.ones((2, 2))), voom_xy=points, voom_line=points.sort_values("x"), span=0.5)
    ax = el.plot.voom_trend(v)
    is_drawn(ax)
    assert bool(ax.images) == (number == 1_000_000 and value == 1.0)
    assert all(len(line.get_xdata()) <= 1_000 for line in ax.lines)


@pytest.mark.parametrize("y", [np.ones((3, 3)), "trend", None])
def test_what_has_no_trend_is_refused(y):
    with pytest.raises(ArgumentTypeError, match="makes one"):
        el.plot.voom_trend(y)


def test_a_fit_to_weights_that_were_given_says_where_the_trend_is(counts):
    with pytest.raises(ArgumentTypeError, match="what voom"):
        el.plot.voom_trend(el.lm_fit(el.voom(counts)).ebayes())
