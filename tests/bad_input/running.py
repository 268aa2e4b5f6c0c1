"""Options of lm_fit and of its running that cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm.errors import (
    ArgumentError,
    ArgumentTypeError,
    EbayesLMError,
)
from tests.bad_input.examples import (
    Case,
    fit_of,
)

RUNNING = [
    Case("no threads", lambda: fit_of(threads=0), ArgumentError, ("threads", "not 0")),
    Case("threads by word", lambda: fit_of(threads="all"), ArgumentError, ("threads", "'all'")),
    Case("threads by truth", lambda: fit_of(threads=True), ArgumentError, ("threads", "True")),
    Case("negative chunks", lambda: fit_of(chunk_size=-1), ArgumentError, ("chunk_size", "-1")),
    Case("lots of memory", lambda: fit_of(max_memory="lots"), ArgumentError, ("max_memory", "'2GB'", "'lots'")),
    Case("no memory", lambda: fit_of(max_memory=0), ArgumentError, ("max_memory", "not 0")),
    Case("too little memory", lambda: fit_of(max_memory=10), ArgumentError, ("max_memory=10", "one row of 6 samples")),
    Case("progress by word", lambda: fit_of(progress="yes"), ArgumentError, ("progress", "'yes'")),
    Case("negative tolerance", lambda: fit_of(tol=-1), ArgumentError, ("tol", "-1", "1e-7")),
    Case("NaN tolerance", lambda: fit_of(tol=np.nan), ArgumentError, ("tol", "nan")),
    Case("tolerance by word", lambda: fit_of(tol="a"), ArgumentError, ("tol", "'a'")),
]


def fitted(name: str, error: type[EbayesLMError], *says: str, **options: Any) -> Case:
    return Case(name, lambda: fit_of(**options), error, says)


RUNNING += [
    fitted("negative threads", ArgumentError, "threads", "positive", "-1", threads=-1),
    fitted("a fraction of a thread", ArgumentError, "threads", "1.5", threads=1.5),
    fitted("no chunks", ArgumentError, "chunk_size", "not 0", chunk_size=0),
    fitted("a fraction of a chunk", ArgumentError, "chunk_size", "1.5", chunk_size=1.5),
    fitted("chunks by truth", ArgumentError, "chunk_size", "True", chunk_size=True),
    fitted("negative memory", ArgumentError, "max_memory", "-5", max_memory=-5),
    fitted("an unknown unit", ArgumentError, "max_memory", "'1XB'", max_memory="1XB"),
    fitted("memory NaN", ArgumentError, "max_memory", "nan", max_memory=np.nan),
    fitted("progress by number", ArgumentError, "progress", "not 1", progress=1),
    fitted("tolerance of 1", ArgumentError, "tol", "below 1", "got 1", tol=1),
    fitted("no tolerance", ArgumentError, "tol", "None", tol=None),
]

RUNNING += [
    fitted("a checkpoint by number", ArgumentTypeError, "checkpoint=", "path of a folder", "not 3", checkpoint=3),
    fitted("an empty checkpoint", ArgumentTypeError, "checkpoint=", "''", checkpoint=""),
    fitted("a checkpoint that is a file", ArgumentError, "checkpoint=", "is a file", checkpoint=__file__),
    fitted("a checkpoint among other things", ArgumentError, "a folder of its own", checkpoint=Path(__file__).parent),
    fitted("out by number", ArgumentTypeError, "saved in a folder", "not 3", out=3),
    fitted("out in place of a file", ArgumentError, "running.py", "not replaced", out=__file__),
    fitted("out among other things", ArgumentError, "not replaced", out=Path(__file__).parent),
]

FITTING = [
    fitted("a mistyped method", ArgumentError, "'ls' or 'robust'", "mean 'robust'", method="robut"),
    fitted("another method", ArgumentError, "'ls' or 'robust'", "'rlm'", method="rlm"),
    fitted("a method by number", ArgumentTypeError, "'ls' or 'robust'", "not 1", method=1),
    fitted("no method", ArgumentTypeError, "'ls' or 'robust'", "None", method=None),
    fitted("robust blocks", ArgumentError, "block=", "method='ls'", method="robust", block="batch", correlation=0.5),
    fitted("robust duplicates", ArgumentError, "ndups=", "method='ls'", method="robust", ndups=2, correlation=0.5),
    fitted("robust correlation", ArgumentError, "without block=", method="robust", correlation=0.5),
    fitted("no iterations", ArgumentError, "max_iter", "1 at least", "got 0", method="robust", max_iter=0),
    fitted("negative iterations", ArgumentError, "max_iter", "got -1", max_iter=-1),
    fitted("a fraction of iterations", ArgumentTypeError, "max_iter", "1.5", method="robust", max_iter=1.5),
    fitted("iterations None", ArgumentTypeError, "max_iter", "None", method="robust", max_iter=None),
    fitted("iterations by truth", ArgumentTypeError, "max_iter", "True", max_iter=True),
    fitted("iterations without end", ArgumentTypeError, "max_iter", "inf", method="robust", max_iter=np.inf),
    fitted("no observations", ArgumentError, "min_observed", "1 at least", "got 0", min_observed=0),
    fitted("negative observations", ArgumentError, "min_observed", "got -1", min_observed=-1),
    fitted("a fraction of observations", ArgumentTypeError, "min_observed", "1.5", min_observed=1.5),
    fitted("observations NaN", ArgumentTypeError, "min_observed", "nan", min_observed=np.nan),
    fitted("observations by word", ArgumentTypeError, "min_observed", "'3'", min_observed="3"),
    fitted("observations by truth", ArgumentTypeError, "min_observed", "True", min_observed=True),
    fitted("more observations than samples", ArgumentError, "min_observed=7", "the 6", "at most 6", min_observed=7),
    fitted("infinite values None", ArgumentTypeError, "'error' or 'missing'", "None", inf=None),
    fitted("infinite values by truth", ArgumentTypeError, "'error' or 'missing'", "True", inf=True),
    fitted("infinite values mistyped", ArgumentError, "mean 'missing'", inf="mising"),
    fitted("compatible with R", ArgumentError, "None or 'limma'", "'R'", compat="R"),
    fitted("limma in capitals", ArgumentError, "mean 'limma'", compat="Limma"),
    fitted("compatible by truth", ArgumentTypeError, "None or 'limma'", "True", compat=True),
]
