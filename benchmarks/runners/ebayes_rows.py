"""ebayes_lm on rows on their own: weights, missing values, robust fits, contrasts, priors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ebayes_lm
from benchmarks.runners.serving import Inputs, Outcome, Stopwatch, contrasts, fit_checksum, total


def stages(inputs: Inputs, threads: int) -> dict[str, Callable[[], Outcome]]:
    """Name the stages; tests are computed when they are asked for, so they are asked for here."""
    x, matrix = inputs.design, contrasts(inputs.coefficients)

    def fit(y: Any, **options: Any) -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", ebayes_lm.lm_fit, y, x, threads=threads, **options)
        return watch.parts, fit_checksum(result.coefficients, result.sigma)

    def contrast(weights: Any = None) -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", ebayes_lm.lm_fit, inputs.y, x, weights=weights, threads=threads)
        combined = watch.part("contrasts", result.contrast, matrix)
        return watch.parts, {"coefficients": total(combined.coefficients)}

    def prior(y: Any) -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", ebayes_lm.lm_fit, y, x, threads=threads)
        mod = watch.part("prior", tested, result, trend=True, robust=True)
        return watch.parts, {"s2_post": total(mod.s2_post), "t": total(mod.t), "B": total(mod.lods)}

    return {
        "weighted": lambda: fit(inputs.y, weights=inputs["weights"]),
        "missing": lambda: fit(inputs["gaps"]),
        "robust": lambda: fit(inputs.y, method="robust"),
        "contrasts": contrast,
        "weighted contrasts": lambda: contrast(inputs["weights"]),
        "prior": lambda: prior(inputs.y),
        "prior of gaps": lambda: prior(inputs["gaps"]),
    }


def tested(fit: ebayes_lm.LinearFit, **options: Any) -> ebayes_lm.ModeratedFit:
    """Moderate, and compute what is computed when it is asked for."""
    mod = fit.ebayes(**options)
    for name in ("t", "p_value", "lods", "F_p_value"):
        getattr(mod, name)
    return mod
