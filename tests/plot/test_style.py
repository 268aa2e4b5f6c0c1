"""Colours, legends, and names that are data."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.pyplot import subplots

from ebayes_lm.errors import ArgumentTypeError
from ebayes_lm.plot.style import PALETTE, empty, group_colours, group_legend, new_axes, plain


def luminance(colour: str) -> float:
    """Relative luminance of a colour, as contrast is reckoned with."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_caller_s_axes_are_drawn_on_and_others_are_new():
    _, own = subplots()
    assert new_axes(own) is own
    ax = new_axes(None, size=(3.0, 2.0))
    assert ax is not own
    assert ax.figure.get_size_inches().tolist() == [3.0, 2.0]
    assert new_axes(None, projection="polar").name == "polar"


@pytest.mark.parametrize("ax", [3, "ax", subplots])
def test_what_is_no_axes_is_refused(ax):
    with pytest.raises(ArgumentTypeError, match="one matplotlib Axes"):
        new_axes(ax)


def test_categories_keep_their_order_and_words_are_sorted():
    names, colours, codes = group_colours(pd.Categorical(["b", "a", None, "b"], categories=["b", "unused", "a"]))
    assert names == ["b", "a"]
    assert colours == list(PALETTE[:2])
    assert codes.tolist() == [0, 1, -1, 0]
    assert group_colours(["b", "a"])[0] == ["a", "b"]
    assert group_colours([10, 9, 10])[0] == ["9", "10"]


def test_many_groups_share_out_a_ramp_that_grows_lighter():
    _, colours, _ = group_colours([f"{k:02}" for k in range(12)])
    light = [luminance(c) for c in colours]
    assert light == sorted(light)
    assert len(set(colours)) == 12


@pytest.mark.parametrize("name", ["_hidden", "$x^$", r"$\frac$", "a\nb", "<b>", "x" * 200, "", r"50\$ $"])
def test_any_name_is_drawn_as_it_stands(name):
    ax = new_axes(None)
    group_legend(ax, [name, "other"], list(PALETTE[:2]), title=name)
    ax.set_title(plain(name))
    ax.figure.savefig(BytesIO(), dpi=40)
    shown = ax.get_legend().get_texts()[0].get_text()
    assert len(shown.replace(r"\$", "$")) <= 40
    assert len(ax.get_legend().get_texts()) == 2
    if "\n" not in name and len(name) < 40:
        assert shown.replace(r"\$", "$") == name


def test_too_many_groups_have_no_legend():
    ax = new_axes(None)
    group_legend(ax, range(31), ["#000000"] * 31)
    assert ax.get_legend() is None


def test_nothing_is_said_quietly():
    ax = empty(new_axes(None), "nothing was tested")
    assert ax.texts[0].get_text() == "nothing was tested"
    assert not len(ax.get_xticks())


def test_groups_that_are_too_many_for_a_legend_are_counted():
    _, ax = subplots()
    group_legend(ax, [f"g{i}" for i in range(40)], ["#000000"] * 40, title="batch")
    legend = ax.get_legend()
    assert (legend.get_title().get_text(), legend.get_texts()) == ("batch: 40 groups", [])
