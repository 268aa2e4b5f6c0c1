"""Features x samples as cells of colour, with what is alike side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import ArgumentError, listing
from ebayes_lm.plot.clusters import clustered, row_distances
from ebayes_lm.plot.heat_layout import draw_bars, draw_cells, draw_tree, sample_bars
from ebayes_lm.plot.point_names import feature_names
from ebayes_lm.plot.sample_values import CELLS, as_log_values, most_variable
from ebayes_lm.plot.style import new_axes
from ebayes_lm.results.arguments import choice, whole_number
from ebayes_lm.results.tested import TestedFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Added to the variance of a row, so that one that hardly varies is not blown up.
_LEAST_VARIANCE = 0.01
_SCALES = ("row", "centre", "none")
_CLUSTERED = {True: (True, True), False: (False, False), "rows": (True, False), "columns": (False, True)}
_LABELS = {"row": "Z-score of the row", "centre": "Log2 change from the row's mean", "none": "Value"}


@dataclass(frozen=True, eq=False)
class HeatMap:
    """Cells of a heat map in the order in which they are drawn, and the trees that order them.

    Attributes
    ----------
    cells : DataFrame
        Rows and columns from the top left; scaled.
    rows, columns : array
        Positions among all features and samples.
    row_tree, column_tree : array or None
        Clusterings as ``scipy.cluster.hierarchy.linkage`` has them, over rows and columns before they were ordered.
    """

    cells: pd.DataFrame
    rows: IntArray
    columns: IntArray
    row_tree: FloatArray | None
    column_tree: FloatArray | None


def heatmap(
    y: Any,
    features: Any = None,
    *,
    top: int = 50,
    scale: Literal["row", "centre", "none"] | None = None,
    cluster: bool | Literal["rows", "columns"] = True,
    colour_by: Any = None,
    labels: Any = None,
    samples: Any = None,
    layer: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw values of features x samples as cells of colour, as ``coolmap`` does.

    Parameters
    ----------
    y : DGEList, EList, DataFrame, array, AnnData, FeatureMatrix, ModeratedFit or TreatFit
        Log values of features x samples; counts of a DGEList become log2 counts per million. Of a fit, its
        coefficients are drawn.
    features : list of labels, array of positions, mask, table or fit, optional
        Which to draw: the labels of a table such as that of :func:`ebayes_lm.top_table` in their order, or the
        features that stand first in the table of a tested fit. By default those with the largest variance that have
        half of their values at least; of a fit those that stand first.
    top : int
        How many features, where they are not listed.
    scale : {"row", "centre", "none"}, optional
        Rows centred and divided by the root of their variance + 0.01; centred; or as they are. By default "row", and
        "none" for the coefficients of a fit.
    cluster : bool, "rows" or "columns"
        Put rows and columns that are alike side by side, by complete linkage of Euclidean distances.
    colour_by : str, Series, array or list of str, optional
        Columns of the sample table or a value for each sample, as bars of colour.
    labels : str or sequence, optional
        Column of the annotation with names of the rows, or a name for each feature; by default a column of gene
        symbols where data or fit have one, and else the labels of the features.
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
    >>> y = np.random.default_rng(1).normal(size=(50, 4))
    >>> el.plot.heatmap(y, top=10, colour_by=list("AABB")).images[0].get_array().shape
    (10, 4)
    """
    matrix, chosen, scaling = _asked(y, features, top, scale, samples, layer)
    found = _arranged(matrix, chosen, scaling, cluster)
    rows, columns = found.cells.shape
    ax = new_axes(ax, size=(min(3.6 + 0.22 * columns, 9.0), min(3.4 + 0.15 * rows, 9.0)))
    limits, colours = _range(found.cells.to_numpy(), scaling, isinstance(y, TestedFit))
    label = "Coefficient" if isinstance(y, TestedFit) and scaling == "none" else _LABELS[scaling]
    names = feature_names(labels, matrix.features, _annotation(matrix, y, features), found.rows)
    bar = draw_cells(ax, found.cells.to_numpy(), names, found.cells.columns, limits, colours, label)
    above = draw_bars(ax, bar, sample_bars(colour_by, matrix), found.columns)
    if found.column_tree is not None:
        draw_tree(ax, found.column_tree, "columns", above)
    if found.row_tree is not None:
        draw_tree(ax, found.row_tree, "rows")
    return ax


def heatmap_data(
    y: Any,
    features: Any = None,
    *,
    top: int = 50,
    scale: Literal["row", "centre", "none"] | None = None,
    cluster: bool | Literal["rows", "columns"] = True,
    samples: Any = None,
    layer: str | None = None,
) -> HeatMap:
    """What :func:`heatmap` draws: scaled values in the order in which they are drawn.

    Parameters
    ----------
    y, features, top, scale, cluster, samples, layer
        As for :func:`heatmap`.

    Returns
    -------
    HeatMap
        Its ``cells`` are what is drawn, ``rows`` and ``columns`` where they come from, ``row_tree`` and
        ``column_tree`` the clusterings.

    Notes
    -----
    Two rows are compared over the values that both have. Rows without any stand last in no order of their own.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> y = np.array([[0.0, 9.0, 1.0], [5.0, 5.0, 5.0], [9.0, 1.0, 8.0]])
    >>> el.plot.heatmap_data(y, top=2, scale="centre").cells.index.tolist()
    [0, 2]
    """
    return _arranged(*_asked(y, features, top, scale, samples, layer), cluster)


def _asked(
    y: Any, features: Any, top: int, scale: str | None, samples: Any, layer: str | None
) -> tuple[FeatureMatrix, IntArray, str]:
    """The matrix, which of its features, and how they are scaled."""
    fit = y if isinstance(y, TestedFit) else None
    matrix = as_log_values(y if fit is None else fit.fit.coefficients, samples, layer)
    scale = choice(scale or ("row" if fit is None else "none"), _SCALES, "scale", "'row', 'centre' or 'none'")
    top = whole_number(top, "top", "the number of features to draw")
    return matrix, _chosen(matrix, fit if features is None else features, top), scale


def _annotation(matrix: FeatureMatrix, *given: Any) -> pd.DataFrame:
    """That of the data; where these have none, that of a fit of the same features."""
    if matrix.annotation is not None and len(matrix.annotation.columns):
        return matrix.annotation
    fits = [fit for fit in given if isinstance(fit, TestedFit) and fit.labels.features.equals(matrix.features)]
    return fits[0].features if fits else pd.DataFrame(index=matrix.features)


def _chosen(matrix: FeatureMatrix, features: Any, top: int) -> IntArray:
    """Positions of features in the order in which they were listed."""
    if features is None:
        (variances,) = matrix.map_blocks(lambda values, _: (_variances(values),), cells=CELLS)
        known = most_variable(variances, top)
        return known if len(known) else np.arange(min(top, matrix.shape[0]))
    if isinstance(features, TestedFit):
        p = features.top_table(number=None, sort_by="none")["P.Value"]
        order = np.argsort(p.to_numpy(), kind="stable")[:top]
        features = p.index[order]
        if matrix.shape[0] == len(p) and matrix.features.equals(p.index):
            return np.asarray(order, dtype=np.intp)
    if isinstance(features, pd.DataFrame):
        features = features.index
    return _positions(matrix.features, features)


def _variances(values: AnyArray) -> FloatArray:
    """Variance of what each row has, NaN where that is less than half of it."""
    if values.shape[1] > 1 and np.isfinite(values).all():
        return np.asarray(values.var(axis=1, dtype=np.float64, ddof=1))
    centred = _scaled(np.asarray(values, dtype=np.float64), "centre")
    counts = np.isfinite(centred).sum(axis=1)
    return np.where(
        2 * counts < values.shape[1], np.nan, np.nansum(np.square(centred), axis=1) / np.maximum(counts - 1, 1)
    )


def _positions(labels: pd.Index, features: Any) -> IntArray:
    """Positions of labels, of a mask, or of positions where there are no such labels."""
    wanted = pd.Index([features] if isinstance(features, str) else features)
    if wanted.dtype == bool:
        if len(wanted) != len(labels):
            raise ArgumentError(f"features is a mask of {len(wanted):,} and there are {len(labels):,} features")
        return np.flatnonzero(wanted)
    if pd.api.types.is_integer_dtype(wanted.dtype) and not pd.api.types.is_integer_dtype(labels.dtype):
        at = wanted.to_numpy()
        if not ((at >= 0) & (at < len(labels))).all():
            raise ArgumentError(f"features are positions from 0 to {len(labels) - 1:,}; got {listing(at)}")
    else:
        first = pd.Series(np.arange(len(labels)), index=labels)[~labels.duplicated()]
        at = first.index.get_indexer(wanted)
        if (at < 0).any():
            raise ArgumentError(f"there is no feature {listing(wanted[at < 0])}")
        at = first.to_numpy()[at]
    if not len(at):
        raise ArgumentError("features lists none; name those to draw, or leave it out for those that vary most")
    return np.asarray(at, dtype=np.intp)


def _arranged(matrix: FeatureMatrix, chosen: IntArray, scale: str, cluster: Any) -> HeatMap:
    if not isinstance(cluster, (bool, str)) or cluster not in _CLUSTERED:
        raise ArgumentError(f"cluster must be True, False, 'rows' or 'columns', not {cluster!r}")
    by_rows, by_columns = _CLUSTERED[cluster]
    values = _scaled(np.asarray(matrix.rows_at(chosen, Running()), dtype=np.float64), scale)
    row_tree, rows = clustered(row_distances(values) if by_rows else values, by_rows)
    column_tree, columns = clustered(row_distances(values.T) if by_columns else values.T, by_columns)
    frame = pd.DataFrame(
        values[np.ix_(rows, columns)], index=matrix.features[chosen[rows]], columns=matrix.samples[columns]
    )
    return HeatMap(frame, chosen[rows], columns, row_tree, column_tree)


def _scaled(values: FloatArray, scale: str) -> FloatArray:
    """Rows centred and scaled over what they have; what is infinite is missing."""
    found = np.where(np.isfinite(values), values, np.nan)
    if scale == "none":
        return found
    there = np.isfinite(found)
    counts = np.maximum(there.sum(axis=1), 1)[:, None]
    found -= np.nansum(found, axis=1)[:, None] / counts
    if scale == "row":
        variances = np.nansum(np.square(found), axis=1)[:, None] / np.maximum(counts - 1, 1)
        found /= np.sqrt(variances + _LEAST_VARIANCE)
    return found


def _range(values: FloatArray, scale: str, effects: bool) -> tuple[tuple[float, float], str]:
    """Limits of the colours and their map: two-sided about zero for what is centred or an effect."""
    known = values[np.isfinite(values)]
    if scale == "none" and not effects:
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        return (low, high if high > low else low + 1.0), "cividis"
    # one cell far out would leave the others without colour
    reach = float(np.quantile(np.abs(known), 0.99)) if len(known) else 0.0
    return (-(reach or 1.0), reach or 1.0), "PuOr_r"
