"""normalize_by_covariate: samples freed of how each depends on length, GC content, intensity or type of features."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.batch.feature_covariate import MEAN, FeatureCovariate, feature_covariate
from ebayes_lm.core.covariate_trend import category_means, curve, grid, on_grid
from ebayes_lm.core.ols import observed_mean
from ebayes_lm.data.blocks import Running, run_blocks
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.data.returning import same_kind
from ebayes_lm.errors import ArgumentError, DataError, counted
from ebayes_lm.results.arguments import choice, real
from ebayes_lm.weights.quality import check_finite

#: Features that a piece of the curve is fitted to: with fewer, half of what differs between samples by chance goes too.
_FEWEST = 5


def normalize_by_covariate(
    y: Any,
    covariate: Any,
    *,
    span: float = 0.3,
    target: str | None = "mean",
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> Any:
    """Take out of each sample how it depends on something known of the features.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features), on a log scale. NaN is missing and stays so.
    covariate : str, (G,) array_like or Series
        What is known of the features, such as their GC content or the logarithm of their length: values, matched by
        label where they have labels, or the name of a column of the annotation; or "mean", the mean of each feature
        over the samples. Text, categories and truth values are types of features; of several covariates take one
        after the other.
    span : float
        Share of the features that a piece of the curve is fitted to.
    target : {"mean", "median", None}
        What all samples shall follow: the mean or the median of each feature over the samples, so that only
        differences between samples go. None takes the whole dependence out, so that features of every kind lie about
        the mean of all values.
    layer : str, optional
        Layer of an AnnData to read, and to put the result into.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    threads : int, optional
        Samples that are worked on at once.
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    array, DataFrame, AnnData or EList
        As y, with what else it holds; an array where y is sparse.

    Raises
    ------
    ArgumentError
        ``target=None`` with the mean of the features, no such column, a type for every feature, or a value outside
        what is allowed; a span of fewer than five features is.
    AlignmentError
        Labels of features do not match.
    DataError
        Values are infinite, the covariate is not known for all features, or there are fewer than five for a curve.

    See Also
    --------
    covariate_trends : The curves, to be drawn before and after.

    Notes
    -----
    A robust local regression (:func:`lowess`) of each sample's deviations from the target on the covariate is
    subtracted; of types of features, the mean deviation of each type. Levels of samples become alike with it. That
    rests on most features of any kind being unchanged. No degree of freedom of a test is spent: a curve is learnt from
    all features of a sample, and no feature gives a comparison of samples away. The result is not marked as adjusted.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> gc = np.linspace(0.3, 0.7, 50)
    >>> y = np.column_stack([gc, -gc, np.zeros(50)]) + 8
    >>> el.normalize_by_covariate(y, gc).round(3)[0]
    array([8., 8., 8.])
    """
    running = Running(threads, progress=progress)
    matrix = as_feature_matrix(y, layer=layer, feature_columns=feature_columns)
    trends = _trends(matrix, covariate, span, target, running)
    return same_kind(trends.observed - trends.at_features().T, y, matrix, layer=layer)


def covariate_trends(
    y: Any,
    covariate: Any,
    *,
    span: float = 0.3,
    target: str | None = "mean",
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """How each sample depends on something known of the features: the curves that normalisation takes out.

    Parameters
    ----------
    y, covariate, span, target, layer, feature_columns, threads, progress
        As in :func:`normalize_by_covariate`.

    Returns
    -------
    DataFrame
        Columns ``sample``, ``covariate`` and ``trend``: for each sample the curve at quantiles of the covariate, or at
        each type of features. Of what is normalised, curves are flat but for what a second pass would find.

    Raises
    ------
    ArgumentError, AlignmentError, DataError
        As in :func:`normalize_by_covariate`.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> gc = np.linspace(0.3, 0.7, 50)
    >>> y = np.column_stack([gc, -gc, np.zeros(50)]) + 8
    >>> before, after = (el.covariate_trends(z, gc) for z in (y, el.normalize_by_covariate(y, gc)))
    >>> before.groupby("sample")["trend"].agg(np.ptp).round(2).tolist()
    [0.4, 0.4, 0.0]
    >>> after.groupby("sample")["trend"].agg(np.ptp).round(2).tolist()
    [0.0, 0.0, 0.0]
    """
    running = Running(threads, progress=progress)
    matrix = as_feature_matrix(y, layer=layer, feature_columns=feature_columns)
    trends = _trends(matrix, covariate, span, target, running)
    at, drawn = trends.to_draw()
    count = len(at)
    return pd.DataFrame(
        {
            "sample": matrix.samples.repeat(count),
            "covariate": at.take(np.tile(np.arange(count), len(matrix.samples))),
            "trend": drawn.ravel(),
        }
    )


class _Trends(NamedTuple):
    """Values (G, n), a covariate of their rows, and by sample the trend at features (n, G) or at categories (n, k)."""

    observed: FloatArray
    covariate: FeatureCovariate
    curves: FloatArray

    def at_features(self) -> FloatArray:
        return self.curves if self.covariate.labels is None else self.curves[:, self.covariate.codes]

    def to_draw(self) -> tuple[pd.Index, FloatArray]:
        """Values of the covariate, and trends (n, values) there."""
        known = self.covariate
        if known.labels is not None:
            return known.labels, self.curves
        at = grid(known.numbers)
        return pd.Index(at), np.array([on_grid(one, known.numbers, at) for one in self.curves])


def _trends(matrix: FeatureMatrix, covariate: Any, span: Any, target: Any, running: Running) -> _Trends:
    width = real(span, "span", "the share of features that a piece of the curve is fitted to")
    if not 0.0 < width <= 1.0:
        raise ArgumentError(
            f"span is the share of features that a piece of the curve is fitted to, 0 to 1; got {span!r}"
        )
    if target is not None:
        choice(target, ("mean", "median"), "target", "'mean', 'median' or None")
    elif isinstance(covariate, str) and covariate == MEAN:
        raise ArgumentError(
            "target=None takes the whole dependence out, and the mean of a feature depends on itself: every feature "
            "would lie at one level. Use target='mean' to make samples alike"
        )
    check_finite(matrix, running, choice=False)
    values = matrix.source.read(0, matrix.shape[0]).astype(np.float64, copy=False)
    known = feature_covariate(covariate, matrix, values)
    if known.labels is None:
        _check_pieces(width, len(values))
    level = _level(values, target)

    def block(at: slice) -> tuple[AnyArray]:
        return (np.array([_trend(values[:, j] - level, known, width) for j in range(at.start, at.stop)]),)

    (curves,) = run_blocks(block, matrix.shape[1], len(values), running, cells=len(values))
    return _Trends(values, known, curves)


def _check_pieces(span: float, features: int) -> None:
    """A curve through pieces of few features follows each of them."""
    if features < _FEWEST:
        raise DataError(f"a curve needs {_FEWEST} at least, and there are {counted(features, 'feature')}")
    taken = int(span * features + 1e-10)
    if taken < _FEWEST:
        wide = math.ceil(100 * _FEWEST / features) / 100
        raise ArgumentError(
            f"span={span:g} fits a piece of the curve to {taken} of {features:,} features, so that it follows single "
            f"features and takes their differences away; give span={wide:g} or more"
        )


def _level(values: FloatArray, target: str | None) -> FloatArray:
    """What samples deviate from, by feature (G,), or for all features (1,)."""
    if target == "mean":
        return observed_mean(values)
    if target == "median":
        return pd.DataFrame(values).median(axis=1).to_numpy()
    return observed_mean(values.reshape(1, -1))


def _trend(deviations: FloatArray, known: FeatureCovariate, span: float) -> FloatArray:
    if known.labels is not None:
        return category_means(deviations, known.codes, len(known.labels))
    return curve(deviations, known.numbers, span)
