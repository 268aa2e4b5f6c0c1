from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.weights.quality_precision import voom_with_quality_weights
from tests.weights.answers.reader import answers

#: Two rounds of weights that feed on each other: rounding grows by a few digits.
TWO_ROUNDS = 1e-12
#: Moderated tests of these: the prior is a difference of small numbers.
TESTED = 1e-9


@answers("voom_with_quality_weights", "precision")
def test_as_in_limma(args, expected):
    v = voom_with_quality_weights(**args)
    assert_allclose(v.targets["sample_weights"], expected["sample_weights"], rtol=TWO_ROUNDS)
    assert_allclose(v.weights, expected["weights"], rtol=TWO_ROUNDS)
    mod = el.lm_fit(v).ebayes()
    assert_allclose(mod.t.iloc[:, -1], expected["t"], rtol=TESTED, atol=TESTED)
    assert_allclose(mod.p_value.iloc[:, -1], expected["p"], rtol=TESTED)


@pytest.fixture
def counts():
    rng = np.random.default_rng(2)
    noise = rng.normal(size=(200, 6)) * [0.1, 0.1, 0.1, 0.8, 0.1, 0.1]
    table = rng.poisson((2.0 + rng.gamma(0.5, 40.0, (200, 1))) * np.exp(noise))
    return pd.DataFrame(table, columns=[f"s{j}" for j in range(6)])


@pytest.fixture
def samples():
    return pd.DataFrame({"group": list("AAABBB"), "run": list("xyxyxy")}, index=[f"s{j}" for j in range(6)])


def test_a_noisy_sample_counts_less(counts, samples):
    v = voom_with_quality_weights(counts, "~ group", samples=samples)
    quality = v.targets["sample_weights"]
    assert quality.idxmin() == "s3"
    assert quality["s3"] < 0.5 * quality.drop("s3").min()
    assert list(v.targets.columns) == ["group", "lib_size", "norm_factors", "run", "sample_weights"]
    assert_allclose(np.log(quality).sum(), 0.0, atol=TWO_ROUNDS)


def test_groups_of_a_dgelist_are_the_design_of_both(counts, samples):
    """limma weighs samples as if all were replicates."""
    v = voom_with_quality_weights(el.DGEList(counts, samples=samples))
    assert_array_equal(v.weights, voom_with_quality_weights(counts, "~ group", samples=samples).weights)


def test_groups_of_variances_by_name(counts, samples):
    named = voom_with_quality_weights(counts, "~ group", samples=samples, var_group="run")
    quality = named.targets["sample_weights"]
    assert quality.nunique() == 2
    assert quality["s0"] == quality["s2"] == quality["s4"]
