"""Correlated rows that share their samples and weights, each with a correlation of its own, in matrix products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.block_spectrum import BlockSpectrum, block_spectrum
from ebayes_lm.core.qr import PivotedQR, pivoted_qr
from ebayes_lm.core.reml_profile import NO_EIGENVALUE, Spectrum


@dataclass(frozen=True, eq=False)
class SharedMixed:
    """A design (n, r) of full column rank under weights (n,), with samples in blocks.

    Within blocks a sample varies by ``1 - rho``, and the mean of a block of s samples, at the length that it had, by
    ``1 + rho (s - 1)``. The two are independent, so that the information of a row is a sum over within and the sizes of
    blocks.

    Attributes
    ----------
    qr : PivotedQR
        Of the weighted design over the samples with weight.
    used : (m,) integer array
    roots : (m,) array
        Roots of their weights.
    slopes : (c,) array
        How the variance of each part rises with the correlation: -1 within blocks, s - 1 between those of s samples.
    parts : (c, m, r) array
        The basis of the design, split into what it has in each part.
    spectrum : BlockSpectrum
        Of the residual space.
    largest : int
        Samples in the largest block.
    """

    qr: PivotedQR
    used: IntArray
    roots: FloatArray
    slopes: FloatArray
    parts: FloatArray
    spectrum: BlockSpectrum
    largest: int

    def residuals(self, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What the design explains of rows (g, n) without regard to the correlation, (g, r), and the rest, (g, m)."""
        rest = y[:, self.used] * self.roots
        effects = rest @ self.qr.q
        rest -= effects @ self.qr.q.T
        return effects, rest

    def row_spectrum(self, rest: FloatArray) -> Spectrum:
        """What residuals (g, m) say about the correlation."""
        counts = self.spectrum.df[None, :].astype(np.float64)
        return Spectrum(self.eigenvalues[None, :], counts, self.spectrum.sums(rest))

    @property
    def eigenvalues(self) -> FloatArray:
        """Of the blocks in the residual space, zero where nothing but rounding is left."""
        values = self.spectrum.values
        eigenvalues: FloatArray = np.where(values > NO_EIGENVALUE * self.largest, values, 0.0)
        return eigenvalues

    def effects(self, effects: FloatArray, rest: FloatArray, rho: FloatArray) -> FloatArray:
        """Generalised least squares (g, r) on the basis of the design, from least squares and its residuals."""
        variances = self._variances(rho)
        side = np.zeros_like(effects)
        for part, variance in zip(self.parts, variances.T, strict=True):
            side += rest @ part / variance[:, None]
        solution: FloatArray = effects + np.linalg.solve(self._information(variances), side[:, :, None])[:, :, 0]
        return solution

    def contrasts(self, rho: FloatArray, contrasts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Unscaled standard deviations (g, k) of contrasts (r, k), and how their squares rise with the correlation."""
        variances = self._variances(rho)
        sides = self.qr.covariance_factor().T @ contrasts
        solution = np.linalg.solve(self._information(variances), np.broadcast_to(sides, (len(rho), *sides.shape)))
        slope = np.zeros((len(rho), contrasts.shape[1]))
        for gram, rise, variance in zip(self._grams(), self.slopes, variances.T, strict=True):
            slope += rise / np.square(variance)[:, None] * (solution * (gram @ solution)).sum(axis=1)
        stdev: FloatArray = np.sqrt((sides * solution).sum(axis=1))
        return stdev, slope

    def _variances(self, rho: FloatArray) -> FloatArray:
        """Of the parts, (g, c)."""
        variances: FloatArray = 1.0 + rho[:, None] * self.slopes
        return variances

    def _grams(self) -> FloatArray:
        grams: FloatArray = np.matmul(self.qr.q.T, self.parts)
        return grams

    def _information(self, variances: FloatArray) -> FloatArray:
        """Information (g, r, r) of each row about its effects."""
        grams = self._grams()
        information: FloatArray = ((1.0 / variances) @ grams.reshape(len(grams), -1)).reshape(-1, *grams.shape[1:])
        return information


def shared_mixed(x: FloatArray, blocks: IntArray, weights: FloatArray, tol: float) -> SharedMixed | None:
    """Prepare a design (n, r) under sample weights (n,); None where they do not leave it its rank."""
    used = np.flatnonzero(weights > 0)
    roots = np.sqrt(weights[used])
    qr = pivoted_qr(x[used] * roots[:, None], tol)
    if qr.rank < x.shape[1]:
        return None
    indicators = (blocks[used, None] == np.unique(blocks[used])[None, :]).astype(np.float64)
    sizes = indicators.sum(axis=0)
    means = indicators / sizes @ (indicators.T @ qr.q)
    own = indicators @ sizes
    distinct = np.unique(sizes)
    parts = np.stack([qr.q - means, *(np.where((own == size)[:, None], means, 0.0) for size in distinct)])
    spectrum = block_spectrum(x[used] * roots[:, None], blocks[used], tol=tol)
    return SharedMixed(qr, used, roots, np.append(-1.0, distinct - 1.0), parts, spectrum, int(sizes.max()))
