from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from numpy.testing import assert_allclose

from ebayes_lm.core.log_f_moments import log_f_density, winsorised_log_f

#: Quadrature against another, adaptive one over the quantiles.
QUADRATURE = 1e-7
#: A density in logs against SciPy's, which cancels where df2 are many.
DENSITY = 1e-9


def by_quantiles(df1, df2, tails):
    """The moments as integrals of the winsorised quantile function."""
    f = scipy.stats.f(df1, df2) if np.isfinite(df2) else scipy.stats.chi2(df1, scale=1 / df1)
    low, high = np.log(f.ppf([tails[0], 1 - tails[1]]))

    def integral(of):
        inner, _ = scipy.integrate.quad(lambda p: of(np.log(f.ppf(p))), tails[0], 1 - tails[1], epsabs=1e-12)
        return inner + tails[0] * of(low) + tails[1] * of(high)

    mean = integral(lambda z: z)
    return mean, integral(lambda z: (z - mean) ** 2)


@pytest.mark.parametrize("df1", [1, 4, 30])
@pytest.mark.parametrize("df2", [0.8, 5, 60, 1e4, np.inf])
@pytest.mark.parametrize("tails", [(0.05, 0.1), (0.02, 0.2)])
def test_moments(df1, df2, tails):
    assert_allclose(winsorised_log_f(df1, df2, tails), by_quantiles(df1, df2, tails), rtol=QUADRATURE, atol=QUADRATURE)


def test_nothing_is_lost_on_the_way_to_infinite_df():
    limit = winsorised_log_f(4, np.inf, (0.05, 0.1))[1]
    excess = [(winsorised_log_f(4, df2, (0.05, 0.1))[1] - limit) * df2 for df2 in (1e3, 1e5, 1e7)]
    assert_allclose(excess, excess[0], rtol=0.02)


@pytest.mark.parametrize("df2", [0.5, 59.9, 60.1, 1e3, np.inf])
def test_density(df2):
    log_f = np.linspace(-5, 5, 21)
    other = scipy.stats.f(3, df2) if np.isfinite(df2) else scipy.stats.chi2(3, scale=1 / 3)
    assert_allclose(log_f_density(log_f, 3, df2), other.logpdf(np.exp(log_f)), rtol=DENSITY)
