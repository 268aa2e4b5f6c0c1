"""Mixed models of all rows of a matrix, in blocks, and what has to be said about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, BoolArray, FloatRows
from ebayes_lm.core.mixed_assembly import mixed_covariances, mixed_record
from ebayes_lm.core.mixed_plan import MixedFits, MixedPlan
from ebayes_lm.data.blocks import ROW_CELLS, Running
from ebayes_lm.data.engines import Parts
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.weights import Weights
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DesignError, VarianceWarning, counted, listing, warn
from ebayes_lm.results.axes import Labels
from ebayes_lm.results.mixed import MixedFit, contrast_tests
from ebayes_lm.results.resuming import not_kept
from ebayes_lm.results.rows import refuse_infinite, warn_of_lost_coefficients


def fit_mixed(
    matrix: FeatureMatrix, plan: MixedPlan, design: Design, weights: Weights, running: Running, *, inf: str
) -> MixedFit:
    """Fit every row by a mixed model.

    Raises
    ------
    DesignError
        No row can tell variance within blocks from variance between them.
    DataError
        Values are infinite and ``inf`` is "error".
    """
    _require_both_variances(plan)
    fits, consensus = _fitted(matrix, plan, weights.cells, running, inf)
    if weights.features is not None:
        fits = _without_weight(fits, weights.features == 0)
    covariances = mixed_covariances(plan, fits, consensus, weights.cells, weights.features, running.room)
    identity = np.eye(len(design.names))
    tests = contrast_tests(covariances, identity, running.room)
    record = mixed_record(plan, fits, consensus, weights.features, *tests, running.room)
    warn_of_lost_coefficients(record, matrix.features, limma=False)
    return MixedFit(
        record=record,
        labels=Labels(matrix.features, pd.Index(design.names)),
        design=design,
        plan=plan.shared(consensus),
        annotation=matrix.annotation,
        contrast_matrix=identity,
        covariances=covariances,
    )


def _require_both_variances(plan: MixedPlan) -> None:
    if not plan.designs.estimable:
        raise DesignError(
            "correlation='feature' needs blocks that differ beyond what the design explains, and samples that differ "
            "within them; here every block has one sample, there is one block, or the design holds the blocks as a "
            "term. Leave out block=, or take the term out of the design"
        )


def _fitted(
    matrix: FeatureMatrix, plan: MixedPlan, cells: FloatRows | None, running: Running, inf: str
) -> tuple[MixedFits, float]:
    """Fits of all rows, those without a correlation of their own at the consensus of the others; and this."""
    work = MixedBlocks(plan, cells)
    fits = MixedFits(*matrix.map_parts(work, running, ROW_CELLS)[0])
    if inf == "error":
        refuse_infinite(fits.n_infinite, matrix.features)
    consensus = fits.consensus(plan.largest)
    lacking = fits.without_correlation
    if not lacking.any():
        return fits, consensus
    again = matrix.map_parts(replace(work, lacking=lacking, consensus=consensus), not_kept(running), ROW_CELLS)[1]
    rows, found = again
    fits.coefficients[rows] = found
    _tell(matrix.features[lacking], consensus)
    return fits, consensus


@dataclass(frozen=True, eq=False)
class MixedBlocks:
    """Fits blocks of rows by a plan, with weights (G, n) of single observations where there are any.

    Where rows are ``lacking`` a correlation, only these are fitted, at the consensus. The first row of what is known of
    rows belongs to the row ``first`` of the matrix.
    """

    plan: MixedPlan
    cells: FloatRows | None
    lacking: BoolArray | None = None
    consensus: float | None = None
    first: int = 0

    def part(self, at: slice) -> MixedBlocks:
        """The same for these rows alone."""
        if self.cells is None and self.lacking is None:
            return self
        cells = None if self.cells is None else self.cells[at]
        lacking = None if self.lacking is None else self.lacking[at]
        return replace(self, cells=cells, lacking=lacking, first=at.start)

    def __call__(self, values: AnyArray, at: slice) -> Parts:
        """Fit a block."""
        own = slice(at.start - self.first, at.stop - self.first)
        cells = None if self.cells is None else self.cells[own]
        if self.lacking is None or self.consensus is None:
            return Parts(self.plan.rows(values, cells))
        rows = np.flatnonzero(self.lacking[own])
        if not len(rows):
            return Parts(())
        found = self.plan.rows(values[rows], None if cells is None else cells[rows], self.consensus)
        return Parts((), (rows + at.start, found.coefficients))


def _tell(features: pd.Index, consensus: float) -> None:
    warn(
        f"samples of {counted(len(features), 'feature')} ({listing(features)}) cannot tell variance within blocks from "
        f"variance between them; their coefficients rest on the correlation that the others have, {consensus:.3g}, and "
        "have no residual df: ebayes() lends them the prior variance, ordinary() gives no tests",
        VarianceWarning,
    )


def _without_weight(fits: MixedFits, none: AnyArray) -> MixedFits:
    """Features of weight zero count as without observations."""
    return fits._replace(
        coefficients=np.where(none[:, None], np.nan, fits.coefficients),
        sigma=np.where(none, np.nan, fits.sigma),
        rho=np.where(none, np.nan, fits.rho),
        parameter_cov=np.where(none[:, None], np.nan, fits.parameter_cov),
        rank=np.where(none, 0, fits.rank),
        n_fitted=np.where(none, 0, fits.n_fitted),
        n_observed=np.where(none, 0, fits.n_observed),
        zero_variance=fits.zero_variance & ~none,
    )
