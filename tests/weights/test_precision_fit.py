from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm import voom_lm_fit
from ebayes_lm.errors import ArgumentError, VarianceWarning
from tests.weights.answers.reader import answers

#: Two rounds of weights that feed on each other.
TWO_ROUNDS = 1e-11
#: Moderated tests of these; where df differ the prior is found by search.
TESTED = 1e-7


@answers("voom_lm_fit", "precision_fit")
@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.PriorSwitchWarning")
def test_as_in_edger(args, expected):
    fit = voom_lm_fit(**args, compat="limma")
    assert_array_equal(fit.df_residual, expected["df"])
    if "correlation" in expected:
        assert_allclose(fit.correlation, expected["correlation"], rtol=TWO_ROUNDS)
    if "sample_weights" in expected:
        assert_allclose(fit.targets["sample_weights"], expected["sample_weights"], rtol=TWO_ROUNDS)
    assert_allclose(fit.elist.weights, expected["weights"], rtol=TWO_ROUNDS)
    assert_allclose(fit.sigma, expected["sigma"], rtol=TWO_ROUNDS)
    mod = fit.ebayes()
    assert_allclose(mod.t.iloc[:, -1], expected["t"], rtol=TESTED, atol=TESTED)
    assert_allclose(mod.p_value.iloc[:, -1], expected["p"], rtol=TESTED)


@pytest.fixture
def counts():
    rng = np.random.default_rng(2)
    table = 1 + rng.poisson((2.0 + rng.gamma(0.5, 40.0, (80, 1))) * rng.gamma(4.0, 0.25, (80, 6)))
    table[0], table[1, :3], table[2, 3:], table[3, [0, 3]] = 0, 0, 0, 0
    return pd.DataFrame(table, [f"g{i}" for i in range(80)], [f"s{j}" for j in range(6)])


@pytest.fixture
def samples():
    table = {"group": list("AAABBB"), "pair": [1, 2, 3, 1, 2, 3], "run": list("xyxyxy")}
    return pd.DataFrame(table, index=[f"s{j}" for j in range(6)])


def test_exact_zeros_leave_residual_df_and_nothing_else(counts, samples):
    fit = voom_lm_fit(counts, "~ group", samples=samples)
    assert fit.df_residual.tolist()[:5] == [0.0, 2.0, 2.0, 4.0, 4.0]
    assert fit.status.tolist()[:2] == ["no_df", "ok"]
    plain = el.lm_fit(fit.elist)
    for name in ("coefficients", "stdev_unscaled", "amean", "n_observed"):
        assert_array_equal(getattr(fit, name), getattr(plain, name))
    assert_array_equal(fit.sigma[3:], plain.sigma[3:])
    without = el.lm_fit(
        fit.elist.E.loc[["g1"], "s3":],
        weights=fit.elist.weights.loc[["g1"], "s3":],
    )
    assert_allclose(fit.sigma["g1"], without.sigma["g1"], rtol=TWO_ROUNDS)


def test_zeros_have_their_mean_from_other_counts_in_the_trend(counts, samples):
    points = voom_lm_fit(counts, "~ group", samples=samples).elist.voom_xy
    one = el.voom(counts, "~ group", samples=samples)
    shift = one.voom_xy.loc["g5", "x"] - one.E.loc["g5"].mean()
    assert_allclose(points.loc["g1", "x"], one.E.loc["g1"].iloc[3:].mean() + shift, rtol=TWO_ROUNDS)
    assert_allclose(points.loc["g3", "x"], one.voom_xy.loc["g3", "x"], rtol=TWO_ROUNDS)
    assert "g0" not in points.index


def test_without_exact_zeros_it_is_voom_and_lm_fit(counts, samples):
    v = el.voom(counts[4:], "~ group", samples=samples)
    fit = voom_lm_fit(counts[4:], "~ group", samples=samples)
    assert_array_equal(fit.elist.weights, v.weights)
    assert_array_equal(fit.sigma, el.lm_fit(v).sigma)


def test_what_is_estimated_can_be_asked_for(counts, samples):
    fit = voom_lm_fit(counts, "~ group", samples=samples, block="pair", sample_weights=True)
    assert -0.5 < fit.correlation < 1.0
    assert fit.correlation != 0.0
    assert list(fit.targets.columns) == ["group", "lib_size", "norm_factors", "pair", "run", "sample_weights"]
    plain = voom_lm_fit(counts, "~ group", samples=samples)
    assert plain.correlation == 0.0
    assert "sample_weights" not in plain.targets
    listed = voom_lm_fit(counts, "~ group", samples=samples, block=[1, 2, 3, 1, 2, 3], sample_weights=True)
    assert_array_equal(listed.elist.weights, fit.elist.weights)


def test_groups_of_variances_ask_for_sample_weights(counts, samples):
    fit = voom_lm_fit(counts, "~ group", samples=samples, var_group="run")
    assert fit.targets["sample_weights"].nunique() == 2


def test_a_subset_takes_its_values_along(counts, samples):
    fit = voom_lm_fit(counts, "~ group", samples=samples)
    part = fit[[5, 1], "groupB"]
    assert isinstance(part, el.VoomFit)
    assert list(part.elist.E.index) == list(part.coefficients.index) == ["g5", "g1"]
    assert_array_equal(part.elist.weights, fit.elist.weights.iloc[[5, 1]])
    assert fit.select(features="g7").elist.shape == (1, 6)
    assert fit[fit.df_residual > 3].elist.shape == (77, 6)


@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.PriorSwitchWarning")
def test_it_goes_on_like_any_fit(counts, samples):
    fit = voom_lm_fit(counts, "~ 0 + group", samples=samples)
    mod = fit.contrast("groupB - groupA").ebayes()
    assert isinstance(mod.fit, el.VoomFit)
    assert mod.prior.method.startswith("profile likelihood")
    table = mod.top_table(number=None)
    assert np.isfinite(table.loc["g1", "P.Value"])
    assert mod[[1, 2]].fit.elist.shape == (2, 6)
    again = pickle.loads(pickle.dumps(fit))
    assert_array_equal(again.contrast("groupB - groupA").ebayes().t, mod.t)


def test_positions_blocks_and_sparse_matrices(counts, samples):
    one = voom_lm_fit(counts, "~ group", samples=samples)
    two = voom_lm_fit(counts, "~ group", samples=samples, chunk_size=7, threads=2)
    assert_allclose(one.elist.weights, two.elist.weights, rtol=TWO_ROUNDS)
    assert_allclose(one.sigma, two.sigma, rtol=TWO_ROUNDS)
    sparse = pytest.importorskip("scipy.sparse").csr_matrix(counts.to_numpy())
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    assert_array_equal(voom_lm_fit(sparse, design).sigma, one.sigma)


def test_without_replicates_the_fit_is_unweighted(counts):
    with pytest.warns(VarianceWarning, match="all weights are 1"):
        fit = voom_lm_fit(counts.iloc[:, :2], np.eye(2))
    assert (fit.elist.weights == 1.0).all(axis=None)
    assert_array_equal(fit.df_residual, np.zeros(80))


def test_input_is_left_alone(counts, samples):
    values = counts.to_numpy(copy=True)
    values.flags.writeable = False
    voom_lm_fit(values, sample_weights=True)
    assert_array_equal(values, counts)


def test_prior_and_sample_weights_exclude_each_other(counts):
    for option in ({"sample_weights": True}, {"var_group": list("xyxyxy")}):
        with pytest.raises(ArgumentError, match="under weights that are known beforehand"):
            voom_lm_fit(counts, prior_weights=np.ones(6), **option)
