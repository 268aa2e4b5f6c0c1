"""The first call in a new process: seconds of the import and of each verb, then of the same once more."""

from __future__ import annotations

import json
import sys
import time

VERBS = {
    "pipeline": ("lm_fit", "ebayes", "top_table"),
    "weighted pipeline": ("lm_fit", "ebayes", "top_table"),
    "voom": ("voom", "lm_fit", "ebayes"),
    "duplicate_correlation": ("duplicate_correlation",),
    "array_weights": ("array_weights",),
    "correlation of each feature": ("lm_fit", "ebayes"),
}

started = time.perf_counter()
import ebayes_lm as el  # noqa: E402

for verb in VERBS[sys.argv[1]]:
    getattr(el, verb)
imported = time.perf_counter() - started

from benchmarks.runners.ebayes_rows import tested  # noqa: E402
from benchmarks.runners.serving import Inputs, Stopwatch  # noqa: E402


def once(call: str, inputs: Inputs) -> dict[str, float]:
    """Make one call, and give the seconds of its parts."""
    watch, y, x = Stopwatch(), inputs.y, inputs.design
    if call == "pipeline":
        fit = watch.part("fit", el.lm_fit, y, x)
        watch.part("table", el.top_table, watch.part("ebayes", el.ebayes, fit), coef=inputs.tested, number=None)
    elif call == "weighted pipeline":
        fit = watch.part("fit", el.lm_fit, y, x, weights=inputs["weights"])
        moderated = watch.part("ebayes", el.ebayes, fit, trend=True, robust=True)
        watch.part("table", el.top_table, moderated, coef=inputs.tested, number=None)
    elif call == "voom":
        v = watch.part("voom", el.voom, y, x, lib_size=inputs["lib_size"])
        watch.part("ebayes", tested, watch.part("fit", el.lm_fit, v))
    elif call == "duplicate_correlation":
        watch.part("unweighted", el.duplicate_correlation, y, x, block=inputs["blocks"])
        watch.part("weighted", el.duplicate_correlation, y, x, block=inputs["blocks"], weights=inputs["weights"])
    elif call == "array_weights":
        for method in ("genebygene", "reml"):
            watch.part(method, el.array_weights, y, x, method=method)
    else:
        fit = watch.part("fit", el.lm_fit, y, x, block=inputs["blocks"], correlation="feature")
        watch.part("ebayes", tested, fit)
    return watch.parts


def main() -> None:
    call, inputs = sys.argv[1], Inputs(sys.argv[2:], labels=False)
    first, again = once(call, inputs), once(call, inputs)
    seconds = {"import": imported, "all": imported + sum(first.values()), "again": sum(again.values())}
    print(json.dumps({**seconds, "parts": first}))


if __name__ == "__main__":
    main()
