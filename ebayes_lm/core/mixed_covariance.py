"""Covariances of the coefficients of mixed models, each feature's at its own correlation within blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.core.contrast_variances import ContrastVariances, VarianceParameters, pooled_df
from ebayes_lm.core.covariance import OwnCovariances
from ebayes_lm.core.mixed_rows import MixedDesigns, satterthwaite

#: Second derivatives are differences of first ones over this share of the way to a correlation of one.
_STEP = 1e-5
#: Directions with less than this share of the largest variance follow from the others.
_NO_DIRECTION = 1e-8
#: Standard deviations of contrasts that differ by more than this factor may be brought to it.
_NEAR = 1e3


@dataclass(frozen=True, eq=False)
class MixedCovariances(OwnCovariances):
    """What mixed models were fitted to: every feature has a covariance of its own.

    Attributes
    ----------
    mixed : MixedDesigns
    rho : (G,) array
        Correlations at which coefficients are estimated.
    parameter_cov : (G, 3) array
        Asymptotic covariances of (log sigma^2, rho), NaN where rho is not the feature's own.
    """

    mixed: MixedDesigns
    rho: FloatArray
    parameter_cov: FloatArray

    def take(self, features: Any) -> Self:
        """Of some features, given by position, slice or mask, in that order."""
        at = np.arange(self.n_features)[features]
        taken = super().take(features)
        return replace(taken, rho=self.rho[at], parameter_cov=self.parameter_cov[at])

    def stdev(self, at: Any, contrasts: FloatArray) -> FloatArray:
        """Unscaled standard deviations (b, k) of contrasts (p, k); NaN where samples cannot estimate one."""
        return self.stdev_and_slope(at, contrasts, self.rho[at])[0]

    def stdev_and_slope(self, at: Any, contrasts: FloatArray, rho: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The same at other correlations (b,), and by how much the squares rise with them."""

        def of(weights: FloatArray | None, rows: Any) -> tuple[FloatArray, FloatArray]:
            return self.mixed.contrasts(weights, rho[rows], contrasts[self.columns])

        stdev, slope = self._by_kind(at, of, contrasts.shape[1])
        if self.scale is not None:
            scale = self.scale[at][:, None]
            stdev, slope = stdev * scale, slope * np.square(scale)
        return stdev, slope

    def tests(self, at: Any, contrasts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Unscaled standard deviations (b, k) of contrasts (p, k) and their Satterthwaite df."""
        stdev, slope = self.stdev_and_slope(at, contrasts, self.rho[at])
        return stdev, satterthwaite(stdev, slope, self.parameter_cov[at])

    def variances(self, at: Any, contrasts: FloatArray) -> ContrastVariances:
        """All that the moderation of contrasts (p, k) needs."""
        rho = self.rho[at]
        stdev, slope = self.stdev_and_slope(at, contrasts, rho)
        step = _STEP * (1.0 - rho)
        _, beyond = self.stdev_and_slope(at, contrasts, rho + step)
        independent, _ = self.stdev_and_slope(at, contrasts, np.zeros_like(rho))
        curvature = (beyond - slope) / step[:, None]
        df = satterthwaite(stdev, slope, self.parameter_cov[at])
        return ContrastVariances(stdev, slope, curvature, independent, df)

    def joint_df(self, at: Any, contrasts: FloatArray) -> FloatArray:
        """Denominator df (b,) of F of contrasts (p, k) together, as Fai & Cornelius (1996) pool Satterthwaite's.

        Contrasts are turned to be uncorrelated in each feature. Variances of sums of two contrasts give covariances.
        """
        k = contrasts.shape[1]
        first, second = np.triu_indices(k)
        sums = np.where(first == second, 0.5, 1.0) * (contrasts[:, first] + contrasts[:, second])
        stdev, slope = self.stdev_and_slope(at, sums, self.rho[at])
        covariance, change = (_from_sums(parts, first, second, k) for parts in (np.square(stdev), slope))
        known = ~np.isnan(stdev).any(axis=1)
        df = np.full(len(stdev), np.nan)
        if known.any():
            df[known] = _joint_df(covariance[known], change[known], self.parameter_cov[at][known])
        return df

    def parameters(self, sigma: FloatArray) -> VarianceParameters:
        """Of all features, with their standard deviations."""
        own = ~np.isnan(self.parameter_cov[:, 0])
        return VarianceParameters(sigma, np.where(own, self.rho, np.nan), self.parameter_cov)

    def f(self, at: Any, contrasts: FloatArray, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """F (b,) of contrasts (p, k) from their t statistics (b, k), and its numerator df (b,)."""
        return self.mixed.f(self.row_weights(at), self.rho[at], contrasts[self.columns], t)

    def _by_kind(
        self, at: Any, of: Callable[[FloatArray | None, Any], tuple[FloatArray, FloatArray]], k: int
    ) -> tuple[FloatArray, FloatArray]:
        """Rows that have every sample and the weights of the samples together, the others each on their own."""
        n = len(self.sample_weights)
        if self.weights is not None:
            return of(self.row_weights(at), slice(None))
        absent = np.unpackbits(self.missing[at], axis=1, count=n).view(np.bool_)
        gapped = np.asarray((absent & (self.sample_weights > 0)).any(axis=1))
        if not gapped.any():
            return of(None, slice(None))
        first, second = np.empty((len(gapped), k)), np.empty((len(gapped), k))
        whole = ~gapped
        if whole.any():
            first[whole], second[whole] = of(None, whole)
        first[gapped], second[gapped] = of(np.where(absent[gapped], 0.0, self.sample_weights), gapped)
        return first, second


def _from_sums(squares: FloatArray, first: IntArray, second: IntArray, k: int) -> FloatArray:
    """Symmetric matrices (b, k, k) from their quadratic forms in sums of two unit vectors, in one for the diagonal."""
    matrix: FloatArray = np.empty((len(squares), k, k))
    matrix[:, first, second] = matrix[:, second, first] = squares
    diagonal = np.einsum("bii->bi", matrix).copy()
    matrix = 0.5 * (matrix - diagonal[:, :, None] - diagonal[:, None, :])
    np.einsum("bii->bi", matrix)[:] = diagonal
    return matrix


def _joint_df(covariance: FloatArray, change: FloatArray, parameter_cov: FloatArray) -> FloatArray:
    """Pooled df (b,) of the principal directions of covariances (b, k, k), which rho changes by so much.

    The directions are lmerTest's, which rest on the units of the contrasts. Where these are so different that contrasts
    would get lost, they are brought nearer to one another, in the same order.
    """
    stdev = np.sqrt(np.einsum("bii->bi", covariance))
    largest = stdev.max(axis=1, keepdims=True)
    sizes = np.where(stdev > 0.0, stdev, np.where(largest > 0.0, largest, 1.0))
    correlation = covariance / (sizes[:, :, None] * sizes[:, None, :])
    lost = _directions(covariance)[2].sum(axis=1) < _directions(correlation)[2].sum(axis=1)
    if lost.any():
        spread = np.log(sizes[lost].max(axis=1) / sizes[lost].min(axis=1))
        nearer = sizes[lost] ** (np.minimum(np.log(_NEAR) / spread, 1.0) - 1.0)[:, None]
        factors = nearer[:, :, None] * nearer[:, None, :]
        covariance, change = covariance.copy(), change.copy()
        covariance[lost] *= factors
        change[lost] *= factors
    values, vectors, some = _directions(covariance)
    slope = np.einsum("bik,bij,bjk->bk", vectors, change, vectors)
    df = satterthwaite(np.sqrt(np.where(some, values, 1.0)), slope, parameter_cov)
    return pooled_df(df, some)


def _directions(covariance: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Principal variances (b, k) and directions of covariances (b, k, k), and which do not follow from the others."""
    values, vectors = np.linalg.eigh(covariance)
    return values, vectors, np.asarray(values > _NO_DIRECTION * values[:, -1:])
