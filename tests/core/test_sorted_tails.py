from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.sorted_tails import falling_f_tails
from ebayes_lm.core.tails import f_p_value

#: Rounding of a sum over thousands of gaps, beside quadrature by three nodes.
INTEGRATED = 1e-11


@pytest.mark.parametrize("df1", [0.5, 1.0, 4.0, 22.0, 1e3])
@pytest.mark.parametrize("df2", [0.3, 5.0, 80.0, 1e5, np.inf])
def test_as_tails_on_their_own(df1, df2):
    rng = np.random.default_rng(1)
    f = rng.chisquare(df1, 20_000) / df1 / (rng.chisquare(df2, 20_000) / df2 if np.isfinite(df2) else 1.0)
    f = np.append(f[f > 0], [1e3, 1e10, 1e300, 2.0, 2.0, 1e-12])
    f = np.sort(f)[::-1]
    assert_allclose(falling_f_tails(f, df1, df2), f_p_value(f, df1, df2), rtol=INTEGRATED)


def test_few_are_computed_one_by_one():
    f = np.array([9.0, 3.0, 1.0])
    assert_array_equal(falling_f_tails(f, 3, 5), f_p_value(f, 3, 5))
