"""Counts with their library sizes, and edgeR's functions of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import ebayes_lm as el
from ebayes_lm.errors import ArgumentTypeError, listing
from ebayes_lm.limma.arguments import completed
from ebayes_lm.limma.spelling import completing
from ebayes_lm.results.arguments import truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

_METHODS = ("TMM", "TMMwsp", "RLE", "upperquartile", "none")


@completing
def DGEList(
    counts: Any,
    lib_size: ArrayLike | pd.Series[float] | None = None,
    norm_factors: ArrayLike | pd.Series[float] | None = None,
    samples: pd.DataFrame | None = None,
    group: Any = None,
    genes: pd.DataFrame | None = None,
    remove_zeros: bool = False,
    annotation_columns: Sequence[str] | str | None = None,
) -> el.DGEList:
    """Put counts and what belongs to them together: :class:`ebayes_lm.DGEList`.

    Parameters
    ----------
    counts : array, DataFrame, scipy sparse matrix or AnnData
        Features x samples (AnnData: samples x features). A DataFrame may begin with columns of text.
    lib_size, norm_factors : (n,) array_like, optional
        By default column sums, and 1.
    samples : DataFrame, optional
        Sample table; its columns ``group``, ``lib_size`` and ``norm_factors`` serve as such, also with R's dots.
    group : (n,) array_like or str, optional
    genes : DataFrame, optional
        Annotation of the features.
    remove_zeros : bool
        Leave out features without any count.
    annotation_columns : str or list of str, optional
        Columns of a DataFrame that describe features; by default those of text, where there are several. A single one
        names the features.

    Returns
    -------
    DGEList
        Columns of ``samples`` are ``group``, ``lib_size`` and ``norm_factors``.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import DGEList
    >>> DGEList(np.array([[5, 2, 7], [0, 0, 0]]), group=list("aab"), remove_zeros=True)
    DGEList of 1 features x 3 samples (counts, samples)
    """
    if annotation_columns is None and isinstance(counts, pd.DataFrame):
        text: list[Any] = [name for name in counts if not pd.api.types.is_numeric_dtype(counts[name])]
        annotation_columns = text if len(text) > 1 else None
    d = el.DGEList(
        counts, samples=samples, genes=genes, group=group, lib_size=lib_size, norm_factors=norm_factors,
        feature_columns=annotation_columns,
    )  # fmt: skip
    return d[d.counts.to_numpy().any(axis=1), :] if truth(remove_zeros, "remove_zeros") else d


@completing
def normLibSizes(
    object: Any,
    method: str = "TMM",
    refColumn: str | None = None,
    logratioTrim: float = 0.3,
    sumTrim: float = 0.05,
    doWeighting: bool = True,
    Acutoff: float = -1e10,
    p: float = 0.75,
    *,
    lib_size: ArrayLike | pd.Series[float] | None = None,
) -> Any:
    """Find normalisation factors of library sizes: :func:`ebayes_lm.norm_lib_sizes`.

    Parameters
    ----------
    object : DGEList, array, DataFrame or AnnData
    method : {"TMM", "TMMwsp", "RLE", "upperquartile", "none"}
    refColumn : str, optional
        Name of the sample that TMM compares the others with; a number is an error, because R counts from 1.
    logratioTrim, sumTrim : float
        Shares of features left out at either end.
    doWeighting : bool
        Weigh log ratios by their precision.
    Acutoff : float
        Features whose mean log2 share is no more than this are left out.
    p : float
        The quantile of "upperquartile".
    lib_size : (n,) array_like, optional
        Of anything but a DGEList; by default column sums.

    Returns
    -------
    DGEList or Series
        As in edgeR: of a DGEList the same with ``samples["norm_factors"]``, of anything else the factors alone.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import normLibSizes
    >>> counts = np.random.default_rng(1).poisson(20, size=(200, 3))
    >>> counts[:20, 2] *= 30
    >>> normLibSizes(counts).round(2).tolist()
    [1.56, 1.55, 0.41]
    """
    d = count_list(object, lib_size)
    if refColumn is not None and not isinstance(refColumn, str):
        raise ArgumentTypeError(
            f"refColumn is the name of a sample, not {refColumn!r}: R counts from 1 and Python from 0. There are "
            f"{listing(d.counts.columns, 20)}"
        )
    normalized = el.norm_lib_sizes(
        d,
        method=completed(method, _METHODS),
        ref_column=refColumn,
        logratio_trim=logratioTrim,
        sum_trim=sumTrim,
        do_weighting=doWeighting,
        a_cutoff=Acutoff,
        p=p,
    )
    return normalized if isinstance(object, el.DGEList) else normalized.samples["norm_factors"]


@completing
def filterByExpr(
    y: Any,
    design: Any = None,
    group: Any = None,
    lib_size: ArrayLike | pd.Series[float] | None = None,
    min_count: float = 10,
    min_total_count: float = 15,
    large_n: float = 10,
    min_prop: float = 0.7,
) -> pd.Series[bool]:
    """Tell features with counts enough: :func:`ebayes_lm.filter_by_expr`.

    Parameters
    ----------
    y : DGEList, array, DataFrame or AnnData
    design : array, DataFrame, Design or formula, optional
    group : (n,) array_like or str, optional
        Goes before ``design``; without either it is that of a DGEList.
    lib_size : (n,) array_like, optional
    min_count, min_total_count : float
        Least count in so many samples as the smallest group has, and least total.
    large_n, min_prop : float
        Beyond so many samples, a share of the group is enough.

    Returns
    -------
    Series of bool
        What to keep: ``d.subset(keep)``, or ``d[keep, :]`` to keep library sizes.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import filterByExpr
    >>> filterByExpr(np.array([[20, 30, 0, 0], [3, 2, 4, 3], [77, 68, 96, 97]]), group=list("aabb")).tolist()
    [True, False, True]
    """
    return el.filter_by_expr(
        y,
        design,
        group=group,
        lib_size=lib_size,
        min_count=min_count,
        min_total_count=min_total_count,
        large_n=large_n,
        min_prop=min_prop,
    )


@completing
def sumTechReps(x: Any, ID: Any) -> Any:
    """Sum the counts of technical replicates: :func:`ebayes_lm.sum_tech_reps`.

    Parameters
    ----------
    x : DGEList, array, DataFrame or AnnData
    ID : (n,) array_like or str
        The sample that each column is a replicate of. Names of columns cannot say so, since no two are the same.

    Returns
    -------
    DGEList or DataFrame
        As in edgeR: of a DGEList a DGEList, of anything else the counts alone.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import sumTechReps
    >>> sumTechReps(np.array([[1, 2, 3], [10, 20, 30]]), ["b", "a", "b"]).to_numpy()
    array([[ 4,  2],
           [40, 20]])
    """
    summed = el.sum_tech_reps(x, ID)
    return summed if isinstance(x, el.DGEList) else summed.counts


def count_list(counts: Any, lib_size: Any = None) -> el.DGEList:
    """Anything that holds counts as a DGEList; one that has library sizes already takes no others."""
    if not isinstance(counts, el.DGEList):
        return el.DGEList(counts, lib_size=lib_size)
    if lib_size is not None:
        raise ArgumentTypeError("a DGEList has library sizes of its own; give lib_size= to DGEList() instead")
    return counts
