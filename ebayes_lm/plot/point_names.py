"""Names beside points: what a feature is called, and where its name does not lie upon another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, listing, nearest
from ebayes_lm.plot.style import QUIET, plain
from ebayes_lm.results.arguments import whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ebayes_lm.results.tested import TestedFit

#: Left, bottom, right and top, in points of print.
_Box = tuple[float, ...]
_Place = tuple[tuple[float, float], _Box, bool]
#: Columns of an annotation in which genes have names that people know, the best first.
_KNOWN = ("symbol", "genesymbol", "genename", "hgncsymbol", "externalgenename", "gene", "name")
#: Where a name may stand: steps to the right and up, in units of the text's own size beside the point.
_PLACES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
#: Distances from the point to try, in points of print.
_DISTANCES = (4.0, 12.0, 22.0, 34.0, 48.0)
_FONT = 8.0
#: Width of a letter of the default fonts, and height of a line, in units of the font size.
_WIDE, _HIGH = 0.6, 1.25


def feature_names(labels: Any, index: pd.Index, annotation: pd.DataFrame, rows: IntArray) -> list[str]:
    """Names of the features at some rows.

    ``labels`` is a column of the annotation, or a name for each feature; by default a column of gene symbols where
    there is one, and else the labels of the features.
    """
    column = _symbols(annotation) if labels is None else labels
    own = index[rows]
    if column is None:
        return [str(name) for name in own]
    if isinstance(column, str):
        if column not in annotation.columns:
            known = [str(c) for c in annotation.columns]
            raise ArgumentError(
                f"the annotation has no column {column!r}; it has {listing(known, 20) or 'no columns'}."
                f"{nearest(column, known)}"
            )
        values = annotation[column].iloc[rows]
    else:
        values = _given(column, index).iloc[rows]
    # a feature without a symbol still has a label
    return [str(other if pd.isna(name) or str(name) == "" else name) for name, other in zip(values, own, strict=True)]


def _symbols(annotation: pd.DataFrame) -> str | None:
    plain_names = {"".join(c for c in str(name).casefold() if c.isalnum()): name for name in annotation.columns}
    return next((plain_names[name] for name in _KNOWN if name in plain_names), None)


def _given(labels: Any, index: pd.Index) -> pd.Series[Any]:
    if isinstance(labels, (bytes, bool)) or not isinstance(labels, Iterable):
        raise ArgumentTypeError(f"labels is a column of the annotation or a name for each feature, not {labels!r}")
    if isinstance(labels, pd.Series) and index.is_unique and labels.index.is_unique and index.isin(labels.index).all():
        return labels.reindex(index)
    values = list(labels)
    if len(values) != len(index):
        raise ArgumentError(
            f"labels has {len(values):,} names and there are {len(index):,} features; give one for each"
        )
    return pd.Series(values, index=index, dtype=object)


def top_labels(
    fit: TestedFit, status: pd.Categorical[Any], evidence: FloatArray, top: Any, labels: Any
) -> pd.Series[Any]:
    """Names of the features that are up or down, of so many with most evidence; None for all others."""
    number = whole_number(top, "top", "the number of features that are named", least=0)
    found = np.flatnonzero(np.asarray((status == "up") | (status == "down")))
    rows = found[np.argsort(-evidence[found], kind="stable")][:number]
    names = np.full(len(evidence), None, dtype=object)
    names[rows] = feature_names(labels, fit.labels.features, fit.features, rows)
    return pd.Series(names, index=fit.labels.features, dtype=object)


def draw_labels(ax: Axes, x: FloatArray, y: FloatArray, labels: pd.Series[Any]) -> None:
    """Write the labels that there are; those of points further up first."""
    rows = np.flatnonzero(labels.notna().to_numpy())
    rows = rows[np.argsort(-np.abs(y[rows]), kind="stable")]
    write_names(ax, x[rows], y[rows], labels.iloc[rows].tolist())


def write_names(ax: Axes, x: FloatArray, y: FloatArray, names: list[str]) -> None:
    """Write names beside their points, the first ones first, each where no other name and no point of these lies.

    Sizes of texts are estimated, so that nothing has to be drawn to place them.
    """
    from matplotlib.patheffects import withStroke

    shown = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    # limits are settled when they are asked for, and only then points have places
    frame = _in_print(ax, np.column_stack([ax.get_xlim(), ax.get_ylim()])).ravel()
    at = _in_print(ax, np.column_stack([x, y])[shown])
    taken: list[_Box] = [(px - 2.0, py - 2.0, px + 2.0, py + 2.0) for px, py in at]
    for k, (px, py) in zip(shown, at, strict=True):
        text = plain(names[k])
        offset, box, far = _free_place(px, py, (_WIDE * _FONT * len(text), _HIGH * _FONT), taken, frame)
        taken.append(box)
        line = {"arrowstyle": "-", "linewidth": 0.5, "color": QUIET, "shrinkA": 0.0, "shrinkB": 2.0}
        ax.annotate(
            text, (x[k], y[k]), offset, textcoords="offset points", fontsize=_FONT, ha="center", va="center",
            arrowprops=line if far else None, path_effects=[withStroke(linewidth=2.0, foreground="white")],
        )  # fmt: skip


def _in_print(ax: Axes, data: AnyArray) -> FloatArray:
    """Points of data in points of print, from the corner of the figure."""
    return np.asarray(ax.transData.transform(data), dtype=np.float64) * 72.0 / ax.figure.dpi


def _free_place(px: float, py: float, size: tuple[float, float], taken: list[_Box], frame: FloatArray) -> _Place:
    """Offset of the middle of a text from its point, its box, and whether that is far: the nearest that is free.

    Where none is, the one that hides least.
    """
    wide, high = size
    least, best = np.inf, None
    for distance in _DISTANCES:
        for right, up in _PLACES:
            dx, dy = right * (distance + wide / 2), up * (distance + high / 2)
            box = (px + dx - wide / 2, py + dy - high / 2, px + dx + wide / 2, py + dy + high / 2)
            outside = wide * high - _overlap(box, tuple(frame))
            hidden = sum(_overlap(box, other) for other in taken) + 3.0 * outside
            if best is None or hidden < least - 1e-9:
                least, best = hidden, ((dx, dy), box, distance > _DISTANCES[0])
        if least <= 1e-9:
            break
    return best or ((0.0, 0.0), (px, py, px, py), False)


def _overlap(a: _Box, b: _Box) -> float:
    """Area that two boxes share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
