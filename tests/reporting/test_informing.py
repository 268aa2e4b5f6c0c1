"""Which samples a comparison rests on, against the estimate itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.design.factor_labels import shown_name
from ebayes_lm.errors import ContrastError
from ebayes_lm.reporting.informing import informing_samples

#: Sums of a few dozen products in double precision.
ROUNDING = 1e-11


@pytest.fixture
def arrays():
    data = el.datasets.bladder()
    return data, data.targets


@pytest.mark.parametrize(
    ("contrast", "n", "compared", "both"),
    [
        ("cancerCancer", 18, {"Normal": -1, "Cancer": 1}, ["2"]),
        ("cancerCancer - cancerBiopsy", 19, {"Biopsy": -1, "Cancer": 1}, ["5"]),
        ("cancerBiopsy", 37, {"Normal": -1, "Biopsy": 1}, []),
    ],
)
def test_bladder(arrays, contrast, n, compared, both):
    _, targets = arrays
    found = informing_samples(el.model_matrix("~ cancer + batch", targets), contrast, targets)
    assert len(found.samples) == n
    assert found.compared == {"cancer": pytest.approx(compared)}
    assert found.held_equal == ["batch"]
    assert found.blocks_with_both_sides("batch") == both


@pytest.mark.parametrize("formula", ["~ cancer + batch", "~ 0 + cancer + batch", "~ cancer + C(batch, contr.sum)"])
def test_the_coding_makes_no_difference(arrays, formula):
    data, targets = arrays
    design = el.model_matrix(formula, targets)
    contrast = "cancerCancer - cancerNormal" if " 0 " in formula else "cancerCancer"
    found = informing_samples(design, contrast, targets)
    assert len(found.samples) == 18
    assert found.held_equal == ["batch"]
    estimate = el.lm_fit(data, design)[:50].contrast(contrast).coefficients.iloc[:, 0]
    np.testing.assert_allclose(data.E.iloc[:50] @ found.weights, estimate, rtol=ROUNDING, atol=ROUNDING)


def test_samples_outside_do_not_move_the_estimate(arrays):
    data, targets = arrays
    found = informing_samples(el.model_matrix("~ cancer + batch", targets), "cancerCancer", targets)
    values = data.E.iloc[:20].to_numpy(dtype=float, copy=True)
    plain = el.lm_fit(values, "~ cancer + batch", samples=targets.reset_index(drop=True)).coefficients["cancerCancer"]
    values[:, (found.weights == 0).to_numpy()] += np.random.default_rng(3).normal(0, 9, (20, 39))
    moved = el.lm_fit(values, "~ cancer + batch", samples=targets.reset_index(drop=True)).coefficients["cancerCancer"]
    np.testing.assert_allclose(moved, plain, rtol=ROUNDING, atol=ROUNDING)


def test_a_design_that_lacks_rank_keeps_its_convention():
    samples = pd.DataFrame({"group": list("AABB"), "again": list("ccdd")})
    design = el.model_matrix("~ group + again", samples)
    assert informing_samples(design, "groupB", samples).weights.tolist() == pytest.approx([-0.5, -0.5, 0.5, 0.5])
    with pytest.raises(ContrastError, match="againd"):
        informing_samples(design, "againd", samples)


@pytest.mark.parametrize("correlation", [None, 0.3])
@pytest.mark.parametrize("weighted", [False, True])
def test_weighted_and_correlated_samples(arrays, weighted, correlation):
    data, targets = arrays
    given = np.random.default_rng(5).uniform(0.3, 3, len(targets)) if weighted else None
    if weighted:
        given[:3] = 0.0
    block = None if correlation is None else np.arange(len(targets)) // 2
    fit = el.lm_fit(data[:50, :], "~ cancer + batch", weights=given, block=block, correlation=correlation)
    found = informing_samples(fit.design, "cancerCancer", targets, plan=fit.plan)
    estimate = fit.coefficients["cancerCancer"]
    np.testing.assert_allclose(data.E.iloc[:50] @ found.weights, estimate, rtol=ROUNDING, atol=ROUNDING)
    assert found.compared == {"cancer": pytest.approx({"Normal": -1, "Cancer": 1})}
    assert list(found.idle) == (list(targets.index[:3]) if weighted else [])
    assert (len(found.samples) > 18) == (correlation is not None)


def test_samples_of_weight_zero_can_take_a_comparison_away(arrays):
    data, targets = arrays
    weights = np.where(targets["cancer"] == "Biopsy", 0.0, 1.0)
    with pytest.warns(el.errors.DesignWarning, match="not estimable"):
        fit = el.lm_fit(data[:20, :], "~ cancer + batch", weights=weights)
    with pytest.raises(ContrastError, match="cancerBiopsy"):
        informing_samples(fit.design, "cancerBiopsy", targets, plan=fit.plan)


def test_numbers_are_no_factors():
    samples = pd.DataFrame({"age": [1.0, 2.0, 3.0, 10.0], "flag": [True, False, True, False]})
    found = informing_samples(el.model_matrix("~ age + flag", samples), "age", samples)
    assert (found.compared, found.held_equal) == ({}, ["flag"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("batch", "batch"),
        ("C(batch)", "batch"),
        ("C(`a b`, contr.sum)", "a b"),
        ('relevel(x, ref = "B")', "x"),
        ("I(x)", "I(x)"),
    ],
)
def test_factors_as_people_call_them(text, shown):
    assert shown_name(text) == shown
