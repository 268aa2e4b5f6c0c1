"""Principal components of samples, against prcomp of R."""

from __future__ import annotations

import numpy as np
import pytest

import ebayes_lm as el
from tests.plot.answers.reader import matrix, numbers, stored
from tests.plot.test_leading_changes import CLOSE, up_to_sign


@pytest.mark.parametrize("scale", [False, True])
def test_scores_are_those_of_r(scale):
    expected = stored()["pca"]["scaled" if scale else "plain"]
    found = el.plot.pca_data(matrix(stored()["values"], 7), scale=scale)
    scores = matrix(expected["scores"], 6)
    for k in range(6):
        ours = up_to_sign(found.positions.iloc[:, k].to_numpy(), scores[:, k])
        np.testing.assert_allclose(ours, scores[:, k], rtol=CLOSE, atol=CLOSE)
    np.testing.assert_allclose(found.explained, numbers(expected["explained"]), rtol=CLOSE, atol=CLOSE)


def test_blocks_add_up(monkeypatch):
    y = matrix(stored()["values"], 7)
    whole = el.plot.pca_data(y).positions.abs()
    monkeypatch.setattr("ebayes_lm.plot.sample_values.CELLS", 70)
    np.testing.assert_allclose(el.plot.pca_data(y).positions.abs(), whole, rtol=CLOSE, atol=CLOSE)


def test_features_that_lack_a_value_or_do_not_vary_are_left_out():
    y = np.vstack([matrix(stored()["holes"], 7), np.ones((2, 7))])
    found = el.plot.pca_data(y, scale=True)
    assert (found.features, found.left_out) == (58, 2)


def test_top_takes_the_features_that_vary_most():
    y = matrix(stored()["values"], 7)
    largest = np.sort(np.argsort(-y.var(axis=1))[:10])
    np.testing.assert_allclose(
        el.plot.pca_data(y, top=10).positions.abs(), el.plot.pca_data(y[largest]).positions.abs(), atol=CLOSE
    )


def test_numbers_are_a_ramp_with_a_bar():
    y = matrix(stored()["values"], 7)
    ax = el.plot.pca(y, colour_by=[1.0, 2, 3, 4, 5, 6, 7])
    assert len(ax.figure.axes) == 2
    assert ax.get_legend() is None


@pytest.mark.parametrize("y", [np.full((3, 4), np.nan), np.ones((3, 4))])
def test_nothing_to_see_is_drawn(y):
    el.plot.pca(y).figure.canvas.draw()
