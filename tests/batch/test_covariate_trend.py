from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm import covariate_trends, normalize_by_covariate
from ebayes_lm.errors import EbayesLMWarning

#: The same numbers on another way.
SAME = 1e-12

RNG = np.random.default_rng(11)
FEATURES = [f"g{i}" for i in range(400)]
SAMPLES = list("abcdef")
GC = pd.Series(RNG.uniform(0.3, 0.7, 400), index=FEATURES, name="gc")
KIND = pd.Series(RNG.choice(["I", "II", "control"], 400), index=FEATURES, name="kind")
ABUNDANCE = RNG.normal(8, 2, 400)
NOISE = RNG.normal(0, 0.1, (400, 6))
BENT = np.outer((GC - 0.5) ** 2, RNG.normal(0, 20, 6))
Y = pd.DataFrame(ABUNDANCE[:, None] + NOISE + BENT + 3 * GC.to_numpy()[:, None], index=FEATURES, columns=SAMPLES)


def spread(trends):
    """How far the curve of each sample moves."""
    return trends.groupby("sample", observed=True)["trend"].agg(lambda t: t.max() - t.min())


def test_differences_between_samples_go_and_what_they_share_stays():
    found = normalize_by_covariate(Y, GC)
    assert (spread(covariate_trends(Y, GC)) > 0.1).sum() >= 4
    assert (spread(covariate_trends(found, GC)) < 0.05).all()
    # what is left differs from the data without a bend by the noise of a curve through 400 points
    straight = Y - BENT
    assert np.abs(found.sub(found.mean(axis=1), axis=0) - straight.sub(straight.mean(axis=1), axis=0)).max().max() < 0.1
    assert_allclose(np.polyfit(GC, found.mean(axis=1) - ABUNDANCE - BENT.mean(axis=1), 1)[0], 3, atol=0.2)
    assert_array_equal(found.index, Y.index)


def test_the_curve_is_lowess_of_deviations():
    deviations = Y.sub(Y.mean(axis=1), axis=0)
    wanted = Y - np.column_stack([el.lowess(GC, deviations[s], span=0.5) for s in SAMPLES])
    assert_allclose(normalize_by_covariate(Y, GC, span=0.5), wanted, rtol=SAME)
    assert_allclose(normalize_by_covariate(Y, GC, span=0.5, threads=2), wanted, rtol=SAME)


def test_the_median_is_another_target():
    deviations = Y.sub(Y.median(axis=1), axis=0)
    wanted = Y - np.column_stack([el.lowess(GC, deviations[s], span=0.3) for s in SAMPLES])
    assert_allclose(normalize_by_covariate(Y, GC, target="median"), wanted, rtol=SAME)


def test_without_a_target_the_whole_dependence_goes():
    found = normalize_by_covariate(Y, GC, target=None)
    wanted = Y.to_numpy().mean() + Y - np.column_stack([el.lowess(GC, Y[s], span=0.3) for s in SAMPLES])
    assert_allclose(found, wanted, rtol=SAME)


def test_means_of_features():
    curved = Y + np.outer((ABUNDANCE - 8) ** 2 / 10, [0, 1, 0, -1, 0, 0])
    # a curve of this span cuts off a tenth of so sharp a bend
    before, after = (spread(covariate_trends(y, "mean")) for y in (curved, normalize_by_covariate(curved, "mean")))
    assert after.max() < 0.1 * before.max()
    assert_allclose(normalize_by_covariate(Y, "mean"), normalize_by_covariate(Y, Y.mean(axis=1)), rtol=1e-9)


@pytest.mark.parametrize("kind", [KIND, KIND.astype("category"), KIND.to_numpy(), KIND == "I"])
def test_types_of_features_have_means(kind):
    shifted = Y + np.outer(KIND == "I", [1, 0, -1, 0, 2, 0])
    found = normalize_by_covariate(shifted, kind)
    deviations = found.sub(shifted.mean(axis=1), axis=0)
    # sums of numbers of about 10
    assert_allclose(deviations.groupby(np.asarray(kind)).mean(), 0, atol=1e-12)
    assert_allclose(found.mean(axis=1), shifted.mean(axis=1), rtol=SAME)
    trends = covariate_trends(shifted, kind)
    assert len(trends) == 6 * len(set(kind))
    assert list(trends.columns) == ["sample", "covariate", "trend"]
    assert set(trends["covariate"]) == set(kind)


def test_a_type_of_one_feature_takes_its_differences_away():
    kind = KIND.mask(KIND.index == KIND.index[3], "III")
    with pytest.warns(EbayesLMWarning, match="1 type of features has a single one .'III'., and nothing of it is left"):
        found = normalize_by_covariate(Y, kind)
    assert_allclose(found.iloc[3], Y.iloc[3].mean(), rtol=SAME)


def test_nullable_numbers():
    assert_array_equal(normalize_by_covariate(Y, pd.array(GC, dtype="Float64")), normalize_by_covariate(Y, GC))


def test_gaps_stay_gaps():
    gaps = Y.mask(RNG.random(Y.shape) < 0.2)
    gaps.iloc[7] = np.nan
    gaps["f"] = np.nan
    for covariate in (GC, "mean", KIND):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = normalize_by_covariate(gaps, covariate)
        assert_array_equal(found.isna(), gaps.isna())
    assert (spread(covariate_trends(normalize_by_covariate(gaps, GC), GC)).drop("f") < 0.1).all()


def test_values_are_matched_by_label():
    found = normalize_by_covariate(Y, GC)
    assert_array_equal(normalize_by_covariate(Y, GC[::-1]), found)
    listed = el.EList(Y, genes=pd.DataFrame({"gc": GC, "kind": KIND}), weights=np.ones(6))
    back = normalize_by_covariate(listed, "gc")
    assert_array_equal(back.E, found)
    assert back.weights is listed.weights
    assert back.adjusted is None
    table = Y.assign(gc=GC)
    back = normalize_by_covariate(table, "gc", feature_columns=["gc"])
    assert_array_equal(back[SAMPLES], found)
    assert_array_equal(back["gc"], GC)


def test_curves_to_draw():
    trends = covariate_trends(Y, GC)
    assert list(trends["sample"].unique()) == SAMPLES
    one = trends[trends["sample"] == "c"]
    assert one["covariate"].is_monotonic_increasing
    assert_allclose([one["covariate"].min(), one["covariate"].max()], [GC.min(), GC.max()])
    fitted = el.lowess(GC, Y["c"] - Y.mean(axis=1), span=0.3)
    order = np.argsort(GC.to_numpy())
    assert_allclose(one["trend"], np.interp(one["covariate"], GC.to_numpy()[order], fitted[order]), rtol=SAME)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_anndata():
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(Y.T.copy(), var=pd.DataFrame({"gc": GC}))
    found = normalize_by_covariate(adata, "gc")
    assert_allclose(found.X, normalize_by_covariate(Y, GC).T, rtol=SAME)
    assert "adjusted" not in found.uns
