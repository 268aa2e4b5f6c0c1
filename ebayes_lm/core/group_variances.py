"""Groups of samples that differ in variance: by how much, and what that does to tests which take it as one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.in_order import Sums
from ebayes_lm.core.pooled_scoring import SMALLEST_VARIANCE, Scoring
from ebayes_lm.core.prior import prior_by_moments
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.core.row_layout import pieces, squared_lengths
from ebayes_lm.core.sample_variances import Rows, estimated_weights
from ebayes_lm.core.variance_model import VarianceModel, group_directions, variance_model

#: Rows that are added in which all samples scatter alike.
PRIOR_ROWS = 10.0
#: Level of the tests whose size is foretold.
LEVEL = 0.05
#: Residual degrees of freedom below which nothing is known of a group.
_NO_DF = 1e-8
#: Distinct rows of a design up to which all of their differences are looked at.
_MOST_CELLS = 40
#: Degrees of freedom beyond which t is normal.
_MANY_DF = 1e6


class GroupVariances(NamedTuple):
    """Variances of k groups of samples relative to one another.

    Attributes
    ----------
    n : (k,) integer array
        Samples.
    df : (k,) array
        Residual degrees of freedom of a row that fall to the group.
    sd : (k,) array
        Standard deviations, 1 in the smallest; NaN where the design leaves a group nothing.
    certainty : float
        Difference of the largest and the smallest log variance in standard errors, as if rows were independent.
    sizes : (m,) array
        What share of true null hypotheses is rejected at the level 0.05, for each of m contrasts of the design.
    """

    n: IntArray
    df: FloatArray
    sd: FloatArray
    certainty: float
    sizes: FloatArray


def group_variances(rows: Rows, x: FloatArray, groups: IntArray) -> GroupVariances:
    """Compare the variances of groups (n,), numbered from 0, about a design x (n, p)."""
    model = variance_model(x, group_directions(groups))
    free = 1.0 - np.einsum("ij,ij->j", model.basis, model.basis)
    df: FloatArray = np.asarray(np.bincount(groups, weights=free), dtype=np.float64)
    known = df > _NO_DF
    weights = estimated_weights(rows, model, prior_n=PRIOR_ROWS, method="auto", max_iter=50, tol=1e-5).weights
    variances = np.full(len(df), np.nan)
    variances[groups] = 1.0 / weights
    variances[~known] = np.nan
    sizes = sizes_of_tests(x, np.where(known[groups], 1.0 / weights, 1.0), model.df_residual + prior_df(rows, model))
    return GroupVariances(
        np.bincount(groups), df, np.sqrt(variances / np.nanmin(variances)), _certainty(rows, model, groups, variances),
        sizes,
    )  # fmt: skip


def _certainty(rows: Rows, model: VarianceModel, groups: IntArray, variances: FloatArray) -> float:
    """How many standard errors lie between the largest and the smallest log variance."""
    first, last = (int(np.flatnonzero(groups == g)[0]) for g in (np.nanargmin(variances), np.nanargmax(variances)))
    ones = np.ones(model.n_samples)
    scoring = Scoring(model, rows.shape[0], PRIOR_ROWS, weighted=False)
    difference = model.directions[:, last] - model.directions[:, first]
    error = np.sqrt(2.0 * difference @ np.linalg.solve(scoring.information(ones), difference))
    return float(np.log(np.nanmax(variances) / np.nanmin(variances)) / error) if first != last else 0.0


def prior_df(rows: Rows, model: VarianceModel) -> float:
    """Prior df of the residual variances of complete rows; 0 where there are too few to tell."""
    rss, q = np.empty(rows.shape[0]), model.basis.T

    def work(y: AnyArray, _: FloatArray | None, at: slice) -> Sums:
        with np.errstate(invalid="ignore", over="ignore"):
            rest = [piece - (piece @ q) @ q.T for piece in pieces(y)]
            rss[at] = np.concatenate([np.einsum("ij,ij->i", e, e, dtype=np.float64) for e in rest])
        return ()

    rows.total(work)
    s2 = rss / model.df_residual
    s2 = s2[np.isfinite(s2) & (s2 >= SMALLEST_VARIANCE)]
    if len(s2) < 3:
        return 0.0
    return float(np.nan_to_num(prior_by_moments(s2, np.array(float(model.df_residual)), None).df2, posinf=_MANY_DF))


def sizes_of_tests(x: FloatArray, variances: FloatArray, df: float) -> FloatArray:
    """Share of true null hypotheses (m,) that t tests on ``df`` with one variance for all samples reject at 0.05.

    The variance of a contrast is ``sum(a^2 v)``, and the test takes it for ``sum(a^2)`` times the mean of v over
    residual degrees of freedom: the reasoning of Welch (1938), with variances (n,) known.
    """
    qr = pivoted_qr(x)
    free = 1.0 - squared_lengths(qr.q)
    mean = free @ variances / free.sum()
    squares = np.square(_loadings(x, qr.q, qr.solve(qr.q)))
    squares = squares[squares.sum(axis=1) > 0]
    ratio = (squares @ variances) / (squares.sum(axis=1) * mean)
    df = min(df, _MANY_DF)
    sizes: FloatArray = 2.0 * stdtr(df, stdtrit(df, LEVEL / 2) / np.sqrt(ratio))
    return sizes


def _loadings(x: FloatArray, q: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Contrasts (m, n) in terms of the data: differences of distinct rows of the design, or its coefficients."""
    _, cells = np.unique(x, axis=0, return_index=True)
    if 1 < len(cells) <= _MOST_CELLS:
        fitted = q[cells] @ q.T
        a, b = np.triu_indices(len(cells), 1)
        differences: FloatArray = fitted[a] - fitted[b]
        return differences
    return coefficients.T
