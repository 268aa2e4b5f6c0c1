from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm import vooma_lm_fit
from ebayes_lm.errors import ArgumentError, EstimabilityWarning
from tests.weights.answers.reader import answers

#: Two rounds of weights that feed on each other.
TWO_ROUNDS = 1e-11
#: Moderated tests of these; where df differ the prior is found by search.
TESTED = 1e-8


@answers("vooma_lm_fit", "log_precision")
@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.PriorSwitchWarning")
def test_as_in_limma(args, expected):
    fit = vooma_lm_fit(**args, compat="limma")
    assert_allclose(fit.elist.span, expected["span"])
    assert_array_equal(fit.df_residual, expected["df"])
    if "correlation" in expected:
        assert_allclose(fit.correlation, expected["correlation"], rtol=TWO_ROUNDS)
    if "sample_weights" in expected:
        assert_allclose(fit.targets["sample_weights"], expected["sample_weights"], rtol=TWO_ROUNDS)
    known = np.isfinite(expected["weights"])
    assert_allclose(fit.elist.weights.to_numpy()[known], expected["weights"][known], rtol=TWO_ROUNDS)
    assert_allclose(fit.sigma, expected["sigma"], rtol=TWO_ROUNDS)
    mod = fit.ebayes()
    assert_allclose(mod.t.iloc[:, -1], expected["t"], rtol=TESTED, atol=TESTED)
    assert_allclose(mod.p_value.iloc[:, -1], expected["p"], rtol=TESTED)


@pytest.fixture
def y():
    rng = np.random.default_rng(6)
    mean = rng.uniform(4.0, 14.0, (80, 1))
    values = rng.normal(mean, np.exp(-mean / 8.0), (80, 6)) + rng.normal(0, 0.2, (80, 3)).repeat(2, axis=1)
    return pd.DataFrame(values, [f"g{i}" for i in range(80)], [f"s{j}" for j in range(6)])


@pytest.fixture
def samples():
    return pd.DataFrame({"half": list("xyxyxy"), "pair": [1, 1, 2, 2, 3, 3]}, index=[f"s{j}" for j in range(6)])


def test_without_more_it_is_vooma_and_lm_fit(y, samples):
    v = el.vooma(y, "~ half", samples=samples)
    fit = vooma_lm_fit(y, "~ half", samples=samples)
    assert_array_equal(fit.elist.weights, v.weights)
    assert_array_equal(fit.coefficients, el.lm_fit(v).coefficients)


def test_blocks_and_quality_by_name(y, samples):
    fit = vooma_lm_fit(y, "~ half", samples=samples, block="pair", sample_weights=True)
    assert fit.correlation > 0.0
    assert list(fit.targets.columns) == ["half", "pair", "sample_weights"]
    listed = vooma_lm_fit(y, "~ half", samples=samples, block=[1, 1, 2, 2, 3, 3], sample_weights=True)
    assert_array_equal(listed.elist.weights, fit.elist.weights)
    bare = vooma_lm_fit(y.to_numpy(), fit.design.matrix, sample_weights=True)
    assert list(bare.targets.columns) == ["sample_weights"]


def test_weights_of_a_container_are_known_beforehand(y, samples):
    weights = np.random.default_rng(1).uniform(0.5, 2.0, y.shape)
    fit = vooma_lm_fit(el.EList(y, weights=weights), "~ half", samples=samples)
    expected = vooma_lm_fit(y, "~ half", samples=samples, prior_weights=weights)
    assert_array_equal(fit.elist.weights, expected.elist.weights)
    with pytest.raises(ArgumentError, match=r"leave out prior_weights= \(and weights of the container\)"):
        vooma_lm_fit(el.EList(y, weights=weights), "~ half", samples=samples, sample_weights=True)


def test_features_without_residual_df_are_no_points(y, samples):
    """In limma they make the whole trend another one."""
    y.iloc[3, [0, 1, 2, 3]] = np.nan
    fit = vooma_lm_fit(y, "~ half", samples=samples)
    assert fit.df_residual.iloc[3] == 0.0
    assert "g3" not in fit.elist.voom_xy.index
    rest = vooma_lm_fit(y.drop(index="g3"), "~ half", samples=samples, span=fit.elist.span)
    assert_allclose(rest.elist.weights, fit.elist.weights.drop(index="g3"), rtol=TWO_ROUNDS)


def test_a_feature_that_lacks_a_group_keeps_what_it_has(y, samples):
    y.iloc[3, [0, 2, 4]] = np.nan
    with pytest.warns(EstimabilityWarning, match="not estimable in 1 feature"):
        fit = vooma_lm_fit(y, "~ half", samples=samples)
    assert fit.status.iloc[3] == "not_estimable"
    assert fit.df_residual.iloc[3] == 2.0
    assert np.isfinite(fit.elist.weights).all(axis=None)


def test_a_subset_takes_its_values_along(y, samples):
    fit = vooma_lm_fit(y, "~ half", samples=samples)
    assert fit[3:5].elist.E.equals(y[3:5])
