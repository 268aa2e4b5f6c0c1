"""What every Python runner shares: the problem's files, a stopwatch, and the loop that answers commands."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Outcome = tuple[dict[str, float], dict[str, Any]]

#: Rows that lme4 fits one by one; limma.R says as many.
LMER_ROWS = 40
#: Rows of what takes a time that grows with their square; batches.R says as many.
SLOW_ROWS = 1000


class Inputs:
    """The problem in the current folder, as the command line describes it."""

    def __init__(self, arguments: list[str], *, labels: bool = True) -> None:
        sizes, (self.kind, mapped) = arguments[:5], arguments[5:]
        self.features, self.samples, self.coefficients, self.tested, labelled = map(int, sizes)
        self.y: Any = np.load("y.npy", mmap_mode="r" if int(mapped) else None)
        self.design = np.load("design.npy")
        self.besides = {p.stem: np.load(p) for p in Path().glob("*.npy") if p.stem not in ("y", "design")}
        if labelled and labels:
            import pandas as pd

            samples = [f"s{i}" for i in range(self.samples)]
            self.y = pd.DataFrame(self.y, index=[f"f{i}" for i in range(self.features)], columns=samples)

    def __getitem__(self, name: str) -> Any:
        """Weights, gaps, blocks, lib_size: what the kind of problem has."""
        return self.besides[name]


class Stopwatch:
    """Seconds per named part: ``watch.part("fit", lm_fit, y, design)`` gives the call's result."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}

    def part(self, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        result = function(*args, **kwargs)
        self.parts[name] = time.perf_counter() - start
        return result


def fit_checksum(coefficients: Any, sigma: Any) -> dict[str, Any]:
    return {"coefficients": total(coefficients), "sigma": total(sigma)}


def total(values: Any) -> float:
    """Sum the absolute values: signed sums cancel and would make a relative comparison meaningless."""
    return float(np.abs(np.asarray(values, dtype=float)).sum())


def peak_mb() -> float:
    """Largest resident size of this process so far (kilobytes on Linux, bytes on macOS)."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (1e6 if sys.platform == "darwin" else 1e3)


def serve(stages: dict[str, Callable[[], Outcome]], version: str) -> None:
    """Say that the data are loaded, then run the stage named by each line until the input ends or says quit."""
    _say({"ready": True, "version": version})
    for line in sys.stdin:
        word = line.strip()
        if word == "quit":
            return
        try:
            parts, checksum = stages[word]()
        except Exception as error:
            _say({"error": f"{type(error).__name__}: {error}"})
            continue
        _say({"seconds": sum(parts.values()), "parts": parts, "checksum": checksum, "peak_mb": peak_mb()})


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def contrasts(coefficients: int) -> np.ndarray:
    """Two contrasts that weigh every coefficient but the intercept."""
    rows = np.arange(coefficients)
    return np.column_stack([np.where(rows > 0, (-1.0) ** rows, 0.0), np.where(rows > 0, rows, 0.0)])
