"""pylimma on counts and on samples in blocks; it has nothing of edgeR and no mixed models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pylimma

from benchmarks.runners.serving import Inputs, Outcome, Stopwatch, fit_checksum, total


def counts(inputs: Inputs) -> dict[str, Callable[[], Outcome]]:
    """Precision weights."""
    y, given = np.asarray(inputs.y), {"design": inputs.design, "lib_size": inputs["lib_size"]}

    def voom() -> Outcome:
        watch = Stopwatch()
        v = watch.part("voom", pylimma.voom, y, **given)
        return watch.parts, {"E": total(v["E"]), "weights": total(v["weights"])}

    def whole() -> Outcome:
        watch = Stopwatch()
        v = watch.part("voom", pylimma.voom, y, **given)
        fit = watch.part("fit", pylimma.lm_fit, v, inputs.design)
        mod = watch.part("ebayes", pylimma.e_bayes, fit)
        checksum = fit_checksum(fit["coefficients"], fit["sigma"])
        return watch.parts, {**checksum, "t": total(mod["t"]), "B": total(mod["lods"])}

    def quality() -> Outcome:
        watch = Stopwatch()
        v = watch.part("voom", pylimma.voom_with_quality_weights, y, **given)
        return watch.parts, {"weights": total(v["weights"])}

    return {"voom": voom, "voom + lm_fit + ebayes": whole, "voom_with_quality_weights": quality}


def batches(inputs: Inputs) -> dict[str, Callable[[], Outcome]]:
    """Batch effects removed."""

    def removed() -> Outcome:
        watch = Stopwatch()
        found = watch.part(
            "removal", pylimma.remove_batch_effect, inputs.y, batch=inputs["batch"], design=inputs.design
        )
        return watch.parts, {"values": total(found)}

    return {"remove_batch_effect": removed}


def blocks(inputs: Inputs) -> dict[str, Callable[[], Outcome]]:
    """Consensus correlation and weights of samples."""
    y, x = inputs.y, inputs.design

    def consensus(**options: Any) -> Outcome:
        watch = Stopwatch()
        found = watch.part("correlation", pylimma.duplicate_correlation, y, x, block=inputs["blocks"], **options)
        return watch.parts, {"consensus": float(found["consensus_correlation"])}

    def quality(method: str) -> Outcome:
        watch = Stopwatch()
        found = watch.part("weights", pylimma.array_weights, y, x, method=method)
        return watch.parts, {"weights": total(found)}

    return {
        "duplicate_correlation": consensus,
        "weighted duplicate_correlation": lambda: consensus(weights=inputs["weights"]),
        "array_weights gene by gene": lambda: quality("genebygene"),
        "array_weights reml": lambda: quality("reml"),
    }
