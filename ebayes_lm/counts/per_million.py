"""Counts per million, and per thousand bases of a feature besides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.log_counts import log_per_million, per_million
from ebayes_lm.counts.boundary import as_count_list
from ebayes_lm.counts.library import by_block, effective_sizes
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.data.vectors import ordered_numbers
from ebayes_lm.errors import ArgumentError, DataError, listing, nearest
from ebayes_lm.results.arguments import real, truth


def cpm(
    counts: Any,
    *,
    log: bool = False,
    prior_count: float = 2,
    lib_size: Any = None,
    layer: str | None = None,
) -> pd.DataFrame:
    """Scale counts to libraries of a million.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, scipy sparse matrix or AnnData
        Counts of features x samples. Of a DGEList library sizes are taken times normalisation factors, or offsets
        where it has any.
    log : bool
        Logarithms (base 2) in place of the rates themselves.
    prior_count : float
        Added to the counts before logarithms are taken, in proportion to library size.
    lib_size : float or (samples,) array_like, optional
        Library sizes to use in place of those of the counts.
    layer : str, optional
        Layer of an AnnData to read in place of X.

    Returns
    -------
    DataFrame, (features, samples)

    Raises
    ------
    DataError
        Library sizes that are not positive.
    ArgumentError
        A negative prior count.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> counts = np.array([[10, 0], [90, 200]])
    >>> el.cpm(counts).to_numpy()
    array([[ 100000.,       0.],
           [ 900000., 1000000.]])
    >>> el.cpm(counts, log=True).round(2).to_numpy()
    array([[16.75, 13.66],
           [19.76, 19.91]])
    """
    d = as_count_list(counts, layer=layer)
    return _frame(_rates(d, truth(log, "log"), prior(prior_count), lib_size), d)


def rpkm(
    counts: Any,
    gene_length: Any = None,
    *,
    log: bool = False,
    prior_count: float = 2,
    lib_size: Any = None,
    layer: str | None = None,
) -> pd.DataFrame:
    """Scale counts to libraries of a million and features of a thousand bases.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, scipy sparse matrix or AnnData
        Counts of features x samples.
    gene_length : str or (features,) array_like, optional
        Lengths in bases, or the column of ``genes`` that holds them; by default the only one with "length" in its name.
    log : bool
        Logarithms (base 2) in place of the rates themselves.
    prior_count : float
        Added to the counts before logarithms are taken, in proportion to library size.
    lib_size : float or (samples,) array_like, optional
        Library sizes to use in place of those of the counts.
    layer : str, optional
        Layer of an AnnData to read in place of X.

    Returns
    -------
    DataFrame, (features, samples)

    Raises
    ------
    DataError
        Lengths or library sizes that are not positive.
    ArgumentError
        No such column, or a negative prior count.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> el.rpkm(np.array([[10, 0], [90, 200]]), [500, 2000]).to_numpy()
    array([[200000.,      0.],
           [450000., 500000.]])
    """
    d = as_count_list(counts, layer=layer)
    thousands = _lengths(gene_length, d)[:, None] / 1e3
    rates = _rates(d, truth(log, "log"), prior(prior_count), lib_size)
    if log:
        rates -= np.log2(thousands)
    else:
        rates /= thousands
    return _frame(rates, d)


def _rates(d: DGEList, log: bool, prior_count: float, lib_size: Any) -> FloatArray:
    def of(counts: AnyArray, sizes: FloatArray) -> FloatArray:
        return log_per_million(counts, sizes, prior_count) if log else per_million(counts, sizes)

    if d.offset is not None and lib_size is None:
        offset = d.offset
        return by_block(d, lambda counts, at: of(counts, np.exp(offset[at])))
    shared = effective_sizes(d, lib_size)
    return by_block(d, lambda counts, _: of(counts, shared))


def _frame(values: FloatArray, d: DGEList) -> pd.DataFrame:
    return pd.DataFrame(values, index=d.counts.index, columns=d.counts.columns, copy=False)


def prior(value: Any) -> float:
    number = real(value, "prior_count", "what is added to counts before logarithms are taken")
    if not 0.0 <= number < np.inf:
        raise ArgumentError(f"prior_count is added to counts and so finite and not negative; got {value!r}")
    return number


def _lengths(given: Any, d: DGEList) -> FloatArray:
    if given is None or isinstance(given, str):
        given = _column(given, d.genes)
    lengths = ordered_numbers(given, d.counts.index, what="gene_length", axis="features")
    if lengths.shape != (d.shape[0],):
        raise DataError(f"gene_length has shape {lengths.shape}; give one length for each of {d.shape[0]:,} features")
    wrong = ~(np.isfinite(lengths) & (lengths > 0))
    if wrong.any():
        raise DataError(
            f"gene_length is not positive and finite for {listing(d.counts.index[wrong])}; leave such features out"
        )
    return lengths.astype(np.float64)


def _column(name: str | None, genes: pd.DataFrame | None) -> pd.Series[Any]:
    known = [] if genes is None else list(genes.columns)
    if name is None:
        found = [column for column in known if "length" in str(column).casefold()]
        if len(found) != 1:
            there = f"several columns of genes may hold them: {listing(found)}" if found else "genes has no such column"
            raise ArgumentError(f"gene_length is needed, as numbers or as the name of a column of genes; {there}")
        name = found[0]
    if genes is None or name not in known:
        there = f"it has {listing(known, 10)}" if known else "there is none"
        raise ArgumentError(f"gene_length={name!r} is not a column of genes; {there}.{nearest(name, known)}")
    return genes[name]
