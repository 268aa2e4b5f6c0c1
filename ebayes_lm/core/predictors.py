"""Regressions of outcomes on covariates and one feature, for very many features at once.

What covariates explain is taken out of outcomes once and out of every feature; the rest of an outcome is then regressed
on the rest of a feature (Frisch & Waugh 1933; Lovell 1963), all outcomes in one matrix product (Shabalin 2012,
Bioinformatics 28, 1353-1358).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.feature_columns import FeatureColumns, feature_columns
from ebayes_lm.core.frisch_waugh import Covariates, OwnCovariates, own_covariates
from ebayes_lm.core.ols import ZERO_VARIANCE, Status
from ebayes_lm.core.one_outcome import turned
from ebayes_lm.core.pair_tests import Found, Pairs, joined, shares_at
from ebayes_lm.core.row_layout import binary_exponents, squared_lengths
from ebayes_lm.core.wls import near_one

#: Cells that are worked on at once, so that they stay in the cache.
_PIECE_CELLS = 1 << 17
#: Where less than this is left of an outcome its residuals are taken: one minus a sum of squares has lost digits.
_DIRECT = 0.5
#: A feature's own samples hold less than this of an outcome: it is freed of covariates on these samples anew.
_LITTLE = 1e-6
#: Squared lengths of features outside these bounds lose digits to the range of float64.
_SAFE_LOW, _SAFE_HIGH = 1e-200, 1e200
#: More than rounding takes: what is looked at for hits.
_SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class Predictors:
    """Outcomes freed of covariates, ready for features.

    Attributes
    ----------
    covariates : Covariates
    outcomes : (q, n) array
        What is left of them, of length one; zero where nothing is.
    lengths : (q,) array
        Of what is left.
    factors : (m, n) array
        What a feature is multiplied by in columns beside its own; where there are any, these are tested.
    """

    covariates: Covariates
    outcomes: FloatArray
    lengths: FloatArray
    factors: FloatArray

    @property
    def tested(self) -> int:
        """Columns that are tested together."""
        return max(1, len(self.factors))

    def find(self, x: AnyArray, keep_p: float | None, *, use_kernel: bool) -> tuple[Found, IntArray]:
        """Tests of features (g, n) but those with p above ``keep_p``, and by outcome (q,) how many there were."""
        found: list[Pairs] = []
        tests = np.zeros(len(self.outcomes), dtype=np.intp)
        with np.errstate(all="ignore"):
            for part, number in self._parts(x, keep_p, use_kernel):
                found.append(part)
                tests += number
            return joined(found).tested(self.tested, keep_p), tests

    def _parts(self, x: AnyArray, keep_p: float | None, use_kernel: bool) -> Iterator[tuple[Pairs, IntArray]]:
        """Pairs of a block that may be kept, and how many tests there are by outcome."""
        rows = np.arange(len(x))
        if use_kernel and len(self.outcomes) == 1 and self.lengths[0] > 0 and not len(self.factors) and self.df > 0:
            pairs, rows, tests = self._turned(x, keep_p)
            yield pairs, tests
            x = x[rows] if len(rows) < len(x) else x
        step = max(1, _PIECE_CELLS // max(x.shape[1], len(self.outcomes)))
        for start in range(0, len(x), step):
            piece = x[start : start + step].astype(np.float64)
            for pairs, tests in self._piece(piece, keep_p):
                yield pairs._replace(row=rows[start + pairs.row]), tests

    @property
    def df(self) -> int:
        """Residual degrees of freedom of a complete feature."""
        return int(self.outcomes.shape[1]) - self.covariates.rank - 1 - len(self.factors)

    def some(self, numbers: IntArray) -> Predictors:
        """Some of the outcomes."""
        return replace(self, outcomes=self.outcomes[numbers], lengths=self.lengths[numbers])

    def restricted(self, present: BoolArray) -> Predictors:
        """The same on some of the samples (n,)."""
        covariates = self.covariates.restricted(present)
        lengths, unit = _freed(covariates, self.outcomes[:, present], np.ones(len(self.outcomes)))
        return Predictors(covariates, unit, lengths * self.lengths, self.factors[:, present])

    def _turned(self, x: AnyArray, keep_p: float | None) -> tuple[Pairs, IntArray, IntArray]:
        """Pairs of complete features with the one outcome, which features are not, and how many tests there were."""
        cross, spread, left, clear = turned(x, self.covariates, self.outcomes[0])
        wanted = clear
        if keep_p is not None:
            bar = float(shares_at(keep_p, np.array([float(self.df)]), 1)[0]) * (1.0 + _SLACK)
            wanted = clear & (left <= bar * spread)
        at = np.flatnonzero(wanted)
        cross, spread, left = cross[at], spread[at], left[at]
        unit = self.lengths[0] / np.sqrt(spread)
        pairs = Pairs(
            row=at, outcome=np.zeros(len(at), dtype=np.intp), explained=np.square(cross) / spread, left=left / spread,
            df=np.full(len(at), float(self.df)), n=np.full(len(at), x.shape[1]),
            effect=self.lengths[0] * cross / spread, unit=unit, status=np.full(len(at), int(Status.ok)),
        )  # fmt: skip
        return pairs, np.flatnonzero(~clear), np.array([np.count_nonzero(clear)])

    def _piece(self, x: FloatArray, keep_p: float | None) -> Iterator[tuple[Pairs, IntArray]]:
        """Complete features of usual size together, then the others."""
        size = squared_lengths(x)
        usual = (size > _SAFE_LOW) & (size < _SAFE_HIGH)
        if usual.all():
            yield self._tests(feature_columns(x, self.covariates, self.factors), np.arange(len(x)), keep_p)
            return
        rows = np.flatnonzero(usual)
        yield self._tests(feature_columns(x[rows], self.covariates, self.factors), rows, keep_p)
        yield from self._odd(x[~usual], np.flatnonzero(~usual), keep_p)

    def _odd(self, x: FloatArray, rows: IntArray, keep_p: float | None) -> Iterator[tuple[Pairs, IntArray]]:
        """Features with gaps or of extreme scale, brought near one by powers of two."""
        present = np.isfinite(x)
        values, exponents = near_one(np.where(present, x, 0.0))
        scale = np.zeros(len(x), dtype=np.intp) if exponents is None else exponents
        whole = present.all(axis=1)
        yield self._tests(
            feature_columns(values[whole], self.covariates, self.factors), rows[whole], keep_p, scale[whole]
        )
        gaps = np.flatnonzero(~whole)
        if not len(gaps):
            return
        own = own_covariates(self.covariates, present[gaps])
        shares = own.shares(self.outcomes)
        poor = own.poor | ((shares < _LITTLE) & (self.lengths > 0)).any(axis=1)
        fine = np.flatnonzero(~poor)
        at = gaps[fine]
        ready = _Own(own.take(fine), shares[fine])
        yield self._tests(
            feature_columns(values[at], ready.covariates, self.factors), rows[at], keep_p, scale[at], ready
        )
        for pattern in np.unique(present[gaps[poor]], axis=0) if poor.any() else ():
            same = gaps[poor & (present[gaps] == pattern).all(axis=1)]
            some = self.restricted(pattern)
            yield some._tests(
                feature_columns(values[same][:, pattern], some.covariates, some.factors),
                rows[same],
                keep_p,
                scale[same],
            )

    def _tests(
        self,
        rest: FeatureColumns,
        rows: IntArray,
        keep_p: float | None,
        scale: IntArray | None = None,
        own: _Own | None = None,
    ) -> tuple[Pairs, IntArray]:
        """Pairs that may be kept, and how many tests there are by outcome."""
        products = [column @ self.outcomes.T for column in rest.columns]
        fine, possible = rest.status == Status.ok, self.lengths > 0
        wanted = self._wanted(products, rest, own, keep_p, fine, possible)
        i, j = np.divmod(np.flatnonzero(wanted), len(self.outcomes))
        effects = [product[i, j] / length[i] for product, length in zip(products, rest.lengths, strict=True)]
        explained = _sum_of_squares(effects[-self.tested :])
        total = np.ones(len(i)) if own is None else own.shares[i, j]
        left = total - _sum_of_squares(effects)
        valid = fine[i] & possible[j]
        close = np.flatnonzero((left < _DIRECT * total) & valid)
        left[close] = self._left(rest, [effect[close] for effect in effects], own, i[close], j[close])
        left[left <= ZERO_VARIANCE**2 * total] = 0.0
        length = np.ldexp(rest.lengths[-1], 0 if scale is None else scale)
        pairs = Pairs(
            row=rows[i], outcome=j, explained=explained, left=left, df=rest.df[i], n=rest.n[i],
            effect=effects[-1] * self.lengths[j] / length[i], unit=self.lengths[j] / length[i],
            status=np.where(valid | ~fine[i], rest.status[i], Status.zero_variance),
        )  # fmt: skip
        return pairs, np.count_nonzero(fine) * possible.astype(np.intp)

    def _wanted(
        self,
        products: list[FloatArray],
        rest: FeatureColumns,
        own: _Own | None,
        keep_p: float | None,
        fine: BoolArray,
        possible: BoolArray,
    ) -> BoolArray:
        """Which features (g) and outcomes (q) may be kept together; more than will be, by rounding."""
        if keep_p is None:
            return np.ones(products[0].shape, dtype=np.bool_)
        bar = shares_at(keep_p, rest.df, self.tested) * (1.0 + _SLACK)
        wanted: BoolArray
        if len(products) == 1 and own is None:  # explained and left add up to one, so that one comparison tells
            least = rest.lengths[0] * np.sqrt(np.clip(1.0 - bar, 0.0, 1.0)) * (1.0 - _SLACK)
            wanted = np.abs(products[0]) >= least[:, None]
        else:
            effects = [product / length[:, None] for product, length in zip(products, rest.lengths, strict=True)]
            left = (np.ones(1) if own is None else own.shares) - _sum_of_squares(effects)
            wanted = left <= bar[:, None] * (left + _sum_of_squares(effects[-self.tested :]))
        wanted[~fine] = False
        wanted[:, ~possible] = False
        return wanted

    def _left(
        self, rest: FeatureColumns, effects: list[FloatArray], own: _Own | None, i: IntArray, j: IntArray
    ) -> FloatArray:
        """Squared lengths of residuals of pairs of feature i and outcome j, of which the effects are given."""
        left = np.empty(len(i))
        step = max(1, _PIECE_CELLS // max(1, self.outcomes.shape[1]))
        for start in range(0, len(i), step):
            a, b = i[start : start + step], j[start : start + step]
            residuals = self.outcomes[b]
            if own is not None:
                residuals = own.covariates.take(a).residuals(residuals * own.covariates.present[a])[0]
            for column, length, effect in zip(rest.columns, rest.lengths, effects, strict=True):
                residuals = residuals - column[a] * (effect[start : start + step] / length[a])[:, None]
            left[start : start + step] = squared_lengths(residuals)
        return left


class _Own(NamedTuple):
    """Rows with samples of their own, and the shares (g, q) of outcomes that these hold beside covariates."""

    covariates: OwnCovariates
    shares: FloatArray


def _sum_of_squares(parts: list[FloatArray]) -> FloatArray:
    total = np.square(parts[0])
    for part in parts[1:]:
        total += np.square(part)
    return total


def predictors(covariates: Covariates, outcomes: FloatArray, factors: FloatArray) -> Predictors:
    """Free outcomes (q, n) of covariates, and bring what is left to length one."""
    scale = binary_exponents(outcomes)
    near = np.ldexp(outcomes, -scale[:, None])
    lengths, unit = _freed(covariates, near - near.mean(axis=1, keepdims=True), np.sqrt(squared_lengths(near)))
    return Predictors(covariates, unit, np.ldexp(lengths, scale), factors)


def _freed(covariates: Covariates, outcomes: FloatArray, sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lengths of what is left of outcomes, and that of length one; what is rounding beside their sizes is nothing."""
    once, size = covariates.residuals(outcomes, squared_lengths(outcomes))
    rest, left = covariates.residuals(once, size)
    lengths = np.sqrt(left)
    lengths[lengths <= ZERO_VARIANCE * sizes] = 0.0
    return lengths, np.divide(rest, lengths[:, None], out=np.zeros_like(rest), where=lengths[:, None] > 0)
