"""Standard errors of contrasts, feature by feature: exact, or limma's with a word on how far off they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.contrast import combine, combine_as_limma, with_own
from ebayes_lm.core.covariance import OwnCovariances
from ebayes_lm.core.f_test import f_statistic
from ebayes_lm.core.ols import LinearRecord
from ebayes_lm.core.rooms import MEMORY, Room
from ebayes_lm.data.blocks import ROW_CELLS, Running, run_blocks
from ebayes_lm.errors import ContrastApproximationWarning, warn

if TYPE_CHECKING:
    from ebayes_lm.results.linear import LinearFit

#: How far off is far off, for what share of the features that is worth a warning, and on how many it is estimated.
_FAR_OFF, _MANY, _ENOUGH = 0.05, 0.1, 2_000


def combined(fit: LinearFit, weights: FloatArray, whole: FloatArray) -> LinearRecord:
    """The record of combinations (k coefficients, m) of a fit; ``whole`` (p, m) gives them in terms of the design."""
    if fit.covariances is None:
        return combine(fit.record, weights)
    if fit.compat == "limma":
        return combine_as_limma(fit.record, weights)
    return with_own(combine(fit.record, weights), fit.covariances, whole, own_stdev(fit.covariances, whole))


def of_own(
    own: OwnCovariances, work: Callable[[slice], tuple[FloatArray, ...]], room: Room = MEMORY
) -> tuple[FloatArray, ...]:
    """What ``work`` gives for blocks of the features that have a covariance of their own, laid end to end."""
    own.require_unchanged()
    running = Running(progress=False, room=room)
    return run_blocks(work, len(own), len(own.sample_weights), running, cells=ROW_CELLS)


def own_stdev(own: OwnCovariances, contrasts: FloatArray) -> FloatArray:
    """Unscaled standard deviations (v, m) of contrasts (p, m) in the features that have a covariance of their own."""
    (stdev,) = of_own(own, lambda at: (own.stdev(at, contrasts),))
    return stdev


def own_f(own: OwnCovariances, contrasts: FloatArray, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """F (v,) of contrasts (p, m) from their t statistics (v, m) in these features, and its numerator df (v,)."""
    f, df1 = of_own(own, lambda at: own.f(at, contrasts, t[at]))
    return f, df1


def f_of_features(fit: LinearFit, t: FloatArray, columns: list[int], rows: Any = None) -> tuple[FloatArray, FloatArray]:
    """F (g,) of t statistics (g, m) of some coefficients, and its numerator df, one or (g,).

    Coefficients vary together as they do in each feature, or under ``compat="limma"`` as in the unweighted design with
    complete data. ``rows`` are the positions of the features that t belongs to, by default all of them.
    """
    covariance = fit.record.cov_coefficients[np.ix_(columns, columns)]
    f, df1 = f_statistic(t, covariance)
    own = fit.covariances
    if own is None or fit.compat == "limma":
        return f, np.asarray(float(df1))
    every = np.full(len(t), float(df1))
    own = own if rows is None else own.take(rows)
    if len(own):
        known = ~np.isnan(np.diag(covariance))
        contrasts = fit.contrast_matrix[:, columns][:, known]
        f[own.rows], every[own.rows] = own_f(own, contrasts, t[own.rows][:, known])
    return f, every


def approximation_error(fit: LinearFit) -> FloatArray:
    """Relative error (G, m) of unscaled standard deviations; zero where these are exact."""
    error = np.where(np.isnan(fit.record.stdev_unscaled), np.nan, 0.0)
    if fit.covariances is not None and fit.compat == "limma" and len(fit.covariances):
        own = fit.covariances
        error[own.rows] = _error_of(fit, np.arange(len(own)))
    return error


def warn_of_approximation(fit: LinearFit) -> None:
    """Warn where limma's standard errors are far off for many features, judged by some of them."""
    if fit.compat != "limma" or fit.covariances is None or not len(fit.covariances):
        return
    own = fit.covariances
    some = np.unique(np.linspace(0, len(own) - 1, min(_ENOUGH, len(own))).astype(np.intp))
    far = (np.abs(_error_of(fit, some)) > _FAR_OFF).any(axis=1)
    share = float(far.mean()) * len(own) / own.n_features
    if share > _MANY:
        warn(
            f"standard errors of contrasts are limma's approximation here, and for {share:.0%} of the features more "
            f"than {_FAR_OFF:.0%} off; contrast_error() gives all, and without compat='limma' they are exact",
            ContrastApproximationWarning,
        )


def _error_of(fit: LinearFit, at: IntArray) -> FloatArray:
    """Relative errors of the features ``rows[at]``."""
    own = fit.covariances
    if own is None:
        return np.zeros((len(at), fit.shape[1]))
    own.require_unchanged()
    exact = own.stdev(at, fit.contrast_matrix)
    with np.errstate(invalid="ignore", divide="ignore"):
        error: FloatArray = fit.record.stdev_unscaled[own.rows[at]] / exact - 1.0
    return error
