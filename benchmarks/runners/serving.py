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


class Inputs:
    """The problem in the current folder, as the command line describes it."""

    def __init__(self, arguments: list[str]) -> None:
        self.features, self.samples, self.coefficients, self.tested, labelled = (int(a) for a in arguments)
        self.y: Any = np.load("y.npy")
        self.design = np.load("design.npy")
        self.by_stages = Path("weights.npy").exists()
        if self.by_stages:
            self.weights, self.gaps = np.load("weights.npy"), np.load("gaps.npy")
        if labelled:
            import pandas as pd

            samples = [f"s{i}" for i in range(self.samples)]
            self.y = pd.DataFrame(self.y, index=[f"f{i}" for i in range(self.features)], columns=samples)


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
        parts, checksum = stages[word]()
        _say({"seconds": sum(parts.values()), "parts": parts, "checksum": checksum, "peak_mb": peak_mb()})


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def contrasts(coefficients: int) -> np.ndarray:
    """Two contrasts that weigh every coefficient but the intercept."""
    rows = np.arange(coefficients)
    return np.column_stack([np.where(rows > 0, (-1.0) ** rows, 0.0), np.where(rows > 0, rows, 0.0)])
