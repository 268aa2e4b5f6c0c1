"""How alike samples are: correlations over all features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.ordering import mean_ranks
from ebayes_lm.data.blocks import Running, run_blocks
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import counted
from ebayes_lm.plot.clusters import clustered
from ebayes_lm.plot.heat_layout import draw_bars, draw_cells, draw_tree, sample_bars
from ebayes_lm.plot.sample_values import as_log_values, complete, summed
from ebayes_lm.plot.style import empty, new_axes
from ebayes_lm.results.arguments import choice, truth

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def sample_correlation(
    y: Any,
    *,
    method: Literal["pearson", "spearman"] = "pearson",
    cluster: bool = True,
    colour_by: Any = None,
    samples: Any = None,
    layer: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the correlation of every two samples over all features.

    Parameters
    ----------
    y : DGEList, EList, DataFrame, array, AnnData or FeatureMatrix
        Log values of features x samples; counts of a DGEList become log2 counts per million. Features that lack a value
        are left out.
    method : {"pearson", "spearman"}
        Of the values, or of their ranks in each sample.
    cluster : bool
        Put samples that are alike side by side.
    colour_by : str, Series, array or list of str, optional
        Columns of the sample table or a value for each sample, as bars of colour.
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
    >>> el.plot.sample_correlation(y).get_title(loc="left")
    'Pearson correlation over 50 features'
    """
    matrix = as_log_values(y, samples, layer)
    ax = new_axes(ax, size=(6.4, 5.4))
    found, features = _correlations(matrix, method)
    if not features:
        return empty(ax, "No feature has a value in all samples")
    tree, order = _arranged(found, truth(cluster, "cluster"))
    values = found.to_numpy()[np.ix_(order, order)]
    names = matrix.samples[order]
    scale = draw_cells(ax, values, names, names, _limits(values), "cividis", "Correlation")
    bars = draw_bars(ax, scale, sample_bars(colour_by, matrix), order)
    if tree is not None:
        draw_tree(ax, tree, "columns", above=bars)
    ax.set_title(f"{method.capitalize()} correlation over {counted(features, 'feature')}",
                 fontsize="medium", loc="left", y=1.0 + bars + (0.12 if tree is not None else 0.01))  # fmt: skip
    return ax


def sample_correlation_data(
    y: Any,
    *,
    method: Literal["pearson", "spearman"] = "pearson",
    samples: Any = None,
    layer: str | None = None,
) -> pd.DataFrame:
    """What :func:`sample_correlation` draws: correlations of samples x samples, in the order of y.

    Parameters
    ----------
    y, method, samples, layer
        As for :func:`sample_correlation`.

    Returns
    -------
    DataFrame, (samples, samples)
        NaN for samples that do not vary, or where no feature has all values.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> el.plot.sample_correlation_data(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 5.0]])).round(2).loc[0, 1]
    np.float64(0.98)
    """
    return _correlations(as_log_values(y, samples, layer), method)[0]


def _correlations(matrix: FeatureMatrix, method: str) -> tuple[pd.DataFrame, int]:
    """Correlations, and the number of features they are of."""
    choice(method, ("pearson", "spearman"), "method", "'pearson' or 'spearman'")
    n = matrix.shape[1]
    if method == "spearman":
        products, features = _of_ranks(matrix)
    else:
        first = np.asarray(matrix.source.read(0, 1), dtype=np.float64)[0]
        start = np.where(np.isfinite(first), first, 0.0)
        sums = summed(matrix, lambda values, _: _sums(values, start))
        features = int(sums[n, n])
        products = sums[:n, :n] - np.outer(sums[n, :n], sums[n, :n]) / max(features, 1)
    spread = np.sqrt(np.maximum(np.diag(products), 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.clip(products / np.outer(spread, spread), -1.0, 1.0)
    # a sample is itself, whatever rounding says, unless nothing in it varies
    values[np.diag_indices(n)] = np.where(spread > 0.0, 1.0, np.nan)
    return pd.DataFrame(values, index=matrix.samples, columns=matrix.samples), features


def _sums(values: AnyArray, start: FloatArray) -> FloatArray:
    """Products of samples and their sums, with the number of features in the corner, from a point near the values."""
    rows = np.asarray(values[np.isfinite(values).all(axis=1)], dtype=np.float64) - start
    rows = np.column_stack([rows, np.ones(len(rows))])
    return np.asarray(rows.T @ rows)


def _of_ranks(matrix: FeatureMatrix) -> tuple[FloatArray, int]:
    values, _ = complete(matrix, "the values that are ranked")
    features, n = values.shape

    def of_sample(at: slice) -> tuple[FloatArray]:
        return (mean_ranks(np.ascontiguousarray(values[:, at.start]))[None] - 0.5 * (features + 1),)

    (ranks,) = run_blocks(of_sample, n, features, Running(chunk_size=1))
    return np.asarray(ranks @ ranks.T), features


def _arranged(found: pd.DataFrame, cluster: bool) -> tuple[Any, IntArray]:
    distances = 1.0 - found.to_numpy()
    return clustered(np.where(np.isnan(distances), 2.0, distances), cluster)


def _limits(values: FloatArray) -> tuple[float, float]:
    """From the smallest correlation to 1, so that small differences are seen."""
    least = float(np.nanmin(values)) if np.isfinite(values).any() else 0.0
    return (least, 1.0) if least < 1.0 else (0.0, 1.0)
