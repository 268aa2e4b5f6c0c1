"""VoomEList: log expression with precision weights and the trend that these come from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.data.containers import EList


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class VoomEList(EList):
    """An EList whose weights come from a trend of variability over mean; :func:`lm_fit` uses weights and design.

    Made by :func:`voom` and its relatives. Subsets keep the trend of the whole.

    Parameters
    ----------
    E, weights, genes, targets, design, other
        As in :class:`EList`.
    voom_xy : DataFrame
        The points of the trend, one row a feature: ``x``, the mean, and ``y``, the square root of the residual
        standard deviation.
    voom_line : DataFrame
        The trend: ``y`` at rising ``x``.
    span : float
        Share of the points in each window of the trend.
    """

    voom_xy: pd.DataFrame
    voom_line: pd.DataFrame
    span: float


def with_sample_weights(elist: VoomEList, weights: FloatArray) -> VoomEList:
    """The same with weights of samples in the sample table, as ``sample_weights``."""
    table = pd.DataFrame(index=elist.E.columns) if elist.targets is None else elist.targets
    return replace(elist, targets=table.assign(sample_weights=weights))
