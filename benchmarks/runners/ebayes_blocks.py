"""ebayes_lm on samples in blocks: consensus correlation, weights of samples, mixed models of features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import ebayes_lm
from benchmarks.runners.ebayes_rows import tested
from benchmarks.runners.serving import LMER_ROWS, Inputs, Outcome, Stopwatch, total


def stages(inputs: Inputs, threads: int) -> dict[str, Callable[[], Outcome]]:
    """Name the stages."""
    y, design, block = inputs.y, inputs.design, inputs["blocks"]

    def consensus(**options: Any) -> Outcome:
        watch = Stopwatch()
        found = watch.part(
            "correlation", ebayes_lm.duplicate_correlation, y, design, block=block, threads=threads, **options
        )
        return watch.parts, {"consensus": found.consensus, "atanh": total(found.atanh_correlations)}

    def quality(method: str) -> Outcome:
        watch = Stopwatch()
        found = watch.part("weights", ebayes_lm.array_weights, y, design, method=method, threads=threads)
        return watch.parts, {"weights": total(found)}

    def mixed() -> Outcome:
        watch = Stopwatch()
        fit = watch.part("fit", ebayes_lm.lm_fit, y, design, block=block, correlation="feature", threads=threads)
        watch.part("ebayes", tested, fit)
        first = fit[:LMER_ROWS]
        t = first.coefficients / (first.stdev_unscaled * np.asarray(first.sigma)[:, None])
        return watch.parts, {"coefficients": total(first.coefficients), "t": total(t), "df": total(first.df_residual)}

    return {
        "duplicate_correlation": consensus,
        "weighted duplicate_correlation": lambda: consensus(weights=inputs["weights"]),
        "array_weights gene by gene": lambda: quality("genebygene"),
        "array_weights reml": lambda: quality("reml"),
        "correlation of each feature": mixed,
    }
