"""All rows of a matrix fitted in blocks, and what has to be said about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatRows
from ebayes_lm.core.linear_plan import LinearPlan, OwnFits
from ebayes_lm.core.ols import KERNEL_CELLS, LinearRecord, RowFits, Status
from ebayes_lm.data.blocks import BLOCK_CELLS, ROW_CELLS, Running
from ebayes_lm.data.engines import Parts
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.plan import looked_at
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.errors import ConvergenceWarning, DataError, EstimabilityWarning, counted, listing, warn
from ebayes_lm.results.sample_rows import fit_by_samples, fits_by_samples

#: Cells in a block of a large matrix with gaps: complete rows are fitted together, the others need several copies.
_GAPPED_CELLS = 4 * ROW_CELLS


def fit_rows(
    matrix: FeatureMatrix, plan: LinearPlan, cells: FloatRows | None, running: Running, *, inf: str
) -> tuple[RowFits, OwnFits | None]:
    """Fit every row; the fits of rows with a design of their own come apart, in rising order of rows.

    Weights that robust fits give are kept where the values are in memory, too.

    Raises
    ------
    DataError
        Values are infinite and ``inf`` is "error".
    """
    use_kernel = matrix.shape[0] * matrix.shape[1] >= KERNEL_CELLS
    fit, source = FittedBlocks(plan, cells, use_kernel, keeps_weights=matrix.in_memory), matrix.source
    fitted = None
    if isinstance(source, SampleMajor) and fits_by_samples(source, plan, cells, running):
        fitted = fit_by_samples(source, plan, fit, running)
    if fitted is None:
        arrays, loose = matrix.map_parts(fit, running, _block_cells(matrix, plan, cells, running))
        fitted = RowFits(*arrays), OwnFits(*loose) if loose else None
    if inf == "error":
        refuse_infinite(fitted[0].n_infinite, matrix.features)
    return fitted


@dataclass(frozen=True, eq=False)
class FittedBlocks:
    """Fits blocks of rows by a plan, with weights (G, n) of single observations where there are any.

    The first row of the weights belongs to the row ``first`` of the matrix. Weights of robust fits come back where they
    are to be kept.
    """

    plan: LinearPlan
    cells: FloatRows | None
    use_kernel: bool
    first: int = 0
    keeps_weights: bool = True

    def part(self, at: slice) -> FittedBlocks:
        """The same for these rows alone."""
        return self if self.cells is None else replace(self, cells=self.cells[at], first=at.start)

    def __call__(self, values: AnyArray, at: slice) -> Parts:
        """Fit a block; the rows of its own fits are those of the matrix."""
        cells = None if self.cells is None else self.cells[at.start - self.first : at.stop - self.first]
        fits, own = self.plan.rows(values, cells, use_kernel=self.use_kernel)
        if own is None:
            return Parts(fits)
        weights = own.weights if self.keeps_weights else np.empty((len(own.rows), 0))
        return Parts(fits, own._replace(rows=own.rows + at.start, weights=weights))


def _block_cells(matrix: FeatureMatrix, plan: LinearPlan, cells: FloatRows | None, running: Running) -> int:
    """Cells in a block: few where rows are worked on singly, so that threads share them evenly and copies are small."""
    features, samples = matrix.shape
    if cells is not None or plan.singly:
        return ROW_CELLS
    source = by_features(matrix.source, running)
    first = source.read(0, looked_at(source, running))
    with np.errstate(invalid="ignore", over="ignore"):
        gaps = np.isnan(first @ np.zeros(samples, dtype=np.float32)).any()
    if not gaps:
        return BLOCK_CELLS
    return ROW_CELLS if features * samples <= BLOCK_CELLS else _GAPPED_CELLS


def refuse_infinite(n_infinite: AnyArray, features: pd.Index, *, choice: bool = True) -> None:
    """Say where values are infinite, given how many are in each row, to callers that leave a ``choice`` or do not.

    Raises
    ------
    DataError
        Any is.
    """
    infinite = np.flatnonzero(n_infinite)
    if len(infinite):
        values, where = counted(n_infinite.sum(), "value"), counted(len(infinite), "feature")
        instead = 'take them for missing with inf="missing"' if choice else "put NaN where values are missing"
        raise DataError(
            f"infinite: {values} in {where} ({listing(features[infinite])}); a logarithm of zero is the usual cause. "
            f"Add an offset before it, or {instead}"
        )


def warn_of_convergence(own: OwnFits | None, features: pd.Index, max_iter: int) -> None:
    """Say which robust fits did not come to rest."""
    open_ = np.empty(0, dtype=np.intp) if own is None else own.rows[~own.converged]
    if len(open_):
        warn(
            f"robust fits of {counted(len(open_), 'feature')} ({listing(features[open_])}) had not converged after "
            f"{counted(max_iter, 'iteration')}; the last one is taken. max_iter= allows more",
            ConvergenceWarning,
        )


def warn_of_lost_coefficients(record: LinearRecord, features: pd.Index, *, limma: bool) -> None:
    """Say where a feature's own samples cannot estimate every coefficient that the design can."""
    lost = np.flatnonzero(record.status == Status.not_estimable)
    if not len(lost):
        return
    where = f"{counted(len(lost), 'feature')} ({listing(features[lost])})"
    if limma:
        text = "as in limma, the other coefficients of these features may compare other groups than their names say"
    else:
        text = "these are NaN, with status 'not_estimable'; contrasts that their samples can estimate are not affected"
    warn(
        f"samples without a value or a weight leave some coefficients not estimable in {where}; {text}",
        EstimabilityWarning,
    )
