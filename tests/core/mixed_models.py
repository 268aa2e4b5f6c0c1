"""Mixed models of small problems, as tests of what follows from them start."""

from __future__ import annotations

import numpy as np

from ebayes_lm.core.mixed_assembly import mixed_covariances
from ebayes_lm.core.mixed_plan import mixed_plan


def mixed(y, x, blocks, weights=None):
    """Fits of rows, what their covariances rest on, and the variance parameters."""
    plan = mixed_plan(x, blocks, weights)
    fits = plan.rows(y, None)
    own = mixed_covariances(plan, fits, 0.0, None, None)
    return fits, own, own.parameters(fits.sigma)


def balanced(g):
    """Eight blocks of three: the second column of the design between them, the others within; variances differ."""
    rng = np.random.default_rng(5)
    blocks = np.repeat(np.arange(8), 3)
    time = np.arange(24) % 3
    x = np.column_stack([np.ones(24), blocks > 3, time == 1, time == 2]).astype(float)
    size = np.sqrt(4 / rng.chisquare(4, size=(g, 1)))
    return x, blocks, size * (rng.normal(size=(g, 24)) + rng.normal(size=(g, 8))[:, blocks])
