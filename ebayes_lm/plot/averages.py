"""Effects over average expression: of a coefficient, or of one sample against the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.data.containers import EList
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, listing, nearest
from ebayes_lm.plot.chosen import bounds, draw_outcomes, one_coefficient, outcomes, rule, tested_table
from ebayes_lm.plot.cloud import cloud
from ebayes_lm.plot.point_names import draw_labels, top_labels
from ebayes_lm.plot.style import QUIET, empty, new_axes, plain
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.tested import TestedFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ebayes_lm.data.matrix import FeatureMatrix


def ma(
    y: Any,
    coef: Any = None,
    *,
    fdr: float = 0.05,
    lfc: float = 0.0,
    top: int = 0,
    labels: Any = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw effects over average expression; or, of a matrix, one sample over and against the mean of the others.

    Parameters
    ----------
    y : ModeratedFit, TreatFit, LinearFit, or a matrix as :func:`lm_fit` takes it
        Of a fit without tests all points have one colour. Observations of a matrix with weight zero are missing.
    coef : str or int, optional
        Coefficient by name or 0-based position, by default the only one of interest; of a matrix the sample, by default
        the first.
    fdr : float
        Adjusted p-values below this are significant.
    lfc : float
        Effects must exceed this in size, too.
    top : int
        How many of the significant features are named, those with most evidence first.
    labels : str or sequence, optional
        Column of the annotation with their names, or a name for each feature; by default a column of gene symbols
        where there is one, and else the labels of the features.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        An unknown coefficient or sample, several coefficients of interest and none chosen, or a bound outside its
        range.

    Notes
    -----
    As limma's plotMD: a sample's x is the mean of its value and that of the others, its y the difference.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(200, 6))
    >>> y[:5, 3:] += 8
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> el.plot.ma(fit.ebayes()).get_xlabel()
    'average expression'
    >>> el.plot.ma(y, 3).get_title()
    '3'
    """
    data = ma_data(y, coef, fdr=fdr, lfc=lfc, top=top, labels=labels)
    ax = new_axes(ax)
    name, of_fit = _shown(y, coef)
    ax.set(
        title=plain(name, 60),
        xlabel="average expression" if of_fit else "mean of the sample and the others",
        ylabel="logFC" if of_fit else "sample minus mean of the others",
    )
    average, effect, status = data["AveExpr"].to_numpy(), data["logFC"].to_numpy(), data["status"].array
    if not np.isfinite(average + effect).any():
        return empty(ax, "no feature has an estimate" if of_fit else "no feature has values to compare")
    ax.margins(0.08)
    ax.axhline(0.0, color=QUIET, linewidth=0.8, zorder=0.5)
    if status.isna().all():
        cloud(ax, average, effect)
    else:
        draw_outcomes(ax, average, effect, status, rule(fdr, lfc))
    draw_labels(ax, average, effect, data["label"])
    return ax


def ma_data(
    y: Any, coef: Any = None, *, fdr: float = 0.05, lfc: float = 0.0, top: int = 0, labels: Any = None
) -> pd.DataFrame:
    """Give what :func:`ma` draws.

    Parameters
    ----------
    y, coef, fdr, lfc, top, labels
        As for :func:`ma`.

    Returns
    -------
    DataFrame
        A row for every feature: AveExpr, logFC, P.Value, adj.P.Val, status ("up", "down", "neither"; missing without
        tests), label (the names that are written, else None).

    Raises
    ------
    ArgumentError
        As :func:`ma`.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> el.plot.ma_data(np.array([[1.0, 2.0, 4.0]]), 1)[["AveExpr", "logFC"]].to_numpy().tolist()
    [[2.25, -0.5]]
    """
    fdr, lfc = bounds(fdr, lfc)
    if isinstance(y, TestedFit):
        k = one_coefficient(y, coef)
        table = tested_table(y, k, fdr, lfc)
        names = top_labels(y, table["status"].array, table["neg_log10_p"].to_numpy(), top, labels)
        return table[["AveExpr", "logFC", "P.Value", "adj.P.Val", "status"]].assign(label=names)
    if isinstance(y, LinearFit):
        return _untested(y.amean, y.record.coefficients[:, one_coefficient(y, coef)], y.labels.features)
    matrix = _matrix(y)
    average, difference = _against_others(matrix, _sample(matrix, coef))
    return _untested(average, difference, matrix.features)


def _untested(average: Any, effect: AnyArray, features: pd.Index) -> pd.DataFrame:
    nothing = np.full(len(features), np.nan)
    return pd.DataFrame(
        {
            "AveExpr": np.asarray(average),
            "logFC": effect,
            "P.Value": nothing,
            "adj.P.Val": nothing,
            "status": outcomes(effect, nothing, 0.05, 0.0),
            "label": np.full(len(features), None, dtype=object),
        },
        index=features,
    )


def _shown(y: Any, coef: Any) -> tuple[str, bool]:
    """What the picture is about, and whether that is a coefficient."""
    if isinstance(y, (LinearFit, TestedFit)):
        return y.coef_names[one_coefficient(y, coef)], True
    matrix = _matrix(y)
    return str(matrix.samples[_sample(matrix, coef)]), False


def _matrix(y: Any) -> FeatureMatrix:
    """The matrix, where weights of zero make values missing."""
    if isinstance(y, EList) and y.weights is not None and np.shape(y.weights) == y.shape:
        without = np.asarray(y.weights) == 0.0
        y = y.E.mask(without) if without.any() else y.E
    return as_feature_matrix(y)


def _sample(matrix: FeatureMatrix, coef: Any) -> int:
    """Position of a sample given by name, or by 0-based position."""
    names = [str(name) for name in matrix.samples]
    if isinstance(coef, str):
        if coef not in names:
            raise ArgumentError(f"there is no sample {coef!r}; there are {listing(names, 20)}.{nearest(coef, names)}")
        return names.index(coef)
    position = 0 if coef is None else coef
    if isinstance(position, (bool, np.bool_)) or not isinstance(position, (int, np.integer)):
        raise ArgumentTypeError(f"coef names a sample of a matrix, or is its 0-based position, not {coef!r}")
    if not -len(names) <= position < len(names):
        raise ArgumentError(f"coef={position} is outside the {len(names)} samples, 0 to {len(names) - 1}")
    return int(position) % len(names)


def _against_others(matrix: FeatureMatrix, sample: int) -> tuple[FloatArray, FloatArray]:
    """Mean and difference of a sample and the mean of the others that are observed, (features,) each."""
    others = np.arange(matrix.shape[1]) != sample

    def block(values: AnyArray, at: slice) -> tuple[AnyArray, ...]:
        rest = values[:, others].astype(np.float64)
        known = np.isfinite(rest)
        with np.errstate(invalid="ignore"):
            mean = np.where(known, rest, 0.0).sum(axis=1) / known.sum(axis=1)
        own = values[:, sample].astype(np.float64)
        return 0.5 * (own + mean), own - mean

    average, difference = matrix.map_blocks(block)
    return average, difference
