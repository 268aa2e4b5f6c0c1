"""Names beside points."""

from __future__ import annotations

from io import BytesIO
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from ebayes_lm.plot.point_names import feature_names, write_names
from ebayes_lm.plot.style import new_axes


def test_names_of_scattered_points_do_not_overlap():
    rng = np.random.default_rng(1)
    ax = new_axes(None)
    x, y = rng.normal(size=(2, 15))
    ax.scatter(x, y)
    write_names(ax, x, y, [f"gene{k}" for k in range(15)])
    ax.figure.savefig(BytesIO())
    boxes = [Text.get_window_extent(text) for text in ax.texts]  # without the lines to points
    assert len(boxes) == 15
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    frame = ax.get_window_extent()
    assert all(frame.containsx(box.x0) and frame.containsx(box.x1) for box in boxes)


def test_names_of_points_in_one_place_are_written_all():
    ax = new_axes(None)
    ax.scatter([0.0], [0.0])
    write_names(ax, np.zeros(60), np.zeros(60), ["name"] * 60)
    assert len(ax.texts) == 60


def test_points_without_a_place_have_no_name():
    ax = new_axes(None)
    write_names(ax, np.array([np.nan, 1.0]), np.array([1.0, np.inf]), ["a", "b"])
    assert not ax.texts


@pytest.mark.parametrize("column", ["Symbol", "SYMBOL", "gene_symbol", "Gene.Name", "hgnc_symbol", "gene"])
def test_a_column_that_holds_symbols_is_found(column):
    genes = pd.DataFrame({"length": [1, 2], column: ["TP53", "MYC"]}, index=["a", "b"])
    assert feature_names(None, genes.index, genes, np.array([1])) == ["MYC"]


def test_without_symbols_features_have_their_labels():
    genes = pd.DataFrame({"length": [1, 2]}, index=[10, 20])
    assert feature_names(None, genes.index, genes, np.array([1, 0])) == ["20", "10"]
