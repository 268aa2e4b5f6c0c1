"""Linear combinations of coefficients, with their covariance: exact, or as limma approximates it."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.core.covariance import OwnCovariances
from ebayes_lm.core.ols import LinearRecord, Status
from ebayes_lm.core.qr import PivotedQR

SomeRecord = TypeVar("SomeRecord", bound=LinearRecord)

#: A combination that leaves more than this of an aliased direction is not estimable.
_ALIASED = 1e-7
#: Correlations below this count as none.
_UNCORRELATED = 1e-14


def is_estimable(qr: PivotedQR, contrasts: FloatArray) -> BoolArray:
    """Which columns of contrasts (p, k) the design can estimate, aliased coefficients included.

    An aliased column is a combination of the others; a contrast is estimable when it weighs the column by just that
    combination of its other weights.
    """
    implied = qr.dependencies() @ contrasts[qr.estimable]
    # in units of the columns, so that those of a covariate do not matter
    units = np.ldexp(1.0, -qr.scale)[:, None]
    size = np.abs(contrasts[qr.pivot] * units).max(axis=0, initial=0.0)
    excess = np.abs(contrasts[qr.aliased] - implied) * units[qr.rank :]
    fits: BoolArray = (excess <= _ALIASED * size).all(axis=0)
    return fits


def combine(record: LinearRecord, contrasts: FloatArray) -> LinearRecord:
    """Coefficients of a record replaced by their combinations (coefs, k), for features that share a covariance.

    Coefficients that are NaN for every feature enter as zero: the caller has seen that the combination is estimable.
    """
    used = np.flatnonzero(~np.isnan(np.diag(record.cov_coefficients)))
    weights = contrasts[used]
    covariance = weights.T @ record.cov_coefficients[np.ix_(used, used)] @ weights
    coefficients = _taken(record.coefficients, used) @ weights
    unscaled = _shared_stdev(record, used, np.sqrt(np.maximum(np.diag(covariance), 0.0)), coefficients)
    if np.isnan(coefficients).any():
        unscaled = np.where(np.isnan(coefficients), np.nan, unscaled)
    return replace(record, coefficients=coefficients, stdev_unscaled=unscaled, cov_coefficients=covariance)


def _shared_stdev(record: LinearRecord, used: IntArray, stdev: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Standard deviations of the combinations, scaled by feature where those of the coefficients are."""
    before = record.stdev_unscaled[:, used[:1]]
    if not before.size or before.strides[0] == 0:
        return np.broadcast_to(stdev, coefficients.shape)
    scale: FloatArray = before / np.sqrt(record.cov_coefficients[used[0], used[0]])
    return scale * stdev


def with_own(record: LinearRecord, own: OwnCovariances, contrasts: FloatArray, stdev: FloatArray) -> LinearRecord:
    """The record of contrasts (p, k) of the design with what features have of their own put in.

    Parameters
    ----------
    record : LinearRecord
        As :func:`combine` gives it.
    own : OwnCovariances
    contrasts : (p, k) array
    stdev : (v, k) array
        Unscaled standard deviations in the features ``own.rows``, NaN where a contrast is not estimable.
    """
    coefficients, unscaled = record.coefficients.copy(), np.array(record.stdev_unscaled)
    coefficients[own.deficient] = own.solutions @ contrasts
    unscaled[own.rows] = stdev
    lost = np.isnan(stdev)
    coefficients[own.rows] = np.where(lost, np.nan, coefficients[own.rows])
    return restated(replace(record, coefficients=coefficients, stdev_unscaled=unscaled))


def restated(record: SomeRecord) -> SomeRecord:
    """The record with a status that goes by the coefficients which it has now."""
    estimable = ~np.isnan(np.diag(record.cov_coefficients))
    lost = np.isnan(record.coefficients[:, estimable]).any(axis=1)
    now = np.where(lost, Status.not_estimable, np.where(record.has_df, Status.ok, Status.no_df))
    follows = np.isin(record.status, (Status.ok, Status.not_estimable, Status.no_df))
    return replace(record, status=np.where(follows, now, record.status).astype(record.status.dtype))


def combine_as_limma(record: LinearRecord, contrasts: FloatArray) -> LinearRecord:
    """Combinations (coefs, k) with limma's standard deviations, approximate where features differ in their covariance.

    Each feature contributes its own standard deviations of the coefficients, but their correlation is that of the
    unweighted design and complete data. A feature lacks the combinations that weigh a coefficient which it lacks.
    """
    used = np.flatnonzero(contrasts.any(axis=1) & ~np.isnan(np.diag(record.cov_coefficients)))
    weights = contrasts[used]
    covariance = weights.T @ record.cov_coefficients[np.ix_(used, used)] @ weights
    known = record.coefficients[:, used]
    absent = np.isnan(known)
    coefficients = np.where(absent, 0.0, known) @ weights
    stdev = np.where(absent, 0.0, record.stdev_unscaled[:, used])
    root = np.sqrt(np.diag(record.cov_coefficients)[used])
    correlation = record.cov_coefficients[np.ix_(used, used)] / root / root[:, None]
    if np.abs(correlation - np.diag(np.diag(correlation))).max(initial=0.0) < _UNCORRELATED:
        variance = np.square(stdev) @ np.square(weights)
    else:
        variance = np.column_stack([_quadratic(stdev * column, correlation) for column in weights.T])
    lost = (absent.astype(np.float64) @ (weights != 0)) > 0
    combined = replace(
        record,
        coefficients=np.where(lost, np.nan, coefficients),
        stdev_unscaled=np.where(lost, np.nan, np.sqrt(np.maximum(variance, 0.0))),
        cov_coefficients=covariance,
    )
    return restated(combined)


def _quadratic(rows: FloatArray, matrix: FloatArray) -> FloatArray:
    form: FloatArray = np.einsum("ij,ij->i", rows @ matrix, rows)
    return form


def _taken(coefficients: FloatArray, used: IntArray) -> FloatArray:
    return coefficients if len(used) == coefficients.shape[1] else coefficients[:, used]
