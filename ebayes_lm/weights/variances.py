"""Whether groups of samples differ in variance, and what that does to the tests of a fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import IntArray
from ebayes_lm.core.group_variances import LEVEL, GroupVariances, group_variances
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.weights import matrix_weights
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import ArgumentError, DesignError
from ebayes_lm.results.correlated import named_blocks
from ebayes_lm.weights.matrix_rows import MatrixRows
from ebayes_lm.weights.quality import Inputs, check_finite, inputs

#: Sizes of a test at 0.05 that are worth a word: more false positives than this, or fewer.
LIBERAL, CONSERVATIVE = 0.08, 0.03
#: Standard errors that variances differ by at least before anything is said; rows are correlated and not quite normal.
_CERTAIN = 4.0


@dataclass(frozen=True, eq=False, repr=False)
class VarianceComparison:
    """Variances of groups of samples, as :func:`unequal_variances` finds them.

    Attributes
    ----------
    table : DataFrame
        For each group ``n`` samples, ``df_residual`` that fall to it, and ``relative_sd``, 1 in the smallest.
    ratio : float
        Largest over smallest standard deviation.
    size : float
        Share of true null hypotheses that moderated tests at 0.05 would reject, foretold for the contrast of the design
        that rejects most; where none rejects too many, for the one that rejects least.
    advice : str
        What to do about it; empty where there is nothing to do.
    """

    table: pd.DataFrame
    ratio: float
    size: float
    advice: str

    def __repr__(self) -> str:
        facts = f"standard deviations up to {self.ratio:.3g} times one another; tests at 0.05 reject {self.size:.3f}"
        return f"VarianceComparison of {len(self.table)} groups: {facts}{'; ' if self.advice else ''}{self.advice}"


def unequal_variances(
    y: Any, design: Any = None, *, group: Any = None, samples: pd.DataFrame | None = None
) -> VarianceComparison:
    """Compare the variances of groups of samples, and say what a difference does to tests that take them as equal.

    A small group that varies more than the others has more false positives than the level says, one that varies less
    has fewer; with groups of equal size hardly anything changes.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples, as :func:`lm_fit` takes them; weights that the container carries count.
    design : str, Design, DataFrame or array, optional
        The model of the means; by default that of the container.
    group : str or (n,) array_like, optional
        Groups to compare: a column of ``samples`` or one value a sample. By default samples with the same row of the
        design.
    samples : DataFrame, optional
        Sample table; by default what the container carries.

    Returns
    -------
    VarianceComparison

    Raises
    ------
    DataError
        Values are infinite or not numeric.
    ArgumentError
        Fewer than two groups have a residual.
    DesignError
        There is no design, or it leaves fewer than two residual degrees of freedom.

    Notes
    -----
    Log variances by restricted maximum likelihood over all features, as :func:`array_weights` with ``var_group``. The
    size of a test is that of a t test whose variance is a mean over groups, after Welch (1938) Biometrika 29, 350-362.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> table = pd.DataFrame({"group": ["A"] * 4 + ["B"] * 12})
    >>> y = np.random.default_rng(1).normal(size=(1000, 16)) * ([2.0] * 4 + [1.0] * 12)
    >>> found = el.unequal_variances(y, "~ group", group="group", samples=table)
    >>> found.table["relative_sd"].round(1).to_dict()
    {'A': 2.0, 'B': 1.0}
    >>> round(found.size, 2)
    0.16
    """
    given = inputs(y, design, samples, carried=True)
    if given.matrix.shape[1] - pivoted_qr(given.design.matrix).rank < 2:
        raise DesignError("the design leaves fewer than two residual degrees of freedom, too few to compare variances")
    codes, names = _groups(given, group)
    running = Running(progress=False)
    check_finite(given.matrix, running, choice=False)
    cells = matrix_weights(None, given.matrix).of_observations(given.matrix.shape)
    found = group_variances(MatrixRows(given.matrix, cells, running), given.design.matrix, codes)
    if np.isfinite(found.sd).sum() < 2:
        raise ArgumentError(
            f"only {int(np.isfinite(found.sd).sum())} of {len(names)} groups has samples beyond what the design fits "
            "exactly; group= names groups of samples to compare"
        )
    table = pd.DataFrame({"n": found.n, "df_residual": found.df, "relative_sd": found.sd}, index=names)
    return VarianceComparison(table, float(np.nanmax(found.sd)), _size(found), _advice(found, names))


def _groups(given: Inputs, group: Any) -> tuple[IntArray, pd.Index]:
    """Group of each sample, and names of the groups."""
    if group is not None:
        codes, names = named_blocks(group, given.matrix, given.table, "group")
        if len(names) < 2:
            raise ArgumentError("group puts all samples into one group; there is nothing to compare it with")
        return codes, names.rename(group if isinstance(group, str) else "group")
    cells, first, codes = np.unique(given.design.matrix, axis=0, return_index=True, return_inverse=True)
    if not 1 < len(cells) < given.matrix.shape[1]:
        why = "all samples have the same" if len(cells) == 1 else "no two samples share a"
        raise ArgumentError(f"{why} row of the design; name the groups to compare with group=")
    order = np.argsort(first)
    codes = np.argsort(order)[codes.reshape(-1)]
    return codes.astype(np.intp), pd.Index([_cell_name(given.design, int(i)) for i in first[order]], name="group")


def _cell_name(design: Design, sample: int) -> str:
    """A row of the design by the columns that it has."""
    columns = zip(design.names, design.matrix[sample], strict=True)
    parts = [name if value == 1 else f"{value:g} {name}" for name, value in columns if value and name != INTERCEPT]
    return " + ".join(parts) or INTERCEPT


def _size(found: GroupVariances) -> float:
    largest, smallest = float(found.sizes.max()), float(found.sizes.min())
    return smallest if largest <= LEVEL else largest


def _advice(found: GroupVariances, names: pd.Index) -> str:
    size = _size(found)
    if abs(found.certainty) < _CERTAIN or CONSERVATIVE <= size <= LIBERAL:
        return ""
    most, least = names[int(np.nanargmax(found.sd))], names[int(np.nanargmin(found.sd))]
    what = "more false positives" if size > LEVEL else "less power"
    return (
        f"samples of group {most!r} vary {np.nanmax(found.sd):.2g} times as much as those of {least!r} (standard "
        f"deviations), so that a test at {LEVEL} rejects about {size:.2g} of true null hypotheses: {what} than it "
        "says. Weights from array_weights(..., var_group=...) with these groups put that right"
    )
