"""The first call in a new process: seconds of the import and of each verb, then of the same once more."""

from __future__ import annotations

import json
import time

started = time.perf_counter()
from ebayes_lm import ebayes, lm_fit, top_table  # noqa: E402

imported = time.perf_counter() - started

import sys  # noqa: E402

from benchmarks.runners.serving import Inputs, Stopwatch  # noqa: E402


def once(inputs: Inputs) -> dict[str, float]:
    """Fit, moderate and rank; where there are weights of every value, with these and a robust prior on a trend."""
    watch = Stopwatch()
    weights, options = (inputs.weights, {"trend": True, "robust": True}) if inputs.by_stages else (None, {})
    fit = watch.part("fit", lm_fit, inputs.y, inputs.design, weights=weights)
    moderated = watch.part("ebayes", ebayes, fit, **options)
    watch.part("table", top_table, moderated, coef=inputs.tested, number=None)
    return watch.parts


def main() -> None:
    inputs = Inputs(sys.argv[1:])
    first, second = once(inputs), once(inputs)
    print(
        json.dumps({"import": imported, **first, "all": imported + sum(first.values()), "again": sum(second.values())})
    )


if __name__ == "__main__":
    main()
