"""Charts as the page reads them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ebayes_lm.reporting.panels.panel import Axis, Cells, Chart, ColourBy, Panel, Points, Rule, Text, compact


class Shelf:
    """A blob that keeps what it is given."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def add(self, name: str, values: Any) -> str:
        self.kept[name] = values
        return f"@{name}"


def test_a_chart_refers_to_its_arrays() -> None:
    group = ColourBy("group", "category", np.array([0, -1]), ("A", "B"))
    points = Points(np.array([1.0, 2.0]), np.array([3, 4]), Text.of(["s1", "s2"]), colour_by=(group,), size=4)
    chart = Chart("mds", "MDS", Axis("one"), Axis("two", ("a", "b")), (points, Rule(y=0.5)), "Two points.", square=True)
    shelf = Shelf()
    found = chart.facts(shelf, "panel.")
    assert found["layers"] == [
        {
            "kind": "points",
            "x": "@panel.mds.0.x",
            "y": "@panel.mds.0.y",
            "label": "@panel.mds.0.label",
            "size": 4,
            "colour_by": [
                {"name": "group", "kind": "category", "levels": ["A", "B"], "values": "@panel.mds.0.colour_by0.values"}
            ],
        },
        {"kind": "rule", "y": 0.5},
    ]
    assert found["x"] == {"label": "one", "log": False, "zero": False}
    assert found["y"]["categories"] == ["a", "b"]
    assert found["square"]
    assert found["alt"] == "Two points."
    assert shelf.kept["panel.mds.0.label"] == ["s1", "s2"]
    assert shelf.kept["panel.mds.0.x"].dtype == np.float32
    assert shelf.kept["panel.mds.0.y"].dtype == np.uint8
    assert shelf.kept["panel.mds.0.colour_by0.values"].dtype == np.int32


def test_a_panel_gives_its_charts_and_a_table_in_colours_its_names() -> None:
    cells = Cells(("a",), ("b", "c"), np.array([[0.0, 1.0]]), 0.0, 1.0)
    chart = Chart("both", "Both", Axis(""), Axis(""), (cells,), "Two cells.")
    found = Panel("p", "P", ("Seen.",), (chart,)).facts(Shelf())
    assert found["id"] == "p"
    assert found["charts"][0]["layers"][0]["columns"] == ["b", "c"]


def test_numbers_take_as_few_bytes_as_hold_them() -> None:
    assert [compact(np.array(v)).dtype.name for v in ([255], [256], [70_000], [-1], [0.5], [])] == [
        "uint8", "uint16", "uint32", "int32", "float32", "float32",
    ]  # fmt: skip
