from __future__ import annotations

import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.weights.precision_fit import voom_lm_fit
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
