"""Which t statistics of a row make its F significant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.f_test import f_statistic
from ebayes_lm.core.nested_f import nested_codes
from ebayes_lm.core.numeric import float_array
from ebayes_lm.core.tails import f_p_value
from ebayes_lm.errors import ArgumentError
from ebayes_lm.results.arguments import probability
from ebayes_lm.results.axes import Labels
from ebayes_lm.results.decisions import TestResults
from ebayes_lm.results.genewise import classified
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.stages import require_f
from ebayes_lm.results.tested import TestedFit

#: A correlation of 1 written with few digits.
_UNIT = 1e-6


def classify_tests_f(
    t: Any, *, cor_matrix: ArrayLike | None = None, df: ArrayLike = np.inf, p_value: float = 0.01
) -> TestResults:
    """Classify t statistics row by row: as many of the largest are significant as it takes to explain a significant F.

    Parameters
    ----------
    t : (G, k) array_like, DataFrame or ModeratedFit
        t statistics; of a fit, its own.
    cor_matrix : (k, k) array_like, optional
        Correlation of the t statistics of a row; independent by default. A fit knows its own.
    df : float or (G,) array_like
        Degrees of freedom of t. A fit knows its own.
    p_value : float
        F is significant where its p is below this.

    Returns
    -------
    TestResults
        -1, 0 or 1; missing in rows with a missing t.

    Raises
    ------
    StageError
        A fit without F.
    ArgumentError
        A matrix or df of another shape, or a correlation or df given with a fit.

    Notes
    -----
    While F is significant, the largest t counts; it is then cut to the size of the next one, and F asked again
    (Michaud et al. 2008, BMC Genomics 9, 363). With one column this is the two-sided t test.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> el.classify_tests_f([[4.0, 0.1], [3.0, -2.9], [0.5, 1.0]]).to_frame().to_numpy().tolist()
    [[1, 0], [1, -1], [0, 0]]
    """
    level = probability(p_value, "p_value", "the bound for p of F")
    if isinstance(t, (TestedFit, LinearFit)):
        mod = require_f(t, "classify_tests_f")
        if cor_matrix is not None or np.ndim(df) or df != np.inf:
            raise ArgumentError("a fit knows the correlation and the df of its t; leave out cor_matrix= and df=")
        return TestResults.of(classified(mod, level), mod.labels)
    values, labels = _matrix(t)
    correlation = _correlation(cor_matrix, values.shape[1])
    df2 = _df(df, len(values))

    def f_test(part: FloatArray, rows: IntArray) -> FloatArray:
        f, df1 = f_statistic(part, correlation)
        return f_p_value(f, df1, df2[rows])

    return TestResults.of(nested_codes(values, f_test, level), labels)


def _matrix(t: Any) -> tuple[FloatArray, Labels]:
    """Values (rows, columns) and their names; one column where t is a vector."""
    values = float_array(t, "t")
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or not values.shape[1]:
        raise ArgumentError(f"t has shape {values.shape}; it needs a row for each feature and a column for each test")
    features = t.index if isinstance(t, (pd.DataFrame, pd.Series)) else pd.RangeIndex(len(values))
    names = [f"x{k + 1}" for k in range(values.shape[1])]
    return values, Labels(features, t.columns if isinstance(t, pd.DataFrame) else pd.Index(names))


def _correlation(cor_matrix: Any, k: int) -> FloatArray:
    if cor_matrix is None:
        return np.eye(k)
    correlation = float_array(cor_matrix, "cor_matrix")
    if correlation.shape != (k, k):
        raise ArgumentError(f"cor_matrix has shape {correlation.shape}; {k} columns of t need ({k}, {k})")
    units = np.abs(np.diag(correlation) - 1.0) <= _UNIT
    if not units.all() or not np.allclose(correlation, correlation.T, rtol=0.0, atol=_UNIT):
        raise ArgumentError("cor_matrix must be a correlation: symmetric, with ones on its diagonal")
    if np.linalg.eigvalsh(correlation)[0] < -_UNIT:
        raise ArgumentError("cor_matrix has a negative eigenvalue, so that no statistics can be correlated like this")
    return correlation


def _df(df: Any, n: int) -> FloatArray:
    values = float_array(df, "df")
    if values.shape not in ((), (1,), (n,)):
        raise ArgumentError(f"df has shape {values.shape}; give one number, or one for each of the {n:,} rows of t")
    if not (values > 0.0).all():
        raise ArgumentError("df must be positive; leave out rows without any")
    return np.broadcast_to(values, (n,))
