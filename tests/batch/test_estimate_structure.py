from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import ebayes_lm as el
from ebayes_lm.batch.estimate_inflation import inflation_row
from ebayes_lm.batch.residual_loadings import residual_loadings
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import AlignmentError
from tests.batch.inflation_study import STUDIES

# Inflation and bias without any: what an analysis may be off by and still be called calibrated.
CALIBRATED = 0.03
# Planted inflation beside true effects.
PLANTED = 0.05
# Eigenvectors and projections by two routes.
PROJECTED = 1e-9

TWO = pd.DataFrame({"group": ["A"] * 6 + ["B"] * 6})


def noise(features, samples, seed=1):
    return np.random.default_rng(seed).normal(size=(features, samples))


def said(found, *words):
    return [line for line in found.findings if all(word in line for word in words)]


# Inflation.


@pytest.mark.parametrize("seed", [1, 2])
def test_pure_null_is_calibrated(seed):
    simulation = el.datasets.simulate(n_features=20_000, groups={"A": 6, "B": 6}, proportion=0.0, seed=seed)
    mod = el.lm_fit(simulation.data, "~ group", samples=simulation.samples).ebayes()
    found = el.estimate_structure(mod, simulation.data)
    row = found.inflation.loc["groupB"]
    assert abs(row["inflation"] - 1) < CALIBRATED
    assert abs(row["bias"]) < CALIBRATED
    assert abs(row["lambda"] - 1) < 2 * CALIBRATED
    assert found.findings == ()
    assert repr(found) == "Structure of the estimates of 1 contrast in 20,000 features.\n- Nothing stands out."


@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_taken_for_independent_samples_inflate_as_they_should(seed):
    """20 pairs with correlation 0.44: means vary by 1.44 of what independent samples would."""
    rng, n, rho = np.random.default_rng(seed), 40, 0.44
    shared = np.repeat(rng.normal(size=(20_000, n // 2)), 2, axis=1)
    y = np.sqrt(rho) * shared + np.sqrt(1 - rho) * rng.normal(size=(20_000, n))
    group = np.repeat([0.0, 1.0], n // 2)
    y[:1000] += np.outer(rng.normal(0, 1.2, 1000), group)
    mod = el.lm_fit(y, pd.DataFrame({"one": 1.0, "b": group})).ebayes()
    expected = np.sqrt((1 + rho) / (1 - rho / (n / 2 - 1)))  # residual variance lacks a little of what is shared
    found = el.estimate_structure(mod, coef="b")
    assert abs(found.inflation.loc["b", "inflation"] - expected) < PLANTED
    assert abs(found.inflation.loc["b", "bias"]) < PLANTED
    (line,) = said(found, "Tests of b are too liberal")
    assert "p-value of 0.001 stands for about 0.006" in line or "about 0.007" in line


def test_where_many_features_differ_it_cannot_tell():
    y = noise(5000, 12)
    y[:3000, 6:] += np.random.default_rng(2).normal(0, 2, size=(3000, 1))
    found = el.estimate_structure(el.lm_fit(y, "~ group", samples=TWO).ebayes())
    row = found.inflation.loc["groupB"]
    assert row["method"] == "cannot tell"
    assert np.isnan([row["bias"], row["inflation"], row["null_share"]]).all()
    assert row["lambda"] > 2
    assert said(found, "these data cannot tell", "controls=")


def test_controls_tell_where_many_features_differ():
    y = noise(5000, 12)
    y[:3000, 6:] += np.random.default_rng(2).normal(0, 2, size=(3000, 1))
    y[4000:, 6:] += 0.4
    mod = el.lm_fit(y, "~ group", samples=TWO).ebayes()
    found = el.estimate_structure(mod, controls=np.arange(4000, 5000))
    row = found.inflation.loc["groupB"]
    z = np.sign(mod.t["groupB"]) * np.abs(_normal(mod.p_value["groupB"] / 2))
    assert row["method"] == "controls"
    assert_allclose([row["bias"], row["inflation"]], [z[4000:].mean(), z[4000:].std()], rtol=1e-8)
    assert said(found, "off to one side", "z of the controls")
    mask = el.estimate_structure(mod, controls=np.arange(5000) >= 4000)
    pd.testing.assert_frame_equal(mask.inflation, found.inflation)


def _normal(p):
    from scipy.stats import norm

    return norm.ppf(p)


@pytest.mark.parametrize(("features", "controls"), [(500, None), (3000, [1, 2, 3])])
def test_few_features_say_nothing_of_inflation(features, controls):
    mod = el.lm_fit(noise(features, 12), "~ group", samples=TWO).ebayes()
    found = el.estimate_structure(mod, controls=controls)
    assert found.inflation.loc["groupB", "method"] == "too few features"
    assert said(found, "Too few features", "1,000, or 10 negative controls")


def test_strict_tests_are_said_to_be():
    row = inflation_row(0.75 * noise(20_000, 1)[:, 0], None, np.random.default_rng(1))
    assert abs(row["inflation"] - 0.75) < PLANTED
    y = noise(20_000, 12) + np.outer(noise(20_000, 1, 5)[:, 0], np.tile([-1.5, 1.5], 6))  # balanced over groups
    found = el.estimate_structure(el.lm_fit(y, "~ group", samples=TWO).ebayes())
    assert said(found, "Tests of groupB are too strict")


def test_one_seed_one_answer():
    mod = el.lm_fit(noise(2000, 12), "~ group", samples=TWO).ebayes()
    first, again, other = (el.estimate_structure(mod, seed=seed) for seed in (None, None, 7))
    pd.testing.assert_frame_equal(first.inflation, again.inflation)
    assert first.inflation.loc["groupB", "bias"] != other.inflation.loc["groupB", "bias"]
    assert_allclose(first.inflation.loc["groupB", "inflation"], other.inflation.loc["groupB", "inflation"], atol=0.01)


# Hidden factors.


def with_hidden(seed, *, along, features=4000):
    rng = np.random.default_rng(seed)
    group = np.repeat([0.0, 1.0], 6)
    hidden = rng.normal(size=12) + along * group
    y = np.outer(0.8 * rng.normal(size=features), hidden) + rng.normal(size=(features, 12))
    return y, hidden


@pytest.mark.parametrize("along", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_t_of_a_hidden_factor_is_foretold_from_effects(seed, along):
    y, hidden = with_hidden(seed, along=along)
    true = el.lm_fit(hidden[None, :], "~ group", samples=TWO).ordinary().t.loc[0, "groupB"]
    found = el.estimate_structure(el.lm_fit(y, "~ group", samples=TWO).ebayes(), y)
    row = found.trends.set_index("covariate").loc["residual component 1"]
    assert_allclose(abs(row["factor_t"]), abs(true), rtol=0.12, atol=0.15)
    assert np.isnan(found.trends.set_index("covariate").loc["residual component 2", "factor_t"])


def test_a_factor_that_goes_along_with_the_group_is_named():
    y, hidden = with_hidden(1, along=4.0)
    samples = TWO.assign(day=hidden)
    mod = el.lm_fit(y, "~ group", samples=TWO).ebayes()
    found = el.estimate_structure(mod, y, samples=samples)
    assert said(
        found, "as if hidden factors differed with groupB", "which follows day", ": add day to the design. True"
    )
    assert found.components.loc["residual component 1", "annotation"] == "day"
    by_chance = el.estimate_structure(*fitted(*with_hidden(4, along=0.0)))
    assert not said(by_chance, "as if hidden factors differed")


def fitted(y, _hidden):
    return el.lm_fit(y, "~ group", samples=TWO).ebayes(), y


@pytest.mark.parametrize("seed", range(3))
def test_noise_has_no_hidden_factor(seed):
    y = noise(3000, 12, seed)
    found = el.estimate_structure(el.lm_fit(y, "~ group", samples=TWO).ebayes(), y)
    assert found.trends["factor_t"].isna().all()
    assert (found.trends["share"] < 0.02).all()


def test_loadings_are_correlations_with_principal_components_of_residuals():
    y = noise(300, 12) * np.linspace(1, 9, 300)[:, None]
    fit = el.lm_fit(y, "~ group", samples=TWO)
    found = residual_loadings(fit, as_feature_matrix(y), 3, Running(progress=False))
    rest = fit.residuals(y).to_numpy() / fit.sigma.to_numpy()[:, None]
    _, singular, vectors = np.linalg.svd(rest, full_matrices=False)
    assert_allclose(found.shares, singular[:3] ** 2 / np.sum(singular**2), rtol=PROJECTED)
    signs = np.sign(np.sum(vectors[:3].T * found.vectors, axis=0))
    assert_allclose(found.by_feature, rest @ vectors[:3].T * signs / np.sqrt(10), atol=PROJECTED)
    assert_allclose(found.noise * 7, 10 - 10 * np.sum(found.by_feature**2, axis=1), atol=1e-8)


@pytest.mark.parametrize("options", [{"threads": 1}, {"chunk_size": 97}])
def test_running_does_not_matter(options):
    y, _ = with_hidden(2, along=1.0, features=1500)
    mod = el.lm_fit(y, "~ group", samples=TWO).ebayes()
    plain, other = el.estimate_structure(mod, y), el.estimate_structure(mod, y, **options)
    assert_allclose(other.trends["factor_t"], plain.trends["factor_t"], rtol=1e-6)
    assert other.findings == plain.findings


# Covariates of features.


def test_gc_content_that_moves_effects():
    gc = np.random.default_rng(3).uniform(0.3, 0.7, size=3000)
    y = noise(3000, 12) + np.outer(4 * (gc - 0.5), TWO["group"] == "B")
    mod = el.lm_fit(y, "~ group", samples=TWO).ebayes()
    found = el.estimate_structure(mod, covariates=pd.DataFrame({"gc": gc}))
    row = found.trends.set_index("covariate").loc["gc"]
    assert 0.2 < row["share"] < 0.6
    assert row["low"] < -0.5 < 0.5 < row["high"]
    assert row["correlation"] > 0.4
    assert said(found, "go along with gc", "look at normalisation")
    curve = found.data["curves"].query("covariate == 'gc'")
    assert curve["x"].is_monotonic_increasing
    assert curve["z"].iloc[0] < -0.5 < 0.5 < curve["z"].iloc[-1]
    assert len(curve) == 101


def test_a_bend_is_a_trend_without_correlation():
    x = np.linspace(-1, 1, 3000)
    y = noise(3000, 12) + np.outer(2 * (x**2 - 1 / 3), TWO["group"] == "B")
    found = el.estimate_structure(el.lm_fit(y, "~ group", samples=TWO).ebayes(), covariates={"x": x})
    row = found.trends.set_index("covariate").loc["x"]
    assert abs(row["correlation"]) < 0.05
    assert row["share"] > 0.2


def test_annotation_is_read_from_the_fit():
    genes = pd.DataFrame(
        {
            "symbol": [f"g{i}" for i in range(1000)],
            "length": np.arange(1000.0),
            "kind": pd.Categorical(["probe", "control"] * 500),
            "strand": ["+", "-", None, "+"] * 250,
            "probes": [1, 2, 3, 4] * 250,
        }
    )
    y = noise(1000, 12) + np.outer(3 * (genes["kind"] == "probe"), TWO["group"] == "B")
    mod = el.lm_fit(el.EList(pd.DataFrame(y), genes=genes, targets=TWO), "~ group").ebayes()
    found = el.estimate_structure(mod)
    assert list(found.trends["covariate"]) == ["AveExpr", "length", "kind", "strand", "probes"]
    assert list(found.trends["kind"]) == ["number", "number", "levels", "levels", "levels"]
    assert found.trends.set_index("covariate").loc["strand", "features"] == 750
    assert said(found, "differ between levels of kind")
    only = el.estimate_structure(mod, covariates="length")
    assert list(only.trends["covariate"]) == ["AveExpr", "length"]


def test_covariates_are_matched_by_label():
    names = [f"f{i}" for i in range(400)]
    y = pd.DataFrame(noise(400, 12), index=names)
    gc = pd.Series(np.arange(400.0), index=names, name="gc")
    mod = el.lm_fit(y, "~ group", samples=TWO).ebayes()
    first, turned = el.estimate_structure(mod, covariates=gc), el.estimate_structure(mod, covariates=gc[::-1])
    pd.testing.assert_frame_equal(first.trends, turned.trends)
    with pytest.raises(AlignmentError, match="f399"):
        el.estimate_structure(mod, covariates=gc[:-1])


def test_sex_chromosomes_stand_out():
    people = el.datasets.sex_rnaseq()
    counts = el.norm_lib_sizes(people.subset(el.filter_by_expr(people, group=people.samples["group"])))
    v = el.voom(counts, "~ group", samples=counts.samples)
    found = el.estimate_structure(el.lm_fit(v).ebayes(), v, covariates="chromosome")
    (line,) = said(found, "features of chromosome")
    assert "Y (median z +15.9 of 8 features)" in line
    assert abs(found.inflation.loc["groupMale", "inflation"] - 1.11) < 0.02


# Contrasts together.


def test_a_shared_control_explains_correlation():
    y = noise(4000, 12)
    samples = pd.DataFrame({"group": np.repeat(["ctrl", "drugA", "drugB"], 4)})
    contrasts = ["groupdrugA - groupctrl", "groupdrugB - groupctrl"]
    found = el.estimate_structure(el.lm_fit(y, "~ 0 + group", samples=samples).contrast(contrasts).ebayes())
    assert_allclose(found.correlations[["design", "observed"]], [[0.5, 0.5]], atol=0.05)
    assert found.findings == ()
    both = (samples["group"] != "ctrl").to_numpy()
    y += np.outer(noise(4000, 1, 9)[:, 0], both)
    more = el.estimate_structure(el.lm_fit(y, "~ 0 + group", samples=samples).contrast(contrasts).ebayes())
    assert more.correlations.loc[0, "observed"] > 0.75
    assert said(more, "where the design implies 0.50 because of the samples they share", "in common")


def test_means_are_not_effects():
    y = noise(1500, 12) + np.linspace(2, 9, 1500)[:, None]
    fit = el.lm_fit(y, "~ 0 + group", samples=TWO)
    found = el.estimate_structure(fit.ebayes(), y)
    assert found.findings == (
        "groupA and groupB are means and not differences, so nothing is said of them; contrast() makes differences.",
    )
    assert el.estimate_structure(fit.contrast("groupB - groupA").ebayes(), y).findings == ()

    alone = el.estimate_structure(el.lm_fit(y, np.ones((12, 1))).ebayes(), y)
    assert len(alone.findings) == 1
    assert said(alone, "is a mean and not a difference")
    assert len(alone.inflation) == 1


@pytest.mark.parametrize("design", [np.ones(12), np.repeat([-1.0, 1.0], 6)], ids=["pairs", "dye swaps"])
def test_log_ratios_are_effects(design):
    y = noise(1500, 12)
    found = el.estimate_structure(el.lm_fit(y, design[:, None]).ebayes(), y)
    assert found.findings == ()
    y += np.outer(np.linspace(-1.5, 1.5, 1500), design)
    mod = el.lm_fit(y, design[:, None]).ebayes()
    assert said(el.estimate_structure(mod, covariates={"place": np.arange(1500.0)}), "go along with place")


def test_terms_of_interest_are_what_is_looked_at():
    samples = TWO.assign(batch=list("XY") * 6)
    design = el.model_matrix("~ group + batch", samples, of_interest="group")
    y = noise(300, 12)
    mod = el.lm_fit(y, design).ebayes()
    assert list(el.estimate_structure(mod).inflation.index) == ["groupB"]
    assert list(el.estimate_structure(mod, coef=["batchY", "groupB"]).inflation.index) == ["batchY", "groupB"]
    every = el.lm_fit(y, "~ group + batch", samples=samples).ebayes()
    assert list(el.estimate_structure(every).inflation.index) == ["groupB", "batchY"]


# Fits of every kind.


def test_missing_values_weights_and_mixed_models():
    y, hidden = with_hidden(3, along=2.0, features=600)
    y[np.random.default_rng(1).uniform(size=y.shape) < 0.05] = np.nan
    true = abs(el.lm_fit(hidden[None, :], "~ group", samples=TWO).ordinary().t.loc[0, "groupB"])
    weights = np.random.default_rng(2).uniform(0.5, 2, size=12)
    fits = [
        el.lm_fit(y, "~ group", samples=TWO),
        el.lm_fit(y, "~ group", samples=TWO, weights=weights),
        el.lm_fit(y, "~ group", samples=TWO, block=list("aabbccddeeff"), correlation="feature"),
    ]
    for fit in fits:
        found = el.estimate_structure(fit.ebayes(legacy=False), y)
        row = found.trends.set_index("covariate").loc["residual component 1"]
        assert row["features"] > 590
        assert_allclose(abs(row["factor_t"]), true, rtol=0.5)


def test_components_of_repeated_features_are_named_by_what_is_known_of_samples():
    day = pd.DataFrame({"day": list("xyxyxxyxyxyx")}, index=[f"s{i}" for i in range(12)])
    hidden = np.repeat((day["day"] == "x").to_numpy(dtype=float), 2)
    spots = noise(500, 24, seed=6) + noise(500, 1, seed=7) * hidden * 2.0
    y = pd.DataFrame(spots.reshape(500, 12, 2).transpose(0, 2, 1).reshape(1000, 12), columns=day.index)
    mod = el.lm_fit(y, "~ group", samples=TWO.set_index(day.index), ndups=2, spacing=1, correlation=0.3).ebayes()
    found = el.estimate_structure(mod, y, samples=day, progress=False)
    assert found.components["annotation"].iloc[0] == "day"
    assert found.components["r2"].iloc[0] > 0.8


def test_few_residual_df_leave_components_out():
    y = noise(500, 4)
    mod = el.lm_fit(y, "~ group", samples=TWO.iloc[[0, 1, 6, 7]].reset_index(drop=True)).ebayes()
    found = el.estimate_structure(mod, y)
    assert len(found.components) == 0
    assert list(found.trends["covariate"]) == ["AveExpr"]


def test_ordinary_tests_and_tiny_problems():
    found = el.estimate_structure(el.lm_fit(noise(3, 12), "~ group", samples=TWO).ordinary())
    assert len(found.trends) == 0
    assert said(found, "Too few features")
    assert list(found.data) == ["curves", "histogram"]


def test_many_findings_of_a_kind_are_summed_up():
    bladder = el.datasets.bladder()
    found = el.estimate_structure(el.lm_fit(bladder, "~ cancer + batch").ebayes(), bladder)
    assert len(found.findings) <= 16
    assert len(said(found, "correlate")) == 3
    assert said(found, "8 more pairs of contrasts; .correlations has all")
    assert said(found, "Effects of cancerCancer and batch4 correlate 0.67 over features, where the design implies none")


def test_the_words_on_bladder():
    bladder = el.datasets.bladder()
    design = el.model_matrix("~ cancer + batch", bladder.targets, of_interest="cancer")
    found = el.estimate_structure(el.lm_fit(bladder, design).ebayes(trend=True), bladder)
    assert said(found, "Effects of cancerCancer go along with abundance (AveExpr), which explains 31 %")
    assert said(found, "as if hidden factors differed with cancerCancer", "estimate them with latent_factors()")
    assert said(found, "Whether tests of cancerCancer are inflated, these data cannot tell")
    assert found.inflation.loc["cancerBiopsy", "method"] == "most features"
    html = found._repr_html_()
    assert "<li>" in html


def test_the_histogram_adds_up():
    y = noise(2000, 12)
    y[0, 6:] += 60
    found = el.estimate_structure(el.lm_fit(y, "~ group", samples=TWO).ebayes())
    histogram = found.data["histogram"]
    assert histogram["count"].sum() == 2000
    assert_allclose(histogram["null"].sum(), 2000, rtol=0.02)
    assert histogram["count"].iloc[-1] >= 1


def test_html_is_escaped():
    mod = el.lm_fit(noise(60, 12), pd.DataFrame({"one": 1.0, "<b>": np.repeat([0.0, 1], 6)})).ebayes()
    assert "<b>" not in el.estimate_structure(mod)._repr_html_()


@pytest.mark.parametrize("name", ["20,000 z, 15 % affected (sd 3)", "20,000 z, 40 % affected (sd 3)"])
def test_the_study_cannot_tell_where_effects_are_dense(name):
    study = next(s for s in STUDIES if s.name == name)
    assert study.draw(1)["method"] == "cannot tell"
