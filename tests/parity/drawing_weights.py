"""Random problems for weights, correlations and mixed models: small, and awkward on purpose.

Left out is where limma's answer is known to be another one, or no one's, for a reason (docs/limma.md): rows that lack a
group or residual df under a trend, constant rows under a correlation, samples with a coefficient of their own in
array_weights_quick, as many features as samples in voom_with_quality_weights, exact zeros on covariates in millions,
features that quantile normalisation makes constant, and trends through fewer than four points at a time, where rounding
decides which of them are outliers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.parity.drawing_parts import (
    draw_blocks,
    draw_design,
    draw_values,
    draw_variance_model,
    draw_weights,
    independent_columns,
    with_mild_gaps,
)  # fmt: skip

Array = np.ndarray
Problem = dict[str, Any]
Rng = np.random.Generator

KINDS = (
    "array_weights", "quick", "voom", "voom_quality", "voom_lm_fit", "vooma", "vooma_by_group", "vooma_lm_fit",
    "consensus", "mixed",
)  # fmt: skip


def draw_weighing(rng: Rng, kind: str | None = None) -> Problem:
    """One problem: its kind, and under ``arguments`` what R's function is called with, names as in Python."""
    kind = str(rng.choice(KINDS)) if kind is None else kind
    return {"kind": [kind], **_DRAW[kind](rng)}


def _array_weights(rng: Rng) -> Problem:
    n = int(rng.integers(4, 15))
    x, groups = draw_design(rng, n)
    y = draw_values(rng, n, groups, gaps=True)
    arguments = {"object": y, "design": x, "method": [str(rng.choice(["genebygene", "reml", "auto"]))]}
    if rng.random() < 0.4:
        arguments["weights"] = draw_weights(rng, y.shape)
    if rng.random() < 0.3:
        arguments["prior_n"] = np.array([rng.choice([1.0, 3.0, 50.0])])
    return {"arguments": {**arguments, **draw_variance_model(rng, n, groups)}}


def _quick(rng: Rng) -> Problem:
    n = int(rng.integers(4, 15))
    x, groups = draw_design(rng, n, plain=True)
    while np.diag(x @ np.linalg.pinv(x)).max() > 1 - 1e-9:
        x, groups = draw_design(rng, n, plain=True)
    y = draw_values(rng, n, groups, gaps=False, flat=False)
    weights = {"weights": 10.0 ** rng.uniform(-1, 1, y.shape)} if rng.random() < 0.3 else {}
    return {"arguments": {"object": y, "design": x, **weights}}


def _counts(rng: Rng, groups: Array) -> Array:
    """Counts (g, n) of any depth, with zeros of every kind."""
    n = len(groups)
    g = int(rng.choice([2, rng.integers(14, 30), rng.integers(30, 90)]))
    mu = np.exp(rng.uniform(-2, rng.choice([2, 5, 9]), (g, 1))) * rng.uniform(0.3, 3.0, n)
    counts = rng.poisson(mu * rng.gamma(4, 0.25, (g, n))).astype(float)
    counts[rng.random(counts.shape) < rng.choice([0.0, 0.1, 0.6])] = 0.0
    for _ in range(int(rng.integers(0, max(1, g // 3) + 1))):
        counts[int(rng.integers(g)), groups == rng.integers(groups.max() + 1)] = 0.0
    if rng.random() < 0.1:
        counts[0] *= 1e5
    if rng.random() < 0.15:
        counts = counts + rng.random(counts.shape).round(2)
    counts[int(rng.integers(g))] += rng.integers(1, 9, n)
    return counts


def _counted(rng: Rng, *, plain: bool = False) -> tuple[dict[str, Any], Array]:
    """Arguments that all verbs for counts have, and the groups."""
    n = int(rng.integers(4, 13))
    x, groups = draw_design(rng, n, plain=plain)
    counts = _counts(rng, groups)
    arguments: dict[str, Any] = {"counts": counts, "design": x}
    if rng.random() < 0.2:
        arguments["lib_size"] = counts.sum(axis=0) * rng.uniform(0.8, 1.3, n) + 50.0
    elif rng.random() < 0.2:
        arguments[str(rng.choice(["offset", "offset_prior"]))] = rng.normal(0, 0.3, counts.shape).round(3)
    if rng.random() < 0.2:
        arguments |= {"span": np.array([rng.uniform(0.4, 1.0)]), "adaptive_span": False}
    ranks = counts.argsort(axis=0).argsort(axis=0)
    if (ranks != ranks[:, :1]).any(axis=1).all() and len(counts) > 2 and rng.random() < 0.15:
        arguments["normalize_method"] = [str(rng.choice(["quantile", "scale", "cyclicloess"]))]
    return arguments, groups


def _correlated(rng: Rng, n: int) -> dict[str, Any]:
    if rng.random() > 0.2:
        return {}
    return {"block": draw_blocks(rng, n) + 1.0, "correlation": np.array([rng.uniform(0.0, 0.8)])}


def _voom(rng: Rng) -> Problem:
    arguments, groups = _counted(rng)
    return {"arguments": {**arguments, **_correlated(rng, len(groups))}}


def _voom_quality(rng: Rng) -> Problem:
    arguments, groups = _counted(rng)
    method = {"method": ["reml"]} if rng.random() < 0.3 else {}
    return {"arguments": {**arguments, **method, **draw_variance_model(rng, len(groups), groups)}}


def _estimating(rng: Rng, shape: tuple[int, int], groups: Array) -> dict[str, Any]:
    arguments: dict[str, Any] = {"block": draw_blocks(rng, shape[1]) + 1.0} if rng.random() < 0.4 else {}
    if rng.random() < 0.4:
        arguments["sample_weights"] = True
        return {**arguments, **draw_variance_model(rng, shape[1], groups)}
    if rng.random() < 0.3:
        arguments["prior_weights"] = 10.0 ** rng.uniform(-1, 1, shape)
    return arguments


def _voom_lm_fit(rng: Rng) -> Problem:
    arguments, groups = _counted(rng, plain=True)
    while len(arguments["counts"]) == len(groups):
        arguments, groups = _counted(rng, plain=True)
    return {"arguments": {**arguments, **_estimating(rng, arguments["counts"].shape, groups)}}


def _logged(rng: Rng, *, gaps: bool) -> tuple[dict[str, Any], Array]:
    n = int(rng.integers(4, 13))
    x, groups = draw_design(rng, n)
    y = draw_values(rng, n, groups, gaps=False, flat=False)
    while 2 < len(y) < 14:
        y = draw_values(rng, n, groups, gaps=False, flat=False)
    y = with_mild_gaps(rng, y, x) if gaps and len(y) > 2 else y
    arguments: dict[str, Any] = {"y": y, "design": x}
    if rng.random() < 0.2:
        arguments["span"] = np.array([rng.uniform(0.4, 1.0)])
    elif rng.random() < 0.2:
        arguments["legacy_span"] = True
    return arguments, groups


def _vooma(rng: Rng) -> Problem:
    arguments, groups = _logged(rng, gaps=rng.random() < 0.3)
    if rng.random() < 0.3:
        arguments["predictor"] = rng.normal(2, 1, arguments["y"].shape).round(2)
    return {"arguments": {**arguments, **_correlated(rng, len(groups))}}


def _vooma_by_group(rng: Rng) -> Problem:
    arguments, groups = _logged(rng, gaps=False)
    if rng.random() < 0.5:
        arguments.pop("design")
    return {"arguments": {**arguments, "group": groups + 1.0}}


def _vooma_lm_fit(rng: Rng) -> Problem:
    arguments, groups = _logged(rng, gaps=rng.random() < 0.3)
    if rng.random() < 0.3:
        arguments["predictor"] = rng.normal(2, 1, arguments["y"].shape).round(2)
    return {"arguments": {**arguments, **_estimating(rng, arguments["y"].shape, groups)}}


def _consensus(rng: Rng) -> Problem:
    n = int(rng.integers(4, 16))
    x, groups = draw_design(rng, n)
    block = draw_blocks(rng, n)
    indicators = (block == np.arange(block.max() + 1)[:, None]).astype(float)
    y = draw_values(rng, n, groups, gaps=True, flat=False, effects=rng.normal(size=(20, len(indicators))) @ indicators)
    arguments: dict[str, Any] = {"object": y, "design": x, "block": block + 1.0}
    if rng.random() < 0.3:
        arguments["weights"] = draw_weights(rng, y.shape)
    if rng.random() < 0.3:
        arguments["trim"] = np.array([rng.choice([0.0, 0.3, 0.5])])
    return {"arguments": arguments}


def _mixed(rng: Rng) -> Problem:
    """Rows whose blocks vary beyond the samples within them, with few gaps."""
    n = int(rng.integers(8, 20))
    x, _ = draw_design(rng, n)
    x = x[:, independent_columns(x)]
    block = draw_blocks(rng, n)
    indicators = (block == np.arange(block.max() + 1)[:, None]).astype(float)
    g = int(rng.integers(3, 12))
    y = 8 + rng.normal(size=(g, n)) + rng.choice([0.5, 1.0, 2.0]) * rng.normal(size=(g, len(indicators))) @ indicators
    y *= rng.choice([1.0, 2.0**-8, 2.0**8])
    if rng.random() < 0.5:
        y = np.where(rng.random(y.shape) < rng.choice([0.05, 0.25]), np.nan, y)
    weights = {"weights": 10.0 ** rng.uniform(-1, 1, n)} if rng.random() < 0.3 else {}
    return {"y": y, "design": x, "block": block + 1.0, **weights}


_DRAW = {
    "array_weights": _array_weights, "quick": _quick, "voom": _voom, "voom_quality": _voom_quality,
    "voom_lm_fit": _voom_lm_fit, "vooma": _vooma, "vooma_by_group": _vooma_by_group, "vooma_lm_fit": _vooma_lm_fit,
    "consensus": _consensus, "mixed": _mixed,
}  # fmt: skip
