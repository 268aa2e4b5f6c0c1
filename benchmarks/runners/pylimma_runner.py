"""pylimma, which needs pandas below 3 and so may live in an interpreter of its own."""

from __future__ import annotations

import sys
import warnings
from importlib.metadata import version

import numpy as np
import pylimma

from benchmarks.runners.serving import Inputs, Outcome, Stopwatch, fit_checksum, serve, total


def main() -> None:
    warnings.simplefilter("ignore")
    inputs = Inputs(sys.argv[1:])

    # Without labels pylimma numbers its genes from 1; the ids of labelled problems start at 0.
    base = 0 if int(sys.argv[5]) else 1

    def pipeline() -> Outcome:
        watch = Stopwatch()
        result = watch.part("fit", pylimma.lm_fit, inputs.y, inputs.design)
        moderated = watch.part("ebayes", pylimma.e_bayes, result)
        table = watch.part("table", pylimma.top_table, moderated, coef=inputs.tested, number=np.inf)
        checksum = fit_checksum(result["coefficients"], result["sigma"])
        for ours, theirs in (("t", "t"), ("B", "b"), ("adj.P.Val", "adj_p_value")):
            checksum[ours] = total(table[theirs])
        checksum["first"] = [int("".join(filter(str.isdigit, str(name)))) - base for name in table.index[:10]]
        return watch.parts, checksum

    serve({"pipeline": pipeline}, version("pylimma"))


if __name__ == "__main__":
    main()
