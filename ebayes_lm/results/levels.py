"""Coefficients that measure how high values are, where a difference was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ebayes_lm.errors import DesignWarning, warn

if TYPE_CHECKING:
    from ebayes_lm.results.moderated import ModeratedFit

#: A level is tested in vain where this share of features differs from zero, all but a few in one direction.
_NEARLY_ALL = 0.95
_SIGNIFICANT = 0.01
#: Fewer features than this do not show what the scale of the data is.
_ENOUGH = 20


def depends_on_level(mod: ModeratedFit, k: int) -> bool:
    """Whether adding a constant to all data changes coefficient k: a group mean does, a difference does not."""
    x = mod.design.matrix
    ones = np.ones(len(x))
    shift, *_ = np.linalg.lstsq(x, ones, rcond=None)
    if not np.allclose(x @ shift, ones, atol=1e-8):
        return False
    return bool(abs(shift @ mod.fit.contrast_matrix[:, k]) > 1e-8)


def warn_of_levels(mod: ModeratedFit, k: int) -> None:
    """Warn where a group mean is tested against zero and nearly every feature differs from zero in one direction.

    Log-ratios scatter about zero on both sides, and testing their mean is sound: no warning then.
    """
    name = mod.coef_names[k]
    if name == "(Intercept)" or mod.shape[0] < _ENOUGH or not depends_on_level(mod, k):
        return
    t, p = mod.t_of(k), mod.p_value_of(k)
    tested = ~np.isnan(t)
    significant = p[tested] < _SIGNIFICANT
    positive = float(np.mean(t[tested] > 0)) if tested.any() else 0.5
    if tested.sum() < _ENOUGH or significant.mean() < _NEARLY_ALL or min(positive, 1 - positive) > 1 - _NEARLY_ALL:
        return
    others = [c for c in mod.coef_names if c != name]
    meant = f"fit.contrast({f'{name} - {others[0]}'!r})" if others else "a design with a group to compare with"
    warn(
        f"{name!r} is a level, not a difference: its test asks whether values are zero, and "
        f"{significant.mean():.0%} of features are 'significant'. A comparison was probably meant, such as {meant}",
        DesignWarning,
    )
