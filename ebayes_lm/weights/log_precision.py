"""vooma: log expression of any kind, each value with a weight for how precise it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import IntArray
from ebayes_lm.data.blocks import Running
from ebayes_lm.design.boundary import matrix_and_table
from ebayes_lm.errors import DesignError
from ebayes_lm.results.correlated import named_blocks, sample_blocks
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.weights.log_values import LogValues, chosen_span, log_values
from ebayes_lm.weights.precision_list import VoomEList, VoomMatrix
from ebayes_lm.weights.trend_reading import Trended


def vooma(
    y: Any,
    design: Any = None,
    *,
    samples: pd.DataFrame | None = None,
    block: Any = None,
    correlation: Any = None,
    predictor: ArrayLike | pd.DataFrame | pd.Series[float] | None = None,
    span: float | None = None,
    legacy_span: bool = False,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> VoomEList | VoomMatrix:
    """Give log expression of any kind precision weights from the trend of variance over mean.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples, log values such as those of microarrays or proteins. NaN is missing. Weights that it
        carries are not used.
    design : str, Design, DataFrame or array, optional
        As for :func:`lm_fit`: by default what the container carries, else a column of ones.
    samples : DataFrame, optional
        Sample table, matched to the samples of y by label.
    block, correlation : optional
        Correlated samples, as for :func:`lm_fit`.
    predictor : (G, n), (G, 1) or (G,) array_like, DataFrame or Series, optional
        What variability may depend on beside the mean, such as the number of peptides of a protein.
    span : float, optional
        Share of the features in each window of the trend; by default chosen by their number.
    legacy_span : bool
        Choose a smaller span, as limma before 3.60.
    layer : str, optional
        Layer of an AnnData.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    threads, chunk_size, max_memory, progress : optional
        As for :func:`lm_fit`.

    Returns
    -------
    VoomEList or VoomMatrix
        The values as ``E`` with ``weights`` and ``design``; :func:`lm_fit` uses both. A VoomMatrix where y is what
        open_matrix() returns, or is read in blocks besides: its weights are computed as they are read.

    Raises
    ------
    DataError
        Values, or what belongs to them, cannot be used.
    AlignmentError
        Labels do not match.
    DesignError
        The design cannot be used.
    ArgumentError
        A value outside what is allowed.

    Notes
    -----
    Law (2013) PhD thesis, University of Melbourne, chapter 4; as :func:`voom`, with means in place of mean log counts.
    A predictor enters through a regression of the root of the standard deviations on mean and predictor: the trend
    then runs over what that expects. Features take part with the values that they have.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> mean = rng.uniform(4, 14, (500, 1))
    >>> v = el.vooma(rng.normal(mean, np.exp(-mean / 8), (500, 6)))
    >>> bool(v.weights[mean[:, 0] > 12].mean(axis=None) > 3 * v.weights[mean[:, 0] < 6].mean(axis=None))
    True
    """
    running = Running(threads, chunk_size, max_memory, progress)
    data, _ = log_values(
        y, design, samples=samples, predictor=predictor, layer=layer, feature_columns=feature_columns, running=running
    )
    fit, learned = _trended(data, block, correlation, chosen_span(data.matrix.shape[0], span, legacy_span))
    return data.listed(data.weights(fit, learned), learned)


def vooma_by_group(
    y: Any,
    group: Any,
    design: Any = None,
    *,
    samples: pd.DataFrame | None = None,
    block: Any = None,
    correlation: Any = None,
    span: float | None = None,
    legacy_span: bool = False,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> VoomEList | VoomMatrix:
    """Give log expression precision weights from a trend of variance over mean in each group of samples.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples, log values. NaN is missing.
    group : str or (n,) array_like
        Groups of samples that differ in how variable they are: a column of ``samples`` or one value a sample.
    design : str, Design, DataFrame or array, optional
        As for :func:`lm_fit`; by default a mean for each group.
    samples, block, correlation, span, legacy_span, layer, feature_columns : optional
        As for :func:`vooma`.
    threads, chunk_size, max_memory, progress : optional
        As for :func:`lm_fit`.

    Returns
    -------
    VoomEList or VoomMatrix
        As of :func:`vooma`; ``voom_xy`` and ``voom_line`` have a column ``group``.

    Raises
    ------
    DataError, AlignmentError, DesignError, ArgumentError
        As :func:`vooma`.

    Notes
    -----
    The design of a group is that of its samples. A sample that is alone in its group has the weights that the trend of
    all samples gives it.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(500, 6)) * [1, 1, 1, 2, 2, 2]
    >>> el.vooma_by_group(y, list("AAABBB")).weights.median().round(1).tolist()
    [1.5, 1.5, 1.5, 0.4, 0.4, 0.4]
    """
    running = Running(threads, chunk_size, max_memory, progress)
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    levels, names = named_blocks(group, matrix, table, "group")
    design = _indicators(levels, names, matrix.samples) if design is None else design
    data, _ = log_values(
        matrix, design, samples=samples, predictor=None, layer=None, feature_columns=None, running=running
    )
    blocks = None if block is None else sample_blocks(block, data.matrix, data.matrix.sample_table)
    share = chosen_span(data.matrix.shape[0], span, legacy_span)
    return _by_level(data, levels, names, blocks, correlation, share)


def _trended(data: LogValues, block: Any, correlation: Any, span: float) -> tuple[LinearFit, Trended]:
    """A fit of log values, and the trend that it tells."""
    fit = data.fit(block=block, correlation=correlation)
    return fit, data.learn(fit, span)


def _by_level(
    data: LogValues, levels: IntArray, names: pd.Index, blocks: IntArray | None, correlation: Any, span: float
) -> VoomEList | VoomMatrix:
    """Weights from a trend in each level; from that of all samples where a level has no residual df of its own."""
    readers, trends, rest = [], {}, []
    for level, name in enumerate(names):
        at = np.flatnonzero(levels == level)
        if not data.design.matrix[at].any():
            raise DesignError(
                f"the design says nothing of group {name!r}: all of its columns are zero there, so that means of its "
                "samples would be zero; give every group a mean, or leave out design="
            )
        part = data.taken(at)
        if part.design.shape[1] == len(at):
            rest.append(at)
            continue
        fit, trends[name] = _trended(part, None if blocks is None else blocks[at], correlation, span)
        readers.append(replace(part.reader(fit, trends[name]), samples=at))
    if rest:
        at = np.concatenate(rest)
        fit, overall = _trended(data, blocks, correlation, span)
        readers.append(data.reader(fit, overall, at))
    points, lines = ({k: getattr(v, name) for k, v in trends.items()} for name in ("points", "line"))
    return data.with_weights(data.read_by(*readers), _long(points, drop=False), _long(lines, drop=True), span)


def _long(tables: dict[Any, pd.DataFrame], *, drop: bool) -> pd.DataFrame:
    """Tables of x and y below each other, with a column that says whose they are."""
    named = [table.assign(group=level) for level, table in tables.items()]
    empty = pd.DataFrame({"x": np.empty(0), "y": np.empty(0), "group": np.empty(0, dtype=object)})
    return pd.concat(named, ignore_index=drop) if named else empty


def _indicators(levels: IntArray, names: pd.Index, samples: pd.Index) -> pd.DataFrame:
    """A design with a mean for each level."""
    order = sorted(range(len(names)), key=lambda k: str(names[k]))
    return pd.DataFrame({f"group{names[k]}": (levels == k).astype(np.float64) for k in order}, index=samples)
