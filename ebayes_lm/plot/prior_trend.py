"""Residual variability over average expression, with the prior that it is squeezed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.core.contrast_moderation import ContrastModeration
from ebayes_lm.core.tails import f_p_value
from ebayes_lm.plot.chosen import one_coefficient
from ebayes_lm.plot.cloud import cloud, mark_size
from ebayes_lm.plot.style import ACCENT, NEUTRAL, UP, empty, group_legend, new_axes, plain
from ebayes_lm.results.stages import require_tests

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ebayes_lm.results.tested import TestedFit

#: Features whose variances differ from the prior at this false discovery rate are marked.
_OUTLYING = 0.5
#: A curve is drawn through at most so many of its points.
_MOST_ON_CURVE = 1_000
#: A trend over average expression turns less often than this; of another covariate it would be a scribble.
_MOST_TURNS = 20


def sa(fit: Any, coef: Any = None, *, ax: Axes | None = None) -> Axes:
    """Draw the square root of the residual standard deviation over average expression, and the prior's trend.

    It shows whether the prior should follow the mean (``trend=True``), and whether it has outliers (``robust=True``).

    Parameters
    ----------
    fit : ModeratedFit or TreatFit
        Where its prior is robust, features are marked whose variances differ from it at a false discovery rate of 0.5.
    coef : str or int, optional
        Coefficient by name or 0-based position, of mixed models alone: there each has variances and a prior of its own.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    StageError
        The fit has no prior yet.
    ArgumentError
        An unknown coefficient, or several of interest in a mixed model and none chosen.

    Notes
    -----
    As limma's plotSA; features without residual df are left out.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(200, 6))
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> el.plot.sa(fit.ebayes(trend=True)).get_xlabel()
    'average expression'
    """
    data = sa_data(fit, coef)
    mod = require_tests(fit, "sa")
    ax = new_axes(ax)
    ax.set(title=_title(mod, coef), xlabel="average expression", ylabel="√ residual standard deviation")
    x, y, trend = (data[name].to_numpy() for name in ("AveExpr", "sqrt_sigma", "trend"))
    if not np.isfinite(x + y).any():
        return empty(ax, "no feature has residual degrees of freedom")
    ax.margins(0.05)
    outlying = data["outlier"].to_numpy()
    size = mark_size(len(x))
    cloud(ax, x[~outlying], y[~outlying], colour=NEUTRAL, size=size)
    cloud(ax, x[outlying], y[outlying], colour=UP, size=3.0 * size)
    _draw_trend(ax, x, trend)
    if _is_robust(mod):
        entries = [
            f"outlying: {outlying.sum():,}",
            f"not outlying: {np.count_nonzero(~outlying & np.isfinite(x + y)):,}",
        ]
        group_legend(ax, entries, [UP, NEUTRAL], title="variances")
    return ax


def sa_data(fit: Any, coef: Any = None) -> pd.DataFrame:
    """Give what :func:`sa` draws.

    Parameters
    ----------
    fit, coef
        As for :func:`sa`.

    Returns
    -------
    DataFrame
        A row for every feature with residual df: AveExpr, sqrt_sigma, trend (of the prior; NaN without one), outlier.

    Raises
    ------
    StageError, ArgumentError
        As :func:`sa`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(200, 6))
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> list(el.plot.sa_data(fit.ebayes()).columns)
    ['AveExpr', 'sqrt_sigma', 'trend', 'outlier']
    """
    mod = require_tests(fit, "sa")
    sigma, df, scale, df_prior = _variances(mod, coef)
    rows = np.flatnonzero(df > 0)
    sigma, df, scale = sigma[rows], df[rows], scale[rows]
    outlying = np.zeros(len(rows), dtype=bool)
    if _is_robust(mod) and len(rows):
        outlying = _outlying(sigma, df, scale, float(np.max(df_prior)))
    return pd.DataFrame(
        {
            "AveExpr": mod.fit.record.amean[rows],
            "sqrt_sigma": np.sqrt(sigma),
            "trend": np.sqrt(scale),
            "outlier": outlying,
        },
        index=mod.labels.features[rows],
    )


def _variances(mod: TestedFit, coef: Any) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Residual standard deviations, their df, the prior's standard deviations and df, (features,) each."""
    record, moderation = mod.fit.record, mod.moderation
    if not isinstance(moderation, ContrastModeration):
        scale = np.sqrt(mod.s2_prior.to_numpy())
        return record.sigma, record.df_residual, scale, moderation.df_prior
    k = one_coefficient(mod, coef)
    own = moderation.of(k)
    with np.errstate(invalid="ignore", divide="ignore"):
        sigma = record.sigma * record.stdev_unscaled[:, k] / moderation.unscaled[:, k]
    return sigma, np.nan_to_num(record.df_residual[:, k]), np.sqrt(own.in_units(own.s2_prior)), own.df_prior


def _outlying(sigma: FloatArray, df: FloatArray, scale: FloatArray, df_prior: float) -> BoolArray:
    """Features whose variance differs from the prior, to either side."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.square(sigma / scale)
        above, below = f_p_value(ratio, df, df_prior), f_p_value(1.0 / ratio, df_prior, df)
    return np.asarray(adjust_p(2.0 * np.minimum(above, below), "BH") <= _OUTLYING)


def _is_robust(mod: TestedFit) -> bool:
    return mod.prior.df2_shrunk is not None


def _title(mod: TestedFit, coef: Any) -> str:
    if not mod.is_moderated:
        return "no prior"
    method = plain(mod.prior.method, 40)
    if isinstance(mod.moderation, ContrastModeration):
        return f"{plain(mod.coef_names[one_coefficient(mod, coef)], 40)}, prior by {method}"
    df = mod.prior.df2
    return f"prior by {method}: {'infinite' if np.isinf(df) else format(df, '.3g')} df"


def _draw_trend(ax: Axes, x: FloatArray, trend: AnyArray) -> None:
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(trend))
    if not len(known):
        return
    level = trend[known]
    if level.min() == level.max():
        ax.axhline(level[0], color=ACCENT, linewidth=2.0)
        return
    order = known[np.argsort(x[known], kind="stable")]
    order = order[thinned(x[order])]
    turns = np.count_nonzero(np.diff(np.sign(np.diff(trend[order]))))
    if turns > _MOST_TURNS:
        ax.scatter(x[order], trend[order], s=4.0, c=ACCENT, linewidths=0.0)
    else:
        ax.plot(x[order], trend[order], color=ACCENT, linewidth=2.0)


def thinned(x: FloatArray) -> IntArray:
    """Positions among rising values of at most a thousand that serve to draw a curve: even in number and in value."""
    if len(x) <= _MOST_ON_CURVE:
        return np.arange(len(x))
    half = _MOST_ON_CURVE // 2
    by_rank = np.linspace(0, len(x) - 1, half).astype(np.intp)
    by_value = np.searchsorted(x, np.linspace(x[0], x[-1], half))
    return np.union1d(by_rank, np.minimum(by_value, len(x) - 1))
