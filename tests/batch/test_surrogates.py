from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats

import ebayes_lm as el
from ebayes_lm import datasets, surrogate_variables, svaseq
from ebayes_lm.batch.sentences import percent
from ebayes_lm.core.local_fdr import local_fdr
from ebayes_lm.errors import ArgumentError, DesignError

#: Features here are few or all of one kind, and what robust factor adjustment says of them is not the matter.
pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.HiddenFactorWarning")

#: R's smoothing spline solves other equations for the same curve; five rounds of weights hand its rounding on.
AGREES = 1e-7
#: Projections and singular vectors alone.
DIRECT = 1e-10
#: The same numbers in other blocks, orders or units; the weights pass through a search for a smoothing parameter.
SAME = 1e-8

ANSWERS = json.loads((Path(__file__).parent / "answers" / "surrogates.json").read_text())
RNG = np.random.default_rng(4)
SAMPLES = [f"s{j}" for j in range(14)]
TABLE = pd.DataFrame({"group": ["A", "B"] * 7, "age": RNG.normal(50, 9, 14)}, index=SAMPLES)
HIDDEN = RNG.normal(size=(14, 2))
MOVED = RNG.normal(size=(400, 2)) * (RNG.random((400, 1)) < 0.5)
EFFECT = np.outer(RNG.normal(size=400) * (RNG.random(400) < 0.2), TABLE["group"] == "B")
Y = pd.DataFrame(RNG.normal(8, 0.6, (400, 14)) + MOVED @ HIDDEN.T + EFFECT, columns=SAMPLES)
Y.index = [f"g{i}" for i in range(400)]


def numbers(stored: Any) -> np.ndarray:
    """Hexadecimal text as numbers, in rows where it stands in rows."""
    if isinstance(stored, list):
        return np.array([numbers(value) for value in stored])
    return float.fromhex(stored)


def assert_same_up_to_sign(ours: Any, theirs: np.ndarray, tolerance: float) -> None:
    ours = np.asarray(ours)
    assert ours.shape == theirs.shape
    signs = np.sign(np.sum(ours * theirs, axis=0))
    assert_allclose(ours * signs, theirs, atol=tolerance, rtol=0)


def assert_agrees(found: el.Factors, stored: dict[str, Any], tolerance: float = AGREES) -> None:
    assert found.n_factors == stored["n_sv"]
    if not found.n_factors:
        return
    assert_same_up_to_sign(found.values, numbers(stored["sv"]), tolerance)
    ours = found.posterior_association.to_numpy()[:: stored["step"]]
    assert_allclose(ours, numbers(stored["association"]), atol=tolerance)
    if stored.get("effect"):
        ours = found.posterior_effect.to_numpy()[:: stored["step"]]
        assert_allclose(ours, numbers(stored["effect"]), atol=tolerance)


RUNS = [(k, r) for k, small in enumerate(ANSWERS["small"]) for r in range(len(small["runs"]))]


@pytest.mark.parametrize(("k", "r"), RUNS)
def test_small_sets_as_in_r(k: int, r: int) -> None:
    small, run = ANSWERS["small"][k], ANSWERS["small"][k]["runs"][r]
    design = np.array(small["design"])
    controls = {"controls": np.array(small["controls"])} if run["method"] == "supervised" else {}
    null = design[:, : small["p0"]]
    found = surrogate_variables(
        np.array(small["y"]), design, null, n_sv=run["n"], method=run["method"], iterations=run["rounds"], **controls
    )
    assert_agrees(found, run, AGREES if run["method"] == "irw" else DIRECT)


@pytest.mark.parametrize("k", range(3))
def test_small_counts_as_in_r(k: int) -> None:
    small = ANSWERS["small"][k]
    design = np.array(small["design"])
    found = svaseq(np.array(small["counts"]), design, design[:, : small["p0"]], n_sv=1)
    assert_agrees(found, small["svaseq"])
    assert "of log counts" in found.method


@cache
def bladder() -> el.EList:
    return datasets.bladder()


@pytest.mark.parametrize(("name", "method"), [("irw", "irw"), ("irw_leek", "irw"), ("two_step", "two-step")])
def test_bladder_arrays_as_in_r(name: str, method: str) -> None:
    stored = ANSWERS["bladder"][name]
    found = surrogate_variables(bladder(), "~ cancer", n_sv=stored["n_sv"], method=method)
    assert_agrees(found, stored)


def test_counts_of_people_as_in_r() -> None:
    people, stored = datasets.sex_rnaseq(), ANSWERS["people"]
    assert list(people.counts.columns) == stored["ids"]
    assert people.counts.to_numpy().sum() == numbers(stored["sum"])
    assert_agrees(svaseq(people, "~ group", n_sv=3), stored["irw"])


def f_test(y: np.ndarray, larger: np.ndarray, smaller: np.ndarray) -> np.ndarray:
    """A row at a time, from two least-squares fits."""
    p = []
    for row in y:
        rss = [np.sum((row - x @ np.linalg.lstsq(x, row, rcond=None)[0]) ** 2) for x in (larger, smaller)]
        df = larger.shape[1] - smaller.shape[1], len(row) - larger.shape[1]
        p.append(stats.f.sf((rss[1] - rss[0]) / df[0] / (rss[0] / df[1]), *df))
    return np.array(p)


def by_hand(y: np.ndarray, design: np.ndarray, null: np.ndarray, k: int, iterations: int) -> np.ndarray:
    """Leek and Storey's steps with residuals, singular values and two fits for every feature."""
    residuals = np.array([row - design @ np.linalg.lstsq(design, row, rcond=None)[0] for row in y])
    hidden = np.linalg.svd(residuals)[2][:k].T
    for _ in range(iterations):
        effect = 1 - local_fdr(f_test(y, np.hstack([design, hidden]), np.hstack([null, hidden])))
        association = 1 - local_fdr(f_test(y, np.hstack([null, hidden]), null))
        weighted = np.array(
            [a * (1 - b) * (row - row.mean()) for a, b, row in zip(association, effect, y, strict=True)]
        )
        hidden = np.linalg.svd(weighted)[2][:k].T
    return hidden


@pytest.mark.parametrize("formulas", [("~ group", "~ 1"), ("~ age + group", "~ age")])
def test_as_by_hand(formulas: tuple[str, str]) -> None:
    design, null = (el.model_matrix(f, TABLE).matrix for f in formulas)
    found = surrogate_variables(Y, formulas[0], formulas[1], n_sv=2, iterations=3, samples=TABLE)
    assert_same_up_to_sign(found.values, by_hand(Y.to_numpy(), design, null, 2, 3), SAME)


def test_finds_what_is_hidden() -> None:
    found = surrogate_variables(Y, "~ group", n_sv=2, samples=TABLE)
    space = np.column_stack([np.ones(14), found.values])
    left = HIDDEN - space @ np.linalg.lstsq(space, HIDDEN, rcond=None)[0]
    assert np.sum(left**2) < 0.02 * np.sum((HIDDEN - HIDDEN.mean(axis=0)) ** 2)
    moved = np.abs(MOVED).max(axis=1) > 0.5
    assert found.posterior_association[moved].mean() > 0.95
    assert found.posterior_association[MOVED[:, 0] == 0].mean() < 0.5


def test_labels_and_words() -> None:
    found = surrogate_variables(Y, "~ group", samples=TABLE, seed=1)
    assert list(found.values.index) == SAMPLES
    assert list(found.values.columns) == ["SV1", "SV2"]
    assert found.design.nuisance == ("SV1", "SV2")
    assert list(found.posterior_association.index) == list(Y.index)
    assert_allclose(np.square(found.values).sum(), [1.0, 1.0])
    assert (found.values.max() >= -found.values.min()).all()
    told = repr(found)
    assert "appended to ~ group" in told
    assert "counted by permutation (Buja and Eyuboglu 1992)" in told
    assert "Beyond the null design, group explains" in told
    assert "was given" in repr(surrogate_variables(Y, "~ group", n_sv=1, samples=TABLE))


def test_share_of_interest_is_that_of_a_regression() -> None:
    found = surrogate_variables(Y, "~ group", n_sv=1, samples=TABLE)
    share = np.corrcoef(found.values["SV1"], TABLE["group"] == "B")[0, 1] ** 2
    assert found.remarks[1] == f"Beyond the null design, group explains {percent(share)} of SV1."


SAME_PROBLEMS = {
    "features in another order": lambda y, t: (y.iloc[::-1], t),
    "samples in another order": lambda y, t: (y.iloc[:, ::-1], t),
    "another unit": lambda y, t: (y * 1024.0, t),
    "other levels of features": lambda y, t: (y.add(np.arange(400.0), axis=0), t),
    "Fortran order": lambda y, t: (pd.DataFrame(np.asfortranarray(y), y.index, y.columns), t),
    "a container": lambda y, t: (el.EList(y, targets=t), None),
}


@pytest.mark.parametrize("method", ["irw", "two-step"])
@pytest.mark.parametrize("name", SAME_PROBLEMS)
def test_same_answer_for(name: str, method: str) -> None:
    y, table = SAME_PROBLEMS[name](Y, TABLE)
    usual = surrogate_variables(Y, "~ group", n_sv=2, samples=TABLE, method=method)
    other = surrogate_variables(y, "~ group", n_sv=2, samples=table, method=method)
    assert_same_up_to_sign(other.values.loc[SAMPLES], usual.values.to_numpy(), SAME)
    assert_allclose(other.posterior_association.loc[Y.index], usual.posterior_association, atol=SAME)


@pytest.mark.parametrize("running", [{"chunk_size": 7}, {"threads": 1}, {"chunk_size": 50, "threads": 3}])
def test_blocks_and_threads_do_not_matter(running: dict[str, int]) -> None:
    usual = surrogate_variables(Y, "~ group", samples=TABLE, seed=3)
    other = surrogate_variables(Y, "~ group", samples=TABLE, seed=3, **running)
    assert_same_up_to_sign(other.values, usual.values.to_numpy(), SAME)


def test_another_coding_of_the_design_does_not_matter() -> None:
    usual = surrogate_variables(Y, "~ group", n_sv=2, samples=TABLE)
    cells = surrogate_variables(Y, "~ 0 + group", n_sv=2, samples=TABLE)
    assert_same_up_to_sign(cells.values, usual.values.to_numpy(), SAME)


def test_null_design_is_what_is_not_of_interest() -> None:
    design = el.model_matrix("~ age + group", TABLE, of_interest="group")
    implied = surrogate_variables(Y, design, n_sv=2)
    said = surrogate_variables(Y, "~ age + group", "~ age", n_sv=2, samples=TABLE)
    assert_array_equal(implied.values, said.values)
    assert implied.remarks == said.remarks
    without = surrogate_variables(Y, "~ age + group", n_sv=2, samples=TABLE)
    assert "Beyond the null design, age and group explain " in without.remarks[1]


@pytest.mark.parametrize("method", ["irw", "two-step"])
def test_none_leaves_the_design(method: str) -> None:
    found = surrogate_variables(Y, "~ group", n_sv=0, samples=TABLE, method=method)
    assert found.values.shape == (14, 0)
    assert found.design.names == ["(Intercept)", "groupB"]
    assert (found.posterior_association == 0).all()
    assert "no factor" in repr(found)


def test_noise_has_none() -> None:
    noise = pd.DataFrame(np.random.default_rng(2).normal(size=(300, 14)), columns=SAMPLES)
    assert surrogate_variables(noise, "~ group", samples=TABLE).n_factors == 0


CONTAINERS = {
    "float32": lambda y: y.astype(np.float32),
    "a sparse matrix": lambda y: sparse.csr_array(y.to_numpy()),
    "an array": lambda y: y.to_numpy(),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers(name: str) -> None:
    y = Y.astype(np.float32).astype(np.float64)
    usual = surrogate_variables(y, "~ group", n_sv=2, samples=TABLE)
    other = surrogate_variables(CONTAINERS[name](y), "~ group", n_sv=2, samples=TABLE)
    assert_same_up_to_sign(other.values, usual.values.to_numpy(), SAME)


def test_nothing_given_is_changed() -> None:
    y, table = Y.copy(), TABLE.copy()
    surrogate_variables(y, "~ group", samples=table)
    pd.testing.assert_frame_equal(y, Y)
    pd.testing.assert_frame_equal(table, TABLE)


def test_as_many_as_there_can_be() -> None:
    most = surrogate_variables(Y, "~ group", n_sv=11, samples=TABLE, iterations=1)
    assert most.n_factors == 11
    with pytest.raises(ArgumentError, match="n_sv=12 is more than the 11"):
        surrogate_variables(Y, "~ group", n_sv=12, samples=TABLE)


def test_constant_features_do_not_count() -> None:
    constant = pd.DataFrame(np.full((30, 14), 5.5), index=[f"c{i}" for i in range(30)], columns=SAMPLES)
    constant.iloc[:10] = 0.0
    usual = surrogate_variables(Y, "~ group", n_sv=2, samples=TABLE)
    found = surrogate_variables(pd.concat([Y, constant]), "~ group", n_sv=2, samples=TABLE)
    assert_same_up_to_sign(found.values, usual.values.to_numpy(), SAME)
    assert found.posterior_association.isna().sum() == 30
    assert found.posterior_effect.isna().sum() == 30


@pytest.mark.parametrize("method", ["irw", "two-step"])
def test_where_squares_are_nothing_there_are_none(method: str) -> None:
    found = surrogate_variables(1e-200 * Y, "~ group", n_sv=1, samples=TABLE, method=method)
    assert found.n_factors == 0


def test_fewer_directions_than_wanted_are_told() -> None:
    """Features in one direction alone hold no second one."""
    y = pd.DataFrame(np.outer(MOVED[:, 0], HIDDEN[:, 0]) + 8.0, Y.index, SAMPLES)
    found = surrogate_variables(y, "~ group", n_sv=2, samples=TABLE)
    assert found.n_factors == 1
    assert "do not hold 2 directions" in repr(found)
    few = surrogate_variables(Y, "~ group", n_sv=5, samples=TABLE, method="two-step")
    assert f"5 were looked for; {5 - few.n_factors} had fewer features" in repr(few)


def test_controls_by_name_and_by_certainty() -> None:
    names = list(Y.index[:100])
    by_name = surrogate_variables(Y, "~ group", n_sv=2, samples=TABLE, method="supervised", controls=names)
    sure = pd.Series(np.repeat([1.0, 0.0], [100, 300]), Y.index)[::-1]
    by_number = surrogate_variables(Y, "~ group", n_sv=2, samples=TABLE, method="supervised", controls=sure)
    assert_array_equal(by_name.values, by_number.values)
    centred = Y.iloc[:100].sub(Y.iloc[:100].mean(axis=1), axis=0)
    assert_same_up_to_sign(by_name.values, np.linalg.svd(centred)[2][:2].T, DIRECT)
    assert by_name.posterior_effect is None


def test_counts_are_taken_by_their_logarithm() -> None:
    counts = np.random.default_rng(6).poisson(np.exp(Y / 2))
    design = el.model_matrix("~ group", TABLE).matrix
    found = svaseq(el.DGEList(counts), design, n_sv=2, constant=0.5)
    assert_array_equal(found.values, surrogate_variables(np.log(counts + 0.5), design, n_sv=2).values)


def test_what_comes_out_goes_into_a_fit() -> None:
    found = surrogate_variables(Y, "~ group", n_sv=2, samples=TABLE)
    with_them = el.lm_fit(Y, found.design).ebayes()
    assert "logFC" in with_them.top_table().columns
    without = el.lm_fit(Y, "~ group", samples=TABLE)
    assert np.median(with_them.sigma) < np.median(without.sigma)


def test_a_null_design_beside_the_design_is_refused() -> None:
    with pytest.raises(DesignError, match="not part of the design"):
        surrogate_variables(Y, "~ group", "~ age", n_sv=1, samples=TABLE)
    with pytest.raises(DesignError, match="holds all of the design"):
        surrogate_variables(Y, "~ group", "~ group", n_sv=1, samples=TABLE)
