"""What must hold of weights, consensus and mixed models whatever the numbers: order, units, coding, containers."""

from __future__ import annotations

import pickle
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from tests.strategies import common

pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EbayesLMWarning")

#: Sums over samples or rows in another order, through steps that end where little is gained.
ORDER = 1e-9
#: A likelihood is flat at its top: roots of its slope lose half of the digits where they are barely determined.
FLAT = 1e-6
MIXED_FIELDS = ("coefficients", "sigma", "rho", "df_residual", "stdev_unscaled")
seeds = st.integers(0, 2**32 - 1)


class Study(NamedTuple):
    y: pd.DataFrame
    samples: pd.DataFrame
    weights: np.ndarray | None

    def take(self, rows: np.ndarray, columns: np.ndarray) -> Study:
        """In another order; weights go along."""
        weights = None if self.weights is None else self.weights[np.ix_(rows, columns)]
        return Study(self.y.iloc[rows, columns], self.samples.iloc[columns], weights)

    def array_weights(self, **options: Any) -> pd.Series:
        given = {"design": "~ group + age", "samples": self.samples, "weights": self.weights} | options
        return el.array_weights(self.y, **given)

    def consensus(self, **options: Any) -> Any:
        given = {
            "design": "~ group + age",
            "samples": self.samples,
            "weights": self.weights,
            "block": "patient",
        } | options
        return el.duplicate_correlation(self.y, **given)

    def mixed(self, **options: Any) -> Any:
        given = {
            "design": "~ group + age",
            "samples": self.samples,
            "weights": self.weights,
            "block": "patient",
        } | options
        return el.lm_fit(self.y, correlation="feature", **given)


@st.composite
def studies(draw: st.DrawFn, *, gaps: bool = True, weighted: bool = True) -> Study:
    """12 to 18 samples of patients with two or three each, in two groups."""
    rng = np.random.default_rng(draw(seeds))
    sizes = rng.integers(2, 4, 6)
    n, g = int(sizes.sum()), draw(st.integers(6, 30))
    patient = np.repeat(np.arange(6), sizes)
    order = rng.permutation(n) if draw(st.booleans()) else np.arange(n)
    samples = pd.DataFrame(
        {
            "patient": [f"p{k}" for k in patient],
            "group": np.where(np.arange(n) % 2 == 0, "A", "B"),
            "age": rng.normal(50, 9, n).round(1) * draw(st.sampled_from([1e-6, 1.0, 1e6])),
        },
        index=[f"s{k}" for k in range(n)],
    ).iloc[order]
    y = 8 + rng.normal(size=(g, n)) * rng.choice([1.0, 2.0], n) + rng.normal(size=(g, 6))[:, patient[order]]
    if gaps and draw(st.booleans()):
        y[rng.random(y.shape) < 0.08] = np.nan
    weights = rng.uniform(0.2, 3.0, y.shape) if weighted and draw(st.booleans()) else None
    return Study(pd.DataFrame(y, [f"g{k}" for k in range(g)], samples.index), samples, weights)


def permutation(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(n)


def assert_same_mixed(fit: Any, other: Any, **changed: float) -> None:
    for name in MIXED_FIELDS:
        mine = getattr(other, name).reindex(getattr(fit, name).index)
        scale = changed.get(name, 1.0)
        assert_allclose(mine, getattr(fit, name) * scale, rtol=FLAT, atol=FLAT * abs(scale), err_msg=name)


@common
@given(studies(), seeds, st.sampled_from(["genebygene", "reml"]))
def test_samples_in_another_order_have_their_own_weights(study, seed, method):
    moved = study.take(np.arange(len(study.y)), permutation(study.y.shape[1], seed))
    weights = study.array_weights(method=method)
    assert_allclose(moved.array_weights(method=method)[weights.index], weights, rtol=ORDER)


@common
@given(studies(), seeds)
def test_rows_in_another_order_tell_the_same(study, seed):
    moved = study.take(permutation(len(study.y), seed), np.arange(study.y.shape[1]))
    assert_allclose(moved.array_weights(method="reml"), study.array_weights(method="reml"), rtol=ORDER)
    assert_allclose(moved.consensus().consensus, study.consensus().consensus, rtol=ORDER, atol=ORDER)
    assert_same_mixed(study.mixed(), moved.mixed())


@common
@given(studies(), seeds)
def test_samples_in_another_order_are_correlated_alike(study, seed):
    moved = study.take(np.arange(len(study.y)), permutation(study.y.shape[1], seed))
    assert_allclose(moved.consensus().atanh_correlations, study.consensus().atanh_correlations, rtol=FLAT, atol=FLAT)
    assert_same_mixed(study.mixed(), moved.mixed())


@common
@given(studies(), st.integers(-12, 12), st.sampled_from(["genebygene", "reml"]))
def test_units_of_two_change_no_bit_of_what_has_none(study, power, method):
    scaled = study._replace(y=study.y * 2.0**power)
    assert_array_equal(scaled.array_weights(method=method), study.array_weights(method=method))
    assert_array_equal(scaled.consensus().atanh_correlations, study.consensus().atanh_correlations)
    fit, other = study.mixed(), scaled.mixed()
    assert_array_equal(other.rho, fit.rho)
    assert_array_equal(other.sigma, fit.sigma * 2.0**power)
    assert_array_equal(other.ordinary().t, fit.ordinary().t)


@common
@given(studies())
def test_another_coding_of_the_design_changes_nothing_but_coefficients(study):
    means = {"design": "~ 0 + group + age"}
    for method in ("genebygene", "reml"):
        weights = study.array_weights(method=method)
        assert_allclose(study.array_weights(method=method, **means), weights, rtol=FLAT)
    found = study.consensus().atanh_correlations
    assert_allclose(study.consensus(**means).atanh_correlations, found, rtol=FLAT, atol=FLAT)
    fit, other = study.mixed().ebayes(), study.mixed(**means).contrast("groupB - groupA").ebayes()
    for name in ("t", "log_p_value", "df_total"):
        mine, theirs = getattr(other, name).iloc[:, 0], getattr(fit, name)["groupB"]
        assert_allclose(mine, theirs, rtol=1e-4, atol=1e-4, err_msg=name)


@common
@given(studies(weighted=False))
def test_a_row_without_values_changes_nothing(study):
    empty = pd.DataFrame(np.nan, ["empty"], study.y.columns)
    longer = study._replace(y=pd.concat([study.y.iloc[:3], empty, study.y.iloc[3:]]))
    for method in ("genebygene", "reml"):
        assert_allclose(longer.array_weights(method=method), study.array_weights(method=method), rtol=ORDER)
    assert longer.consensus().consensus == study.consensus().consensus
    fit = longer.mixed()
    assert fit.status["empty"] == "all_missing"
    assert_same_mixed(study.mixed(), fit)
    assert fit.ordinary().t.loc["empty"].isna().all()


@common
@given(studies(), st.integers(1, 7))
def test_threads_change_no_bit_and_blocks_only_the_last(study, chunk):
    def every(**run: Any) -> list[np.ndarray]:
        fit = study.mixed(**run)
        told = [study.array_weights(method=method, **run) for method in ("genebygene", "reml")]
        return [np.asarray(v) for v in (*told, study.consensus(**run).atanh_correlations, fit.rho, fit.coefficients)]

    for one, two in zip(every(chunk_size=chunk, threads=1), every(chunk_size=chunk, threads=2), strict=True):
        assert_array_equal(one, two)
    for one, two in zip(every(chunk_size=chunk), every(), strict=True):
        assert_allclose(one, two, rtol=ORDER, atol=ORDER)


@common
@given(studies())
def test_containers_agree_and_nothing_is_changed(study):
    before = [study.y.copy(), study.samples.copy(), None if study.weights is None else study.weights.copy()]
    design = el.model_matrix("~ group + age", study.samples).matrix
    block = study.samples["patient"].to_numpy()
    bare = {"design": design, "weights": study.weights}
    elist = el.EList(study.y, targets=study.samples, weights=study.weights)
    for method in ("genebygene", "reml"):
        weights = study.array_weights(method=method)
        assert_array_equal(el.array_weights(study.y.to_numpy(), method=method, **bare), weights)
        assert_array_equal(el.array_weights(elist, "~ group + age", method=method), weights)
    found = study.consensus()
    plain = el.duplicate_correlation(study.y.to_numpy(), block=block, **bare)
    assert_array_equal(plain.atanh_correlations, found.atanh_correlations)
    assert el.duplicate_correlation(elist, "~ group + age", block="patient").consensus == found.consensus
    fit = study.mixed()
    assert_array_equal(el.lm_fit(study.y.to_numpy(), block=block, correlation="feature", **bare).rho, fit.rho)
    assert_array_equal(el.lm_fit(elist, "~ group + age", block="patient", correlation="feature").rho, fit.rho)
    fit.ebayes().top_table("groupB")
    pd.testing.assert_frame_equal(study.y, before[0])
    pd.testing.assert_frame_equal(study.samples, before[1])
    if study.weights is not None:
        assert_array_equal(study.weights, before[2])


@common
@given(studies())
def test_results_come_back_from_a_pickle_as_they_were(study):
    found, fit = study.consensus(), study.mixed()
    for result in (found, fit, fit.ebayes(), fit.contrast("groupB").ordinary()):
        again = pickle.loads(pickle.dumps(result))
        assert repr(again) == repr(result)
    again = pickle.loads(pickle.dumps(fit))
    assert_same_mixed(fit, again)
    assert not again.record.rho.flags.writeable
    assert_array_equal(again.contrast("groupB").ebayes().t, fit.contrast("groupB").ebayes().t)


@common
@given(seeds, st.booleans(), st.booleans())
def test_voom_knows_samples_and_features_by_name(seed, sampled, blocked):
    rng = np.random.default_rng(seed)
    counts = pd.DataFrame(rng.poisson(np.exp(rng.uniform(0, 6, (40, 1))), (40, 8)), columns=[f"s{k}" for k in range(8)])
    counts.index = [f"g{k}" for k in range(40)]
    samples = pd.DataFrame({"group": list("ABABABAB"), "pair": list("ppqqrrss")}, index=counts.columns)
    rows, columns = rng.permutation(40), rng.permutation(8)
    options = {"sample_weights": sampled, **({"block": "pair"} if blocked else {})}
    # weights of samples are learnt gene by gene, so that the order of genes matters to them
    moved = [counts.iloc[:, columns]] if sampled else [counts.iloc[:, columns], counts.iloc[rows]]
    fit = el.voom_lm_fit(counts, "~ group", samples=samples, **options)
    for data in moved:
        other = el.voom_lm_fit(data, "~ group", samples=samples.loc[data.columns], **options)
        assert_allclose(other.sigma[fit.sigma.index], fit.sigma, rtol=FLAT)
        assert_allclose(other.elist.weights.loc[counts.index, counts.columns], fit.elist.weights, rtol=FLAT)
