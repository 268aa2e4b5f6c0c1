"""Panels of a report and their charts: arrays and words, whoever draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray

Light = Literal["green", "amber", "red"]


class Blob(Protocol):
    """Where arrays are laid down, to be found again by the name that it returns."""

    def add(self, name: str, values: Any) -> str:
        """Lay down an array, or a list of text, and return what refers to it."""


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    Attributes
    ----------
    label : str
    categories : tuple of str, optional
        Names of the positions 0, 1, ...
    log, zero : bool
        A logarithmic axis; an axis that begins at zero.
    """

    label: str
    categories: tuple[str, ...] | None = None
    log: bool = False
    zero: bool = False

    def facts(self) -> dict[str, Any]:
        """As the page reads it."""
        found: dict[str, Any] = {"label": self.label, "log": self.log, "zero": self.zero}
        return found if self.categories is None else found | {"categories": list(self.categories)}


#: Where samples stand one after another.
SAMPLE_AXIS = Axis("sample, in the order of the table")


@dataclass(frozen=True, eq=False)
class Layer:
    """Marks of one kind; arrays and text go to the blob, all else says itself, and what is None is left out."""

    kind: ClassVar[str]

    def facts(self, blob: Blob, prefix: str) -> dict[str, Any]:
        """As the page reads it."""
        found: dict[str, Any] = {"kind": self.kind}
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None:
                found[each.name] = _referred(value, blob, f"{prefix}.{each.name}")
        return found


def _referred(value: Any, blob: Blob, name: str) -> Any:
    """Arrays by their name in the blob, everything else as it is."""
    if isinstance(value, np.ndarray):
        return blob.add(name, compact(value))
    if isinstance(value, Text):
        return blob.add(name, list(value.items))
    if isinstance(value, tuple) and value and isinstance(value[0], ColourBy):
        return [each.facts(blob, f"{name}{i}") for i, each in enumerate(value)]
    return list(value) if isinstance(value, tuple) else value


def compact(values: AnyArray) -> AnyArray:
    """Numbers for a picture: four bytes each, and whole ones in as few as hold them."""
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    if values.dtype.kind == "u":
        return values
    least, most = (int(values.min()), int(values.max())) if values.size else (0, 0)
    if least >= 0:
        return values.astype(next(t for t in (np.uint8, np.uint16, np.uint32) if most <= np.iinfo(t).max))
    return values.astype(np.int32)


@dataclass(frozen=True, eq=False)
class Text:
    """Text beside the numbers of a layer, such as the names of points."""

    items: tuple[str, ...]

    @classmethod
    def of(cls, items: Any) -> Text:
        """From anything that can be gone through."""
        return cls(tuple(str(item) for item in items))


@dataclass(frozen=True, eq=False)
class ColourBy:
    """A covariate that points can be coloured by; codes of levels (-1 is missing), or numbers."""

    name: str
    kind: Literal["category", "number"]
    values: AnyArray
    levels: tuple[str, ...] = ()

    def facts(self, blob: Blob, prefix: str) -> dict[str, Any]:
        """As the page reads it."""
        kind = np.int32 if self.kind == "category" else np.float32
        values = blob.add(f"{prefix}.values", self.values.astype(kind))
        levels = {"levels": list(self.levels)} if self.kind == "category" else {}
        return {"name": self.name, "kind": self.kind, **levels, "values": values}


@dataclass(frozen=True, eq=False)
class Bars(Layer):
    """Bars from x0 to x1 as high as y."""

    kind = "bars"
    x0: AnyArray
    x1: AnyArray
    y: AnyArray
    name: str | None = None
    colour: int | None = None


@dataclass(frozen=True, eq=False)
class Points(Layer):
    """Points, with names, covariates to colour by, and features of the page that they stand for."""

    kind = "points"
    x: AnyArray
    y: AnyArray
    label: Text | None = None
    name: str | None = None
    colour: int | None = None
    size: float | None = None
    colour_by: tuple[ColourBy, ...] | None = None
    features: AnyArray | None = None


@dataclass(frozen=True, eq=False)
class Line(Layer):
    """A line through points; NaN interrupts it."""

    kind = "line"
    x: AnyArray
    y: AnyArray
    name: str | None = None
    colour: int | None = None
    dash: bool = False


@dataclass(frozen=True, eq=False)
class Segments(Layer):
    """Straight pieces, each on its own."""

    kind = "segments"
    x0: AnyArray
    y0: AnyArray
    x1: AnyArray
    y1: AnyArray
    name: str | None = None
    colour: int | None = None


@dataclass(frozen=True, eq=False)
class Rule(Layer):
    """A line across the whole chart, at one x or one y."""

    kind = "rule"
    x: float | None = None
    y: float | None = None
    name: str | None = None


@dataclass(frozen=True, eq=False)
class Band(Layer):
    """The area between two lines."""

    kind = "band"
    x: AnyArray
    low: AnyArray
    high: AnyArray
    name: str | None = None
    colour: int | None = None


@dataclass(frozen=True, eq=False)
class Grid(Layer):
    """How many points lie in each cell of a grid, row by row from below (ny, nx)."""

    kind = "grid"
    x0: float
    x1: float
    y0: float
    y1: float
    nx: int
    ny: int
    counts: AnyArray


@dataclass(frozen=True, eq=False)
class Cells(Layer):
    """A table in colours, row by row from above."""

    kind = "cells"
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: AnyArray
    low: float
    high: float
    diverging: bool = False
    text: bool = False


@dataclass(frozen=True, eq=False)
class Chart:
    """One picture: axes, layers from back to front, and a sentence for those who cannot see it."""

    id: str
    title: str
    x: Axis
    y: Axis
    layers: Sequence[Layer]
    alt: str
    square: bool = False
    legend: bool = True

    def facts(self, blob: Blob, prefix: str) -> dict[str, Any]:
        """As the page reads it; its arrays go to the blob, their names after ``prefix`` and the id of the chart."""
        layers = [each.facts(blob, f"{prefix}{self.id}.{i}") for i, each in enumerate(self.layers)]
        return {
            "id": self.id,
            "title": self.title,
            "x": self.x.facts(),
            "y": self.y.facts(),
            "square": self.square,
            "layers": layers,
            "legend": self.legend,
            "alt": self.alt,
        }


@dataclass(frozen=True, eq=False)
class Panel:
    """One diagnostic.

    Attributes
    ----------
    id, title : str
    words : tuple of str
        What is seen, and what it means.
    charts : tuple of Chart
    table : DataFrame or None
    light : {"green", "amber", "red"} or None
        None where there is nothing to judge.
    advice : str or None
        What to do, where something should be done.
    """

    id: str
    title: str
    words: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    table: pd.DataFrame | None = None
    light: Light | None = None
    advice: str | None = None

    def facts(self, blob: Blob, prefix: str = "panel.") -> dict[str, Any]:
        """The charts as the page reads them."""
        return {"id": self.id, "charts": [chart.facts(blob, prefix) for chart in self.charts]}
