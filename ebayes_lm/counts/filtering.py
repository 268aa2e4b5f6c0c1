"""Which features have counts enough for a test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.count_filter import least_samples, seen_enough
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.counts.boundary import as_count_list
from ebayes_lm.counts.library import by_block, effective_sizes
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.data.groups import sample_groups
from ebayes_lm.design.boundary import DesignLike, as_design
from ebayes_lm.errors import ArgumentError, DesignWarning, warn
from ebayes_lm.results.arguments import probability, real


def filter_by_expr(
    counts: Any,
    design: DesignLike = None,
    *,
    group: Any = None,
    lib_size: Any = None,
    min_count: float = 10,
    min_total_count: float = 15,
    large_n: float = 10,
    min_prop: float = 0.7,
    layer: str | None = None,
) -> pd.Series[bool]:
    """Tell features with counts enough in as many samples as the smallest group has.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, scipy sparse matrix or AnnData
        Counts of features x samples.
    design : formula, Design, DataFrame or array, optional
        What will be fitted; a formula reads the sample table of the counts. Its largest leverage stands for the
        smallest group.
    group : str or (samples,) array_like, optional
        A column of the sample table, or a group for each sample; goes before ``design``. Without either it is the
        ``group`` of a DGEList.
    lib_size : float or (samples,) array_like, optional
        Library sizes to use in place of those of the counts times normalisation factors.
    min_count : float
        Counts that are enough, in a library of median size; what counts is their rate per million.
    min_total_count : float
        Least total over all samples.
    large_n : float
        Groups larger than this need not have enough in all of their samples.
    min_prop : float
        Share of the samples beyond ``large_n`` in which such groups have to.
    layer : str, optional
        Layer of an AnnData to read in place of X.

    Returns
    -------
    Series of bool, one a feature
        What to keep: ``d.subset(keep)``.

    Raises
    ------
    ArgumentError
        A number outside its range.
    DataError
        Library sizes that are not positive, or groups that do not match.

    Notes
    -----
    Chen, Lun and Smyth (2016) F1000Research 5, 1438.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> counts = np.array([[20, 30, 0, 0], [3, 2, 4, 3], [77, 68, 96, 97]])
    >>> el.filter_by_expr(counts, group=["a", "a", "b", "b"]).tolist()
    [True, False, True]
    """
    least = {name: _amount(value, name) for name, value in (("min_count", min_count), ("large_n", large_n))}
    total = _amount(min_total_count, "min_total_count")
    share = probability(min_prop, "min_prop", "the share of samples of a large group")
    d = as_count_list(counts, layer=layer)
    sizes = effective_sizes(d, lib_size)
    samples = least_samples(_smallest_group(d, design, group), least["large_n"], share)
    rate = least["min_count"] / float(np.median(sizes)) * 1e6
    enough = {"min_rate": rate, "min_samples": samples, "min_total": total}
    kept = by_block(d, lambda block, _: seen_enough(block, sizes, **enough))
    return pd.Series(kept, index=d.counts.index, dtype=bool)


def _smallest_group(d: DGEList, design: DesignLike, group: Any) -> float:
    """Size of the smallest group, or one over the largest leverage of the design."""
    labels = d.counts.columns
    if group is not None or design is None:
        if group is None and d.samples["group"].nunique() < 2:
            warn(
                "neither groups nor a design: all samples are taken for one group; give design= or group=",
                DesignWarning,
            )
        codes = sample_groups("group" if group is None else group, labels, d.samples, what="group")
        return float(np.bincount(codes).min())
    x = as_design(design, samples=d.samples, sample_labels=labels, n_samples=len(labels))
    return float(1.0 / _leverages(np.asarray(x)).max())


def _leverages(x: FloatArray) -> FloatArray:
    leverages: FloatArray = np.square(pivoted_qr(x).q).sum(axis=1)
    return leverages


def _amount(value: Any, name: str) -> float:
    number = real(value, name, "a number of counts or samples")
    if not 0.0 <= number < np.inf:
        raise ArgumentError(f"{name} is a number of counts or samples, finite and not negative; got {value!r}")
    return number
