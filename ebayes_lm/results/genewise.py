"""Decisions that begin with the F of a feature: whether anything differs, and then what."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.adjust import adjust_p, adjust_rows
from ebayes_lm.core.nested_f import nested_codes
from ebayes_lm.core.tails import f_p_value, t_p_value
from ebayes_lm.results.arguments import choice
from ebayes_lm.results.moderated import ModeratedFit

#: Adjustments for which the level within a feature is known once features are selected.
_ADJUSTMENTS = ("none", "bonferroni", "holm", "BH", "fdr", "BY")


def hierarchical_codes(mod: ModeratedFit, adjust_method: str, p_value: float) -> FloatArray:
    """Codes (features, coefs): F adjusted over features, then t adjusted within the features selected; NaN: no test.

    The t are looked up on the df of F, which are not capped, as in limma.
    """
    chosen, level = _selected(mod, adjust_method, p_value)
    codes = _untested(mod)
    t = _t(mod)[chosen]
    df = mod.df_uncapped
    p = t_p_value(t, (df if df.ndim == 2 else df[:, None])[chosen])
    with np.errstate(invalid="ignore"):
        codes[chosen] += np.where(adjust_rows(p, adjust_method) < level, np.sign(t), 0.0)
    return codes


def nested_f_codes(mod: ModeratedFit, adjust_method: str, p_value: float) -> FloatArray:
    """Codes (features, coefs): F adjusted over features, then t by nested F within the features selected."""
    chosen, level = _selected(mod, adjust_method, p_value)
    codes = _untested(mod)
    codes[chosen] += classified(mod, level, chosen)
    return codes


def classified(mod: ModeratedFit, level: float, features: IntArray | None = None) -> FloatArray:
    """Codes of some features by nested F, or of all; NaN where a feature has no F."""
    chosen = np.arange(mod.shape[0]) if features is None else features
    columns = list(range(mod.shape[1]))
    df2 = mod.df_of_f(columns)

    def f_test(t: FloatArray, rows: IntArray) -> FloatArray:
        at = chosen[rows]
        f, df1 = mod.f_of_t(t, columns, at)
        return f_p_value(f, df1, df2[at])

    return nested_codes(_t(mod)[chosen], f_test, level)


def _t(mod: ModeratedFit) -> FloatArray:
    return np.column_stack([mod.t_of(k) for k in range(mod.shape[1])])


def _untested(mod: ModeratedFit) -> FloatArray:
    """Zeros, NaN where there is no test of the coefficient or none of the feature."""
    missing = np.isnan(_t(mod)) | np.isnan(mod.F_p_value.to_numpy())[:, None]
    return np.where(missing, np.nan, 0.0)


def _selected(mod: ModeratedFit, adjust_method: str, p_value: float) -> tuple[IntArray, float]:
    """Features whose F is significant, and the level at which their t then are.

    The share of features selected carries the error rate over to the tests within them.
    """
    choice(adjust_method, _ADJUSTMENTS, "adjust_method", f"one of {', '.join(_ADJUSTMENTS)} where F selects features")
    p = mod.F_p_value.to_numpy()
    with np.errstate(invalid="ignore"):
        chosen = np.flatnonzero(adjust_p(p, adjust_method) < p_value)
    n, i = int(np.count_nonzero(~np.isnan(p))), len(chosen)
    return chosen, p_value * _carried(adjust_method, n, i) if i else 0.0


def _carried(adjust_method: str, n: int, i: int) -> float:
    """What the level is multiplied by where i of n features are selected."""
    if adjust_method == "none":
        return 1.0
    if adjust_method == "bonferroni":
        return 1.0 / n
    if adjust_method == "holm":
        return 1.0 / (n - i + 1)
    if adjust_method == "BY":
        return i / n / float(np.sum(1.0 / np.arange(1, n + 1)))
    return i / n
