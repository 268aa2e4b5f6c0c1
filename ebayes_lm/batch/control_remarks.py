"""What there is to say about factors that rest on control features."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch.sentences import percent
from ebayes_lm.core.control_factors import scatter
from ebayes_lm.core.row_layout import squared_lengths
from ebayes_lm.core.shared_directions import Spaces
from ebayes_lm.core.squeeze import squeeze_var
from ebayes_lm.errors import HiddenFactorWarning, counted, warn

#: With so many controls for each factor, the error of its association is 2 % of the variance of an effect or less.
_ENOUGH = 25
#: Controls that scatter as much as by chance once in so many analyses or less often.
_RARELY = 1e-3
#: Features are never quite independent, and a thousand controls tell; so far, a tenth of all features has p < 0.05.
_FAR = 1.5
#: Factors that explain more of a column than this leave its effect less than a tenth of its information.
_NEARLY_ALL = 0.9
#: Variances below this share of the squares of a control are its rounding.
_ROUNDING = 1e-26


def few_controls(n_controls: int, k: int) -> tuple[str, ...]:
    """A remark, and a warning, where the association of factors rests on few controls."""
    if n_controls >= _ENOUGH * k:
        return ()
    remark = (
        f"{counted(n_controls, 'control')} tell how {counted(k, 'factor')} and the columns of interest go together: "
        f"about {percent(k / n_controls)} of the variance of an effect is the error of that, which standard errors "
        f'do not hold; {_ENOUGH * k} controls or method="RUV2" would keep it small'
    )
    warn(remark, HiddenFactorWarning)
    return (remark,)


def scatter_of_controls(values: FloatArray, at: Spaces, factors: FloatArray, used: int) -> tuple[str, ...]:
    """A remark where controls differ along what is of interest by more than their residuals say; by far, a warning.

    ``used`` is how many parameters were fitted to the controls to make these differences small.
    """
    from scipy.special import chdtrc, chdtri, fdtrc

    free = len(values) - used
    if free < 1 or not at.interest.shape[1]:
        return ()
    squares, variances, df = scatter(values, at, factors)
    varying = variances > _ROUNDING * squared_lengths(values)
    if not varying.any():
        return ()
    squeezed = squeeze_var(variances[varying], float(df))
    total = np.minimum(df + squeezed.df_prior, df * varying.sum())
    p = fdtrc(float(at.interest.shape[1]), total, squares[varying] / squeezed.var_post)
    summed = float(chdtri(1.0, np.maximum(p, np.finfo(float).tiny)).sum())
    if summed <= free or chdtrc(float(free), summed) >= _RARELY:
        return ()
    remark = (
        f"given the factors, effects of the controls vary {summed / free:.2g} times as much as their residuals say: "
        "some may be no controls, or k is too small. A look at their own p-values, and "
        'latent_factors(method="robust"), which needs no controls, would tell'
    )
    if summed > _FAR * free:
        warn(remark, HiddenFactorWarning)
    return (f"G{remark[1:]}",)


def warn_of_confounding(confounding: pd.DataFrame) -> None:
    """Warn where factors and a column of interest are hardly told apart."""
    lost = confounding[confounding["r_squared"] > _NEARLY_ALL]
    if len(lost):
        worst = lost["r_squared"].idxmax()
        share = float(lost["r_squared"].max())
        warn(
            f"the factors explain {100 * share:.1f} % of {worst!r}, so that its standard errors grow "
            f"{1.0 / np.sqrt(max(1.0 - share, 1e-300)):.1f} fold; fewer factors, or a design in which groups and "
            "hidden conditions go together less, would tell more",
            HiddenFactorWarning,
        )
