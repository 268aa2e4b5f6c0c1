from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.contrast_moderation import moderate_contrasts
from tests.core.mixed_models import balanced, mixed

#: The same sums in another order.
SAME = 1e-10


def test_variances_of_a_contrast_are_squeezed_as_any_others():
    """The posterior of the paper, from the prior that is found and the contrast's own df."""
    x, blocks, y = balanced(300)
    _, own, parameters = mixed(y, x, blocks)
    variances = own.variances(slice(None), np.eye(4))
    moderation, prior = moderate_contrasts(variances, parameters, np.full(300, 20))
    for k in range(4):
        of_k, d0 = moderation.of(k), prior.each[k].df2
        s2 = np.square(parameters.sigma * variances.stdev[:, k] / variances.independent[:, k])
        s2 *= 1.0 + variances.inflation(parameters)[:, k]
        d, s0 = variances.df[:, k], of_k.in_units(of_k.s2_prior)
        assert_allclose(of_k.in_units(of_k.s2_post), (d * s2 + d0 * s0) / (d + d0), rtol=SAME)
        assert_allclose(of_k.df_total, d + d0, rtol=SAME)
    assert [np.ndim(part.scale) for part in prior.each] == [1, 1, 0, 0]  # those within blocks follow nothing


def test_few_features_have_a_constant_prior():
    x, blocks, y = balanced(99)
    _, own, parameters = mixed(y, x, blocks)
    _, prior = moderate_contrasts(own.variances(slice(None), np.eye(4)), parameters, np.full(99, 20))
    assert [np.ndim(part.scale) for part in prior.each] == [0, 0, 0, 0]


def test_without_a_correlation_the_prior_is_what_a_feature_has():
    x, blocks, y = balanced(100)
    y[4] = np.where(np.arange(24) % 3 == 0, y[4], np.nan)
    fits, own, parameters = mixed(y, x, blocks)
    variances = own.variances(slice(None), np.eye(4)[:, :2])
    moderation, prior = moderate_contrasts(variances, parameters, fits.n_fitted - fits.rank)
    assert np.isnan(parameters.sigma[4])
    assert_array_equal(moderation.s2_post[4], moderation.s2_prior[4])
    assert_allclose(moderation.df_total[4], [part.df2 for part in prior.each], rtol=SAME)
