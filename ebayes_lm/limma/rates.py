"""Rates of counts: per million, per thousand bases, and their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import ebayes_lm as el
from ebayes_lm.limma.libraries import count_list
from ebayes_lm.limma.spelling import completing
from ebayes_lm.results.arguments import truth

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike


@completing
def cpm(
    y: Any,
    normalized_lib_sizes: bool = True,
    log: bool = False,
    prior_count: float = 2,
    *,
    lib_size: ArrayLike | pd.Series[float] | None = None,
) -> pd.DataFrame:
    """Counts per million: :func:`ebayes_lm.cpm`.

    Parameters
    ----------
    y : DGEList, array, DataFrame or AnnData
    normalized_lib_sizes : bool
        Whether library sizes of a DGEList are multiplied by normalisation factors.
    log : bool
        Logarithms to base 2.
    prior_count : float
        Added before logarithms are taken, in proportion to library size.
    lib_size : (n,) array_like, optional

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import cpm
    >>> cpm(np.array([[10, 0], [90, 200]])).to_numpy()
    array([[ 100000.,       0.],
           [ 900000., 1000000.]])
    """
    return el.cpm(_sized(y, normalized_lib_sizes), log=log, prior_count=prior_count, lib_size=lib_size)


@completing
def rpkm(
    y: Any,
    gene_length: Any = None,
    normalized_lib_sizes: bool = True,
    log: bool = False,
    prior_count: float = 2,
    *,
    lib_size: ArrayLike | pd.Series[float] | None = None,
) -> pd.DataFrame:
    """Counts per million and per thousand bases: :func:`ebayes_lm.rpkm`.

    Parameters
    ----------
    y, normalized_lib_sizes, log, prior_count, lib_size
        As for :func:`cpm`.
    gene_length : (G,) array_like or str, optional
        Bases, or the column of ``genes`` that holds them; by default the only one with "length" in its name.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import rpkm
    >>> rpkm(np.array([[10, 0], [90, 200]]), [500, 2000]).to_numpy()
    array([[200000.,      0.],
           [450000., 500000.]])
    """
    return el.rpkm(_sized(y, normalized_lib_sizes), gene_length, log=log, prior_count=prior_count, lib_size=lib_size)


@completing
def aveLogCPM(
    y: Any,
    normalized_lib_sizes: bool = True,
    prior_count: float = 2,
    dispersion: float | ArrayLike | None = None,
    *,
    lib_size: ArrayLike | pd.Series[float] | None = None,
) -> pd.Series[float]:
    """Average log2 counts per million of each feature: :func:`ebayes_lm.ave_log_cpm`.

    Parameters
    ----------
    y, normalized_lib_sizes, prior_count
        As for :func:`cpm`.
    dispersion : float or (G,) array_like, optional
        By default 0.05.
    lib_size : (n,) array_like, optional
        Of anything but a DGEList.

    Returns
    -------
    Series

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import aveLogCPM
    >>> aveLogCPM(np.array([[10, 0], [90, 200]])).round(2).tolist()
    [15.6, 19.84]
    """
    d = _sized(count_list(y, lib_size), normalized_lib_sizes)
    return el.ave_log_cpm(d, prior_count=prior_count, dispersion=0.05 if dispersion is None else dispersion)


def _sized(counts: Any, normalized: bool) -> Any:
    """Counts whose library sizes are with normalisation factors, or without."""
    if truth(normalized, "normalized_lib_sizes") or not isinstance(counts, el.DGEList):
        return counts
    return counts.with_norm_factors(np.ones(counts.shape[1]))
