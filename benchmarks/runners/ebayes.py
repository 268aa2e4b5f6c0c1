"""ebayes_lm: the fit alone; the fit, the moderation and the full table of one coefficient; or stages of an analysis."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version

import ebayes_lm
from benchmarks.runners import ebayes_batches, ebayes_blocks, ebayes_counts, ebayes_rows
from benchmarks.runners.serving import Inputs, Outcome, Stopwatch, fit_checksum, serve, total


def main() -> None:
    inputs, threads = Inputs(sys.argv[1:]), int(os.environ["BENCHMARK_THREADS"])
    if inputs.kind != "table":
        warnings.simplefilter("ignore")
    kinds = {
        "table": table,
        "rows": ebayes_rows.stages,
        "counts": ebayes_counts.stages,
        "blocks": ebayes_blocks.stages,
        "batches": ebayes_batches.stages,
        "residuals": ebayes_batches.residuals,
    }
    serve(kinds[inputs.kind](inputs, threads), version("ebayes-lm"))


def table(inputs: Inputs, threads: int) -> dict[str, Callable[[], Outcome]]:
    """From matrix to table."""

    def fit() -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", ebayes_lm.lm_fit, inputs.y, inputs.design, threads=threads)
        return watch.parts, fit_checksum(result.coefficients, result.sigma)

    def pipeline() -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", ebayes_lm.lm_fit, inputs.y, inputs.design, threads=threads)
        moderated = watch.part("ebayes", ebayes_lm.ebayes, result)
        ranked = watch.part("table", ebayes_lm.top_table, moderated, coef=inputs.tested, number=None)
        checksum = fit_checksum(result.coefficients, result.sigma)
        for column in ("t", "B", "adj.P.Val"):
            checksum[column] = total(ranked[column])
        checksum["first"] = [int(str(name).lstrip("f")) for name in ranked.index[:10]]
        return watch.parts, checksum

    return {"fit": fit, "pipeline": pipeline}


if __name__ == "__main__":
    main()
