from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import ebayes_lm as el
from ebayes_lm import wsva
from tests.batch.answers.reader import answers

#: The last of several directions rests on what those before it leave, with their rounding.
AGREES = 1e-11
#: The same numbers in another unit or order.
SAME = 1e-12

RNG = np.random.default_rng(3)
SAMPLES = list("abcdefgh")
HIDDEN = RNG.normal(size=8)
GROUPS = np.repeat([0.0, 1.0], 4)
Y = pd.DataFrame(RNG.normal(size=(300, 8)) * 0.1 + np.outer(RNG.normal(size=300), HIDDEN), columns=SAMPLES)
DESIGN = pd.DataFrame({"all": 1.0, "treated": GROUPS}, index=SAMPLES)


@answers("wsva", "removal")
def test_as_in_limma_up_to_sign(args, expected):
    wanted = expected["value"]
    found = wsva(args["y"], args["design"], n_sv=wanted.shape[1], weight_by_sd=bool(args["weight_by_sd"]))
    signs = np.sign((found.to_numpy() * wanted).sum(axis=0))
    assert_allclose(found * signs, wanted, rtol=AGREES, atol=AGREES)


@pytest.mark.parametrize("weight_by_sd", [False, True])
def test_a_hidden_variable_is_found(weight_by_sd):
    found = wsva(Y, DESIGN, weight_by_sd=weight_by_sd)
    assert list(found.columns) == ["SV1"]
    assert list(found.index) == SAMPLES
    assert abs(np.corrcoef(found["SV1"], HIDDEN)[0, 1]) > 0.99
    assert_allclose((found**2).mean(), 1.0, rtol=SAME)
    assert found.loc[found["SV1"].abs().idxmax(), "SV1"] > 0


@pytest.mark.parametrize("weight_by_sd", [False, True])
def test_labels_order_and_unit_do_not_matter(weight_by_sd):
    given = {"n_sv": 2, "weight_by_sd": weight_by_sd}
    found = wsva(Y, DESIGN, **given)
    for y, design in ((Y, DESIGN[::-1]), (Y[::-1], DESIGN), (Y * 1e160, DESIGN), (Y, DESIGN.assign(again=GROUPS))):
        assert_allclose(wsva(y, design, **given), found, rtol=1e-9, atol=1e-9)  # the second follows small effects


def test_containers_bring_their_design():
    listed = el.EList(Y, targets=DESIGN, design="~ treated")
    assert_allclose(wsva(listed, None), wsva(Y, DESIGN), rtol=SAME)


def test_a_surrogate_variable_goes_into_the_design():
    design = el.model_matrix("~ treated", DESIGN)
    fit = el.lm_fit(Y, design.with_nuisance(wsva(Y, design)))
    assert fit.coef_names == ["(Intercept)", "treated", "SV1"]
