"""Adjusting p-values for their number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.numeric import float_array
from ebayes_lm.errors import ArgumentError, nearest


def adjust_p(p: ArrayLike, method: str = "BH") -> FloatArray:
    """Adjust p-values (n,) for their number: what :func:`ebayes_lm.adjust_p` does, without labels."""
    values = float_array(p, "p")
    if values.ndim != 1:
        raise ArgumentError(f"p has {values.ndim} dimensions; adjust_p takes one family of p-values, a 1-d array.")
    outside = (values < 0) | (values > 1)
    if outside.any():
        raise ArgumentError(
            f"{outside.sum():,} of {values.size:,} p-values lie outside [0, 1] (first: {values[outside][0]:g}); "
            "pass probabilities, NaN where there is none."
        )
    return adjust_sorted(values, np.argsort(values), method)


def adjust_sorted(p: FloatArray, order: IntArray, method: str) -> FloatArray:
    """Adjust p-values (n,) whose order is known, NaN last, for :func:`adjust_p`."""
    if method not in _METHODS:
        allowed = ", ".join(repr(name) for name in _METHODS)
        raise ArgumentError(f"method {method!r} is unknown; allowed are {allowed}.{nearest(method, _METHODS)}")
    tested = order[: len(p) - int(np.count_nonzero(np.isnan(p)))]
    if method == "none" or not len(tested):
        return p.copy()
    adjusted = np.full_like(p, np.nan)
    adjusted[tested] = np.minimum(_METHODS[method](p.take(tested, mode="clip")), 1.0)
    return adjusted


def adjust_rows(p: FloatArray, method: str) -> FloatArray:
    """Adjust every row of p (families, tests) on its own, where NaN is no test; not for "hommel"."""
    order = np.argsort(p, axis=1)
    sorted_p = np.take_along_axis(p, order, axis=1)
    tests = p.shape[1] - np.count_nonzero(np.isnan(p), axis=1)
    for n in np.unique(tests[tests > 0]):
        rows = tests == n
        sorted_p[rows, :n] = np.minimum(_METHODS[method](sorted_p[rows, :n]), 1.0)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, sorted_p, axis=1)
    return adjusted


# Each takes one family of rising p-values, or several of one size along the last axis.


def _ranks(p: FloatArray) -> FloatArray:
    return np.arange(1.0, p.shape[-1] + 1.0)


def _from_the_largest(p: FloatArray) -> FloatArray:
    """Step up: no value above one that stands behind it."""
    return np.asarray(np.minimum.accumulate(p[..., ::-1], axis=-1)[..., ::-1])


def _none(p: FloatArray) -> FloatArray:
    return p


def _bonferroni(p: FloatArray) -> FloatArray:
    return np.asarray(p * p.shape[-1])


def _bh(p: FloatArray) -> FloatArray:
    return _from_the_largest(p.shape[-1] / _ranks(p) * p)


def _by(p: FloatArray) -> FloatArray:
    harmonic = np.sum(1.0 / _ranks(p))
    return _from_the_largest(harmonic * p.shape[-1] / _ranks(p) * p)


def _holm(p: FloatArray) -> FloatArray:
    return np.asarray(np.maximum.accumulate((p.shape[-1] + 1.0 - _ranks(p)) * p, axis=-1))


def _hochberg(p: FloatArray) -> FloatArray:
    return _from_the_largest((p.shape[-1] + 1.0 - _ranks(p)) * p)


def _hommel(p: FloatArray) -> FloatArray:
    """Largest over i of min(Simes p of the i largest, i p).

    The Simes p is decreasing in i once replaced by its maximum over all sets at least as large, i p is increasing, so
    that one search in a sorted table finds where they cross.
    """
    sizes = _ranks(p)
    simes = np.maximum.accumulate(_simes_of_largest(p)[::-1])[::-1]
    crossing = np.searchsorted(-simes / sizes, -p)
    reached = np.append(simes, 0.0)[crossing]
    return np.asarray(np.maximum(reached, crossing * p))


def _simes_of_largest(p: FloatArray) -> FloatArray:
    """Simes p of the i largest p-values, i = 1..n: min over j of i p_(n-i+j) / j.

    That is i times the least slope from the point (n - i, 0) to the points (k, p_(k)) on its right, and it is reached
    at a corner of their lower convex hull. One hull, made by isotonic regression of the increments, serves every i.
    """
    from scipy.optimize import isotonic_regression

    n = p.size
    blocks = isotonic_regression(np.diff(p)).blocks if n > 1 else np.zeros(1, dtype=np.intp)
    corner = blocks.astype(np.intp)
    rise, run = np.diff(p[corner]), np.diff(corner)
    with np.errstate(divide="ignore", invalid="ignore"):
        crosses_zero = np.where(rise > 0, corner[1:] + 1.0 - p[corner[1:]] * run / rise, -np.inf)
    start = n - _ranks(p)
    best = corner[np.searchsorted(np.maximum.accumulate(crosses_zero), start, side="right")]
    best = np.maximum(best, start.astype(np.intp))
    return np.asarray(_ranks(p) * p[best] / (best + 1.0 - start))


_METHODS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "none": _none,
    "BH": _bh,
    "fdr": _bh,
    "BY": _by,
    "holm": _holm,
    "hochberg": _hochberg,
    "hommel": _hommel,
    "bonferroni": _bonferroni,
}
