"""Clouds of any number of points."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

from ebayes_lm.plot.cloud import DENSITY_ABOVE, RASTERISED_ABOVE, cloud
from ebayes_lm.plot.style import new_axes


@pytest.fixture
def points():
    return np.random.default_rng(1).normal(size=(2, 1_000_000))


def test_a_few_points_are_marks_and_more_of_them_an_image(points):
    ax = new_axes(None)
    assert not cloud(ax, *points[:, :RASTERISED_ABOVE]).get_rasterized()
    assert cloud(ax, *points[:, : RASTERISED_ABOVE + 1]).get_rasterized()
    assert not ax.images


def test_points_without_a_place_are_left_out():
    marks = cloud(new_axes(None), [1.0, np.nan, 2.0, np.inf], [1.0, 1.0, np.nan, 1.0])
    assert marks.get_offsets().tolist() == [[1.0, 1.0]]


def test_a_million_points_are_counted(points):
    ax = new_axes(None)
    points[:, 0] = 40.0
    image = cloud(ax, *points, colour="#0072B2", label="all")
    assert list(ax.images) == [image]
    colours = np.asarray(image.get_array())
    # as many bins have a colour as hold a point
    low, high = points.min(axis=1), points.max(axis=1)
    counts = np.histogram2d(*points, bins=colours.shape[1::-1], range=np.column_stack([low, high]).tolist())[0].T
    seen = colours[..., 3] > 0
    assert abs(np.count_nonzero(seen) - np.count_nonzero(counts)) <= 0.001 * np.count_nonzero(counts)
    # the more points, the darker
    dense, sparse = (np.flatnonzero(counts == n)[0] for n in (counts.max(), counts[counts > 0].min()))
    assert colours[..., :3].reshape(-1, 3)[dense].sum() < colours[..., :3].reshape(-1, 3)[sparse].sum()
    assert [40.0, 40.0] in ax.collections[0].get_offsets().tolist(), "a point far from all others is marked"
    assert ax.get_xlim()[1] > 40.0
    assert ax.get_legend_handles_labels()[1] == ["all"]
    ax.figure.savefig(BytesIO())


@pytest.mark.parametrize("value", [0.0, 5.0, -1e-300])
def test_points_on_a_line_have_a_density_too(value):
    ax = new_axes(None)
    cloud(ax, np.full(DENSITY_ABOVE + 1, value), np.arange(DENSITY_ABOVE + 1))
    left, right = ax.get_xlim()
    assert left < value < right
