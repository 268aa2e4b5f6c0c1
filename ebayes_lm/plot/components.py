"""Principal components of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.plot.ordination import Ordination, checked_dims, draw_ordination, ordination, require_three
from ebayes_lm.plot.sample_values import as_log_values, moments, most_variable, summed
from ebayes_lm.plot.style import new_axes
from ebayes_lm.results.arguments import truth, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pca(
    y: Any,
    *,
    top: int | None = None,
    scale: bool = False,
    dims: tuple[int, int] = (1, 2),
    colour_by: Any = None,
    labels: Any = None,
    samples: Any = None,
    layer: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw samples along their principal components.

    Parameters
    ----------
    y : DGEList, EList, DataFrame, array, AnnData or FeatureMatrix
        Log values of features x samples; counts of a DGEList become log2 counts per million.
    top : int, optional
        Use so many features of the largest variance; by default all. Those that lack a value are left out.
    scale : bool
        Give every feature the same variance; those that do not vary are left out.
    dims : tuple of int
        Components to show across and up, from 1.
    colour_by : str, Series or array, optional
        A column of the sample table or a value for each sample. Numbers of more than six values are a ramp.
    labels : str, Series, array or bool, optional
        Names beside the points; by default those of the samples where they are thirty at most.
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
    >>> y = np.random.default_rng(1).normal(size=(50, 6))
    >>> el.plot.pca(y, colour_by=list("AAABBB")).get_xlabel()
    'Principal component 1 (30%)'
    """
    matrix = as_log_values(y, samples, layer)
    ax = new_axes(ax)
    found = _components(matrix, top, scale)
    numbers = checked_dims(dims, matrix.shape[1])
    return draw_ordination(ax, found, matrix, numbers, (colour_by, labels), "Principal component")


def pca_data(
    y: Any, *, top: int | None = None, scale: bool = False, samples: Any = None, layer: str | None = None
) -> Ordination:
    """What :func:`pca` draws: scores of the samples, and the share of the variance of each component.

    Parameters
    ----------
    y, top, scale, samples, layer
        As for :func:`pca`.

    Returns
    -------
    Ordination
        Its ``positions`` are samples x components, ``explained`` their shares, ``features`` those that took part, and
        ``left_out`` those that lack a value.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> found = el.plot.pca_data(np.array([[0.0, 3.0, 0.0, 3.0], [0.0, 0.0, 1.0, 1.0]]))
    >>> found.positions["PC1"].abs().round(2).tolist()
    [1.5, 1.5, 1.5, 1.5]
    """
    return _components(as_log_values(y, samples, layer), top, scale)


def _components(matrix: FeatureMatrix, top: int | None, scale: bool) -> Ordination:
    require_three(matrix, "pca")
    if top is not None:
        top = whole_number(top, "top", "the number of features to use")
    means, variances = moments(matrix)
    spread = np.sqrt(variances) if truth(scale, "scale") else np.ones(len(variances))
    usable = np.isfinite(variances) & (spread > 0.0)
    chosen = most_variable(np.where(usable, variances, np.nan), top)
    use = np.zeros(len(variances), dtype=bool)
    use[chosen] = True
    products = summed(matrix, lambda values, at: _products(values, means[at], spread[at], use[at]))
    return ordination(products, matrix, "PC", len(chosen), int(np.count_nonzero(~np.isfinite(variances))))


def _products(values: AnyArray, means: FloatArray, spread: FloatArray, use: AnyArray) -> FloatArray:
    rows = (np.asarray(values[use], dtype=np.float64) - means[use, None]) / spread[use, None]
    return np.asarray(rows.T @ rows)
