"""ebayes_lm on counts: normalisation, precision weights, and fits that estimate weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ebayes_lm
from benchmarks.runners.ebayes_rows import tested
from benchmarks.runners.serving import Inputs, Outcome, Stopwatch, fit_checksum, total


def stages(inputs: Inputs, threads: int) -> dict[str, Callable[[], Outcome]]:
    """Name the stages; library sizes are given to all but the first."""
    counts, design = ebayes_lm.DGEList(inputs.y), inputs.design
    given: dict[str, Any] = {"lib_size": inputs["lib_size"], "threads": threads}

    def normalise() -> Outcome:
        watch = Stopwatch()
        normalised = watch.part("factors", ebayes_lm.norm_lib_sizes, counts)
        return watch.parts, {"norm_factors": total(normalised.samples["norm_factors"])}

    def voom() -> Outcome:
        watch = Stopwatch()
        v = watch.part("voom", ebayes_lm.voom, counts, design, **given)
        return watch.parts, {"E": total(v.E), "weights": total(v.weights)}

    def whole() -> Outcome:
        watch = Stopwatch()
        v = watch.part("voom", ebayes_lm.voom, counts, design, **given)
        fit = watch.part("fit", ebayes_lm.lm_fit, v, threads=threads)
        mod = watch.part("ebayes", tested, fit)
        return watch.parts, {**fit_checksum(fit.coefficients, fit.sigma), "t": total(mod.t), "B": total(mod.lods)}

    def quality() -> Outcome:
        watch = Stopwatch()
        v = watch.part("voom", ebayes_lm.voom_with_quality_weights, counts, design, **given)
        return watch.parts, {"sample_weights": total(v.targets["sample_weights"]), "weights": total(v.weights)}

    def fit_only(**options: Any) -> Outcome:
        watch = Stopwatch()
        fit = watch.part("fit", ebayes_lm.voom_lm_fit, counts, design, **given, **options)
        return watch.parts, {**fit_checksum(fit.coefficients, fit.sigma), "weights": total(fit.elist.weights)}

    return {
        "norm_lib_sizes": normalise,
        "voom": voom,
        "voom + lm_fit + ebayes": whole,
        "voom_with_quality_weights": quality,
        "voom_lm_fit": fit_only,
        "voom_lm_fit with sample weights and blocks": lambda: fit_only(sample_weights=True, block=inputs["blocks"]),
    }
