"""What a run needs: memory and time."""

from __future__ import annotations

from typing import Any

from ebayes_lm.cli.choices import Choices
from ebayes_lm.cli.values import FEATURE
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.reporting.completeness import Completeness

_BYTES = 8
#: Vectors of one number a feature that a table takes while it is made and written: its columns, p-values adjusted,
#: the order of the rows, and its text of about 20 characters a number.
_VECTORS_PER_TABLE = 30

#: Measured on one 2-core x86 machine with 10^5 to 2 x 10^7 values: starting and compiling; a value that is fitted; one
#: of a feature that needs a design of its own; one in a robust fit; a row of a table that is ranked, turned into text
#: and written. Hence "about".
_SECONDS_TO_START = 2.0
_SECONDS_PER_CELL = 1e-8
_SECONDS_PER_CELL_ALONE = 3e-7
_SECONDS_PER_CELL_ROBUST = 2e-6
_SECONDS_PER_ROW = 2e-5


def costs(
    matrix: FeatureMatrix, gaps: Completeness | None, n_coefs: int, n_tables: int, choices: Choices
) -> dict[str, float]:
    """Bytes at the peak, seconds from the first value in memory to the last table, and threads."""
    cells = matrix.shape[0] * matrix.shape[1]
    weights = _BYTES * cells if choices.procedure.weighs_observations else 0
    alone = 0.0 if gaps is None else _seconds_alone(gaps, choices)
    return {
        "memory_bytes": memory_needed(matrix, n_coefs, n_tables, choices.running) + weights,
        "seconds": round(seconds_needed(matrix.shape, n_tables) + alone, 1),
        "threads": Running(**choices.running).n_threads,
    }


def memory_needed(matrix: FeatureMatrix, n_coefs: int, n_tables: int, running: dict[str, Any]) -> int:
    """Bytes at the peak: the matrix where it is in memory, the blocks being fitted, the estimates, and one table."""
    features = matrix.shape[0]
    held = matrix.nbytes if is_held(matrix) else 0
    blocks = matrix.plan(coefficients=n_coefs, **running).block_memory
    kept = features * (4 * n_coefs + 8 + 8 * n_tables)
    return held + blocks + _BYTES * (kept + features * _VECTORS_PER_TABLE)


def is_held(matrix: FeatureMatrix) -> bool:
    """Whether the values are in memory."""
    return isinstance(matrix.source, ArraySource)


def seconds_needed(shape: tuple[int, int], n_tables: int) -> float:
    """Seconds where all features share the design."""
    features, samples = shape
    return _SECONDS_TO_START + _SECONDS_PER_CELL * features * samples + _SECONDS_PER_ROW * features * n_tables


def _seconds_alone(gaps: Completeness, choices: Choices) -> float:
    """Seconds for features that are fitted one by one, each on a design of its own."""
    if choices.procedure.robust_fit:
        return _SECONDS_PER_CELL_ROBUST * gaps.of
    every = choices.procedure.weighs_observations or choices.procedure.correlation == FEATURE
    return _SECONDS_PER_CELL_ALONE * gaps.of * (1.0 if every else gaps.features / gaps.n_features)


def size(n: float) -> str:
    """Bytes with a unit.

    >>> size(1234567)
    '1.23 MB'
    """
    for unit in ("bytes", "kB", "MB"):
        if n < 1000:
            return f"{n:.3g} {unit}"
        n /= 1000
    return f"{n:,.3g} GB" if n < 1000 else f"{n:,.0f} GB"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, whole ones."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.0f} h"
