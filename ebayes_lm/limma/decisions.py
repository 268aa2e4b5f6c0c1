"""Which hypotheses to reject, and how many are true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import ebayes_lm as el
from ebayes_lm.limma.arguments import adjustment, completed
from ebayes_lm.limma.spelling import completing

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@completing
def decideTests(
    object: Any,
    method: str = "separate",
    adjust_method: str | None = "BH",
    p_value: float = 0.05,
    lfc: float = 0.0,
) -> el.TestResults:
    """Decide for every feature and coefficient whether it is up, down or neither: :func:`ebayes_lm.decide_tests`.

    Parameters
    ----------
    object : LinearFit, ModeratedFit or TreatFit
        A fit without tests is moderated first, with the defaults of :func:`eBayes`.
    method : {"separate", "global", "hierarchical", "nestedF"}
    adjust_method : str, optional
        As in p.adjust; None is "none", as in limma.
    p_value : float
        Adjusted p-values below this are significant.
    lfc : float
        Effects must exceed this in size, too.

    Returns
    -------
    TestResults

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import decideTests, lmFit
    >>> decideTests(lmFit(np.random.default_rng(1).normal(size=(100, 4)))).summary().T.to_numpy().tolist()
    [[0, 100, 0]]
    """
    tested = object.ebayes() if isinstance(object, el.LinearFit) else object
    return el.decide_tests(
        tested,
        method=completed(method, ("separate", "global", "hierarchical", "nestedF")),
        adjust_method=adjustment(adjust_method, "none"),
        p_value=p_value,
        lfc=lfc,
    )


@completing
def classifyTestsF(
    object: Any, cor_matrix: ArrayLike | None = None, df: ArrayLike = np.inf, p_value: float = 0.01
) -> el.TestResults:
    """Classify t statistics row by row by nested F: :func:`ebayes_lm.classify_tests_f`.

    Parameters
    ----------
    object : (G, k) array_like, DataFrame or ModeratedFit
        t statistics; of a fit, its own.
    cor_matrix : (k, k) array_like, optional
        Their correlation; a fit knows its own.
    df : float or (G,) array_like
        Their degrees of freedom; a fit knows its own.
    p_value : float
        F is significant below this.

    Returns
    -------
    TestResults

    Examples
    --------
    >>> from ebayes_lm.limma import classifyTestsF
    >>> classifyTestsF([[4.0, 0.1], [0.5, 1.0]]).to_frame().to_numpy().tolist()
    [[1, 0], [0, 0]]
    """
    return el.classify_tests_f(object, cor_matrix=cor_matrix, df=df, p_value=p_value)


@completing
def propTrueNull(p: ArrayLike, method: str = "lfdr", nbins: int = 20) -> float:
    """Share of hypotheses that are true: :func:`ebayes_lm.prop_true_null`.

    Parameters
    ----------
    p : array_like
        P-values.
    method : {"lfdr", "mean", "hist", "convest"}
    nbins : int
        Bins of "hist".

    Returns
    -------
    float

    Examples
    --------
    >>> from ebayes_lm.limma import propTrueNull
    >>> round(propTrueNull([0.1, 0.2, 0.9]), 6)
    0.6
    """
    known = completed(method, ("lfdr", "mean", "hist", "convest"))
    return el.prop_true_null(p, method=known, nbins=nbins)
