"""One outcome and very many complete features: the regression turned round, in one pass over each feature.

The t statistic of a feature in the regression of an outcome is that of the outcome in the regression of the feature:
both are functions of the correlation of what covariates leave of the two. So all features are fitted to one design.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray
from ebayes_lm.core.frisch_waugh import Covariates
from ebayes_lm.core.ols import ZERO_VARIANCE
from ebayes_lm.core.row_layout import floats, in_sixes

#: A feature loses digits here where covariates leave less than this share of its spread, or where its spread is less
#: than this share of its squared mean.
_CLEAR = 1e-4


class Turned(NamedTuple):
    """Sums of squares of features (g,) beside covariates: ``spread`` is all, ``left`` what the outcome leaves.

    ``cross`` is the product of a feature with what is left of the outcome, of length one. Where a feature is not
    ``clear`` nothing of this holds: it has gaps, an extreme scale, next to no variance, or digits to lose.
    """

    cross: FloatArray
    spread: FloatArray
    left: FloatArray
    clear: BoolArray


def turned(x: AnyArray, covariates: Covariates, outcome: FloatArray) -> Turned:
    """Fit features (g, n) to covariates and to what these leave of the outcome (n,), a vector of length one."""
    from ebayes_lm.kernels.least_squares import fit_rows

    g, n = x.shape
    r = covariates.rank + 1
    df = n - r
    basis = in_sixes(np.vstack([covariates.basis.T, outcome]))
    effects, sigma, mean, suspect = np.empty((g, r)), np.empty(g), np.empty(g), np.empty(g, dtype=np.bool_)
    fit_rows(
        floats(x), basis, basis, np.ones(n), np.eye(r), np.ones(r), float(df), ZERO_VARIANCE, np.empty(n),
        np.empty(len(basis)), effects, sigma, mean, suspect,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        left = np.square(sigma) * df
        spread = left + np.square(effects[:, -1])
        whole = spread + np.square(effects[:, 1:-1]).sum(axis=1)  # the first column of the basis is the constant
        clear = ~suspect & (spread > _CLEAR * whole) & (whole > _CLEAR * n * np.square(mean))
    return Turned(effects[:, -1], spread, left, clear)
