from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import ebayes_lm as el
from ebayes_lm.design.comparisons import one_against_rest, pairwise
from ebayes_lm.design.model import model_matrix
from ebayes_lm.errors import DesignError, StageError

#: Sums of a few weights.
ARITHMETIC = 1e-14

SAMPLES = pd.DataFrame(
    {"group": list("AAABBBCCCC"), "batch": list("xyxyxyxyxy"), "age": np.arange(10.0)},
    index=[f"s{i}" for i in range(10)],
)


def test_all_pairs():
    found = pairwise(model_matrix("~ 0 + group + batch", SAMPLES), "group")
    assert list(found.columns) == ["B - A", "C - A", "C - B"]
    assert found["C - A"].to_dict() == {"groupA": -1, "groupB": 0, "groupC": 1, "batchy": 0}


def test_each_against_the_rest():
    found = one_against_rest(model_matrix("~ group", SAMPLES), "group")
    assert list(found.columns) == ["A - rest", "B - rest", "C - rest"]
    assert found["A - rest"].tolist() == [0, -0.5, -0.5]
    assert_allclose(found.sum(axis=1), 0, atol=ARITHMETIC)


@pytest.mark.parametrize("family", ["all_pairwise", "one_vs_rest"])
def test_codings_agree(family):
    y = np.random.default_rng(0).normal(size=(5, 10))
    first, *others = (getattr(el.lm_fit(y, f, samples=SAMPLES), family)("group") for f in ("~ 0 + group", "~ group"))
    for other in others:
        assert_allclose(other.coefficients, first.coefficients, atol=1e-12)
        assert_allclose(other.stdev_unscaled, first.stdev_unscaled, rtol=1e-12)


def test_what_is_no_factor():
    fit = el.lm_fit(np.ones((2, 10)), "~ group + age", samples=SAMPLES)
    with pytest.raises(
        DesignError, match=r"'grup' is not a factor of the design; its factors are 'group'. Did you mean"
    ):
        fit.all_pairwise("grup")
    with pytest.raises(DesignError, match="'age' is not a factor"):
        fit.one_vs_rest("age")
    with pytest.raises(DesignError, match="it has no factor"):
        el.lm_fit(np.ones((2, 10)), "~ age", samples=SAMPLES).all_pairwise("group")
    with pytest.raises(DesignError, match="given as numbers"):
        el.lm_fit(np.ones((2, 10)), np.ones((10, 1))).all_pairwise("group")
    with pytest.raises(StageError, match="before contrast"):
        fit.contrast("groupB").all_pairwise("group")
