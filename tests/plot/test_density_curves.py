"""Densities of samples, against density() of R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from tests.plot.answers.reader import numbers, stored

#: Both go by way of a Fourier transform, whose rounding is that of the largest value.
CLOSE = 1e-12


@pytest.mark.parametrize("case", stored()["density"])
def test_curves_are_those_of_r(case):
    found = el.plot.densities_data(numbers(case["x"])[:, None])
    np.testing.assert_allclose(found.places[0], numbers(case["at"]), rtol=CLOSE, atol=CLOSE)
    np.testing.assert_allclose(found.density[0], numbers(case["density"]), atol=CLOSE)


def test_a_line_a_sample_in_the_colours_of_its_group():
    y = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 4)), columns=["$a", "b\n", "_c", "d" * 200])
    ax = el.plot.densities(y, colour_by=pd.Series(["x", "y", None, "x"], index=y.columns, name="day"))
    found, (lines,) = el.plot.densities_data(y), ax.collections
    for k, segment in enumerate(lines.get_segments()):
        np.testing.assert_array_equal(segment, np.column_stack([found.places.iloc[:, k], found.density.iloc[:, k]]))
    colours = [tuple(colour) for colour in lines.get_colors()]
    assert colours[0] == colours[3]
    assert len(set(colours)) == 3
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["x", "y"]


def test_few_samples_are_named_and_many_are_not():
    y = np.random.default_rng(1).normal(size=(20, 12))
    few = el.plot.densities(pd.DataFrame(y[:, :3], columns=["c", "a", "b"]))
    assert [text.get_text() for text in few.get_legend().get_texts()] == ["c", "a", "b"]
    assert el.plot.densities(y).get_legend() is None


def test_numbers_are_a_ramp():
    ax = el.plot.densities(np.random.default_rng(1).normal(size=(20, 8)), colour_by=[1.0, 2, 3, 4, 5, 6, 7, np.nan])
    ax.figure.canvas.draw()
    assert len(ax.figure.axes) == 2


def test_samples_without_values_have_no_curve():
    y = np.array([[1.0, np.nan, np.inf], [2.0, np.nan, 1.0]])
    found = el.plot.densities_data(y)
    assert found.known.tolist() == [2, 0, 1]
    assert found.density[1].isna().all()
    el.plot.densities(y).figure.canvas.draw()
    assert "No sample has a value" in el.plot.densities(np.full((2, 2), np.nan)).texts[0].get_text()
