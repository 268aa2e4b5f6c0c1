"""Multidimensional scaling of samples by their leading log fold changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.data.blocks import Running, run_blocks
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.plot.ordination import Ordination, checked_dims, draw_ordination, ordination, require_three
from ebayes_lm.plot.sample_values import CELLS, as_log_values, complete, moments, most_variable
from ebayes_lm.plot.style import new_axes
from ebayes_lm.results.arguments import choice, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def mds(
    y: Any,
    *,
    top: int = 500,
    selection: Literal["pairwise", "common"] = "pairwise",
    dims: tuple[int, int] = (1, 2),
    colour_by: Any = None,
    labels: Any = None,
    samples: Any = None,
    layer: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw samples so that their distances are leading log fold changes, as ``plotMDS`` does.

    Parameters
    ----------
    y : DGEList, EList, DataFrame, array, AnnData or FeatureMatrix
        Log values of features x samples; counts of a DGEList become log2 counts per million.
    top : int
        Features that make a distance.
    selection : {"pairwise", "common"}
        Those that differ most between the two samples, anew for each pair; or those with the largest variance over
        all samples, which makes it a principal component analysis.
    dims : tuple of int
        Directions to show across and up, from 1.
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
    >>> el.plot.mds(y, top=20, colour_by=list("AAABBB")).get_xlabel()
    'Leading logFC dim 1 (32%)'
    """
    matrix = as_log_values(y, samples, layer)
    ax = new_axes(ax)
    found = _scaled(matrix, top, selection)
    axis = "Leading logFC dim" if selection == "pairwise" else "Principal component"
    return draw_ordination(ax, found, matrix, checked_dims(dims, matrix.shape[1]), (colour_by, labels), axis)


def mds_data(
    y: Any,
    *,
    top: int = 500,
    selection: Literal["pairwise", "common"] = "pairwise",
    samples: Any = None,
    layer: str | None = None,
) -> Ordination:
    """What :func:`mds` draws: positions of the samples, and the share of the variance of each direction.

    Parameters
    ----------
    y, top, selection, samples, layer
        As for :func:`mds`.

    Returns
    -------
    Ordination
        Its ``positions`` are samples x directions, ``explained`` their shares, ``features`` those that took part, and
        ``left_out`` those that lack a value.

    Notes
    -----
    The squared distance of two samples is the mean of their ``top`` largest squared differences. Directions are those
    of classical scaling (Torgerson 1952, Psychometrika 17, 401-419): of the distances squared and centred both ways.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> found = el.plot.mds_data(np.array([[0.0, 3.0, 0.0, 3.0], [0.0, 0.0, 1.0, 1.0]]), selection="common")
    >>> found.explained.round(2).tolist()
    [0.9, 0.1, 0.0, 0.0]
    """
    return _scaled(as_log_values(y, samples, layer), top, selection)


def _scaled(matrix: FeatureMatrix, top: int, selection: str) -> Ordination:
    require_three(matrix, "mds")
    top = whole_number(top, "top", "the number of features that make a distance")
    choice(selection, ("pairwise", "common"), "selection", "'pairwise' or 'common'")
    distances, features, left_out = (_pairwise if selection == "pairwise" else _by_variance)(matrix, top)
    centred = distances - distances.mean(axis=0)
    centred -= centred.mean(axis=1)[:, None]
    return ordination(-0.5 * centred, matrix, "dim", features, left_out)


def _by_variance(matrix: FeatureMatrix, top: int) -> tuple[FloatArray, int, int]:
    """Mean squared differences (n, n) over the features that vary most."""
    variances = moments(matrix).variances
    chosen = most_variable(variances, top)
    left_out = int(np.count_nonzero(np.isnan(variances)))
    if not len(chosen):
        return np.zeros((matrix.shape[1],) * 2), 0, left_out
    rows = np.asarray(matrix.rows_at(chosen, Running()), dtype=np.float64)
    rows -= rows.mean(axis=1)[:, None]
    products = rows.T @ rows / len(chosen)
    squares = np.diag(products)
    return squares[:, None] + squares - 2.0 * products, len(chosen), left_out


def _pairwise(matrix: FeatureMatrix, top: int) -> tuple[FloatArray, int, int]:
    """Means (n, n) of the largest squared differences of each pair."""
    values, left_out = complete(matrix, "the values that pairs of samples are compared by")
    by_sample = np.ascontiguousarray(values.T, dtype=np.float64)
    samples, features = by_sample.shape
    distances = np.zeros((samples, samples))
    if features:
        first, second = np.triu_indices(samples, 1)

        def of(pairs: slice) -> tuple[FloatArray]:
            return (_leading(by_sample, first[pairs], second[pairs], min(top, features)),)

        (squared,) = run_blocks(of, len(first), features, Running(), CELLS)
        distances[first, second] = distances[second, first] = squared
    return distances, features, left_out


def _leading(by_sample: FloatArray, first: IntArray, second: IntArray, top: int) -> FloatArray:
    squares = by_sample[first]
    squares -= by_sample[second]
    np.square(squares, out=squares)
    if top < squares.shape[1]:
        squares.partition(squares.shape[1] - top, axis=1)
    return np.asarray(squares[:, squares.shape[1] - top :].mean(axis=1))
