"""Overlaps of sets: against vennCounts of limma, and against counting one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Ellipse

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from ebayes_lm.plot.ellipses import ellipses, inside, roomiest
from tests.plot.answers.reader import stored


def codes() -> pd.DataFrame:
    held = pd.DataFrame(stored()["codes"], columns=list("abcd"))
    return held.where(held != -9)


@pytest.mark.parametrize("include", ["both", "up", "down"])
def test_counts_are_those_of_r(include):
    found = el.plot.venn_data(codes(), include)
    assert found.counts[include].tolist() == stored()["venn"][include]
    assert found.left_out == 2


def one_by_one(codes: np.ndarray, pattern: int) -> int:
    sets = codes.shape[1]
    wanted = [bool(pattern >> (sets - 1 - k) & 1) for k in range(sets)]
    return sum([bool(code) for code in row] == wanted for row in codes)


@pytest.mark.parametrize("sets", [1, 2, 3, 4, 5])
def test_every_region_shows_its_own_number(sets):
    drawn = np.random.default_rng(sets).choice([-1, 0, 1], size=(300, sets))
    ax = el.plot.venn(drawn)
    shapes = ellipses(sets)
    for pattern, (x, y, _) in enumerate(roomiest(sets), start=1):
        assert inside(shapes, np.array(x), np.array(y)) == pattern
        (shown,) = [text.get_text() for text in ax.texts if getattr(text, "xy", None) == (x, y)]
        assert int(shown) == one_by_one(drawn, pattern)
    assert f"in none: {one_by_one(drawn, 0)}" in ax.texts[-1].get_text()
    outlines = [patch for patch in ax.patches if isinstance(patch, Ellipse) and not patch.get_fill()]
    assert [tuple(patch.center) for patch in outlines] == [(shape.x, shape.y) for shape in shapes]


@pytest.mark.parametrize("sets", [1, 2, 3, 4, 5])
def test_every_region_has_room_for_a_number(sets):
    assert min(room for _, _, room in roomiest(sets)) > 0.07


def test_up_and_down_are_drawn_in_one():
    drawn = np.array([[1, 1], [1, -1], [-1, 0], [0, 0]])
    assert el.plot.venn_data(drawn, ["up", "down"]).counts[["up", "down"]].to_numpy().tolist() == [
        [2, 2], [0, 1], [1, 1], [1, 0],
    ]  # fmt: skip
    assert "numbers: up / down" in el.plot.venn(drawn, ["up", "down"]).texts[-1].get_text()


def test_what_decide_tests_gives_is_taken():
    y = np.random.default_rng(1).normal(size=(100, 6)) + np.r_[np.full(5, 6.0), np.zeros(95)][:, None] * [
        0,
        0,
        0,
        1,
        1,
        1,
    ]
    y[7] = np.nan
    tests = el.decide_tests(el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")})).ebayes())
    found = el.plot.venn_data(tests)
    assert found.sizes["both"].tolist() == (tests.to_frame() != 0).sum().tolist()
    assert found.left_out == 1


def test_sets_by_name_with_hostile_names():
    sets = {
        "$x$": ["a", "b", "a"],
        "_hidden\n": [],
        "both": {"b", "c"},
        "x" * 300: pd.Index(["b"]),
        "שלום": np.array(["d"]),
    }
    for draw in (el.plot.venn, el.plot.upset):
        draw(sets).figure.canvas.draw()
    found = el.plot.upset_data(sets)
    assert found.counts.iloc[:, -1].tolist() == [1, 1, 1, 1]
    assert found.sizes["both"].tolist() == [2, 0, 2, 1, 1]


def test_many_sets_are_counted_by_what_occurs():
    drawn = np.random.default_rng(1).choice([0, 1], size=(400, 9), p=[0.8, 0.2])
    found = el.plot.upset_data(drawn, most=512)
    for row in found.counts.itertuples(index=False):
        held = np.array(row[:9])
        assert row[9] == ((drawn == 1) == held).all(axis=1).sum()
    assert found.counts["both"].sum() == drawn.any(axis=1).sum()
    assert found.counts["both"].is_monotonic_decreasing


def test_the_dots_stand_under_their_bars():
    ax = el.plot.upset(pd.DataFrame({"a": [1, 1, 1, 0], "b": [0, 0, 1, 1], "c": [0, 0, 0, 0]}))
    assert [bar.get_height() for bar in ax.patches] == [2, 1, 1]
    dots = ax.figure.axes[1].collections[1].get_offsets()
    # b and a have two and three features, c none
    assert sorted(map(tuple, dots.tolist())) == [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (2.0, 1.0)]


def test_nothing_in_any_set_is_said():
    assert "No feature is in a set" in el.plot.upset(np.zeros((3, 2))).texts[0].get_text()
    assert el.plot.venn_data(np.full((3, 2), np.nan)).left_out == 3


def test_hand_placed_axes_keep_their_room():
    from matplotlib.pyplot import figure

    ax = figure().add_axes((0.1, 0.2, 0.6, 0.7))
    assert el.plot.upset(np.eye(3), ax=ax) is ax
    box = ax.get_position()
    assert (round(box.x1, 6), round(box.y1, 6)) == (0.7, 0.9)


@pytest.mark.parametrize(
    ("tests", "include", "error", "said"),
    [
        (np.zeros((2, 6)), "both", ArgumentError, "upset"),
        (np.zeros((2, 2)), "neither", ArgumentError, "'both', 'up'"),
        ({"a": [1]}, "up", ArgumentError, "no direction"),
        ({"a": "text"}, "both", ArgumentTypeError, "must list the labels"),
        ({}, "both", ArgumentError, "0 sets"),
        ([1, 2], "both", ArgumentTypeError, "decide_tests"),
        (pd.DataFrame({"a": ["x"]}), "both", ArgumentTypeError, "hold neither"),
    ],
)
def test_what_is_no_set_is_refused(tests, include, error, said):
    with pytest.raises(error, match=said):
        el.plot.venn(tests, include)
