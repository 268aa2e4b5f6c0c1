from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import fdtr, fdtrc, ndtri

from ebayes_lm.core.f_scores import f_scores

#: A curve of fifth degree between entries of the table.
BETWEEN = 1e-11
#: The tail of the outermost score, by a quantile of a probability next to 1.
OUTERMOST = 1e-7


@pytest.mark.parametrize("df1", [1, 2, 5, 50])
@pytest.mark.parametrize("df2", [1, 3, 94, 1000, 10**6])
def test_as_of_tails(df1, df2):
    rng = np.random.default_rng(1)
    f = np.append(rng.f(df1, df2, 2000), rng.f(df1, df2, 200) * 5.0)
    upper, lower = fdtrc(df1, df2, f), fdtr(df1, df2, f)
    f, upper, lower = (x[(upper > 1e-8) & (lower > 1e-8)] for x in (f, upper, lower))
    assert_allclose(f_scores(f, df1, df2), np.where(upper < 0.5, ndtri(upper), -ndtri(lower)), atol=BETWEEN)


def test_unlikely_scores_end_somewhere():
    found = f_scores(np.array([0.0, 1e-300, 1e300, np.inf]), 3, 20)
    assert_allclose(found, np.array([-1, -1, 1, 1]) * ndtri(1e-9), rtol=OUTERMOST)
