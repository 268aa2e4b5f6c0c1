from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.interpolate import make_smoothing_spline

from ebayes_lm.core.smoothing_spline import smooth

#: A dense eigenproblem against a banded solve.
SAME = 1e-8


def df_of(x: np.ndarray, penalty: float) -> float:
    """Trace of SciPy's smoother, by smoothing every unit vector."""
    return sum(make_smoothing_spline(x, unit, lam=penalty)(x)[k] for k, unit in enumerate(np.eye(len(x))))


@pytest.mark.parametrize("penalty", [1e-4, 1e-2, 1.0])
def test_is_that_of_scipy_at_the_same_df(penalty):
    rng = np.random.default_rng(1)
    for x in (np.arange(1, 20) / 20, np.sort(rng.random(12))):
        y = rng.normal(size=len(x))
        assert_allclose(smooth(x, y, df_of(x, penalty)), make_smoothing_spline(x, y, lam=penalty)(x), atol=SAME)


def test_lines_stay():
    x = np.arange(7.0)
    assert_allclose(smooth(x, 3 * x - 1, 3.0), 3 * x - 1, atol=1e-12)
