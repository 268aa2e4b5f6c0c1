"""Runs that can be resumed: what their numbers depend on, and where their blocks are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ebayes_lm._typing import FloatRows
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.linear_plan import LinearPlan
from ebayes_lm.core.mixed_plan import MixedPlan
from ebayes_lm.core.rooms import MEMORY
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.checkpoint import Checkpointed
from ebayes_lm.data.engines import Engine, Threads
from ebayes_lm.data.fingerprints import digest, of_array
from ebayes_lm.data.sources import Source
from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from ebayes_lm.results.correlated import Arranged


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


def require_apart(checkpoint: Path | None, out: Any) -> None:
    """Refuse a result that would lie where blocks are kept, or around them.

    Raises
    ------
    ArgumentError
        One of the folders is the other, or in it.
    """
    if checkpoint is None or not isinstance(out, (str, os.PathLike)):
        return
    blocks, result = (Path(os.path.realpath(path)) for path in (checkpoint, out))
    if blocks == result or blocks in result.parents or result in blocks.parents:
        raise ArgumentError(
            f"out= and checkpoint= take folders apart from one another; got {os.fspath(out)!r} and {str(checkpoint)!r}"
        )


def resumable(running: Running, folder: Path | None, to: Arranged, plan: LinearPlan | MixedPlan, tol: float) -> Running:
    """The same, with blocks kept in a folder where one is given.

    Only what blocks depend on has to be the same in a later run: what infinite values are, and weights of features, are
    looked at when all blocks are there.
    """
    if folder is None:
        return running
    weights = to.weights
    facts = {
        "the design": digest(to.x),
        "weights of samples": _of_weights(weights.samples),
        "weights of observations": _of_weights(weights.cells),
        "tol": repr(float(tol)),
        "min_observed": repr(int(plan.min_observed)),
        **_of_plan(plan, to.correlation),
    }
    inner = running.engine or Threads(running.n_threads)
    return replace(running, engine=checkpointed(inner, folder, to.matrix.source, facts))


def checkpointed(inner: Engine, folder: Path, source: Source, facts: Mapping[str, str]) -> Checkpointed:
    """An engine that keeps blocks of a source in a folder; on the source and the version they depend in any case."""
    known = {"the version of ebayes_lm": version("ebayes-lm"), "the input": source.fingerprint()}
    return Checkpointed(inner, folder, known | dict(facts))


def not_kept(running: Running) -> Running:
    """The same for blocks that are done again in any case, and of which little is left."""
    engine = running.engine.inner if isinstance(running.engine, Checkpointed) else running.engine
    return replace(running, engine=engine, room=MEMORY)


def _of_weights(weights: FloatRows | None) -> str:
    return "none" if weights is None else digest(weights) if weights.ndim == 1 else of_array(weights)


def _of_plan(plan: LinearPlan | MixedPlan, correlation: BlockCorrelation | None) -> dict[str, str]:
    if isinstance(plan, MixedPlan):
        return {"the model": "mixed", "the correlation": "of each feature", "the blocks": digest(plan.designs.blocks)}
    return {
        "the model": "of each feature" if plan.singly else "shared",
        "the correlation": "none" if correlation is None else f"{correlation.rho!r}",
        "the blocks": "none" if correlation is None else digest(correlation.blocks),
        "the iterations of robust fits": repr(int(plan.robust_iterations)),
    }
