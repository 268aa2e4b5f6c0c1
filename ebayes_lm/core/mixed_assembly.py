"""Mixed models of blocks of rows, put together: one record of all features, and what their covariances rest on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, FloatRows
from ebayes_lm.core.covariance import inverse_root
from ebayes_lm.core.mixed_covariance import MixedCovariances
from ebayes_lm.core.mixed_plan import MixedFits, MixedPlan
from ebayes_lm.core.ols import LinearRecord, Status
from ebayes_lm.core.record import axes
from ebayes_lm.core.rooms import MEMORY, Room


@dataclass(frozen=True, eq=False)
class MixedRecord(LinearRecord):
    """Mixed models of all features, in numbers.

    ``sigma`` is the standard deviation within and between blocks together, and every coefficient has residual df of
    its own; ``n_residual`` counts observations less rank. ``cov_coefficients`` is that of a complete feature with the
    consensus correlation.
    """

    df_residual: FloatArray = axes("feature", "coef")
    rho: FloatArray = axes("feature")
    n_residual: AnyArray = axes("feature")


def mixed_covariances(
    plan: MixedPlan, fits: MixedFits, consensus: float, cells: FloatRows | None, features: FloatArray | None,
    room: Room = MEMORY,
) -> MixedCovariances:  # fmt: skip
    """What the covariances of G fits rest on.

    Parameters
    ----------
    plan : MixedPlan
    fits : MixedFits
        Of all rows.
    consensus : float
        The correlation of rows without one of their own.
    cells : (G, n) array or None
        Weights of single observations.
    features : (G,) array or None
        Weights of features.
    room : Room
        Where arrays over all features are laid.
    """
    g, whole = len(fits.rho), np.dtype(np.float64)
    rows, rho = room.lay((g,), np.dtype(np.intp)), room.lay((g,), whole)
    for at in room.blocks(g):
        rows[at] = np.arange(at.start, at.stop)
        rho[at] = np.where(np.isnan(fits.rho[at]), consensus, fits.rho[at])
    deficient = np.flatnonzero((fits.rank < len(plan.columns)) & (fits.rank > 0))
    solutions = room.lay((len(deficient), plan.x.shape[1]), whole)
    for at in room.blocks(len(deficient)):
        solutions[at] = 0.0
        solutions[at, plan.columns] = np.nan_to_num(fits.coefficients[deficient[at]])
    return MixedCovariances(
        plan.designs.own, plan.columns, len(rows), rows, fits.missing, plan.designs.sample_weights, cells,
        None if features is None else inverse_root(features), deficient, solutions,
        plan.designs, rho, fits.parameter_cov,
    )  # fmt: skip


def mixed_record(
    plan: MixedPlan, fits: MixedFits, consensus: float, features: FloatArray | None, stdev: FloatArray, df: FloatArray,
    room: Room = MEMORY,
) -> MixedRecord:  # fmt: skip
    """The record of G rows, with the standard deviations (G, p) of the coefficients and their df (G, p).

    These, and what the fits hold, become part of it.
    """
    (g, p), whole = stdev.shape, np.dtype(np.float64)
    coefficients, n_residual = room.lay((g, p), whole), room.lay((g,), fits.n_fitted.dtype)
    status, aliased = room.lay((g,), np.dtype(np.int8)), np.setdiff1d(np.arange(p), plan.columns)
    for at in room.blocks(g):
        here = MixedFits._make(array[at] for array in fits)
        coefficients[at] = np.nan
        coefficients[at, plan.columns] = np.where(here.lost, np.nan, here.coefficients)
        stdev[at, aliased], df[at, aliased] = np.nan, np.where(np.isnan(here.rho), 0.0, np.nan)[:, None]
        if features is not None:
            fits.sigma[at] = here.sigma / inverse_root(features[at])
        n_residual[at], status[at] = here.n_fitted - here.rank, _status(plan, coefficients[at], here)
    return MixedRecord(
        coefficients=coefficients,
        stdev_unscaled=stdev,
        sigma=fits.sigma,
        df_residual=df,
        amean=fits.mean,
        n_observed=fits.n_observed,
        status=status,
        cov_coefficients=plan.shared(consensus).covariance(),
        rho=fits.rho,
        n_residual=n_residual,
    )


def _status(plan: MixedPlan, coefficients: FloatArray, fits: MixedFits) -> AnyArray:
    """What became of each feature; of several things the one said last."""
    status = np.full(len(fits.rho), Status.ok, dtype=np.int8)
    status[np.isnan(fits.rho)] = Status.no_df
    status[np.isnan(coefficients[:, plan.columns]).any(axis=1)] = Status.not_estimable
    status[fits.zero_variance] = Status.zero_variance
    status[fits.n_fitted == 0] = Status.few_observed
    status[fits.n_observed == 0] = Status.all_missing
    return status
