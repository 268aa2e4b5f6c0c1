"""What a new process does with a stored matrix: read it as its users would, or fit it and watch its memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

import ebayes_lm as el
from benchmarks.large.fresh import settled
from benchmarks.large.matrices import CHUNK_BYTES, design
from benchmarks.timing import seconds
from benchmarks.watching import Watched, give_back, status_mb

#: Cells of the matrix that is fitted first: enough for every code path that the large one takes.
_WARM_CELLS = 3_000_000
#: Rows that are fitted in memory too.
_COMPARED = 10_000
#: Chunks that zarr is asked for at once where it is left to share the work itself.
_AT_ONCE = 16


def reading(path: str, state: str, threads: int) -> dict[str, Any]:
    """Seconds of reading all values of a zarr array in several ways; the values are let go at once."""
    import zarr

    values = zarr.open_array(f"{path}/values", mode="r")
    rows = values.chunks[0]

    def each(step: int) -> list[slice]:
        return [slice(start, start + step) for start in range(0, values.shape[0], step)]

    def by(step: int) -> None:
        for at in each(step):
            values[at]

    def shared() -> None:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(lambda at: np.shape(values[at]), each(rows)):
                pass

    ways: dict[str, Callable[[], None]] = {
        "chunk by chunk": lambda: by(rows),
        f"{_AT_ONCE} chunks at once": lambda: by(_AT_ONCE * rows),
        f"{threads} threads, chunk by chunk": shared,
    }
    return _timed(ways, path, state)


def reading_samples(path: str, state: str, passes: int) -> dict[str, Any]:
    """Seconds of reading X so often with h5py, some samples at a time."""
    import h5py

    def read() -> None:
        with h5py.File(path, "r") as file:
            x = file["X"]
            grain = x.chunks[0] if x.chunks else 1
            step = max(1, 2 * CHUNK_BYTES // (4 * x.shape[1] * grain)) * grain
            for _ in range(passes):
                for start in range(0, len(x), step):
                    x[start : start + step]

    return _timed({f"X read {passes} times by samples": read}, path, state)


def _timed(ways: dict[str, Callable[[], None]], path: str, state: str) -> dict[str, Any]:
    found = {}
    for name, way in ways.items():
        settled([path], state)
        found[name] = seconds(way)
    return {"ways": found}


def fit(path: str, state: str, threads: int, max_memory: str) -> dict[str, Any]:
    """Seconds and memory of the way from a file to a table, and how far a part of it is from a fit in memory."""
    samples = el.open_matrix(path).shape[1]
    x = design(samples)
    _warm(x)
    give_back()
    imported = status_mb("VmRSS")
    settled([path], state)
    with Watched(mapped=False) as watched:
        took, fitted = _from_file_to_table(path, x, threads, max_memory)
    found = {"imported_mb": imported, "peak_mb": watched.peak, "held_mb": status_mb("VmRSS")}
    labels = fitted.coefficients.index
    named = str(labels[-1]) == f"f{len(labels) - 1:09d}"
    return {**found, "took": took, "named": named, "difference": _difference(path, fitted, x)}


def _from_file_to_table(path: str, x: np.ndarray, threads: int, max_memory: str) -> tuple[dict[str, float], Any]:
    """Seconds of lm_fit, which opens the file, and of the whole."""
    start = time.perf_counter()
    fitted = el.lm_fit(el.open_matrix(path), x, max_memory=max_memory, threads=threads, progress=False)
    after_fit = time.perf_counter()
    el.top_table(el.ebayes(fitted), coef=1)
    took = {"lm_fit": after_fit - start, "whole": time.perf_counter() - start}
    return took, fitted


def _warm(x: np.ndarray) -> None:
    """Compile and import what the large matrix needs."""
    y = np.random.default_rng(1).standard_normal((max(50, _WARM_CELLS // len(x)), len(x)), dtype=np.float32)
    el.top_table(el.ebayes(el.lm_fit(y, x, progress=False)), coef=1)


def _difference(path: str, fit: Any, x: np.ndarray) -> float:
    """The largest relative difference from rows in memory; that of coefficients is relative to the row's largest."""
    rows = len(fit.coefficients)
    at = slice(rows // 3, min(rows, rows // 3 + _COMPARED))
    alone = el.lm_fit(_rows(Path(path), at), x, progress=False)
    expected, found = alone.coefficients.to_numpy(), fit.coefficients.iloc[at].to_numpy()
    parts = [np.abs(found - expected).max(axis=1) / np.abs(expected).max(axis=1)]
    for name in ("sigma", "stdev_unscaled"):
        ours, theirs = np.asarray(getattr(fit, name))[at], np.asarray(getattr(alone, name))
        parts.append(np.abs(ours / theirs - 1).ravel())
    return float(max(part.max() for part in parts))


def _rows(path: Path, at: slice) -> np.ndarray:
    """Some features as the packages of the formats read them."""
    if path.is_dir():
        import zarr

        return np.asarray(zarr.open_array(path / "values", mode="r")[at])
    import h5py

    with h5py.File(path, "r") as file:
        return np.ascontiguousarray(file["X"][:, at].T)
