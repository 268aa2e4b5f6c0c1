"""Correlations of samples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError

#: Sums in another order.
CLOSE = 1e-12


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_correlations_are_those_of_complete_features(method, monkeypatch):
    monkeypatch.setattr("ebayes_lm.plot.sample_values.CELLS", 50)
    y = np.random.default_rng(1).normal(1000.0, size=(60, 5)).round(1)
    y[3, 2], y[9, 4] = np.nan, np.inf
    expected = pd.DataFrame(y[np.isfinite(y).all(axis=1)]).corr(method=method)
    np.testing.assert_allclose(el.plot.sample_correlation_data(y, method=method), expected, rtol=1e-9)


def test_a_first_feature_far_from_the_others_costs_no_digits():
    y = np.random.default_rng(1).normal(size=(500, 3))
    y[0] = np.nan
    np.testing.assert_allclose(el.plot.sample_correlation_data(y), pd.DataFrame(y[1:]).corr(), rtol=CLOSE)


def test_samples_that_are_alike_stand_side_by_side():
    rng = np.random.default_rng(1)
    kinds = rng.normal(size=(200, 2))
    y = pd.DataFrame(kinds[:, [0, 1, 0, 1]] + rng.normal(size=(200, 4)) * 0.1, columns=list("abcd"))
    ax = el.plot.sample_correlation(y, colour_by=list("xyxy"))
    order = [text.get_text() for text in ax.get_xticklabels()]
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset("ac"), frozenset("bd")}
    found = el.plot.sample_correlation_data(y).loc[order, order]
    np.testing.assert_array_equal(ax.images[0].get_array(), found)
    plain = el.plot.sample_correlation(y, cluster=False)
    assert [text.get_text() for text in plain.get_xticklabels()] == list("abcd")


@pytest.mark.parametrize("y", [np.ones((3, 4)), np.eye(1, 3), np.array([[1.0, 2.0], [2.0, 3.0]])])
def test_what_does_not_vary_is_drawn(y):
    el.plot.sample_correlation(y).figure.canvas.draw()


def test_nothing_known_is_said():
    y = np.full((3, 2), np.nan)
    assert "No feature has a value" in el.plot.sample_correlation(y).texts[0].get_text()
    assert el.plot.sample_correlation_data(y, method="spearman").isna().all(axis=None)


def test_another_method_is_refused():
    with pytest.raises(ArgumentError, match="'spearman'"):
        el.plot.sample_correlation(np.eye(3), method="kendall")
