"""Samples by leading log fold changes, against plotMDS of limma and edgeR."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError
from tests.plot.answers.reader import matrix, numbers, stored

#: Eigenvectors of a few samples are known to rounding times how close eigenvalues are.
CLOSE = 1e-8

CASES = stored()["mds"]


def data(name: str):
    if name == "counts":
        d = el.DGEList(matrix(stored()["counts"], 5), lib_size=stored()["lib_size"])
        return d.with_norm_factors(stored()["norm_factors"])
    return matrix(stored()[name], 7)


def up_to_sign(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return found * np.sign(found @ expected)


@pytest.mark.parametrize("case", CASES, ids=[f"{c['data']} {c['selection']} {c['top']} {c['dims']}" for c in CASES])
def test_positions_are_those_of_r(case):
    found = el.plot.mds_data(data(case["data"]), top=case["top"], selection=case["selection"])
    for dim, expected in zip(case["dims"], (numbers(case["x"]), numbers(case["y"])), strict=True):
        positions = found.positions[f"dim{dim}"].to_numpy()
        np.testing.assert_allclose(up_to_sign(positions, expected), expected, rtol=CLOSE, atol=CLOSE)
    np.testing.assert_allclose(found.explained, numbers(case["explained"]), rtol=CLOSE, atol=CLOSE)


def test_features_that_lack_a_value_are_counted():
    found = el.plot.mds_data(data("holes"))
    assert (found.features, found.left_out) == (58, 2)


@pytest.mark.parametrize("selection", ["pairwise", "common"])
def test_one_feature_is_one_direction(selection):
    found = el.plot.mds_data(np.array([[1.0, 4.0, 2.0]]), selection=selection)
    differences = found.positions["dim1"].to_numpy() - found.positions["dim1"].iloc[0]
    np.testing.assert_allclose(np.abs(differences), [0.0, 3.0, 1.0], atol=CLOSE)
    assert found.explained.round(8).tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("selection", ["pairwise", "common"])
def test_nothing_known_is_said(selection):
    ax = el.plot.mds(np.full((4, 3), np.nan), selection=selection)
    assert "No feature has a value in all samples (4 features)" in ax.texts[0].get_text()
    assert el.plot.mds_data(np.full((4, 3), np.nan), selection=selection).positions.isna().all(axis=None)


def test_a_store_gives_what_memory_does(tmp_path):
    y = data("values")
    stored_matrix = el.open_matrix(_saved(y, tmp_path))
    for selection in ("pairwise", "common"):
        pd.testing.assert_frame_equal(
            el.plot.mds_data(stored_matrix, selection=selection).positions,
            el.plot.mds_data(y, selection=selection).positions,
        )


def _saved(y, folder):
    np.save(folder / "y.npy", y)
    return folder / "y.npy"


def test_pairs_in_blocks_are_the_same_pairs(monkeypatch):
    whole = el.plot.mds_data(data("values"), top=10).positions.abs()
    monkeypatch.setattr("ebayes_lm.plot.leading_changes.CELLS", 240)  # four pairs
    pd.testing.assert_frame_equal(el.plot.mds_data(data("values"), top=10).positions.abs(), whole)


def test_what_is_handed_in_is_not_changed():
    y = data("values")
    before = y.copy()
    for draw in (el.plot.mds, el.plot.pca, el.plot.densities, el.plot.heatmap, el.plot.sample_correlation):
        draw(y)
    np.testing.assert_array_equal(y, before)


def test_the_picture_shows_two_directions_with_their_shares():
    y = pd.DataFrame(data("values"), columns=list("abcdefg"))
    found = el.plot.mds_data(y)
    ax = el.plot.mds(y, dims=(2, 3), colour_by=list("xxxyyyy"))
    drawn = np.concatenate([points.get_offsets() for points in ax.collections])
    np.testing.assert_array_equal(drawn, found.positions[["dim2", "dim3"]].to_numpy())
    assert ax.get_ylabel() == f"Leading logFC dim 3 ({found.explained['dim3']:.0%})"
    assert [text.get_text() for text in ax.texts] == list("abcdefg")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["x", "y"]


def test_counts_are_coloured_by_their_own_table():
    d = el.DGEList(matrix(stored()["counts"], 5), samples=pd.DataFrame({"day": [1, 1, 2, 2, 2]}))
    assert [text.get_text() for text in el.plot.mds(d, colour_by="day").get_legend().get_texts()] == ["1", "2"]


def test_missing_colours_and_hostile_names_are_drawn():
    names = ["$x_1$", "a" * 300, "two\nlines", "שלום", "_hidden", "", "\\alpha"]
    y = pd.DataFrame(data("values"), columns=names)
    ax = el.plot.mds(y, colour_by=pd.Series(["$a", None, "b", "b", "b", "b", None], index=names, name="$g$"))
    ax.figure.canvas.draw()
    assert "missing" in [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"top": 0}, ArgumentError, "top"),
        ({"selection": "paired"}, ArgumentError, "'pairwise'"),
        ({"dims": (1, 8)}, ArgumentError, "from 1 to 7"),
        ({"dims": 1}, ArgumentTypeError, "two directions"),
        ({"colour_by": "day"}, ArgumentError, "no sample table"),
        ({"colour_by": [1, 2]}, DataError, "2 entries"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, error, said):
    with pytest.raises(error, match=said):
        el.plot.mds(data("values"), **options)


def test_two_samples_are_too_few():
    with pytest.raises(DataError, match="3 at least"):
        el.plot.mds(np.eye(2))
