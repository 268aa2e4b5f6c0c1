"""Curves through points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ebayes_lm as el
from ebayes_lm.limma.spelling import completing

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ebayes_lm._typing import FloatArray


@completing
def loessFit(
    y: ArrayLike,
    x: ArrayLike,
    weights: ArrayLike | None = None,
    span: float = 0.3,
    iterations: int = 4,
    min_weight: float = 1e-5,
    max_weight: float = 1e5,
    equal_weights_as_null: bool = True,
) -> FloatArray:
    """Smooth y over x: :func:`ebayes_lm.loess_fit`.

    Parameters
    ----------
    y, x : (n,) array_like
    weights : (n,) array_like, optional
    span : float
        Share of the points, or of their weight, that a line is fitted to.
    iterations : int
        Number of fits.
    min_weight, max_weight : float
        Weights outside are moved to these.
    equal_weights_as_null : bool
        Whether equal weights are no weights.

    Returns
    -------
    (n,) array
        What limma calls ``fitted``.

    Examples
    --------
    >>> from ebayes_lm.limma import loessFit
    >>> loessFit([1, 3, 5, 7, 9, 11], range(6), span=0.9).round(6)
    array([ 1.,  3.,  5.,  7.,  9., 11.])
    """
    return el.loess_fit(
        y,
        x,
        weights,
        span=span,
        iterations=iterations,
        min_weight=min_weight,
        max_weight=max_weight,
        equal_weights_as_null=equal_weights_as_null,
    )


@completing
def weightedLowess(
    x: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    delta: float | None = None,
    npts: int = 200,
    span: float = 0.3,
    iterations: int = 4,
) -> FloatArray:
    """Smooth y over x, points having weights: :func:`ebayes_lm.weighted_lowess`.

    Parameters
    ----------
    x, y : (n,) array_like
    weights : (n,) array_like, optional
    delta : float, optional
        Lines are fitted up to so far apart in x; by default as far as ``npts`` lines ask for.
    npts : int
        About how many lines are fitted.
    span : float
        Share of the total weight that a line is fitted to.
    iterations : int
        Number of fits.

    Returns
    -------
    (n,) array
        What limma calls ``fitted``.

    Examples
    --------
    >>> from ebayes_lm.limma import weightedLowess
    >>> weightedLowess(range(6), [1, 3, 5, 7, 9, 11], span=1).round(6)
    array([ 1.,  3.,  5.,  7.,  9., 11.])
    """
    return el.weighted_lowess(x, y, weights, span=span, iterations=iterations, delta=delta, n_points=npts)


@completing
def chooseLowessSpan(n: int = 1000, small_n: float = 50, min_span: float = 0.3, power: float = 1 / 3) -> float:
    """Choose the span of a trend by the number of points: :func:`ebayes_lm.choose_lowess_span`.

    Parameters
    ----------
    n : int
        Number of points.
    small_n : float
        Up to so many points the span is 1.
    min_span : float
        What the span falls to.
    power : float
        How fast.

    Returns
    -------
    float

    Examples
    --------
    >>> from ebayes_lm.limma import chooseLowessSpan
    >>> round(chooseLowessSpan(300), 3)
    0.685
    """
    return el.choose_lowess_span(n, small_n=small_n, min_span=min_span, power=power)
