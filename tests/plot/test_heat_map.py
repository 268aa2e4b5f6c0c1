"""Heat maps, against the clusters of limma's coolmap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError
from ebayes_lm.plot.clusters import row_distances
from tests.plot.answers.reader import matrix, numbers, stored

#: Sums in another order.
CLOSE = 1e-12


def values() -> pd.DataFrame:
    return pd.DataFrame(matrix(stored()["values"], 7), index=[f"g{k}" for k in range(60)], columns=list("abcdefg"))


def same_partition(one, other) -> bool:
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len(set(one)) == len(set(other))


def test_trees_are_those_of_r():
    from scipy.cluster.hierarchy import fcluster

    found = el.plot.heatmap_data(values(), top=60)
    np.testing.assert_allclose(np.sort(found.row_tree[:, 2]), np.sort(numbers(stored()["heat_heights"])), rtol=1e-10)
    assert same_partition(fcluster(found.row_tree, 5, "maxclust"), stored()["heat_rows"])
    assert same_partition(fcluster(found.column_tree, 3, "maxclust"), stored()["heat_columns"])


def test_cells_are_scaled_and_in_the_order_of_the_trees():
    y = values()
    found = el.plot.heatmap_data(y, top=10)
    assert set(found.cells.index) == set(y.var(axis=1).nlargest(10).index)
    scaled = y.sub(y.mean(axis=1), axis=0).div(np.sqrt(y.var(axis=1) + 0.01), axis=0)
    pd.testing.assert_frame_equal(found.cells, scaled.loc[found.cells.index, found.cells.columns], rtol=CLOSE)
    assert y.index[found.rows].equals(found.cells.index)
    assert y.columns[found.columns].equals(found.cells.columns)
    np.testing.assert_array_equal(el.plot.heatmap(y, top=10).images[0].get_array(), found.cells)


def test_features_that_lack_values_are_ranked_by_what_they_have():
    y = values()
    y.iloc[:, 0] = np.nan
    y.iloc[5, :5] = np.nan
    expected = y.drop(index="g5").var(axis=1).nlargest(4).index
    assert set(el.plot.heatmap_data(y, top=4).cells.index) == set(expected)


def test_features_are_taken_as_listed():
    y, plain = values(), {"cluster": False, "scale": "none"}
    wanted = ["g5", "g0", "g5"]
    for features in (wanted, [5, 0, 5], pd.DataFrame(index=wanted)):
        pd.testing.assert_frame_equal(el.plot.heatmap_data(y, features, **plain).cells, y.loc[wanted])
    pd.testing.assert_frame_equal(el.plot.heatmap_data(y, y.index == "g3", **plain).cells, y.loc[["g3"]])


def test_features_of_a_fit_are_those_with_the_smallest_p():
    y = values()
    mod = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBBB")}, index=y.columns)).ebayes()
    best = mod.top_table("groupB", number=5).index
    assert set(el.plot.heatmap_data(y, mod[:, ["groupB"]], top=5).cells.index) == set(best)
    effects = el.plot.heatmap_data(mod, best, cluster=False)
    pd.testing.assert_frame_equal(effects.cells, mod.fit.coefficients.loc[best])
    assert el.plot.heatmap(mod).images[0].get_clim()[0] < 0.0


def test_covariates_are_bars_with_a_legend():
    y, table = values(), pd.DataFrame({"day": list("xxyyxxy"), "age": np.arange(7.0)}, index=list("abcdefg"))
    ax = el.plot.heatmap(y, samples=table, colour_by=["day", "age"])
    ax.figure.canvas.draw()
    legend = ax.figure.axes[1].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["day", "x", "y", "age", "0", "6"]


@pytest.mark.parametrize("fill", [np.nan, np.inf, 3.0])
def test_missing_and_constant_rows_are_drawn(fill):
    y = values().iloc[:6].copy()
    y.iloc[0], y.iloc[1, 2], y.iloc[2, 3] = fill, np.nan, np.inf
    found = el.plot.heatmap_data(y, list(y.index))
    assert found.cells.shape == (6, 7)
    el.plot.heatmap(y, list(y.index)).figure.canvas.draw()
    el.plot.heatmap(y * np.nan).figure.canvas.draw()
    el.plot.heatmap(y.iloc[:1, :1]).figure.canvas.draw()


def test_rows_are_compared_over_what_both_have():
    rows = np.array([[0.0, 1.0, np.nan], [3.0, np.nan, 1.0], [np.nan, 5.0, np.nan], [0.0, 1.0, 2.0]])
    found = row_distances(rows)
    np.testing.assert_allclose(found[0, [1, 2, 3]], [np.sqrt(9 * 3), np.sqrt(16 * 3), 0.0], atol=1e-7)
    assert found[1, 2] == found.max()


@pytest.mark.parametrize(
    ("features", "options", "said"),
    [
        (["g99"], {}, "no feature 'g99'"),
        ([60], {}, "from 0 to 59"),
        ([], {}, "lists none"),
        (np.ones(3, dtype=bool), {}, "mask of 3"),
        (None, {"scale": "column"}, "'centre'"),
        (None, {"cluster": "both"}, "'rows'"),
        (None, {"top": 0}, "top"),
    ],
)
def test_what_cannot_be_drawn_is_refused(features, options, said):
    with pytest.raises(ArgumentError, match=said):
        el.plot.heatmap(values(), features, **options)


def test_rows_have_the_names_that_people_know(simple):
    drawn = el.plot.heatmap(simple.fit.coefficients, simple, top=2, cluster=False)
    assert [text.get_text() for text in drawn.get_yticklabels()] == list(simple.top_table(number=2)["Symbol"])
    other = el.plot.heatmap(simple, top=2, cluster=False, labels=simple.labels.features)
    assert [text.get_text() for text in other.get_yticklabels()] == list(simple.top_table(number=2).index)
    with pytest.raises(ArgumentError, match="no column 'symbl'"):
        el.plot.heatmap(simple, labels="symbl")
