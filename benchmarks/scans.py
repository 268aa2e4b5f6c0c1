"""Features as predictors: scans against the algorithm of Matrix eQTL (Shabalin 2012) as one would write it in NumPy.

``python -m benchmarks.scans`` takes some 6 GB and a few minutes; ``--quick`` uses small sizes to see that all works.
"""

from __future__ import annotations

import argparse
import json
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

import ebayes_lm as el
from benchmarks.facts import machine
from benchmarks.timing import seconds

#: Sums in another order; t of both is from the same numbers.
_RTOL = 1e-9
_BLOCK = 2_000


class Size(NamedTuple):
    """Features x samples x outcomes, the type of the features, and what is kept."""

    name: str
    features: int
    samples: int
    outcomes: int
    dtype: str
    keep_p: float | None
    gaps: float = 0.0


SIZES = (
    Size("eQTL", 100_000, 200, 200, "float64", 1e-5),
    Size("EWAS", 1_000_000, 500, 1, "float32", None),
    Size("eQTL with gaps", 100_000, 200, 200, "float64", 1e-5, 0.01),
    Size("EWAS with gaps", 200_000, 500, 1, "float32", None, 0.01),
)


def drawn(size: Size) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, outcomes and five covariates."""
    rng = np.random.default_rng(20)
    x = rng.standard_normal((size.features, size.samples), dtype=np.float32).astype(size.dtype, copy=False)
    if size.gaps:
        for start in range(0, len(x), _BLOCK):
            block = x[start : start + _BLOCK]
            block[rng.random(block.shape, dtype=np.float32) < size.gaps] = np.nan
    return x, rng.normal(size=(size.samples, size.outcomes)), rng.normal(size=(size.samples, 5))


def product(x: np.ndarray, y: np.ndarray, covariates: np.ndarray, keep_p: float | None) -> np.ndarray:
    """t of what is kept: project, standardise, multiply, compare with the smallest correlation of interest."""
    q, _ = np.linalg.qr(np.column_stack([np.ones(len(y)), covariates]))
    outcomes = y.T - (y.T @ q) @ q.T
    outcomes /= np.linalg.norm(outcomes, axis=1)[:, None]
    df = len(y) - q.shape[1] - 1
    least = -stats.t.ppf((1.0 if keep_p is None else keep_p) / 2, df)
    found = []
    for start in range(0, len(x), _BLOCK):
        block = x[start : start + _BLOCK].astype(np.float64)
        block -= (block @ q) @ q.T
        block /= np.linalg.norm(block, axis=1)[:, None]
        r = block @ outcomes.T
        kept = r[np.abs(r) >= least / np.sqrt(df + least**2)]
        t = kept * np.sqrt(df / (1 - kept**2))
        stats.t.sf(np.abs(t), df)
        found.append(t)
    return np.concatenate(found)


def measured(size: Size, repeats: int) -> dict[str, Any]:
    """Seconds of both, in turn, and whether they agree; what has gaps the product cannot answer."""
    x, y, covariates = drawn(size)
    el.scan(x[:: max(1, len(x) // 3_000)], y, covariates=covariates, keep_p=size.keep_p)
    ours, theirs, answers = [], [], []
    for _ in range(repeats):
        ours.append(seconds(lambda: answers.append(el.scan(x, y, covariates=covariates, keep_p=size.keep_p))))
        if not size.gaps:
            theirs.append(seconds(lambda: answers.append(product(x, y, covariates, size.keep_p))))
    if theirs:
        np.testing.assert_allclose(answers[-2]["t"].to_numpy(), answers[-1], rtol=_RTOL, atol=_RTOL)
    return {
        **size._asdict(), "scan": median(ours), "product": median(theirs) if theirs else None,
        "ratio": median(a / b for a, b in zip(ours, theirs, strict=True)) if theirs else None,
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Measure all sizes and print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scans", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args(arguments)
    sizes = [size._replace(features=size.features // 100) if given.quick else size for size in SIZES]
    facts = {"machine": machine(), "scans": [measured(size, given.repeats) for size in sizes]}
    print(json.dumps(facts, indent=2, default=str))


if __name__ == "__main__":
    main()
