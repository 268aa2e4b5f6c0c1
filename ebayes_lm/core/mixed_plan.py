"""How rows are fitted by mixed models: complete ones together, the others each on a design of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.covariance import packed
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.mixed_rows import MixedDesigns, MixedRowFits, mixed_designs
from ebayes_lm.core.ols import LeastSquares, least_squares, observed_mean
from ebayes_lm.core.ordering import trimmed_mean
from ebayes_lm.core.qr import RANK_TOLERANCE
from ebayes_lm.core.reml_profile import LEAST_BETWEEN

#: Share that is trimmed from either end of the correlations for their consensus.
_TRIM = 0.15


class MixedFits(NamedTuple):
    """Mixed models of one block of rows; the first axis of every array is the row.

    Attributes
    ----------
    coefficients : (g, r) array
        Of the columns that the plan has, NaN for those that a row cannot tell from earlier ones.
    lost : (g, r) bool array
        Columns that a row cannot estimate: those, and what they are confounded with.
    sigma, rho : (g,) array
    parameter_cov : (g, 3) array
    rank, n_fitted, n_observed, n_infinite : (g,) integer array
    zero_variance : (g,) bool array
    mean : (g,) array
        Of what is observed.
    missing : (g, ceil(n / 8)) array
        Samples without a value, as bits.
    """

    coefficients: FloatArray
    lost: BoolArray
    sigma: FloatArray
    rho: FloatArray
    parameter_cov: FloatArray
    rank: IntArray
    n_fitted: IntArray
    n_observed: IntArray
    n_infinite: IntArray
    zero_variance: BoolArray
    mean: FloatArray
    missing: AnyArray

    @property
    def without_correlation(self) -> BoolArray:
        """Rows with estimates that cannot tell the variance within blocks from that between them."""
        lacking: BoolArray = np.isnan(self.rho) & ~self.zero_variance & (self.rank > 0)
        return lacking

    def consensus(self, largest: int) -> float:
        """The correlation that most rows have: the trimmed mean of all on the scale of atanh, one that any row allows.

        ``largest`` is the number of samples in the largest block. Zero where no row has a correlation.
        """
        mean = trimmed_mean(np.arctanh(self.rho), _TRIM)
        lowest = -(1.0 - LEAST_BETWEEN) / max(largest - 1, 1)
        return 0.0 if np.isnan(mean) else max(float(np.tanh(mean)), lowest)


@dataclass(frozen=True, eq=False)
class MixedPlan:
    """A design (n, p) with samples in blocks, prepared for rows of every kind.

    Attributes
    ----------
    designs : MixedDesigns
        Of the columns that all samples together can estimate.
    x : (n, p) array
    columns : (r,) integer array
        Positions of those columns.
    tol : float
    min_observed : int
        Rows with fewer observations are not fitted.
    """

    designs: MixedDesigns
    x: FloatArray
    columns: IntArray
    tol: float
    min_observed: int

    def shared(self, rho: float) -> LeastSquares:
        """The design of a complete row with that correlation."""
        return least_squares(self.x, self.designs.sample_weights, self.tol, BlockCorrelation(self.designs.blocks, rho))

    @property
    def largest(self) -> int:
        """Samples with weight in the largest block."""
        return int(np.bincount(self.designs.blocks[self.designs.sample_weights > 0]).max())

    def rows(self, y: AnyArray, cells: FloatArray | None, fallback: float = 0.0) -> MixedFits:
        """Fit rows (g, n), NaN where a value is missing; ``cells`` (g, n) are weights of single observations.

        Rows without a correlation of their own are fitted at the correlation ``fallback``.
        """
        y = y.astype(np.float64, copy=False)
        absent = ~np.isfinite(y)
        usable = np.where(absent, 0.0, self.designs.sample_weights if cells is None else cells)
        n_observed = np.count_nonzero(usable, axis=1)
        few = n_observed < self.min_observed
        absent[few], usable[few] = True, 0.0
        fits = self._fitted(np.where(absent, 0.0, y), usable, cells is None, fallback)
        lost = np.isnan(fits.coefficients)
        lacking = np.flatnonzero((fits.rank < len(self.columns)) & (fits.rank > 0))
        if len(lacking):
            lost[lacking] = self.designs.not_estimable(usable[lacking], len(lacking))
        return MixedFits(
            fits.coefficients, lost, fits.sigma, fits.rho, fits.parameter_cov, fits.rank, fits.n_fitted, n_observed,
            np.isinf(y).sum(axis=1), fits.zero_variance, observed_mean(y), packed(absent),
        )  # fmt: skip

    def _fitted(self, y: FloatArray, usable: FloatArray, of_samples: bool, fallback: float) -> MixedRowFits:
        """Fits of rows; those with every sample, and weights ``of_samples``, together."""
        complete = np.zeros(len(y), dtype=np.bool_)
        if of_samples:
            complete = np.count_nonzero(usable, axis=1) == np.count_nonzero(self.designs.sample_weights)
        if complete.all():
            return self.designs.fit(y, None, fallback)
        own = self.designs.fit(y[~complete], usable[~complete], fallback)
        if not complete.any():
            return own
        shared = self.designs.fit(y[complete], None, fallback)
        order = np.argsort(np.concatenate([np.flatnonzero(complete), np.flatnonzero(~complete)]))
        return MixedRowFits(*(np.concatenate(parts)[order] for parts in zip(shared, own, strict=True)))


def mixed_plan(
    x: FloatArray, blocks: IntArray, sample_weights: FloatArray | None = None, tol: float = RANK_TOLERANCE,
    min_observed: int = 0,
) -> MixedPlan:  # fmt: skip
    """Prepare a design (n, p) with samples in blocks (n,), under weights (n,) of the samples."""
    columns = least_squares(x, sample_weights, tol).qr.estimable
    return MixedPlan(mixed_designs(x[:, columns], blocks, tol, sample_weights), x, columns, tol, min_observed)
