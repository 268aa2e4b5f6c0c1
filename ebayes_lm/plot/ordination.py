"""Samples as points: their positions along a few directions, and the picture of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, agreeing, counted
from ebayes_lm.plot.point_names import write_names
from ebayes_lm.plot.sample_values import sample_marks
from ebayes_lm.plot.style import NEUTRAL, empty, group_colours, group_legend, is_ramp, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: More names than these beside points hide each other.
_MOST_NAMES = 30
_FEWEST_SAMPLES = 3


@dataclass(frozen=True, eq=False)
class Ordination:
    """Positions of samples along directions, and how much of what is between samples each direction shows.

    Attributes
    ----------
    positions : DataFrame, samples x directions
        Signs are arbitrary; NaN where no feature could be used.
    explained : Series
        Share of the variance by direction; NaN where there is none.
    features : int
        Features that took part, or that each pair of samples chose from.
    left_out : int
        Features left out as they lack a value in some sample.
    """

    positions: pd.DataFrame
    explained: pd.Series[Any]
    features: int
    left_out: int


def require_three(matrix: FeatureMatrix, what: str) -> None:
    """Refuse fewer samples than have two directions between them."""
    if matrix.shape[1] < _FEWEST_SAMPLES:
        raise DataError(f"{what} places samples by what differs between them, and takes 3 at least; there "
                        f"{agreeing(matrix.shape[1], 'is', 'are')} {matrix.shape[1]}")  # fmt: skip


def ordination(centred: FloatArray, matrix: FeatureMatrix, name: str, features: int, left_out: int) -> Ordination:
    """Coordinates whose inner products (n, n) are given; directions are called name1, name2, ..."""
    names = [f"{name}{k + 1}" for k in range(len(centred))]
    if features:
        values, vectors = np.linalg.eigh(centred)
        # what rounding leaves of a direction that is none would be drawn as its root
        spread = np.where(values > len(values) * np.finfo(np.float64).eps * values[-1], values, 0.0)[::-1]
        positions = vectors[:, ::-1] * np.sqrt(spread)
        explained = spread / spread.sum() if spread.sum() > 0.0 else np.zeros_like(spread)
    else:
        positions, explained = np.full(centred.shape, np.nan), np.full(len(centred), np.nan)
    return Ordination(
        pd.DataFrame(positions, index=matrix.samples, columns=names), pd.Series(explained, index=names),
        features, left_out,
    )  # fmt: skip


def checked_dims(dims: Any, samples: int) -> tuple[int, int]:
    """Two directions, numbered from 1."""
    numbers = list(dims) if np.ndim(dims) == 1 else []
    if len(numbers) != 2 or not all(isinstance(d, (int, np.integer)) and not isinstance(d, bool) for d in numbers):
        raise ArgumentTypeError(f"dims is two directions to show, such as (1, 2); got {dims!r}")
    if not all(1 <= d <= samples for d in numbers):
        raise ArgumentError(f"dims are numbered from 1 to {samples}, the number of samples; got {dims!r}")
    return int(numbers[0]), int(numbers[1])


def draw_ordination(
    ax: Axes, found: Ordination, matrix: FeatureMatrix, dims: tuple[int, int], marks: tuple[Any, Any], axis: str
) -> Axes:
    """Points of samples, coloured and named by ``marks``; what an ``axis`` is called stands before its number."""
    across, up = dims
    if not found.features:
        return empty(ax, f"No feature has a value in all samples ({counted(found.left_out, 'feature')})")
    x, y = found.positions.iloc[:, across - 1].to_numpy(), found.positions.iloc[:, up - 1].to_numpy()
    draw_points(ax, x, y, sample_marks(marks[0], matrix, "colour_by"))
    shares = found.explained.to_numpy()
    ax.set_xlabel(f"{axis} {across} ({shares[across - 1]:.0%})")
    ax.set_ylabel(f"{axis} {up} ({shares[up - 1]:.0%})")
    ax.margins(0.08)
    _names(ax, x, y, marks[1], matrix)
    return ax


def draw_points(ax: Axes, x: FloatArray, y: FloatArray, colours: pd.Series[Any] | None) -> None:
    """A mark a sample: groups in colours with a legend, numbers on a ramp with a bar, grey without either."""
    if colours is None:
        ax.scatter(x, y, s=36.0, c="#0072B2", linewidths=0.5, edgecolors="white", zorder=2.0)
        return
    title = plain(colours.name) if colours.name is not None else None
    if is_ramp(colours):
        values = colours.to_numpy(dtype=np.float64, na_value=np.nan)
        known = np.isfinite(values)
        ax.scatter(x[~known], y[~known], s=36.0, c=NEUTRAL, marker="x")
        marks = ax.scatter(x[known], y[known], c=values[known], s=36.0, cmap="viridis", zorder=2.0)
        ax.figure.colorbar(marks, ax=ax, label=title or "")
        return
    levels, shades, codes = group_colours(colours)
    for k, shade in enumerate(shades):
        ax.scatter(x[codes == k], y[codes == k], s=36.0, c=shade, linewidths=0.5, edgecolors="white", zorder=2.0)
    if (codes < 0).any():
        ax.scatter(x[codes < 0], y[codes < 0], s=36.0, c=NEUTRAL, marker="x")
        levels, shades = [*levels, "missing"], [*shades, NEUTRAL]
    group_legend(ax, levels, shades, title=title, loc="best")


def _names(ax: Axes, x: FloatArray, y: FloatArray, labels: Any, matrix: FeatureMatrix) -> None:
    """Names beside points: those that are wanted, or those of the samples where there are few."""
    if labels is False or (labels is None and (len(x) > _MOST_NAMES or not matrix.has_sample_names)):
        return
    given = None if labels is None or labels is True else sample_marks(labels, matrix, "labels")
    write_names(ax, x, y, [str(name) for name in (matrix.samples if given is None else given)])
