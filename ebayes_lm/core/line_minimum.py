"""The minimum of a function of one number, by the steps that R takes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

#: Share of the longer side that a golden section cuts off.
_GOLDEN = 0.5 * (3.0 - math.sqrt(5.0))
_ROUNDING = math.sqrt(float(np.finfo(np.float64).eps))
#: R's tolerance unless told otherwise.
TOLERANCE = float(np.finfo(np.float64).eps) ** 0.25


def line_minimum(f: Callable[[float], float], low: float, high: float, tolerance: float = TOLERANCE) -> float:
    """A local minimum of ``f`` between two bounds: parabolas through three points, golden sections where they fail.

    Brent (1973) Algorithms for Minimization without Derivatives, chapter 5, procedure localmin. A flat function ends
    the search early at a point of its path, so that a number that shall agree with R's needs the same path: the
    rounding term of the step is the root of machine epsilon, to the last digit, which SciPy's search writes shorter.
    """
    x = w = v = low + _GOLDEN * (high - low)
    fx = fw = fv = f(x)
    step = before_last = 0.0
    while True:
        middle = 0.5 * (low + high)
        least = _ROUNDING * abs(x) + tolerance / 3.0
        if abs(x - middle) <= 2.0 * least - 0.5 * (high - low):
            return x
        p, q = _parabola((x, fx), (w, fw), (v, fv)) if abs(before_last) > least else (0.0, 0.0)
        usable = abs(p) < abs(0.5 * q * before_last) and q * (low - x) < p < q * (high - x)
        if usable:
            before_last, step = step, p / q
            if min(x + step - low, high - x - step) < 2.0 * least:
                step = math.copysign(least, middle - x)
        else:
            before_last = (high if x < middle else low) - x
            step = _GOLDEN * before_last
        u = x + (step if abs(step) >= least else math.copysign(least, step))
        fu = f(u)
        if fu <= fx:
            low, high = (low, x) if u < x else (x, high)
            (v, fv), (w, fw), (x, fx) = (w, fw), (x, fx), (u, fu)
            continue
        low, high = (u, high) if u < x else (low, u)
        if fu <= fw or w == x:
            (v, fv), (w, fw) = (w, fw), (u, fu)
        elif fu <= fv or v in (x, w):
            v, fv = u, fu


def _parabola(x: tuple[float, float], w: tuple[float, float], v: tuple[float, float]) -> tuple[float, float]:
    """Step from x to the lowest point of the parabola through three points, as numerator and positive denominator."""
    r = (x[0] - w[0]) * (x[1] - v[1])
    q = (x[0] - v[0]) * (x[1] - w[1])
    p = (x[0] - v[0]) * q - (x[0] - w[0]) * r
    q = 2.0 * (q - r)
    return (-p, q) if q > 0.0 else (p, -q)
