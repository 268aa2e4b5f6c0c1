from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.batch.control_counts import ruvg
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, DesignError

#: A decomposition of moments and one of the values.
AGREEMENT = 1e-8

N, G = 10, 300
RNG = np.random.default_rng(21)
HIDDEN = RNG.normal(size=N)
TABLE = pd.DataFrame({"group": list("AB") * 5}, index=[f"s{i}" for i in range(N)])
MEANS = np.exp(5 + RNG.normal(size=(G, 1)) + 0.6 * RNG.normal(size=(G, 1)) * HIDDEN) * RNG.uniform(0.5, 2, size=N)
COUNTS = pd.DataFrame(RNG.poisson(MEANS), index=[f"g{i}" for i in range(G)], columns=TABLE.index)
CONTROLS = COUNTS.index[:80]


def projection(columns):
    return columns @ np.linalg.pinv(columns)


def of_the_paper(log_values, k):
    """Left singular vectors of the controls, samples x controls, each centred."""
    z = log_values.T - log_values.mean(axis=1)
    return np.linalg.svd(z)[0][:, :k]


@pytest.mark.parametrize("k", [1, 3])
def test_factors_are_singular_vectors_of_log_counts(k):
    sizes = el.norm_lib_sizes(COUNTS, method="upperquartile").effective_lib_sizes.to_numpy()
    logs = np.log(COUNTS / sizes * np.exp(np.log(sizes).mean()) + 1)
    expected = of_the_paper(logs.loc[CONTROLS].to_numpy(), k)
    factors = ruvg(COUNTS, CONTROLS, k, corrected=False)
    assert_allclose(projection(factors.values.to_numpy()), projection(expected), atol=AGREEMENT)
    assert_allclose(factors.values.T @ factors.values, np.eye(k), atol=AGREEMENT)
    assert abs(np.corrcoef(factors.values["W1"], HIDDEN)[0, 1]) > 0.95
    again = ruvg(logs, CONTROLS, k, corrected=False)
    assert_allclose(projection(again.values.to_numpy()), projection(expected), atol=AGREEMENT)
    assert_allclose(ruvg(logs, CONTROLS, k).values, ruvg(COUNTS, CONTROLS, k).values, atol=AGREEMENT)


def test_counts_and_log_values_are_told_apart():
    logs = np.log(COUNTS + 1.0)
    by_upper, as_given = "normalised by upper quartiles", "values taken to be on a log scale"
    for data, words in (
        (COUNTS, by_upper), (COUNTS.astype(float), by_upper), (el.DGEList(COUNTS), by_upper), (logs, as_given),
        (logs - logs.mean(), as_given), (el.EList(COUNTS.astype(float)), as_given),
    ):  # fmt: skip
        assert words in repr(ruvg(data, CONTROLS, 1))
    assert as_given in repr(ruvg(COUNTS, CONTROLS, 1, log=False))
    assert by_upper in repr(ruvg(COUNTS * 1.5, CONTROLS, 1, log=True))


def test_factors_of_a_dgelist_serve():
    own = el.norm_lib_sizes(COUNTS, method="TMM")
    factors = ruvg(own, CONTROLS, 1, corrected=False)
    assert "by the library sizes and factors of the DGEList" in repr(factors)
    sizes = own.effective_lib_sizes.to_numpy()
    logs = np.log(COUNTS / sizes * np.exp(np.log(sizes).mean()) + 1)
    assert_allclose(np.abs(factors.values), np.abs(of_the_paper(logs.loc[CONTROLS].to_numpy(), 1)), atol=AGREEMENT)


def test_the_design_has_them_appended():
    factors = ruvg(COUNTS, CONTROLS, 2, design="~ group", samples=TABLE)
    assert factors.design.names == ["(Intercept)", "groupB", "W1", "W2"]
    assert_array_equal(factors.values, ruvg(COUNTS, CONTROLS, 2).values)
    fit = el.lm_fit(el.voom(COUNTS, factors.design)).ebayes()
    assert "groupB" in fit.coef_names
    assert ruvg(COUNTS, CONTROLS, 1).design.names == ["(Intercept)", "W1"]
    logs = el.EList(np.log(COUNTS + 1.0), design=factors.design.take(range(N)), targets=TABLE)
    assert ruvg(logs, CONTROLS, 1).design.names[-2:] == ["W2", "W3"]


def test_annotation_of_a_dgelist_names_controls():
    genes = pd.DataFrame({"spike": COUNTS.index.isin(CONTROLS)}, index=COUNTS.index)
    d = el.DGEList(COUNTS, genes=genes, samples=TABLE)
    factors = ruvg(d, "spike", 1, design="~ group")
    assert_array_equal(factors.values, ruvg(COUNTS, CONTROLS, 1).values)


def test_precise_controls_count_more_where_it_is_asked_for():
    rng = np.random.default_rng(3)
    noise = np.where(np.arange(80) < 60, 3.0, 0.2)[:, None]
    logs = 6 + noise * rng.normal(size=(80, N)) + rng.normal(size=(80, 1)) * HIDDEN
    known = [abs(np.corrcoef(ruvg(logs, range(80), 1, corrected=c).values["W1"], HIDDEN)[0, 1]) for c in (False, True)]
    assert known[1] > 0.98
    assert known[1] > known[0]


@pytest.mark.parametrize(
    ("data", "options", "error", "says"),
    [
        (COUNTS, {"k": 9}, ArgumentError, "k=9 is too large: at most 8 with 80 controls and 9 residual df"),
        (COUNTS, {"controls": CONTROLS[:3], "k": 3}, ArgumentError, "at most 2 with 3 controls"),
        (COUNTS, {"design": np.eye(N)}, DesignError, "no factor to find.*0 residual df"),
        (COUNTS, {"log": 1}, ArgumentTypeError, "log must be True or False"),
        (el.DGEList(COUNTS), {"log": False}, ArgumentError, "log=False.*DGEList holds counts"),
        (el.DGEList(COUNTS), {"layer": "raw"}, ArgumentTypeError, "layer="),
        (el.EList(COUNTS), {"log": True}, ArgumentError, "log=True.*logarithms already"),
        (np.log(COUNTS + 1.0) - 9, {"log": True}, DataError, "log scale are no counts"),
        (COUNTS.where(COUNTS.iloc[0, 0] != COUNTS), {}, DataError, "missing or infinite"),
        (COUNTS * 0.0 + 3, {"log": False}, DataError, "controls are the same in all samples"),
    ],
)
def test_what_cannot_be(data, options, error, says):
    given = {"controls": CONTROLS, "k": 1} | options
    with pytest.raises(error, match=says) as caught:
        ruvg(data, given.pop("controls"), given.pop("k"), **given)
    assert type(caught.value) is error
