"""Densities of the values of each sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.density import POINTS, gaussian_density
from ebayes_lm.data.blocks import Running, run_blocks
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.whole import whole_values
from ebayes_lm.plot.sample_values import as_log_values, sample_marks
from ebayes_lm.plot.style import NEUTRAL, PALETTE, empty, group_colours, group_legend, is_ramp, new_axes, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: More samples than these are lines of one colour.
_MOST_NAMED = 8
_WHAT = "the values of which densities are estimated"


@dataclass(frozen=True, eq=False)
class DensityCurves:
    """Densities of samples, each on a grid of its own.

    Attributes
    ----------
    places, density : DataFrame, 512 x samples
        Where, and how high; NaN for a sample without values.
    known : Series
        Finite values of each sample.
    """

    places: pd.DataFrame
    density: pd.DataFrame
    known: pd.Series[Any]


def densities(
    y: Any,
    *,
    colour_by: Any = None,
    samples: Any = None,
    layer: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the density of the values of each sample, as ``plotDensities`` does.

    Parameters
    ----------
    y : DGEList, EList, DataFrame, array, AnnData or FeatureMatrix
        Log values of features x samples; counts of a DGEList become log2 counts per million.
    colour_by : str, Series or array, optional
        A column of the sample table or a value for each sample; by default each of up to eight samples has a colour.
    samples : DataFrame, optional
        Sample table, in place of that of y.
    layer : str, optional
        Layer of an AnnData to read in place of X.
    ax : Axes, optional
        To draw on; by default those of a new figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(50, 3))
    >>> len(el.plot.densities(y).collections[0].get_segments())
    3
    """
    matrix = as_log_values(y, samples, layer)
    ax = new_axes(ax)
    found = _curves(matrix)
    if not found.known.any():
        return empty(ax, "No sample has a value")
    _draw(ax, found, sample_marks(colour_by, matrix, "colour_by"), matrix)
    ax.set_xlabel("Value")
    ax.set_ylabel("Density")
    ax.autoscale_view()
    ax.set_ylim(bottom=0.0)
    return ax


def densities_data(y: Any, *, samples: Any = None, layer: str | None = None) -> DensityCurves:
    """What :func:`densities` draws: where, and how high.

    Parameters
    ----------
    y, samples, layer
        As for :func:`densities`.

    Returns
    -------
    DensityCurves
        Its ``places`` and ``density`` are 512 points x samples, and ``known`` the number of finite values of each.

    Notes
    -----
    Normal kernels with Silverman's rule of thumb as bandwidth, by Fourier transform on 512 points, as R's ``density``
    has them. All values count; those that are missing or infinite are left out.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> el.plot.densities_data(np.array([[1.0, 1.0], [2.0, 4.0], [3.0, 7.0]])).density.max().round(2).tolist()
    [0.33, 0.11]
    """
    return _curves(as_log_values(y, samples, layer))


def _curves(matrix: FeatureMatrix) -> DensityCurves:
    values = whole_values(matrix, Running(), _WHAT)
    features, samples = values.shape

    def of(at: slice) -> tuple[FloatArray]:
        return (np.array([_curve(values[:, k]) for k in range(at.start, at.stop)]),)

    (curves,) = run_blocks(of, samples, features, Running())
    counts = [int(count) for count in curves[:, 2, 0]]
    return DensityCurves(
        pd.DataFrame(curves[:, 0].T, columns=matrix.samples), pd.DataFrame(curves[:, 1].T, columns=matrix.samples),
        pd.Series(counts, index=matrix.samples),
    )  # fmt: skip


def _curve(values: AnyArray) -> FloatArray:
    """Places, heights and the number of values (3, 512) of one sample."""
    x = np.asarray(values, dtype=np.float64)
    x = x[np.isfinite(x)]
    found = np.full((3, POINTS), np.nan)
    found[2] = len(x)
    if len(x):
        found[0], found[1], _ = gaussian_density(x)
    return found


def _draw(ax: Axes, found: DensityCurves, marks: pd.Series[Any] | None, matrix: FeatureMatrix) -> None:
    from matplotlib.collections import LineCollection

    many = matrix.shape[1] > _MOST_NAMED
    title = None if marks is None or marks.name is None else plain(marks.name)
    options: dict[str, Any] = {"linewidths": 0.8 if many else 1.4, "alpha": 0.7 if many else 1.0}
    if marks is None and many:
        options["colors"] = PALETTE[0]
    elif marks is None:
        options["colors"] = PALETTE[: matrix.shape[1]]
        group_legend(ax, list(matrix.samples), options["colors"], marker="", loc="best")
    elif is_ramp(marks):
        options |= {"array": marks.to_numpy(dtype=np.float64, na_value=np.nan), "cmap": "viridis"}
    else:
        names, shades, codes = group_colours(marks)
        options["colors"] = [shades[code] if code >= 0 else NEUTRAL for code in codes]
        group_legend(ax, names, shades, title=title, marker="", loc="best")
    lines = LineCollection(list(np.dstack([found.places.to_numpy().T, found.density.to_numpy().T])), **options)
    ax.add_collection(lines)
    if "array" in options:
        ax.figure.colorbar(lines, ax=ax, label=title or "")
