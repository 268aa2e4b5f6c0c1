"""How much of a set of points a window of a smoother takes in."""

from __future__ import annotations

from numbers import Integral, Real

from ebayes_lm.errors import ArgumentError, ArgumentTypeError


def choose_lowess_span(n: int, *, small_n: float = 50, min_span: float = 0.3, power: float = 1 / 3) -> float:
    """Choose the span of a lowess trend by the number of points: all of few, an ever smaller share of many.

    Parameters
    ----------
    n : int
        Number of points.
    small_n : float, optional
        Up to so many points the span is 1.
    min_span : float, optional
        What the span falls to.
    power : float, optional
        How fast.

    Returns
    -------
    float
        ``min_span + (1 - min_span) * (small_n / n)**power``, at most 1.

    Raises
    ------
    ArgumentError
        A value outside what is allowed.
    ArgumentTypeError
        An argument is no number.

    Examples
    --------
    >>> from ebayes_lm import choose_lowess_span
    >>> [round(choose_lowess_span(n), 3) for n in (50, 300, 10_000, 20_000)]
    [1.0, 0.685, 0.42, 0.395]
    """
    if isinstance(n, bool) or not isinstance(n, Integral):
        raise ArgumentTypeError(f"n is the number of points, a whole number; got {n!r}")
    for value, name in ((small_n, "small_n"), (min_span, "min_span"), (power, "power")):
        if isinstance(value, bool) or not isinstance(value, Real):
            raise ArgumentTypeError(f"{name} must be a number; got {value!r}")
    if n < 0:
        raise ArgumentError(f"n is the number of points, 0 or more; got {n!r}")
    if not 0.0 <= small_n < float("inf"):
        raise ArgumentError(f"small_n is a number of points, 0 or more; got {small_n!r}")
    if not 0.0 < min_span <= 1.0:
        raise ArgumentError(f"min_span is a share of the points, above 0 and up to 1; got {min_span!r}")
    if not 0.0 <= power < float("inf"):
        raise ArgumentError(f"power is 0 or more, such as 1/3; got {power!r}")
    if n <= small_n:
        return 1.0
    return float(min(1.0, min_span + (1.0 - min_span) * (small_n / n) ** power))
