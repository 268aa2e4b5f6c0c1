"""Normalisation factors of library sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.normalization_factors import (
    balanced,
    geometric_means,
    median_ratios,
    root_sums,
    typical_sample,
    upper_quantiles,
)
from ebayes_lm.core.trimmed_mean import Library, Trimming, paired_trimmed_mean_factor, trimmed_mean_factor
from ebayes_lm.counts.boundary import as_count_list
from ebayes_lm.data.blocks import ROW_CELLS, Running, run_blocks
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, listing, nearest, warn
from ebayes_lm.results.arguments import choice, probability, real, truth

_METHODS = ("TMM", "TMMwsp", "RLE", "upperquartile", "none")
#: The quantile by which TMM finds its reference.
_QUARTILE = 0.75
#: Cells of a block of whole samples.
_CELLS = 8 * ROW_CELLS


def norm_lib_sizes(
    counts: Any,
    *,
    method: str = "TMM",
    ref_column: int | str | None = None,
    logratio_trim: float = 0.3,
    sum_trim: float = 0.05,
    do_weighting: bool = True,
    a_cutoff: float = -1e10,
    p: float = 0.75,
    layer: str | None = None,
) -> DGEList:
    """Find factors by which library sizes become comparable between samples.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, scipy sparse matrix or AnnData
        Counts of features x samples.
    method : {"TMM", "TMMwsp", "RLE", "upperquartile", "none"}
        Trimmed mean of M values; the same with counts that only one of two samples has paired by size, for data with
        many zeros; median ratio to the geometric mean; a quantile of the counts; 1 throughout.
    ref_column : int or str, optional
        Position or name of the sample to which TMM and TMMwsp compare the others; by default a typical one.
    logratio_trim, sum_trim : float
        Shares of features with the most extreme log ratios, and abundances, left out at either end.
    do_weighting : bool
        Weigh log ratios by their precision.
    a_cutoff : float
        Features whose mean log2 share is no more than this are left out by TMM.
    p : float
        The quantile of "upperquartile".
    layer : str, optional
        Layer of an AnnData to read in place of X.

    Returns
    -------
    DGEList
        With ``samples["norm_factors"]``, which multiply to one.

    Raises
    ------
    DataError
        Counts that the method cannot serve, such as samples without any.
    ArgumentError
        An unknown method or sample, or a share outside its range.

    Notes
    -----
    Robinson and Oshlack (2010) Genome Biology 11, R25 ("TMM"); Anders and Huber (2010) Genome Biology 11, R106 ("RLE");
    Bullard et al. (2010) BMC Bioinformatics 11, 94 ("upperquartile"). Library sizes themselves are left as they are.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> counts = np.random.default_rng(1).poisson(20, size=(200, 3))
    >>> counts[:20, 2] *= 30
    >>> el.norm_lib_sizes(counts).samples["norm_factors"].round(2).tolist()
    [1.56, 1.55, 0.41]
    """
    choice(method, _METHODS, "method", f"one of {', '.join(_METHODS)}")
    trimming = Trimming(
        _share(logratio_trim, "logratio_trim"),
        _share(sum_trim, "sum_trim"),
        real(a_cutoff, "a_cutoff", "the least mean log2 share of a feature"),
        truth(do_weighting, "do_weighting"),
    )
    quantile = probability(p, "p", "the quantile of counts")
    d = as_count_list(counts, layer=layer)
    reference = _position(ref_column, d.counts.columns)
    if d.offset is not None:
        warn("the counts have offsets, which go before library sizes and factors and are left as they are")
    values, sizes = d.counts.to_numpy(), d.samples["lib_size"].to_numpy()
    if method == "none" or values.shape[1] == 1 or not values.any():
        return d.with_norm_factors(np.ones(values.shape[1]))
    if method != "TMMwsp" and (sizes == 0).any():
        raise DataError(f"no counts in {listing(d.counts.columns[sizes == 0])}; leave these samples out, or use TMMwsp")
    if method in ("TMM", "TMMwsp"):
        factors = _trimmed(values, sizes, reference, trimming, pairs=method == "TMMwsp")
    else:
        factors = _by_ratio(values, d.counts.columns, quantile if method == "upperquartile" else None) / sizes
    return d.with_norm_factors(balanced(factors))


def _share(value: Any, name: str) -> float:
    number = real(value, name, "the share of features left out at either end")
    if not 0.0 <= number < 0.5:
        raise ArgumentError(f"{name} is the share of features left out at either end, from 0 to below 0.5; got {value}")
    return number


def _position(column: Any, samples: pd.Index) -> int | None:
    if column is None:
        return None
    if isinstance(column, str):
        if column not in samples:
            raise ArgumentError(
                f"ref_column={column!r} is no sample; they are {listing(samples, 10)}.{nearest(column, samples)}"
            )
        return int((samples == column).argmax())
    if isinstance(column, bool) or not isinstance(column, (int, np.integer)):
        raise ArgumentTypeError(f"ref_column is the position or the name of a sample, not {column!r}")
    if not -len(samples) <= column < len(samples):
        raise ArgumentError(f"ref_column={column} is no position among {len(samples)} samples, 0 to {len(samples) - 1}")
    return int(column)


def _by_sample(values: AnyArray, of: Callable[[FloatArray, slice], FloatArray]) -> FloatArray:
    """A number for each sample, from blocks of counts laid out (samples, features)."""
    features, samples = values.shape

    def fit(at: slice) -> tuple[AnyArray, ...]:
        return (of(np.ascontiguousarray(values[:, at].T, dtype=np.float64), at),)

    return run_blocks(fit, samples, features, Running(progress=False), _CELLS)[0]


def _quantiles(values: AnyArray, p: float) -> FloatArray:
    absent = int((values.max(axis=1) == 0).sum())
    return _by_sample(values, lambda columns, _: upper_quantiles(columns, p, absent))


def _trimmed(
    values: AnyArray, sizes: FloatArray, reference: int | None, trimming: Trimming, *, pairs: bool
) -> FloatArray:
    if reference is None and not pairs:
        reference = typical_sample(_quantiles(values, _QUARTILE) / sizes)
    if reference is None:
        reference = int(root_sums(values).argmax())
    compare = paired_trimmed_mean_factor if pairs else trimmed_mean_factor
    against = Library(np.ascontiguousarray(values[:, reference], dtype=np.float64), float(sizes[reference]))

    def of(columns: FloatArray, at: slice) -> FloatArray:
        own = zip(columns, sizes[at], strict=True)
        return np.array([compare(Library(c, float(s)), against, trimming) for c, s in own])

    return _by_sample(values, of)


def _by_ratio(values: AnyArray, samples: pd.Index, quantile: float | None) -> FloatArray:
    """Median ratios to the geometric mean, or quantiles of the counts."""
    if quantile is not None:
        quantiles = _quantiles(values, quantile)
        if (quantiles == 0).any():
            raise DataError(
                f"the {quantile:g} quantile of the counts is zero in {listing(samples[quantiles == 0])}; raise p, "
                "leave out features with few counts, or use TMMwsp"
            )
        return quantiles
    features, n = values.shape
    (means,) = run_blocks(lambda at: (geometric_means(values[at]),), features, n, Running(progress=False), _CELLS)
    everywhere = means > 0
    if not everywhere.any():
        raise DataError("no feature has counts in every sample, and RLE rests on those; use TMMwsp")
    return _by_sample(values, lambda columns, _: median_ratios(columns[:, everywhere], means[everywhere]))
