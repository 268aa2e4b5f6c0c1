"""removeBatchEffect and wsva under limma's names."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.limma import removeBatchEffect, wsva
from tests.batch.answers.reader import answers

#: Two factorizations of designs of moderate condition, on values of about 10.
AGREES = 1e-11

RNG = np.random.default_rng(5)
Y = RNG.normal(size=(20, 8))
BATCH = [1, 1, 2, 2, 3, 3, 1, 2]
GROUP = list("AABBABAB")


@answers("remove_batch_effect", "removal")
@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.DesignWarning")
def test_arguments_in_rs_order(args, expected):
    names = ("x", "batch", "batch2", "covariates", "design", "group")
    positional = [args.pop(name, None) for name in names]
    assert_allclose(removeBatchEffect(*positional, **args), expected["value"], rtol=AGREES, atol=AGREES)


@answers("wsva", "removal")
def test_the_number_of_surrogate_variables_is_brought_to_what_there_can_be(args, expected):
    found = wsva(args["y"], args["design"], int(args["n_sv"]), bool(args["weight_by_sd"]))
    signs = np.sign((found.to_numpy() * expected["value"]).sum(axis=0))
    assert_allclose(found * signs, expected["value"], rtol=AGREES, atol=AGREES)


def test_one_surrogate_variable_at_least():
    assert wsva(Y, np.ones((8, 1)), 0).shape == (8, 1)


def test_the_group_goes_before_the_design():
    wanted = el.remove_batch_effect(Y, BATCH, group=GROUP)
    assert_array_equal(removeBatchEffect(Y, BATCH, design=np.ones((8, 1)), group=GROUP), wanted)


def test_weights_that_cannot_be_used_leave_observations_out():
    weights = RNG.uniform(0.5, 2, Y.shape)
    odd = weights.copy()
    odd[0, 0], odd[1, 1], weights[0, 0], weights[1, 1] = np.nan, -1, 0, 0
    wanted = el.remove_batch_effect(Y, BATCH, weights=weights)
    assert_array_equal(removeBatchEffect(Y, BATCH, weights=odd), wanted)
