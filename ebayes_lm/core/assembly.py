"""Fits of blocks of rows, put together: one record of all features, and the covariances that are their own."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, FloatRows
from ebayes_lm.core.covariance import OwnCovariances, inverse_root
from ebayes_lm.core.linear_plan import LinearPlan, OwnFits
from ebayes_lm.core.ols import LinearRecord, RowFits, Status, among_all
from ebayes_lm.core.rooms import MEMORY, Room


class Assembled(NamedTuple):
    """All features together."""

    record: LinearRecord
    covariances: OwnCovariances | None


def assemble(
    plan: LinearPlan, rows: RowFits, own: OwnFits | None, *, cells: FloatRows | None, features: FloatArray | None,
    limma: bool, room: Room = MEMORY,
) -> Assembled:  # fmt: skip
    """Put the fits of G rows together.

    Parameters
    ----------
    plan : LinearPlan
    rows : RowFits
        Of all rows; their coefficients and sigma become those of the record.
    own : OwnFits or None
        Of the rows with a design of their own, in rising order.
    cells : (G, n) array or None
        Weights of single observations; those that robust fits kept take their place.
    features : (G,) array or None
        Weights of features.
    limma : bool
        Keep the coefficients that a row can estimate only together with others, as limma does, and limma's covariance.
    room : Room
        Where arrays over all features are laid.
    """
    if own is None and features is None:
        return Assembled(_uniform(plan, rows), None)
    if own is not None and own.weights.shape[1]:
        cells = own.weights
    covariances = None if own is None else _covariances(plan, rows, own, cells, features, room)
    return Assembled(_in_blocks(plan, rows, own, features, limma, room), covariances)


def _uniform(plan: LinearPlan, rows: RowFits) -> LinearRecord:
    """Every row complete: what they share is stored once."""
    g, df = len(rows.sigma), plan.shared.df_residual
    covariance = plan.shared.covariance()
    status = np.full(g, Status.ok if df > 0 else Status.no_df, dtype=np.int8)
    status[rows.zero_variance & (df > 0)] = Status.zero_variance
    return LinearRecord(
        coefficients=rows.coefficients,
        stdev_unscaled=np.broadcast_to(np.sqrt(np.diag(covariance)), (g, len(covariance))),
        sigma=rows.sigma if df > 0 else np.full(g, np.nan),
        df_residual=np.broadcast_to(np.float64(df), (g,)),
        amean=rows.mean,
        n_observed=np.broadcast_to(np.intp(plan.shared.n_used), (g,)),
        status=status,
        cov_coefficients=covariance,
    )


def _in_blocks(
    plan: LinearPlan, rows: RowFits, own: OwnFits | None, features: FloatArray | None, limma: bool, room: Room
) -> LinearRecord:
    """The record of all rows, put together some rows at a time: what is made on the way is small."""
    g, whole = len(rows.sigma), np.dtype(np.float64)
    stdev, df_residual = room.lay(rows.coefficients.shape, whole), room.lay((g,), whole)
    n_observed, status = room.lay((g,), np.dtype(np.intp)), room.lay((g,), np.dtype(np.int8))
    laid = LinearRecord(
        rows.coefficients, stdev, rows.sigma, df_residual, rows.mean, n_observed, status, _covariance(plan, own, limma)
    )
    for at in room.blocks(g):
        record = _various(plan, RowFits._make(array[at] for array in rows), _between(own, at), limma=limma)
        if features is not None:
            record = _feature_weighted(record, features[at])
        rows.coefficients[at], rows.sigma[at], stdev[at] = record.coefficients, record.sigma, record.stdev_unscaled
        df_residual[at], n_observed[at], status[at] = record.df_residual, record.n_observed, record.status
    return laid


def _between(own: OwnFits | None, at: slice) -> OwnFits | None:
    """What of these rows have a design of their own, their positions among these."""
    if own is None:
        return None
    low, high = np.searchsorted(own.rows, (at.start, at.stop))
    here = OwnFits._make(array[low:high] for array in own)
    return here._replace(rows=here.rows - at.start)


def _various(plan: LinearPlan, rows: RowFits, own: OwnFits | None, *, limma: bool) -> LinearRecord:
    g, df = len(rows.sigma), plan.shared.df_residual
    stdev = np.tile(np.sqrt(np.diag(plan.shared.covariance())), (g, 1))
    df_residual, sigma, coefficients = np.full(g, float(df)), rows.sigma, rows.coefficients
    n_fitted = np.full(g, plan.shared.n_used)
    if own is not None:
        stdev[own.rows[:, None], plan.columns] = own.stdev
        df_residual[own.rows] = own.n_fitted - own.rank
        n_fitted[own.rows] = own.n_fitted
        if not limma:
            lost = np.zeros_like(stdev, dtype=np.bool_)
            lost[own.rows[:, None], plan.columns] = own.lost
            coefficients, stdev = np.where(lost, np.nan, coefficients), np.where(lost, np.nan, stdev)
    sigma = np.where(df_residual > 0, sigma, np.nan)
    status = _status(plan, coefficients, df_residual, rows, n_fitted)
    return LinearRecord(
        coefficients, stdev, sigma, df_residual, rows.mean, rows.n_observed.astype(np.intp), status,
        _covariance(plan, own, limma),
    )  # fmt: skip


def _covariance(plan: LinearPlan, own: OwnFits | None, limma: bool) -> FloatArray:
    if limma and own is not None:
        return among_all(plan.own.covariance(), plan.columns, plan.shared.n_coefficients)
    return plan.shared.covariance()


def _status(
    plan: LinearPlan, coefficients: FloatArray, df_residual: FloatArray, rows: RowFits, n_fitted: AnyArray
) -> AnyArray:
    """What became of each feature; of several things the one said last."""
    status = np.full(len(df_residual), Status.ok, dtype=np.int8)
    status[df_residual <= 0] = Status.no_df
    status[np.isnan(coefficients[:, plan.shared.qr.estimable]).any(axis=1)] = Status.not_estimable
    status[rows.zero_variance & (df_residual > 0)] = Status.zero_variance
    status[n_fitted == 0] = Status.few_observed
    status[rows.n_observed == 0] = Status.all_missing
    return status


def _covariances(
    plan: LinearPlan, rows: RowFits, own: OwnFits, cells: FloatRows | None, features: FloatArray | None, room: Room
) -> OwnCovariances:
    columns = plan.columns
    scale = None if features is None else inverse_root(features[own.rows])
    lacking = own.rows[(own.rank < len(columns)) & (own.n_fitted > 0)]
    solutions = room.lay((len(lacking), plan.shared.n_coefficients), np.dtype(np.float64))
    for at in room.blocks(len(lacking)):
        solutions[at] = 0.0
        solutions[at, columns] = np.nan_to_num(rows.coefficients[lacking[at]][:, columns])
    return OwnCovariances(
        plan.own, columns, len(rows.sigma), own.rows, own.missing, plan.sample_weights, cells, scale,
        lacking, solutions,
    )  # fmt: skip


def _feature_weighted(record: LinearRecord, weights: FloatArray) -> LinearRecord:
    """A weight common to all samples of a feature scales its sigma and its standard deviations inversely."""
    none = weights == 0
    root = inverse_root(weights)
    status = record.status.copy()
    status[none] = Status.all_missing
    return replace(
        record,
        coefficients=np.where(none[:, None], np.nan, record.coefficients),
        stdev_unscaled=record.stdev_unscaled * root[:, None],
        sigma=record.sigma / root,
        df_residual=np.where(none, 0.0, record.df_residual),
        n_observed=np.where(none, 0, record.n_observed),
        status=status,
    )
