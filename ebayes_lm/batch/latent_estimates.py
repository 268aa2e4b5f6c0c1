"""Factors and their association with a design, from rows in its coordinates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.batch.latent_rows import Coordinates, LatentRows
from ebayes_lm.core.factor_analysis import AT_REST, FactorAnalysis, Rows, factor_analysis
from ebayes_lm.core.factor_association import Association, association
from ebayes_lm.core.factor_imputation import filled
from ebayes_lm.core.factor_number import number_of_factors
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix

_MOST_ROUNDS = 100
#: Imputation is at rest where factors of two rounds share all but this much.
_AT_REST = 1e-8


class Gaps(NamedTuple):
    """Values (r, n) of the rows ``at`` that have gaps, in the unit of all rows, and where the gaps are."""

    at: IntArray
    values: FloatArray
    missing: BoolArray


def gaps_of(matrix: FeatureMatrix, rows: LatentRows, fewest: int, running: Running) -> Gaps:
    """The incomplete rows that have so many values at least."""
    n = matrix.shape[1]
    at = np.flatnonzero((rows.n_missing > 0) & (rows.n_missing <= n - fewest))
    values = matrix.rows_at(at, running).astype(np.float64) * rows.unit
    return Gaps(at, values, np.isnan(values))


class Estimated(NamedTuple):
    """Factor analysis of the rows that took part, their effects (g, c), where they stand, and whether all converged."""

    factors: FactorAnalysis
    effects: FloatArray
    used: IntArray
    converged: bool


def estimated(
    rows: LatentRows, gaps: Gaps | None, at: Coordinates, k: int | None, seed: int | None, at_rest: float = AT_REST
) -> Estimated:
    """Factors of complete rows, and of those whose gaps can be filled where these are given."""
    whole = (rows.n_missing == 0) & ~rows.constant
    if gaps is None or not len(gaps.at):
        used = np.flatnonzero(whole)
        return _analysed(rows.at(used), rows.effects[used], used, k, seed, None, at_rest)
    effects = rows.effects.copy()
    basis, before = at.fitted, None
    for _ in range(_MOST_ROUNDS):
        y, known = filled(gaps.values, gaps.missing, basis)
        places = gaps.at[known]
        effects[places] = at.effects(y[known])
        used = np.sort(np.concatenate([np.flatnonzero(whole), places]))
        residuals = rows.at(used, places, y[known] @ at.residual)
        found = _analysed(residuals, effects[used], used, k, seed, rows.n_missing[used].astype(np.float64), at_rest)
        k = found.factors.scores.shape[1]
        directions = found.factors.scores / np.sqrt(len(found.factors.scores))
        basis = np.hstack([at.fitted, at.residual @ directions])
        if k == 0 or (before is not None and k - np.square(before.T @ directions).sum() < _AT_REST * k):
            return found
        before = directions
    return found._replace(converged=False)


def _analysed(
    residuals: Rows, effects: FloatArray, used: IntArray, k: int | None, seed: int | None, lost: FloatArray | None,
    at_rest: float,
) -> Estimated:  # fmt: skip
    wanted = number_of_factors(residuals, seed, lost=lost) if k is None else k
    factors = factor_analysis(residuals, wanted, lost=lost, at_rest=at_rest)
    return Estimated(factors, effects, used, factors.converged)


class Findings(NamedTuple):
    """Everything that was found.

    Attributes
    ----------
    rows : LatentRows
    found : Estimated
    related : list of Association
        One for each column of interest; none without a factor.
    at : Coordinates
    n_controls : int or None
    """

    rows: LatentRows
    found: Estimated
    related: list[Association]
    at: Coordinates
    n_controls: int | None

    @property
    def factors(self) -> FactorAnalysis:
        """The factors beside the design."""
        return self.found.factors

    @property
    def n_factors(self) -> int:
        """How many there are."""
        return int(self.factors.scores.shape[1])

    @property
    def values(self) -> FloatArray:
        """The factors (n, k): what they are beside the design, and what goes along with columns of interest."""
        whole: FloatArray = self.at.residual @ self.factors.scores
        for column, each in zip(self.at.columns.T, self.related, strict=False):
            whole = whole + np.outer(column, each.alpha)
        return whole


def associated(rows: LatentRows, found: Estimated, at: Coordinates, controls: BoolArray | None) -> Findings:
    """Association of each column of interest with the factors; of features with gaps all is less certain."""
    n = len(at.residual)
    related = associations(found, at, n / (n - rows.n_missing[found.used]), controls)
    return Findings(rows, found, related, at, None if controls is None else int(controls.sum()))


def associations(
    found: Estimated, at: Coordinates, inflation: FloatArray, controls: BoolArray | None
) -> list[Association]:
    """Association of each column of interest, by controls (g,) or by all features that took part.

    ``inflation`` (g,) multiplies variances of effects and loadings of features. Without a factor there is none.
    """
    chosen = slice(None) if controls is None else controls
    factors, m = found.factors, at.residual.shape[1]
    variances = (factors.variances * inflation)[chosen]
    effects, loadings = found.effects[chosen], factors.loadings[chosen]
    return [
        association(effects[:, c], loadings, variances, float(unscaled), m, robust=controls is None)
        for c, unscaled in enumerate(at.unscaled if loadings.shape[1] else ())
    ]
