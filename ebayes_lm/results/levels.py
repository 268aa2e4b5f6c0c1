"""Coefficients that measure how high values are, where a difference was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ebayes_lm.errors import DesignWarning, warn

if TYPE_CHECKING:
    from ebayes_lm.results.tested import TestedFit

#: A level is tested in vain where this share of features differs from zero, all but a few in one direction.
_NEARLY_ALL = 0.95
_SIGNIFICANT = 0.01
#: Fewer features than this do not show what the scale of the data is.
_ENOUGH = 20


def depends_on_level(mod: TestedFit, k: int) -> bool:
    """Whether adding a constant to all data changes coefficient k: a group mean does, a difference does not."""
    x = mod.design.matrix
    ones = np.ones(len(x))
    shift, *_ = np.linalg.lstsq(x, ones, rcond=None)
    if not np.allclose(x @ shift, ones, atol=1e-8):
        return False
    return bool(abs(shift @ mod.fit.contrast_matrix[:, k]) > 1e-8)


def warn_of_levels(mod: TestedFit, tested: Iterable[int]) -> None:
    """Warn once where a group mean is tested against zero and nearly every feature differs from zero in one direction.

    Log-ratios scatter about zero on both sides, and testing their mean is sound: no warning then.
    """
    for k in tested:
        share = _share_in_vain(mod, k)
        if share >= _NEARLY_ALL:
            _warn_of(mod, mod.coef_names[k], share)
            return


def _share_in_vain(mod: TestedFit, k: int) -> float:
    """Share of features whose level differs from zero; 0 where it is no level, or where signs are mixed."""
    if mod.coef_names[k] == "(Intercept)" or mod.shape[0] < _ENOUGH or not depends_on_level(mod, k):
        return 0.0
    t, p = mod.t_of(k), mod.p_value_of(k)
    known = ~np.isnan(t)
    if known.sum() < _ENOUGH:
        return 0.0
    positive = float(np.mean(t[known] > 0))
    one_sided = min(positive, 1 - positive) <= 1 - _NEARLY_ALL
    return float(np.mean(p[known] < _SIGNIFICANT)) if one_sided else 0.0


def _warn_of(mod: TestedFit, name: str, share: float) -> None:
    others = [c for c in mod.coef_names if c != name]
    meant = f"fit.contrast({f'{name} - {others[0]}'!r})" if others else "a design with a group to compare with"
    warn(
        f"{name!r} is a level, not a difference: its test asks whether values are zero, and "
        f"{share:.0%} of features are 'significant'. A comparison was probably meant, such as {meant}",
        DesignWarning,
        topic="contrasts",
    )
