"""Panels as HTML: words, tables, and the places in which charts are drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ebayes_lm._typing import IntArray
from ebayes_lm.reporting.page.arrays import ArrayStore
from ebayes_lm.reporting.page.markup import Markup, element, with_code
from ebayes_lm.reporting.page.tables import table
from ebayes_lm.reporting.panels.panel import Chart, Layer, Panel, Points

#: A light in a word and a sign, for those who see no colours.
LIGHTS = {"green": ("✓", "fine"), "amber": ("!", "have a look"), "red": ("✗", "act on it")}
#: What stands for a feature that is not in the page.
ABSENT = 2**32 - 1


def panel_markup(panel: Panel) -> Markup:
    """One panel: title and light, words, charts, table."""
    return element(
        "article",
        element("h3", panel.title, " ", light(panel.light)),
        *(element("p", with_code(words)) for words in panel.words),
        element("p", element("strong", "What to do: "), with_code(panel.advice)) if panel.advice else None,
        element("div", *(figure(chart) for chart in panel.charts), class_="charts") if panel.charts else None,
        table(panel.table, f"{panel.title}: the numbers", folded=True) if panel.table is not None else None,
        class_="panel",
        id=f"panel-{panel.id}",
    )


def light(colour: str | None) -> Markup | None:
    """A traffic light that is read as well as seen."""
    if colour is None:
        return None
    sign, word = LIGHTS[colour]
    return element("span", element("span", sign, aria_hidden="true"), f" {word}", class_=f"light {colour}")


def figure(chart: Chart) -> Markup:
    """Where a chart is drawn, and what it shows in words."""
    return element("figure", element("figcaption", chart.alt), data_chart=chart.id)


def panel_facts(panels: list[Panel], place: IntArray, store: ArrayStore) -> list[dict[str, Any]]:
    """Charts as the page reads them; features by their ``place`` (features,) in the page, -1 where they are not."""
    return [
        replace(p, charts=tuple(replace(c, layers=[_placed(each, place) for each in c.layers]) for c in p.charts))
        .facts(store)
        for p in panels
        if p.charts
    ]  # fmt: skip


def _placed(layer: Layer, place: IntArray) -> Layer:
    if not isinstance(layer, Points) or layer.features is None:
        return layer
    found = place[np.asarray(layer.features, dtype=np.intp)]
    return replace(layer, features=np.where(found < 0, ABSENT, found).astype(np.uint32))
