"""pylimma, which needs pandas below 3 and so may live in an interpreter of its own."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pylimma

from benchmarks.runners import pylimma_weights
from benchmarks.runners.serving import Inputs, Outcome, Stopwatch, contrasts, fit_checksum, serve, total


def main() -> None:
    warnings.simplefilter("ignore")
    inputs = Inputs(sys.argv[1:])
    kinds = {
        "table": table,
        "rows": rows,
        "counts": pylimma_weights.counts,
        "blocks": pylimma_weights.blocks,
        "batches": pylimma_weights.batches,
    }
    serve(kinds[inputs.kind](inputs), version("pylimma"))


def table(inputs: Inputs) -> dict[str, Callable[[], Outcome]]:
    """From matrix to table."""
    # Without labels pylimma numbers its genes from 1; the ids of labelled problems start at 0.
    base = 0 if int(sys.argv[5]) else 1

    def pipeline() -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", pylimma.lm_fit, inputs.y, inputs.design)
        moderated = watch.part("ebayes", pylimma.e_bayes, result)
        ranked = watch.part("table", pylimma.top_table, moderated, coef=inputs.tested, number=np.inf)
        checksum = fit_checksum(result["coefficients"], result["sigma"])
        for ours, theirs in (("t", "t"), ("B", "b"), ("adj.P.Val", "adj_p_value")):
            checksum[ours] = total(ranked[theirs])
        checksum["first"] = [int("".join(filter(str.isdigit, str(name)))) - base for name in ranked.index[:10]]
        return watch.parts, checksum

    return {"pipeline": pipeline}


def rows(inputs: Inputs) -> dict[str, Callable[[], Outcome]]:
    """The steps of an analysis that pylimma has under the same names."""
    x, matrix = inputs.design, contrasts(inputs.coefficients)

    def fit(y: Any, **options: Any) -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", pylimma.lm_fit, y, x, **options)
        return watch.parts, fit_checksum(result["coefficients"], result["sigma"])

    def contrast(weights: Any = None) -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", pylimma.lm_fit, inputs.y, x, weights=weights)
        combined = watch.part("contrasts", pylimma.contrasts_fit, result, contrasts=matrix)
        return watch.parts, {"coefficients": total(combined["coefficients"])}

    def prior(y: Any) -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", pylimma.lm_fit, y, x)
        mod = watch.part("prior", pylimma.e_bayes, result, trend=True, robust=True)
        return watch.parts, {"s2_post": total(mod["s2_post"]), "t": total(mod["t"]), "B": total(mod["lods"])}

    return {
        "weighted": lambda: fit(inputs.y, weights=inputs["weights"]),
        "missing": lambda: fit(inputs["gaps"]),
        "contrasts": contrast,
        "weighted contrasts": lambda: contrast(inputs["weights"]),
        "prior": lambda: prior(inputs.y),
        "prior of gaps": lambda: prior(inputs["gaps"]),
    }


if __name__ == "__main__":
    main()
