"""Tests of pairs of a feature and an outcome, from sums of squares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from scipy.special import betaincinv, ndtri

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.ols import Status
from ebayes_lm.core.tails import DEEP, f_p_value, log_f_p_value, log_t_p_value, t_p_value


class Found(NamedTuple):
    """Tests, one after the other.

    Attributes
    ----------
    row, outcome : (k,) integer array
        Which feature, which outcome.
    estimate, error : (k,) array
        Coefficient and standard error, NaN where several columns are tested together.
    statistic : (k,) array
        t, or F of several columns.
    df : (k,) array
        Residual df, NaN where there is no test.
    n : (k,) integer array
        Samples that take part.
    p_value, neg_log10_p : (k,) array
    status : (k,) integer array
    """

    row: AnyArray
    outcome: AnyArray
    estimate: AnyArray
    error: AnyArray
    statistic: AnyArray
    df: AnyArray
    n: AnyArray
    p_value: AnyArray
    neg_log10_p: AnyArray
    status: AnyArray

    def take(self, at: AnyArray) -> Found:
        """Some of them."""
        return Found(*(values[at] for values in self))


class Pairs(NamedTuple):
    """Sums of squares of pairs of a feature and an outcome; every array is (k,).

    ``explained`` is by the columns that are tested, ``left`` by none; ``effect`` is the coefficient of the last column
    and ``unit`` what one of its standard error is worth.
    """

    row: AnyArray
    outcome: AnyArray
    explained: AnyArray
    left: AnyArray
    df: AnyArray
    n: AnyArray
    effect: AnyArray
    unit: AnyArray
    status: AnyArray

    def tested(self, columns: int, keep_p: float | None) -> Found:
        """The tests of so many columns, those with p above ``keep_p`` left out."""
        none = self.status != Status.ok
        perfect = (self.left == 0.0) & ~none
        deviation = np.sqrt(self.left / self.df)
        effect, error = self.effect, self.unit * deviation
        if columns == 1:
            statistic = np.copysign(np.where(perfect, np.inf, np.sqrt(self.explained) / deviation), effect)
        else:
            statistic = self.explained / columns / np.square(deviation)
            effect, error = np.full_like(effect, np.nan), np.full_like(error, np.nan)
        for values in (statistic, effect, error):
            values[none] = np.nan
        df = np.where(none, np.nan, self.df)
        p_value, neg_log10_p = tails(statistic, columns, df)
        status = np.where(perfect, Status.zero_variance, self.status)
        found = Found(
            self.row, self.outcome, effect, error, statistic, df, self.n, p_value, neg_log10_p, status
        )  # fmt: skip
        return found if keep_p is None else found.take(p_value <= keep_p)


#: Tests, or what they are made of.
_Table = TypeVar("_Table", Found, Pairs)


def tails(statistic: FloatArray, columns: int, df: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Tail probabilities (k,) of t, two-sided, or of F of several columns, and -log10 of them."""
    one = df[:1].reshape(()) if len(df) and (df == df[0]).all() else df
    p = t_p_value(statistic, one) if columns == 1 else f_p_value(statistic, columns, one)
    with np.errstate(divide="ignore"):
        neg_log10_p = -np.log10(p)
    deep = p < DEEP
    if deep.any():
        far, own = statistic[deep], df[deep]
        logs = log_t_p_value(far, own) if columns == 1 else log_f_p_value(far, columns, own)
        neg_log10_p[deep] = -logs / np.log(10.0)
    return p, neg_log10_p


def shares_at(p: float, df: FloatArray, columns: int) -> FloatArray:
    """Of what so many columns and residuals make up together, the share of residuals at which a test has this p."""
    values, place = np.unique(df, return_inverse=True)
    shares: FloatArray = np.asarray(betaincinv(0.5 * np.maximum(values, 0.5), 0.5 * columns, p))[place.reshape(-1)]
    return shares


def joined(parts: Sequence[_Table]) -> _Table:
    """Several parts laid end to end, by feature and then by outcome."""
    if len(parts) == 1:
        return parts[0]
    whole = type(parts[0])(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    rising = np.diff(whole.row) > 0
    rising |= (np.diff(whole.row) == 0) & (np.diff(whole.outcome) > 0)
    if rising.all():
        return whole
    order = np.lexsort((whole.outcome, whole.row))
    return type(whole)(*(values[order] for values in whole))


def false_discovery_rates(p: FloatArray, tests: int) -> FloatArray:
    """Benjamini and Hochberg's adjustment of the smallest p-values (k,) of so many tests; NaN is no test.

    The others are all larger; where they would lower an adjusted value, it stays as it is.
    """
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]
    adjusted = np.full_like(p, np.nan)
    raised = np.minimum(tests / np.arange(1.0, len(order) + 1.0) * p[order], 1.0)
    adjusted[order] = np.minimum.accumulate(raised[::-1])[::-1]
    return adjusted


def inflation(p: FloatArray) -> float:
    """How much larger the median of chi-squared statistics with these p-values is than by chance, NaN of no test.

    Devlin & Roeder 1999, Biometrics 55, 997-1004.
    """
    known = p[~np.isnan(p)]
    return float(np.median(np.square(ndtri(0.5 * known))) / ndtri(0.25) ** 2) if len(known) else float("nan")
