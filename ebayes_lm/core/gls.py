"""Samples that are correlated within blocks: one correlation for all pairs of a block (Smyth, Michaud & Scott 2005)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.errors import ArgumentError


@dataclass(frozen=True, eq=False)
class BlockCorrelation:
    """Compound symmetry: correlation ``rho`` between samples of one block, none between blocks.

    Attributes
    ----------
    blocks : (n,) integer array
        Block of each sample, 0 to the number of blocks less one.
    rho : float

    Raises
    ------
    ArgumentError
        No block of that size can have that correlation.
    """

    blocks: IntArray
    rho: float

    def __post_init__(self) -> None:
        largest = int(np.bincount(self.blocks).max())
        lowest = -1.0 / (largest - 1) if largest > 1 else -1.0
        if not lowest < self.rho < 1.0:
            raise ArgumentError(
                f"a correlation of {self.rho:g} is not possible within blocks of {largest} samples; it lies between "
                f"{lowest:.4g} and 1"
            )

    def take(self, samples: IntArray | None) -> BlockCorrelation:
        """Of some of the samples."""
        return self if samples is None else BlockCorrelation(self.blocks[samples], self.rho)

    def matrix(self) -> FloatArray:
        """The correlation matrix C, (n, n)."""
        matrix = np.where(self.blocks[:, None] == self.blocks[None, :], self.rho, 0.0)
        np.fill_diagonal(matrix, 1.0)
        return matrix

    def whitener(self) -> FloatArray:
        """Lower triangle T (n, n) with ``T C T' = 1``, so that ``T y`` has uncorrelated entries."""
        from scipy.linalg import solve_triangular

        factor = np.linalg.cholesky(self.matrix())
        inverse: FloatArray = solve_triangular(factor, np.eye(len(factor)), lower=True)
        return inverse


def uncorrelated(n_samples: int) -> BlockCorrelation:
    """Every sample a block of its own."""
    return BlockCorrelation(np.arange(n_samples), 0.0)
