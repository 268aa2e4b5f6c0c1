"""Random problems whose rows differ: weights, missing values, blocks, duplicate spots, robust fits, all priors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Problem = dict[str, Any]
Rng = np.random.Generator


def diversify(rng: Rng, problem: Problem, *, full_rank: bool) -> Problem:
    """A simple problem with rows that differ; it asks for limma's approximations, which most of these need."""
    diverse = {name: value for name, value in problem.items() if name not in ("weights", "fitted")}
    diverse["compat"] = "limma"
    _draw_layout(rng, diverse, full_rank)
    if rng.random() < 0.6:
        diverse["weights"] = _draw_weights(rng, diverse)
    if "method" not in diverse and rng.random() < 0.5:
        diverse["y"] = diverse["y"].mask(rng.random(diverse["y"].shape) < rng.choice([0.02, 0.1, 0.3]))
    diverse["ebayes"] = _draw_prior(rng, diverse)
    if rng.random() < 0.5:
        diverse |= _draw_threshold(rng)
    if full_rank and _complete(diverse):
        diverse["decisions"] = [*diverse["decisions"], {"method": ["hierarchical"]}, {"method": ["nestedF"]}]
    return diverse


def _draw_layout(rng: Rng, problem: Problem, full_rank: bool) -> None:
    """Blocks, duplicate spots or a robust fit; or nothing of it."""
    layouts: list[Callable[[Rng, Problem], None]] = [_add_blocks, _add_duplicates, lambda *_: None]
    if full_rank:
        layouts.append(_ask_robustly)
    layouts[int(rng.integers(len(layouts)))](rng, problem)


def _add_blocks(rng: Rng, problem: Problem) -> None:
    samples = len(problem["design"])
    block = rng.permutation(np.arange(samples) % int(rng.integers(2, samples)))
    largest = np.bincount(block).max()
    problem["block"] = [f"b{number}" for number in block]
    problem["correlation"] = np.array([_draw_correlation(rng, largest)])


def _add_duplicates(rng: Rng, problem: Problem) -> None:
    """Spots have no labels: limma drops those of the features."""
    ndups, spacing = int(rng.integers(2, 4)), int(rng.choice([1, 1, 2, 4]))
    y = problem["y"]
    repeats = -(-len(y) // (ndups * spacing)) + 1
    rows = np.arange(repeats * ndups * spacing) % len(y)
    spots = y.to_numpy()[rows]
    spots = spots + 0.3 * spots.std(axis=1, keepdims=True) * rng.standard_normal(spots.shape)
    problem["y"] = pd.DataFrame(spots, columns=y.columns, index=[f"g{number}" for number in range(1, len(rows) + 1)])
    problem |= {"ndups": np.array([ndups]), "spacing": np.array([spacing])}
    problem["correlation"] = np.array([_draw_correlation(rng, ndups)])
    problem["tables"] = []


def _ask_robustly(rng: Rng, problem: Problem) -> None:
    y = problem["y"]
    outlying = (rng.random(y.shape) < 0.05) * rng.standard_t(3, y.shape) * y.to_numpy().std(axis=1)[:, None] * 3
    problem |= {"y": y + outlying, "method": ["robust"]}


def _draw_correlation(rng: Rng, largest: int) -> float:
    """Now and then negative, but for blocks of this size still that of some distribution."""
    if largest > 1 and rng.random() < 0.2:
        return float(-rng.uniform(0.1, 0.8) / (largest - 1))
    return float(rng.uniform(0, 0.9))


def _draw_weights(rng: Rng, problem: Problem) -> np.ndarray:
    """Weights of values, features or samples; some are 0 where limma can do without these values."""
    (features, samples), coefficients = problem["y"].shape, problem["design"].shape[1]
    kind = rng.choice(["smooth", "uneven", "genes", "arrays", *(() if "method" in problem else ("zeros",))])
    if kind == "genes":
        return rng.uniform(0.2, 3.0, (features, 1))
    if kind == "arrays":
        weights = rng.uniform(0.2, 3.0, (1, samples))
        dropped = "method" not in problem and samples >= coefficients + 3 and rng.random() < 0.3
        return weights * (np.arange(samples) > 0) if dropped else weights
    if kind == "uneven":
        return 10.0 ** rng.uniform(-3, 3, (features, samples))
    weights = rng.gamma(3, 1, (features, samples))
    return np.where(rng.random(weights.shape) < 0.08, 0.0, weights) if kind == "zeros" else weights


def _draw_prior(rng: Rng, problem: Problem) -> dict[str, Any]:
    options: dict[str, Any] = {"robust": True} if rng.random() < 0.4 else {}
    whole = "ndups" not in problem and not np.isnan(problem["y"]).all(axis=1).any()
    # A robust trend through few points goes through most of them: rounding decides the ranks of what is left.
    enough = len(problem["y"]) >= 40 or "robust" not in options
    if whole and enough and rng.random() < 0.5:
        options["trend"] = True if rng.random() < 0.7 else rng.normal(size=len(problem["y"]))
    if "robust" not in options and rng.random() < 0.15:
        options["span"] = np.array([rng.uniform(0.4, 1.0)])
    if "span" not in options and rng.random() < 0.2:
        options["legacy"] = bool(rng.random() < 0.5)
    if rng.random() < 0.2:
        options["winsor.tail.p"] = np.array([0.02, 0.15])
    return options


def _draw_threshold(rng: Rng) -> Problem:
    options: dict[str, Any] = {"fc": np.array([rng.uniform(1.05, 2.0)])}
    for name in ("robust", "upshot"):
        if rng.random() < 0.3:
            options[name] = True
    return {"treat": options, "treat_decisions": [{"method": [method]} for method in ("separate", "global")]}


def _complete(problem: Problem) -> bool:
    """Whether every test of every feature has a p-value."""
    return not np.isnan(problem["y"]).any(axis=None) and bool(np.all(problem.get("weights", 1.0)))
