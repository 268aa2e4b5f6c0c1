"""ebayes_lm: the fit alone, and the fit, the moderation and the full table of one coefficient."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version

import ebayes_lm
from benchmarks.runners.serving import Inputs, Outcome, Stopwatch, fit_checksum, serve, total


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

    serve({"fit": fit, "pipeline": pipeline}, version("ebayes-lm"))


if __name__ == "__main__":
    main()
