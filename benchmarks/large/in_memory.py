"""A matrix in memory: lm_fit against the one product that no fit can do without, and a fit written in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import ebayes_lm as el
from benchmarks.large import fresh
from benchmarks.large.fresh import Options, alternated, require_memory
from benchmarks.large.matrices import blocks, design, rows_in_block
from benchmarks.timing import seconds

_FEATURES, _SAMPLES = 850_000, 1_000
_PLAIN_CELLS = 1 << 20
#: Another order of sums.
_RTOL = 1e-9


def memory(options: Options) -> dict[str, Any]:
    """Single precision, and double where it is asked for."""
    features = options.features(_FEATURES)
    rows: list[dict[str, Any]] = []
    for dtype in ("float32", "float64")[: 1 + options.wide]:
        require_memory(1.25 * np.dtype(dtype).itemsize * features * _SAMPLES + 5e8)
        given = {"features": features, "dtype": dtype, "threads": options.threads, "repeats": options.repeats}
        found = fresh.task("in_memory:timed", options, **given)
        for state in ("cold", "warm"):
            took = found[state]
            rows += [
                {"what": f"{dtype}, {state}, {name}", "seconds": value, "lm_fit in this": took["lm_fit"] / value}
                for name, value in took.items()
            ]
    notes = ["Cold is the first call of each in a new process, where lm_fit imports and loads what is compiled."]
    description = f"{features:,} x {_SAMPLES:,} in memory, 6 coefficients"
    return {"problem": "memory", "description": description, "facts": {}, "rows": rows, "aims": [], "notes": notes}


def timed(features: int, dtype: str, threads: int, repeats: int) -> dict[str, Any]:
    """Seconds of the first calls, and medians of those after, in turn."""
    y = np.empty((features, _SAMPLES), dtype)
    for at, block in blocks(features, _SAMPLES, rows_in_block(_SAMPLES)):
        y[at] = block
    x = design(_SAMPLES)
    q, r = np.linalg.qr(x)
    narrow = q.astype(dtype)
    kept: dict[str, Any] = {}

    def ours() -> None:
        kept["ours"] = el.lm_fit(y, x, threads=threads, progress=False)

    def plain() -> None:
        kept["plain"] = least_squares(y, q, r)

    calls: dict[str, Callable[[], Any]] = {"lm_fit": ours, "product": lambda: y @ narrow, "plain fit": plain}
    timing = {name: partial(seconds, call) for name, call in calls.items()}
    cold, warm = alternated(timing, 1), alternated(timing, repeats)
    coefficients, sigma = kept["plain"]
    np.testing.assert_allclose(kept["ours"].coefficients.to_numpy(), coefficients, rtol=_RTOL, atol=_RTOL)
    np.testing.assert_allclose(np.asarray(kept["ours"].sigma), sigma, rtol=_RTOL)
    return {"cold": cold, "warm": warm}


def least_squares(y: np.ndarray, q: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and sigma, block by block in double precision, as one would write it."""
    inverse = np.linalg.inv(r).T
    step = max(1, _PLAIN_CELLS // y.shape[1])
    coefficients, sigma = np.empty((len(y), q.shape[1])), np.empty(len(y))
    for start in range(0, len(y), step):
        block = y[start : start + step].astype(np.float64)
        effects = block @ q
        block -= effects @ q.T
        coefficients[start : start + step] = effects @ inverse
        sigma[start : start + step] = np.sqrt(np.einsum("ij,ij->i", block, block) / (len(q) - q.shape[1]))
    return coefficients, sigma
