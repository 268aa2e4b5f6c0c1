"""The structure of residuals as a picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentTypeError


@pytest.fixture(scope="module")
def structure() -> el.ResidualStructure:
    table = pd.DataFrame({"group": list("AB") * 6, "$day$\n": list("xxxxyyyyzzzz"), "age": np.arange(12.0) % 5})
    rng = np.random.default_rng(1)
    y = rng.normal(size=(300, 12)) + np.outer(rng.normal(size=300), table["$day$\n"] == "y")
    return el.residual_structure(el.lm_fit(y, "~ group", samples=table), y, samples=table, seed=1)


def test_bars_are_shares_and_lines_their_null(structure):
    ax = el.plot.residuals(structure)
    ax.figure.canvas.draw()
    heights = sorted((bar.get_height() for bar in ax.patches), reverse=True)
    np.testing.assert_array_equal(heights, structure.components["share"])
    null = [segment[0][1] for segment in ax.collections[0].get_segments()]
    np.testing.assert_array_equal(null, structure.components["null_quantile"])


def test_cells_are_associations(structure):
    found = el.plot.residuals_data(structure)
    for row in structure.associations.itertuples():
        assert found.r2.loc[row.annotation, row.component] == row.r2
        assert found.adj_p_value.loc[row.annotation, row.component] == row.adj_p_value
    assert found.r2.index[0] == "$day$\n"
    ax = el.plot.residuals(structure)
    np.testing.assert_array_equal(ax.figure.axes[1].images[0].get_array(), found.r2)


def test_without_annotation_and_null_bars_are_left():
    y = np.random.default_rng(1).normal(size=(100, 6))
    found = el.residual_structure(el.lm_fit(y, np.ones((6, 1))), y, seed=1)
    el.plot.residuals(found).figure.canvas.draw()


def test_something_else_is_refused():
    with pytest.raises(ArgumentTypeError, match="residual_structure"):
        el.plot.residuals(np.eye(3))
