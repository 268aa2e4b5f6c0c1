"""The problems: tables, rows on their own, counts, and samples in blocks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from benchmarks.problem import Array, Problem

#: Rows that are drawn at once for a file which is larger than memory should be.
CHUNK = 50_000


class Rows(Problem):
    """Rows on their own: weights of every value, missing values, outliers."""

    kind: ClassVar[str] = "rows"

    def contents(self) -> str:
        return "float64 with weights of every value, 5 % missing values"

    def besides(self, y: Array) -> dict[str, Array]:
        weights = np.random.default_rng(self.seed + 1).gamma(3.0, size=y.shape)
        lost = np.random.default_rng(self.seed + 2).random(y.shape) < 0.05
        return {"weights": weights, "gaps": np.where(lost, np.nan, y)}


class Counts(Problem):
    """Reads of an experiment on RNA: negative binomial, libraries of many sizes, three samples of every patient."""

    kind: ClassVar[str] = "counts"

    def contents(self) -> str:
        return "negative binomial counts, library sizes given"

    def values(self) -> Array:
        rng = np.random.default_rng(self.seed)
        share = rng.lognormal(4.5, 1.5, self.features)
        effect = np.where(rng.random(self.features) < 0.1, rng.normal(size=self.features), 0.0)
        dispersion = 0.1 * 10 / rng.chisquare(10, self.features)
        mean = share[:, None] * self._depth()
        mean[:, 1::2] *= np.exp(effect)[:, None]
        mean *= rng.gamma(1 / dispersion[:, None], dispersion[:, None], mean.shape)
        return rng.poisson(mean)

    def besides(self, y: Array) -> dict[str, Array]:
        """Library sizes are what the counts were drawn with, not their sums: normalised, as it were."""
        return {"lib_size": self._depth() * y.sum() / self._depth().sum(), "blocks": blocks_of_three(self.samples)}

    def _depth(self) -> Array:
        return np.random.default_rng(self.seed + 1).lognormal(0.0, 0.3, self.samples)


class Blocks(Problem):
    """Log values of samples in blocks of three, which share more than half of their variance; weights of every value.

    Arrays have a generator each, so that the first rows are the same whatever the number of features: some of them are
    fitted one by one.
    """

    kind: ClassVar[str] = "blocks"

    def contents(self) -> str:
        return f"float64, {blocks_of_three(self.samples)[-1] + 1} blocks of 3 samples, weights of every value"

    def values(self) -> Array:
        within, between, variance = (np.random.default_rng([self.seed, k]) for k in range(3))
        blocks = blocks_of_three(self.samples)
        y = within.normal(size=(self.features, self.samples))
        y += 1.5 * between.normal(size=(self.features, blocks[-1] + 1))[:, blocks]
        y *= np.sqrt(0.2 / variance.chisquare(4, self.features))[:, None]
        y += 8
        return y

    def besides(self, y: Array) -> dict[str, Array]:
        weights = np.random.default_rng([self.seed, 3]).gamma(3.0, size=y.shape)
        return {"weights": weights, "blocks": blocks_of_three(self.samples)}


class Batches(Problem):
    """Log values of samples in four batches, which nobody balanced, under three factors that nobody recorded."""

    kind: ClassVar[str] = "batches"

    def contents(self) -> str:
        return "float64, 4 batches and 3 hidden factors"

    def values(self) -> Array:
        rng = np.random.default_rng([self.seed, 1])
        y = super().values()
        group = np.arange(self.samples) % 2
        hidden = rng.normal(size=(self.samples, 3)) + 0.5 * group[:, None]
        scale = y.std(axis=1, keepdims=True)
        y += scale * rng.normal(size=(self.features, 3)) @ hidden.T * 0.5
        y += (0.7 * scale * rng.normal(size=(self.features, 4)))[:, self._batch()]
        return y * 1.0

    def besides(self, y: Array) -> dict[str, Array]:
        return {"batch": self._batch()}

    def _batch(self) -> Array:
        """The second group came later, on the whole."""
        rng = np.random.default_rng([self.seed, 2])
        late = np.arange(self.samples) % 2 * 0.15
        return np.minimum(((rng.random(self.samples) * 0.85 + late) * 4).astype(int), 3)


class Residuals(Problem):
    """The large table once more, for what its residuals show."""

    kind: ClassVar[str] = "residuals"


class MappedBlocks(Blocks):
    """The same in a file that stays on disk: drawn and written part by part, read through a memory map."""

    mapped: ClassVar[bool] = True

    def contents(self) -> str:
        return "float64 in blocks of 3 samples, a memory map"

    def write(self, folder: Path) -> None:
        np.save(folder / "design.npy", self.design())
        np.save(folder / "blocks.npy", blocks_of_three(self.samples))
        shape = (self.features, self.samples)
        y = np.lib.format.open_memmap(folder / "y.npy", mode="w+", dtype=float, shape=shape)
        for start in range(0, self.features, CHUNK):
            rows = min(CHUNK, self.features - start)
            y[start : start + rows] = replace(self, features=rows, seed=self.seed + start).values()
        y.flush()


def blocks_of_three(samples: int) -> Array:
    """Three samples of the first, three of the second, ..."""
    return np.arange(samples) // 3


PROBLEMS = {
    problem.name: problem
    for problem in (
        Problem("genes", features=20_000, samples=24, coefficients=4, seed=20, labelled=True),
        Rows("rows", features=20_000, samples=24, coefficients=4, seed=21, labelled=False, held=()),
        Counts("counts", features=20_000, samples=24, coefficients=4, seed=22, labelled=True, held=("voom",)),
        Blocks("blocks", features=20_000, samples=24, coefficients=4, seed=23, labelled=False, held=()),
        Batches("batches", features=20_000, samples=100, coefficients=2, seed=26, labelled=False, held=()),
        Residuals(
            "million residuals", features=1_000_000, samples=100, coefficients=6, seed=100, labelled=False,
            held=("residual_structure",),
        ),
        Counts(
            "many counts", features=40_000, samples=500, coefficients=4, seed=24, labelled=True,
            held=("voom",), only=("voom",),
        ),
        MappedBlocks(
            "million blocks", features=1_000_000, samples=24, coefficients=4, seed=25, labelled=False,
            held=("duplicate_correlation", "array_weights reml"), only=(),
        ),
        Problem("million", features=1_000_000, samples=100, coefficients=6, seed=100, labelled=False),
    )
}  # fmt: skip
