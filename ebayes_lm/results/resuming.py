"""Runs that can be resumed: what their numbers depend on, and where their blocks are kept."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.linear_plan import LinearPlan
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.checkpoint import Checkpointed
from ebayes_lm.data.engines import Threads
from ebayes_lm.data.fingerprints import digest, of_array
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import ArgumentTypeError


def checked_folder(folder: Any, what: str) -> Path | None:
    """A path, or None where there is none.

    Raises
    ------
    ArgumentTypeError
        Not a path.
    """
    if folder is None:
        return None
    if not isinstance(folder, (str, os.PathLike)) or not os.fspath(folder):
        raise ArgumentTypeError(f"{what}= takes the path of a folder, not {folder!r}")
    return Path(folder)


class Arrangement(NamedTuple):
    """What rows are fitted to: design (n, p), correlation of samples, weights (G, n) of observations."""

    x: FloatArray
    correlation: BlockCorrelation | None
    cells: FloatArray | None


def resumable(
    running: Running, folder: Path | None, matrix: FeatureMatrix, plan: LinearPlan, to: Arrangement, tol: float
) -> Running:
    """The same, with blocks kept in a folder where one is given.

    Only what blocks depend on has to be the same in a later run: what infinite values are, and weights of features, are
    looked at when all blocks are there.
    """
    if folder is None:
        return running
    facts = {
        "the version of ebayes_lm": version("ebayes-lm"),
        "the input": matrix.source.fingerprint(),
        "the design": digest(to.x),
        "weights of samples": digest(plan.sample_weights),
        "weights of observations": "none" if to.cells is None else of_array(to.cells),
        "the correlation": _of_correlation(to.correlation),
        "tol": repr(float(tol)),
        "min_observed": repr(int(plan.min_observed)),
        "the iterations of robust fits": repr(int(plan.robust_iterations)),
        "how complete features are fitted": "singly" if plan.singly else "together",
    }
    inner = running.engine or Threads(running.n_threads)
    return replace(running, engine=Checkpointed(inner, folder, facts))


def _of_correlation(correlation: BlockCorrelation | None) -> str:
    return "none" if correlation is None else digest(correlation.blocks, correlation.rho)
