"""A problem to solve: its size and a seeded generator, written once so that every rival reads the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Problem:
    """A features x samples matrix of two groups in several batches; the group difference is tested.

    This kind is measured from matrix to table. Others are measured stage by stage and say so by their name in `kind`;
    `only` picks some of their stages. `held` names what peak memory is measured of.
    """

    kind: ClassVar[str] = "table"
    mapped: ClassVar[bool] = False

    name: str
    features: int
    samples: int
    coefficients: int
    seed: int
    labelled: bool
    tested: int = 1
    held: tuple[str, ...] = ("fit", "pipeline")
    only: tuple[str, ...] | None = None

    def quick(self) -> Self:
        """Give the same problem with a twentieth of the features."""
        return replace(self, features=max(self.features // 20, 500))

    def describe(self) -> str:
        labels = "string feature ids" if self.labelled else "no labels"
        return f"{self.features:,} x {self.samples}, {self.coefficients} coefficients, {self.contents()}, {labels}"

    def contents(self) -> str:
        """Say what the numbers are."""
        return "float64"

    def arguments(self) -> list[str]:
        """Give the command line that every runner takes."""
        sizes = (self.features, self.samples, self.coefficients, self.tested, int(self.labelled))
        return [*map(str, sizes), self.kind, str(int(self.mapped))]

    def design(self) -> Array:
        """Intercept, group and as many batch indicators as the number of coefficients leaves."""
        sample = np.arange(self.samples)
        batches = self.coefficients - 1
        batch = (sample // 2) % batches
        columns = [np.ones(self.samples), sample % 2, *(batch == k for k in range(1, batches))]
        return np.column_stack(columns).astype(float)

    def values(self) -> Array:
        """Draw log-expression with scaled inverse chi-square variances and a tenth of features that differ."""
        rng = np.random.default_rng(self.seed)
        sd = np.sqrt(0.2 / rng.chisquare(4, self.features))
        effect = np.where(rng.random(self.features) < 0.1, rng.normal(size=self.features), 0.0)
        y = rng.normal(size=(self.features, self.samples))
        y *= sd[:, None]
        y += 8
        y[:, 1::2] += effect[:, None]
        return y

    def besides(self, y: Array) -> dict[str, Array]:
        """Give what belongs to the values: weights, blocks, sizes of libraries."""
        return {}

    def write(self, folder: Path) -> None:
        """Write all arrays as .npy for Python and, the same values column by column, as raw doubles for R."""
        y = self.values()
        for name, values in {"y": y, "design": self.design(), **self.besides(y)}.items():
            np.save(folder / f"{name}.npy", values)
            np.ascontiguousarray(values.T, dtype=float).tofile(folder / f"{name}.bin")
