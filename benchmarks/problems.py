"""Problems to solve: sizes and a seeded generator, written once so that every rival reads the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Problem:
    """A features x samples matrix of two groups in several batches; the group difference is tested."""

    name: str
    features: int
    samples: int
    coefficients: int
    seed: int
    labelled: bool
    tested: int = 1
    by_stages: bool = False

    def quick(self) -> Problem:
        """Give the same problem with a twentieth of the features."""
        return replace(self, features=max(self.features // 20, 500))

    @property
    def input_bytes(self) -> int:
        return 8 * self.features * self.samples

    def describe(self) -> str:
        labels = "string feature ids" if self.labelled else "no labels"
        return f"{self.features:,} x {self.samples}, {self.coefficients} coefficients, float64, {labels}"

    def arguments(self) -> list[str]:
        """Give the command line that every runner takes."""
        sizes = (self.features, self.samples, self.coefficients, self.tested, int(self.labelled))
        return [str(value) for value in sizes]

    def design(self) -> NDArray[np.float64]:
        """Intercept, group and as many batch indicators as the number of coefficients leaves."""
        sample = np.arange(self.samples)
        batches = self.coefficients - 1
        batch = (sample // 2) % batches
        columns = [np.ones(self.samples), sample % 2, *(batch == k for k in range(1, batches))]
        return np.column_stack(columns).astype(float)

    def values(self) -> NDArray[np.float64]:
        """Draw log-expression with scaled inverse chi-square variances and a tenth of features that differ."""
        rng = np.random.default_rng(self.seed)
        sd = np.sqrt(0.2 / rng.chisquare(4, self.features))
        effect = np.where(rng.random(self.features) < 0.1, rng.normal(size=self.features), 0.0)
        y = rng.normal(size=(self.features, self.samples))
        y *= sd[:, None]
        y += 8
        y[:, 1::2] += effect[:, None]
        return y

    def write(self, folder: Path) -> None:
        """Write y and the design as .npy for Python and, the same values column by column, as raw doubles for R."""
        y, design = self.values(), self.design()
        np.save(folder / "y.npy", y)
        np.save(folder / "design.npy", design)
        design.ravel(order="F").tofile(folder / "design.bin")
        np.ascontiguousarray(y.T).tofile(folder / "y.bin")
        if self.by_stages:
            for name, values in (("weights", self.weights()), ("gaps", self.gaps(y))):
                np.save(folder / f"{name}.npy", values)
                np.ascontiguousarray(values.T).tofile(folder / f"{name}.bin")

    def weights(self) -> NDArray[np.float64]:
        """Draw a weight for every value."""
        return np.random.default_rng(self.seed + 1).gamma(3.0, size=(self.features, self.samples))

    def gaps(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give y without one value in twenty."""
        lost = np.random.default_rng(self.seed + 2).random(y.shape) < 0.05
        return np.where(lost, np.nan, y)


PROBLEMS = {
    problem.name: problem
    for problem in (
        Problem("genes", features=20_000, samples=24, coefficients=4, seed=20, labelled=True),
        Problem("rows", features=20_000, samples=24, coefficients=4, seed=21, labelled=False, by_stages=True),
        Problem("million", features=1_000_000, samples=100, coefficients=6, seed=100, labelled=False),
    )
}
