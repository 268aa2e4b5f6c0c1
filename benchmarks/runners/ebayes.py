"""ebayes_lm: the fit alone, and the fit, the moderation and the full table of one coefficient."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import ebayes_lm
from benchmarks.runners.serving import Inputs, Outcome, Stopwatch, contrasts, fit_checksum, serve, total


def main() -> None:
    inputs, threads = Inputs(sys.argv[1:]), int(os.environ["BENCHMARK_THREADS"])

    def fit() -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", ebayes_lm.lm_fit, inputs.y, inputs.design, threads=threads)
        return watch.parts, fit_checksum(result.coefficients, result.sigma)

    def pipeline() -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", ebayes_lm.lm_fit, inputs.y, inputs.design, threads=threads)
        moderated = watch.part("ebayes", ebayes_lm.ebayes, result)
        table = watch.part("table", ebayes_lm.top_table, moderated, coef=inputs.tested, number=None)
        checksum = fit_checksum(result.coefficients, result.sigma)
        for column in ("t", "B", "adj.P.Val"):
            checksum[column] = total(table[column])
        checksum["first"] = [int(str(name).lstrip("f")) for name in table.index[:10]]
        return watch.parts, checksum

    stages = {"fit": fit, "pipeline": pipeline}
    serve(stages | (by_stages(inputs, threads) if inputs.by_stages else {}), version("ebayes-lm"))


def by_stages(inputs: Inputs, threads: int) -> dict[str, Callable[[], Outcome]]:
    """The steps of an analysis; tests are computed when they are asked for, so they are asked for here."""
    warnings.simplefilter("ignore")
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

        def moderated() -> ebayes_lm.ModeratedFit:
            mod = result.ebayes(trend=True, robust=True)
            for name in ("t", "p_value", "lods", "F_p_value"):
                getattr(mod, name)
            return mod

        mod = watch.part("prior", moderated)
        return watch.parts, {"s2_post": total(mod.s2_post), "t": total(mod.t), "B": total(mod.lods)}

    return {
        "weighted": lambda: fit(inputs.y, weights=inputs.weights),
        "missing": lambda: fit(inputs.gaps),
        "robust": lambda: fit(inputs.y, method="robust"),
        "contrasts": contrast,
        "weighted contrasts": lambda: contrast(inputs.weights),
        "prior": lambda: prior(inputs.y),
        "prior of gaps": lambda: prior(inputs.gaps),
    }


if __name__ == "__main__":
    main()
