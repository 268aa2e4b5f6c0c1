"""normalize_by_covariate: samples freed of how each depends on length, GC content, intensity or type of features."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.batch.feature_covariate import MEAN, FeatureCovariate, feature_covariate
from ebayes_lm.core.covariate_trend import Curve, category_means, curve, grid
from ebayes_lm.core.ols import observed_mean
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.data.progress import Progress
from ebayes_lm.data.returning import adjusted_kind
from ebayes_lm.data.whole_samples import whole_samples
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
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
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
    chunk_size : int, optional
        Features in a block.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    array, DataFrame, AnnData, EList or FeatureMatrix
        As y, with what else it holds; an array where y is sparse. Of what :func:`open_matrix` returns, and of a dask
        array, comes a FeatureMatrix whose values are normalised as they are read.

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
    running = Running(threads, chunk_size, max_memory, progress)
    matrix = as_feature_matrix(y, layer=layer, feature_columns=feature_columns)
    return adjusted_kind(y, matrix, _trends(matrix, covariate, span, target, running), running, layer=layer)


def covariate_trends(
    y: Any,
    covariate: Any,
    *,
    span: float = 0.3,
    target: str | None = "mean",
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """How each sample depends on something known of the features: the curves that normalisation takes out.

    Parameters
    ----------
    y, covariate, span, target, layer, feature_columns, threads, chunk_size, max_memory, progress
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
    running = Running(threads, chunk_size, max_memory, progress)
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


@dataclass(frozen=True, eq=False)
class _Trends:
    """A covariate of features, and by sample a curve over it, or its height (n, k) in each category."""

    covariate: FeatureCovariate
    curves: list[Curve]
    heights: FloatArray

    def __call__(self, values: AnyArray, at: slice, out: FloatArray) -> None:
        """Take the trends out of rows."""
        known = self.covariate
        if known.labels is not None:
            np.subtract(values, self.heights[:, known.codes[at]].T, out=out)
            return
        numbers = known.numbers[at]
        for j, curve_of_sample in enumerate(self.curves):
            np.subtract(values[:, j], curve_of_sample.of(numbers), out=out[:, j])

    def to_draw(self) -> tuple[pd.Index, FloatArray]:
        """Values of the covariate, and trends (n, values) there."""
        if self.covariate.labels is not None:
            return self.covariate.labels, self.heights
        at = grid(self.covariate.numbers)
        return pd.Index(at), np.array([one.of(at) for one in self.curves])


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
    known = feature_covariate(covariate, matrix, partial(_means, matrix, running))
    if known.labels is None:
        _check_pieces(width, matrix.shape[0])
    level = _level(matrix, target, running)
    found = _of_samples(partial(_trend, level=level, known=known, span=width), matrix, running)
    if known.labels is None:
        return _Trends(known, found, np.empty((0, 0)))
    return _Trends(known, [], np.array(found))


def _of_samples(trend: Callable[[AnyArray], Any], matrix: FeatureMatrix, running: Running) -> list[Any]:
    """Trends of all samples, in threads."""
    found = []
    with (
        Progress(matrix.shape[1], running.progress, "samples") as progress,
        ThreadPoolExecutor(running.n_threads) as pool,
    ):
        for _, some in whole_samples(matrix, running):
            for one in pool.map(trend, some.T):
                found.append(one)
                progress.advance(1)
    return found


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


def _means(matrix: FeatureMatrix, running: Running) -> FloatArray:
    """Of each feature (G,)."""
    (means,) = matrix.map_blocks(lambda y, _: (observed_mean(y.astype(np.float64, copy=False)),), running)
    return np.asarray(means)


def _level(matrix: FeatureMatrix, target: str | None, running: Running) -> FloatArray:
    """What samples deviate from, by feature (G,), or for all features (1,)."""
    if target == "mean":
        return _means(matrix, running)
    if target == "median":
        (medians,) = matrix.map_blocks(
            lambda y, _: (pd.DataFrame(y.astype(np.float64, copy=False)).median(axis=1).to_numpy(),), running
        )
        return np.asarray(medians)
    counts, means = matrix.map_blocks(
        lambda y, _: ((~np.isnan(y)).sum(axis=1), observed_mean(y.astype(np.float64, copy=False))), running
    )
    present = counts > 0
    return np.atleast_1d(np.average(means[present], weights=counts[present]) if present.any() else np.nan)


def _trend(values: AnyArray, *, level: FloatArray, known: FeatureCovariate, span: float) -> Any:
    """The trend of one sample (G,)."""
    deviations = values - level
    if known.labels is not None:
        return category_means(deviations, known.codes, len(known.labels))
    return curve(deviations, known.numbers, span)
