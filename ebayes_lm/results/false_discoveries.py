"""How many hypotheses are true, and the false discovery rates that follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray
from ebayes_lm.core import adjust
from ebayes_lm.core.convex_density import convex_decreasing
from ebayes_lm.core.numeric import float_array
from ebayes_lm.core.true_nulls import by_histogram, by_local_fdr, by_mean, by_smoother
from ebayes_lm.errors import ArgumentError, DataError
from ebayes_lm.results.arguments import choice, real

_ESTIMATORS = {
    "lfdr": by_local_fdr,
    "mean": by_mean,
    "convest": convex_decreasing,
    "smoother": by_smoother,
}
_METHODS = ("lfdr", "mean", "hist", "convest", "smoother")


def adjust_p(p: ArrayLike, method: str = "BH") -> FloatArray | pd.Series[float]:
    """Adjust p-values for multiple testing, as R's ``p.adjust`` does.

    Parameters
    ----------
    p : (n,) array_like or Series
        P-values in [0, 1]. A NaN does not count as a test and comes back as NaN.
    method : {"BH", "fdr", "BY", "holm", "hochberg", "hommel", "bonferroni", "none"}
        "BH", also called "fdr", and "BY" control the false discovery rate, the others the family-wise error rate.

    Returns
    -------
    (n,) array or Series
        Adjusted p-values in the order of ``p``, under its labels: reject where they are at most the level wanted.

    Raises
    ------
    ArgumentError
        If the method is not one of these, p is not one-dimensional, or a value lies outside [0, 1].

    Notes
    -----
    Benjamini and Hochberg (1995) JRSS B 57, 289-300; Benjamini and Yekutieli (2001) Annals of Statistics 29, 1165-1188;
    Holm (1979) Scandinavian Journal of Statistics 6, 65-70; Hochberg (1988) Biometrika 75, 800-802; Hommel (1988)
    Biometrika 75, 383-386, by the algorithm of Meijer, Krebs and Goeman (2019) Biometrical Journal 61, 73-82.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> el.adjust_p([0.01, 0.04, 0.03, float("nan")])
    array([0.03, 0.04, 0.04,  nan])
    >>> el.adjust_p([0.01, 0.04, 0.03], method="holm")
    array([0.03, 0.06, 0.06])
    """
    return _labelled_as(p, adjust.adjust_p(float_array(p, "p"), method))


def prop_true_null(p: ArrayLike, *, method: str = "lfdr", nbins: int = 20) -> float:
    """Estimate the share of hypotheses that are true from their p-values.

    Parameters
    ----------
    p : array_like
        P-values; NaN is no test.
    method : {"lfdr", "mean", "hist", "convest", "smoother"}
        Weighted local false discovery rates; the mean p-value; the height of a histogram where it has become flat; a
        convex decreasing density at 1; the curve of :func:`q_value` at 0.95.
    nbins : int
        Bins of the histogram.

    Returns
    -------
    float
        From 0 to 1; NaN without p-values. "smoother" gives up to 1 and may fall below 0 where few p-values are large.

    Raises
    ------
    ArgumentError
        An unknown method, a value outside [0, 1], or no bins.

    Notes
    -----
    Phipson (2013), PhD thesis, University of Melbourne ("lfdr"); Nettleton et al. (2006) JABES 11, 337-356, after
    Mosig et al. (2001) Genetics 157, 1683-1698 ("hist"); Langaas, Lindqvist and Ferkingstad (2005) JRSS B 67, 555-572
    ("convest"); Storey and Tibshirani (2003) PNAS 100, 9440-9445 ("smoother").

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> nulls = np.linspace(0, 1, 80)
    >>> round(el.prop_true_null([*nulls, *np.full(20, 1e-3)], method="hist"), 2)
    0.8
    """
    tested = _tests(p)
    choice(method, _METHODS, "method", f"one of {', '.join(_METHODS)}")
    if isinstance(nbins, bool) or not isinstance(nbins, (int, np.integer)) or nbins < 1:
        raise ArgumentError(f"nbins is the number of bins of the histogram, at least 1; got {nbins!r}")
    if not len(tested):
        return float("nan")
    return by_histogram(tested, int(nbins)) if method == "hist" else float(_ESTIMATORS[method](tested))


def q_value(p: ArrayLike, *, pi0: float | str | None = None) -> FloatArray | pd.Series[float]:
    """False discovery rates that count with the share of true hypotheses.

    Parameters
    ----------
    p : (n,) array_like or Series
        P-values; NaN is no test and stays NaN.
    pi0 : float or str, optional
        Share of hypotheses that are true, or the method of :func:`prop_true_null` that estimates it; "smoother" by
        default. 1 gives the adjusted p-values of Benjamini and Hochberg.

    Returns
    -------
    (n,) array or Series
        As ``p``: the expected share of false ones among all that have a p-value as small.

    Raises
    ------
    ArgumentError
        A share outside (0, 1], or a value outside [0, 1].
    DataError
        The p-values do not give a share above 0.

    Notes
    -----
    Storey and Tibshirani (2003) PNAS 100, 9440-9445. The share of p-values above each of 0.05, 0.10, ..., 0.95, over
    that expected of true hypotheses, is smoothed by a natural cubic spline with 3 effective df; the curve counts at
    0.95.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> el.q_value([0.01, 0.02, 0.03, float("nan"), 0.9], pi0=0.5)
    array([0.02, 0.02, 0.02,  nan, 0.45])
    """
    share = _share(p, pi0)
    return _labelled_as(p, share * adjust.adjust_p(float_array(p, "p"), "BH"))


def _labelled_as(p: Any, values: FloatArray) -> FloatArray | pd.Series[float]:
    """Values under the labels of what they were computed from."""
    return pd.Series(values, index=p.index, name=p.name) if isinstance(p, pd.Series) else values


def _share(p: Any, pi0: Any) -> float:
    """The share of true hypotheses, given or estimated."""
    if pi0 is None or isinstance(pi0, str):
        if pi0 is not None:
            choice(pi0, _METHODS, "pi0", f"a number, or one of {', '.join(_METHODS)}")
        share = prop_true_null(p, method="smoother" if pi0 is None else pi0)
        if share <= 0.0:
            raise DataError(
                f"the share of true hypotheses is estimated as {share:.3g}, since too few p-values are large; "
                'give it as a number, such as pi0=1, or by another method, such as pi0="lfdr"'
            )
        return share
    share = real(pi0, "pi0", "the share of true hypotheses")
    if not 0.0 < share <= 1.0:
        raise ArgumentError(f"pi0 is the share of true hypotheses, above 0 and at most 1; got {pi0!r}")
    return share


def _tests(p: Any) -> FloatArray:
    """P-values that are there, checked."""
    values = float_array(p, "p").ravel()
    tested = values[~np.isnan(values)]
    outside = (tested < 0.0) | (tested > 1.0)
    if outside.any():
        raise ArgumentError(
            f"{outside.sum():,} of {values.size:,} p-values lie outside [0, 1] (first: {tested[outside][0]:g}); "
            "pass probabilities, NaN where there is none"
        )
    return tested
