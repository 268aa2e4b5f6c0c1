from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.prior import fit_f_dist
from ebayes_lm.core.prior_robust import fit_f_dist_robustly
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, VarianceWarning
from tests.core.answers.reader import answers

#: R stops looking for df2/(1 + df2) within 1e-8.
R_ROOT = 1e-8
#: Scale and shrunk df follow from that root.
FOLLOWING = 1e-7


def share(df):
    return 1.0 - 1.0 / (1.0 + np.asarray(df))


@answers("fit_f_dist_robustly", "robust")
@pytest.mark.filterwarnings("ignore:.* zero, raised")
def test_as_in_limma(args, expected):
    prior = fit_f_dist_robustly(
        args["x"], args["df1"], covariate=args.get("covariate"), winsor_tail_p=tuple(args["winsor_tail_p"])
    )
    assert_allclose(share(prior.df2), share(expected["df2"]), atol=R_ROOT)
    assert_allclose(prior.scale, expected["scale"], rtol=FOLLOWING)
    df_prior = np.broadcast_to(prior.df_prior, expected["df2_shrunk"].shape)
    assert_array_equal(np.isinf(df_prior), np.isinf(expected["df2_shrunk"]))
    assert_allclose(share(df_prior), share(expected["df2_shrunk"]), atol=FOLLOWING)


def test_outliers_do_not_shape_the_prior():
    rng = np.random.default_rng(0)
    clean = 3.0 * rng.f(5, 8, size=20_000)
    x = clean.copy()
    x[:300] *= 1e3
    robust, plain, other = fit_f_dist_robustly(x, 5), fit_f_dist(x, 5), fit_f_dist(clean, 5)
    assert_allclose(robust.df2, other.df2, rtol=0.12)
    assert plain.df2 < 0.6 * other.df2
    assert (robust.df2_shrunk[:300] < 1.0).mean() > 0.9
    assert robust.method == "winsorised moments"


def test_without_outliers_nothing_is_shrunk():
    x = np.sqrt(scipy.stats.chi2(4).ppf((np.arange(200) + 0.5) / 200))
    prior = fit_f_dist_robustly(x, 4)
    assert prior.df2 == np.inf
    assert prior.df2_shrunk is None


def test_few_variances_are_met_by_plain_moments():
    for x in ([], [2.0], [1.0, 2.0], [1.0, 2.0, np.nan], [1.0, 4.0, 90.0]):
        prior, plain = fit_f_dist_robustly(x, 4), fit_f_dist(x, 4)
        assert_array_equal(prior.scale, plain.scale)
        assert_array_equal(prior.df2, plain.df2)
        assert prior.method == "moments"


def test_infinite_covariates_stand_beyond_the_others():
    rng = np.random.default_rng(4)
    x, a = rng.f(4, 6, size=60), rng.normal(size=60)
    a[:2] = a.min() - 1.0, a.max() + 1.0
    b = a.copy()
    b[:2] = -np.inf, np.inf
    first, second = fit_f_dist_robustly(x, 4, covariate=a), fit_f_dist_robustly(x, 4, covariate=b)
    assert np.isfinite(second.scale).all()
    assert second.df2 > 0
    assert_allclose(second.scale[2:], first.scale[2:], rtol=0.2)


def test_what_takes_no_part_has_the_df_of_the_rest():
    rng = np.random.default_rng(5)
    x, a = rng.f(4, 6, size=80), rng.normal(size=80)
    x[:3] = 1e4
    x[[10, 11]] = np.nan, np.inf
    known = np.isfinite(x)
    prior, rest = fit_f_dist_robustly(x, 4, covariate=a), fit_f_dist_robustly(x[known], 4, covariate=a[known])
    assert_array_equal(prior.df2_shrunk[known], rest.df2_shrunk)
    assert_array_equal(prior.df2_shrunk[~known], rest.df2)
    assert_array_equal(prior.scale[known], rest.scale)
    assert ((rest.scale.min() <= prior.scale) & (prior.scale <= rest.scale.max())).all()


def test_input_is_left_alone():
    x, df1, a = np.array([0.0, 1, 2, 3, np.nan, 5, 9, 4, 90, 3, 4]), np.arange(1.0, 12), np.arange(11.0)
    a[3] = np.inf
    kept = x.copy(), df1.copy(), a.copy()
    with pytest.warns(VarianceWarning, match="1 of 10 variances is zero"):
        fit_f_dist_robustly(x, df1, covariate=a)
    for after, before in zip((x, df1, a), kept, strict=True):
        assert_array_equal(after, before)


def test_zeros_are_told_of_where_plain_moments_are_the_answer():
    with pytest.warns(VarianceWarning, match="1 of 2 variances is zero"):
        assert fit_f_dist_robustly([0.0, 1.0], 4).n_zero == 1


def test_refusals():
    with pytest.raises(DataError, match="at least half of 4 variances are zero or less"):
        fit_f_dist_robustly([0.0, 0.0, 0.0, 1.0], 4)
    with pytest.raises(ArgumentError, match="covariate has shape"):
        fit_f_dist_robustly([1.0, 2.0], 4, covariate=[1.0])
    with pytest.raises(ArgumentError, match="winsor_tail_p must be from 0 to below"):
        fit_f_dist_robustly([1.0, 2.0], 4, winsor_tail_p=(0.7, 0.1))
    with pytest.raises(ArgumentTypeError, match="two shares"):
        fit_f_dist_robustly([1.0, 2.0], 4, winsor_tail_p=None)
