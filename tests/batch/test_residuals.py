"""residual_structure against the textbook, and what must not change it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import DataError, DesignError
from tests.batch.residual_oracle import structure_of_rows

# Eigenvectors of cross products against singular vectors of the residuals.
SPECTRUM = 1e-8
# The same sums in another order.
SUMS = 1e-9

G, N = 300, 18
SAMPLES = [f"s{i}" for i in range(N)]
TABLE = pd.DataFrame(
    {"group": list("AB") * 9, "batch": np.repeat(list("xyz"), 6), "age": np.linspace(20, 60, N) % 17},
    index=SAMPLES,
)


def data(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(G, N)) * rng.uniform(0.3, 3, size=(G, 1))
    y += np.outer(rng.normal(size=G), TABLE["batch"] == "y") + np.outer(rng.normal(size=G), TABLE["age"]) / 40
    return pd.DataFrame(y + 6, index=[f"g{i}" for i in range(G)], columns=SAMPLES)


Y = data()


def weights_of(kind: str) -> Any:
    rng = np.random.default_rng(7)
    if kind == "samples":
        return pd.Series(rng.uniform(0.3, 3, size=N), index=SAMPLES)
    return pd.DataFrame(rng.uniform(0.3, 3, size=Y.shape), Y.index, SAMPLES) if kind == "cells" else None


def look(y: Any = Y, fit: Any = None, samples: Any = TABLE, **options: Any) -> el.ResidualStructure:
    fit = el.lm_fit(y, "~ group", samples=samples) if fit is None else fit
    return el.residual_structure(fit, y, samples=samples, **{"seed": 1, "n_perm": 0} | options)


@pytest.mark.parametrize("kind", ["none", "samples", "cells", "gaps"])
def test_it_is_the_structure_of_the_textbook(kind: str) -> None:
    y = Y.copy()
    if kind == "gaps":
        y = y.mask(np.random.default_rng(3).random(Y.shape) < 0.05)
    weights = weights_of(kind)
    found = look(y, el.lm_fit(y, "~ group", samples=TABLE, weights=weights))
    whole = np.ones(Y.shape) if weights is None else np.broadcast_to(np.asarray(weights), Y.shape)
    x = np.column_stack([np.ones(N), TABLE["group"] == "B"])
    expected = structure_of_rows(y.to_numpy(), x, whole, TABLE)
    np.testing.assert_allclose(found.components["share"], expected.shares[:10], rtol=SPECTRUM)
    np.testing.assert_allclose(np.abs(found.scores), np.abs(expected.scores[:, :10]), atol=SPECTRUM)
    if kind == "gaps":  # typical weights stand for the samples that features lack
        return
    table = found.associations.set_index(["annotation", "component"])
    for (name, at), (r2, p) in expected.associations.items():
        if kind != "cells" and name != "group":
            np.testing.assert_allclose(table.loc[(name, f"PC{at + 1}"), ["r2", "p_value"]], [r2, p], rtol=1e-5)
    studentised = found.outlying["studentised"]
    largest = pd.Series(np.abs(expected.studentised).max(axis=1), index=Y.index)
    np.testing.assert_allclose(studentised, largest[studentised.index], rtol=SUMS)


def same(a: el.ResidualStructure, b: el.ResidualStructure) -> None:
    np.testing.assert_allclose(a.components["share"], b.components["share"], rtol=SUMS)
    np.testing.assert_allclose(a.associations["r2"], b.associations["r2"], rtol=1e-6, atol=1e-9)
    for name in ("leverage", "rms", "spread"):
        np.testing.assert_allclose(a.sample_spread[name], b.sample_spread.loc[a.sample_spread.index, name], rtol=1e-7)
    assert a.outlying["sample"].tolist() == b.outlying.loc[a.outlying.index, "sample"].tolist()
    np.testing.assert_allclose(a.outlying["studentised"], b.outlying.loc[a.outlying.index, "studentised"], rtol=1e-7)


def test_the_order_of_features_and_samples_does_not_matter() -> None:
    rng = np.random.default_rng(2)
    same(look(), look(Y.iloc[rng.permutation(G)]))
    order = rng.permutation(N)
    same(look(), look(Y.iloc[:, order], samples=TABLE))
    fit = el.lm_fit(Y, "~ group", samples=TABLE)
    same(look(fit=fit), look(Y.iloc[:, order], fit=fit, samples=TABLE.iloc[order]))


def test_what_the_design_holds_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    effects = np.outer(rng.normal(size=G), TABLE["group"] == "A") * 5 + rng.normal(size=(G, 1))
    same(look(), look(Y + effects))


def test_the_unit_of_a_feature_does_not_matter() -> None:
    same(look(), look(Y.mul(10.0 ** np.arange(G).clip(max=100), axis=0)))


def test_the_coding_of_the_design_does_not_matter() -> None:
    same(look(), look(fit=el.lm_fit(Y, "~ 0 + group", samples=TABLE)))


@pytest.mark.parametrize("chunk_size", [1, 7, 299])
@pytest.mark.parametrize("gaps", [False, True])
def test_blocks_do_not_matter(chunk_size: int, gaps: bool) -> None:
    y = Y.mask(np.random.default_rng(3).random(Y.shape) < 0.05) if gaps else Y
    one, two = (look(y, chunk_size=chunk_size, threads=threads, n_perm=3) for threads in (1, 4))
    same(one, look(y))
    for name in ("components", "scores", "associations", "annotations", "sample_spread", "outlying"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)
    assert one.findings == two.findings


def test_any_stage_of_the_analysis_will_do() -> None:
    fit = el.lm_fit(Y, "~ 0 + group", samples=TABLE)
    plain = look(fit=fit)
    for stage in (fit.ebayes(), fit.contrast("groupB - groupA"), fit.contrast("groupB - groupA").treat()):
        assert look(fit=stage).findings == plain.findings


def test_containers_carry_the_sample_table() -> None:
    elist = el.EList(Y, targets=TABLE)
    fit = el.lm_fit(elist, "~ group")
    assert el.residual_structure(fit, elist, seed=1).findings == look(n_perm=20).findings
    assert look(Y.to_numpy(), samples=TABLE.reset_index(drop=True)).findings[1:] == look().findings[1:]


@pytest.mark.parametrize("how", ["duplicates", "block", "feature"])
def test_correlated_samples_are_taken_as_in_the_fit(how: str) -> None:
    options: dict[str, Any] = {"block": "batch", "correlation": 0.3}
    if how == "feature":
        options["correlation"] = "feature"
    if how == "duplicates":
        options = {"ndups": 2, "correlation": 0.3}
    fit = el.lm_fit(Y, "~ group", samples=TABLE, **options)
    found = look(fit=fit)
    n = 2 * N if how == "duplicates" else N
    assert found.scores.shape == (n, 10)
    assert found.facts["df_residual"] == n - 2
    everything = el.residual_structure(fit, Y, samples=TABLE, seed=1, k=n)
    # correlations of their own leave features in spaces that are not quite the same
    assert everything.components["share"].sum() == pytest.approx(1, abs=0.02 if how == "feature" else 1e-9)


def test_a_sample_of_weight_zero_takes_no_part() -> None:
    weights = pd.Series(1.0, index=SAMPLES)
    weights["s4"] = 0
    found = look(fit=el.lm_fit(Y, "~ group", samples=TABLE, weights=weights))
    assert found.scores.loc["s4"].isna().all()
    without = look(Y.drop(columns="s4"), samples=TABLE.drop(index="s4"))
    np.testing.assert_allclose(found.components["share"], without.components["share"], rtol=SUMS)
    np.testing.assert_allclose(found.associations["r2"], without.associations["r2"], rtol=1e-6)
    assert found.findings == without.findings


def test_other_data_are_refused() -> None:
    fit = el.lm_fit(Y, "~ group", samples=TABLE)
    with pytest.raises(DataError, match="not what was fitted"):
        el.residual_structure(fit, np.exp(Y))
    with pytest.raises(DataError, match="missing values in 1 feature"):
        el.residual_structure(fit, Y.mask(Y.iloc[3, 4] == Y))
    with pytest.raises(DesignError, match="no residual degrees"):
        el.residual_structure(el.lm_fit(Y, np.eye(N)), Y)
    flat = pd.DataFrame(np.ones(Y.shape), Y.index, Y.columns)
    with pytest.raises(DataError, match="no feature has residuals"):
        el.residual_structure(el.lm_fit(flat, "~ group", samples=TABLE), flat)
