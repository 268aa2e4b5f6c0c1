"""Random problems to put to limma and to the package."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.parity.drawing_rows import diversify

Problem = dict[str, Any]
Rng = np.random.Generator


def draw_problem(rng: Rng) -> Problem:
    """One problem: data, a design of one to four terms, some of limma's options; in half of them the rows differ."""
    problem, full_rank = _draw_simple_problem(rng)
    return diversify(rng, problem, full_rank=full_rank) if rng.random() < 0.5 else problem


def _draw_simple_problem(rng: Rng) -> tuple[Problem, bool]:
    """Rows that are alike, some of array weights, trend and contrasts; and whether the design has full rank."""
    design = _draw_design(rng)
    y = _draw_expression(rng, design)
    problem: Problem = {"kind": ["model"], "y": y, "design": design, "fitted": True}
    if rng.random() < 0.3:
        problem["weights"] = rng.uniform(0.2, 3.0, (1, len(design)))
    problem["ebayes"] = _draw_options(rng)
    estimable = _estimable(design)
    free = _untouched_by_aliasing(design)
    if rng.random() < 0.5 and free:
        problem["contrasts"] = _draw_contrasts(rng, design, free)
        estimable = list(problem["contrasts"].columns)
    coefficient = str(rng.choice(estimable))
    problem["tables"] = [{"coef": [coefficient], "number": np.array([np.inf]), "sort.by": ["none"], "confint": True}]
    problem["decisions"] = [{"method": [method]} for method in ("separate", "global")]
    return problem, len(free) == design.shape[1]


def _draw_design(rng: Rng) -> pd.DataFrame:
    """Columns of a design with at least one residual degree of freedom, sometimes of deficient rank."""
    samples = int(rng.integers(6, 17))
    columns: dict[str, np.ndarray] = {}
    groups = np.sort(rng.permutation(np.arange(samples) % int(rng.integers(2, 4))))
    intercept = rng.random() < 0.7
    if intercept:
        columns["(Intercept)"] = np.ones(samples)
    for level in range(1 if intercept else 0, groups.max() + 1):
        columns[f"group{level}"] = (groups == level).astype(float)
    if rng.random() < 0.5:
        columns["age"] = rng.normal(40, 10, samples).round(1)
    if rng.random() < 0.3:
        columns["batch2"] = rng.permutation(np.arange(samples) % 2).astype(float)
    if rng.random() < 0.25:
        names = list(columns)
        first, second = rng.choice(names, 2)
        at = int(rng.integers(1, len(names) + 1))
        mixed = columns[first] + 2 * columns[second]
        columns = dict([*list(columns.items())[:at], ("mixed", mixed), *list(columns.items())[at:]])
    return pd.DataFrame(columns, index=[f"s{number}" for number in range(1, samples + 1)])


def _draw_expression(rng: Rng, design: pd.DataFrame) -> pd.DataFrame:
    """Rows whose variances follow a scaled inverse chi-square, at a random level and scale."""
    features = int(rng.integers(3, 150))
    d0 = rng.choice([1.0, 4.0, 20.0, np.inf])
    sigma = np.sqrt(0.1 * d0 / rng.chisquare(d0, features)) if np.isfinite(d0) else np.full(features, 0.3)
    values = rng.normal(8, 2, (features, 1)) + sigma[:, None] * rng.standard_normal((features, len(design)))
    effect = rng.standard_normal(features) * (rng.random(features) < 0.3)
    values += np.outer(effect, design.iloc[:, -1] / np.abs(design.iloc[:, -1]).max())
    scale = 10.0 ** rng.integers(-3, 4)
    labels = [f"g{number}" for number in range(1, features + 1)]
    return pd.DataFrame(values * scale, index=labels, columns=design.index)


def _draw_options(rng: Rng) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if rng.random() < 0.3:
        options["trend"] = True
    if rng.random() < 0.3:
        options["proportion"] = np.array([rng.choice([0.005, 0.05, 0.3])])
    return options


def _estimable(design: pd.DataFrame) -> list[str]:
    """Columns that do not depend on those before them, found by adding one column at a time."""
    values = (design / np.sqrt((design**2).sum())).to_numpy()
    ranks = [0, *(int(np.linalg.matrix_rank(values[:, :count], tol=1e-7)) for count in range(1, values.shape[1] + 1))]
    return [name for name, before, after in zip(design.columns, ranks, ranks[1:], strict=False) if before < after]


def _untouched_by_aliasing(design: pd.DataFrame) -> list[str]:
    """Columns that take no part in any dependency."""
    values = (design / np.sqrt((design**2).sum())).to_numpy()
    _, sizes, directions = np.linalg.svd(values, full_matrices=True)
    null = directions[int((sizes > 1e-7).sum()) :]
    return [
        name for name, part in zip(design.columns, np.abs(null).max(axis=0, initial=0.0), strict=True) if part < 1e-7
    ]


def _draw_contrasts(rng: Rng, design: pd.DataFrame, free: list[str]) -> pd.DataFrame:
    """One to three contrasts of small whole numbers over some coefficients."""
    names = [f"contrast{number}" for number in range(1, int(rng.integers(1, 4)) + 1)]
    values = pd.DataFrame(0.0, index=design.columns, columns=names)
    values.loc[free] = rng.integers(-2, 3, (len(free), len(names))).astype(float)
    values.loc[free[0]] += np.where((values == 0).all(), 1.0, 0.0)
    return values
