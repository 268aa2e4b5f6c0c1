"""What tests owe each other, whatever the numbers are: t and F, thresholds, decisions, shares of true hypotheses."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from tests.strategies import Study, common, studies

pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EbayesLMWarning")

#: One statistic by two formulas.
SAME = 1e-10
#: Rounding of a sum of two tails, or of sixteen.
ROUNDING = 1e-12
priors = st.sampled_from([{"legacy": True}, {"legacy": False}, {"robust": True}])
p_values = hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1, allow_subnormal=False))


def contrasted(study: Study, most: int = 3) -> el.LinearFit:
    c = study.comparisons(np.arange(1, study.y.shape[1]))[:, :most]
    assume(c.size)
    return study.fit().contrast(c)


@common
@given(studies(variances=4), priors)
def test_f_of_one_contrast_is_its_t_squared(study, prior):
    mod = contrasted(study).ebayes(**prior)
    for k in range(mod.shape[1]):
        one = mod[:, k]
        assert_allclose(one.F, np.square(mod.t.iloc[:, k]), rtol=SAME)


@common
@given(studies(kinds=("none", "samples", "features", "cells", "blocks", "blocks and cells")))
def test_f_lies_between_the_mean_of_its_parts_and_the_best_of_all_contrasts(study):
    """F times its df is the largest squared t of any combination, so that no single contrast exceeds it."""
    mod = contrasted(study).ordinary()
    df1 = np.linalg.matrix_rank(mod.fit.contrast_matrix)
    largest = np.square(mod.t).max(axis=1)
    known = mod.F.notna() & mod.t.notna().all(axis=1)
    assert (mod.F[known] * df1 >= largest[known] * (1 - 1e-8)).all()


@common
@given(studies(variances=4), priors)
def test_a_threshold_of_zero_is_no_threshold(study, prior):
    fit = contrasted(study)
    mod, against_zero = fit.ebayes(**prior), fit.treat(lfc=0, **prior)
    assert_allclose(against_zero.p_value, mod.p_value, rtol=SAME)
    assert_allclose(against_zero.log_p_value, mod.log_p_value, rtol=SAME, atol=SAME)
    assert_allclose(against_zero.t, mod.t, rtol=SAME)
    assert_array_equal(against_zero.df_total, mod.df_total)


@common
@given(studies(variances=4), priors, st.lists(st.floats(0, 5), min_size=3, max_size=3))
def test_a_larger_threshold_is_harder_to_exceed(study, prior, thresholds):
    fit = contrasted(study)
    tests = [fit.treat(lfc=lfc, **prior) for lfc in sorted(thresholds)]
    for lower, higher in itertools.pairwise(tests):
        a, b = lower.p_value.to_numpy(), higher.p_value.to_numpy()
        assert ((b >= a * (1 - ROUNDING)) | np.isnan(a)).all()
        assert ((np.abs(higher.t) <= np.abs(lower.t)) | np.isnan(lower.t)).all(axis=None)
        assert ((b <= 1) | np.isnan(b)).all()
    assert_array_equal(fit.treat(lfc=-tests[-1].lfc, **prior).p_value, tests[-1].p_value)
    assert_array_equal(fit.treat(fc=2.0, **prior).p_value, fit.treat(lfc=1.0, **prior).p_value)


@common
@given(studies(variances=4), priors, st.floats(0.01, 5))
def test_an_average_over_thresholds_lies_below_the_largest(study, prior, lfc):
    fit = contrasted(study)
    none, average, whole = (
        np.asarray(test.p_value)
        for test in (fit.ebayes(**prior), fit.treat(lfc=lfc, upshot=True, **prior), fit.treat(lfc=lfc, **prior))
    )
    known = ~np.isnan(none)
    assert_array_equal(np.isnan(average), ~known)
    assert (average[known] <= whole[known] * (1 + ROUNDING)).all()
    assert (average[known] >= none[known] * (1 - ROUNDING)).all()


@common
@given(
    studies(kinds=("none", "samples", "cells", "blocks")),
    st.sampled_from(["separate", "global", "hierarchical", "nestedF"]),
    st.sampled_from(["none", "BH", "BY", "holm"]),
    st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
def test_a_higher_bound_decides_for_more(study, method, adjust, bounds):
    mod = contrasted(study).ordinary()
    few, many = (
        np.asarray(mod.decide_tests(method=method, adjust_method=adjust, p_value=bound)) for bound in sorted(bounds)
    )
    assert_array_equal(np.isnan(few), np.isnan(many))
    decided = ~np.isnan(few) & (few != 0)
    assert_array_equal(few[decided], many[decided])
    assert_array_equal(few[decided], np.sign(mod.t.to_numpy())[decided])


@common
@given(studies(kinds=("none", "cells", "blocks")), st.floats(0, 1))
def test_decisions_one_by_one_are_adjusted_p_below_the_bound(study, bound):
    mod = contrasted(study).ordinary()
    codes = np.asarray(mod.decide_tests(p_value=bound))
    for k in range(mod.shape[1]):
        adjusted = el.adjust_p(mod.p_value.iloc[:, k].to_numpy(), "BH")
        assert_array_equal(codes[:, k] != 0, (adjusted < bound) | np.isnan(adjusted))


@common
@given(p_values, st.sampled_from(["lfdr", "mean", "hist", "convest", "smoother"]), st.integers(0, 5))
def test_a_share_is_a_share(p, method, n_missing):
    share = el.prop_true_null(p, method=method)
    assert share <= 1
    assert share >= 0 or method == "smoother"
    with_gaps = np.concatenate([np.full(n_missing, np.nan), p])
    assert el.prop_true_null(with_gaps, method=method) == share
    assert_allclose(el.prop_true_null(p[::-1], method=method), share, rtol=SAME, atol=SAME)


@common
@given(p_values, st.sampled_from([None, "lfdr", "mean", "hist", "convest", 1.0, 0.3]))
def test_q_lies_below_the_adjusted_p(p, pi0):
    adjusted = el.adjust_p(p, "BH")
    try:
        q = el.q_value(p, pi0=pi0)
    except el.errors.DataError as error:
        assert "true hypotheses is estimated" in str(error)  # noqa: PT017
        return
    assert ((q >= 0) & (q <= adjusted * (1 + ROUNDING))).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= 0).all()
    if pi0 == 1.0:
        assert_array_equal(q, adjusted)
