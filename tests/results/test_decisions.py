from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

import ebayes_lm as el
from ebayes_lm.results.axes import Labels
from ebayes_lm.results.decisions import MISSING, TestResults


def plain(mod: el.ModeratedFit, bound: float, lfc: float, jointly: bool) -> np.ndarray:
    """Decisions by statsmodels' adjustment."""
    p = mod.p_value.to_numpy()
    groups = [p.ravel()] if jointly else list(p.T)
    adjusted = [multipletests(g, method="fdr_bh")[1] for g in groups]
    whole = adjusted[0].reshape(p.shape) if jointly else np.column_stack(adjusted)
    effects = mod.coefficients.to_numpy()
    return np.where((whole < bound) & ((lfc == 0) | (np.abs(effects) > lfc)), np.sign(effects), 0)


@pytest.mark.parametrize("lfc", [0.0, 2.5])
@pytest.mark.parametrize("bound", [0.01, 0.05, 0.5])
@pytest.mark.parametrize("method", ["separate", "global"])
def test_decisions_are_those_of_a_plain_computation(mod, method, bound, lfc):
    found = el.decide_tests(mod, method=method, p_value=bound, lfc=lfc)
    np.testing.assert_array_equal(np.asarray(found), plain(mod, bound, lfc, method == "global"))


def test_summary_counts(mod):
    found = mod.decide_tests()
    summary = found.summary()
    assert list(summary.index) == ["Down", "NotSig", "Up"]
    assert list(summary.columns) == mod.coef_names
    assert (summary.sum() == 80).all()
    assert summary.loc["Up", "groupB - groupA"] == (found.to_frame()["groupB - groupA"] == 1).sum() > 5


def test_codes_are_compared_one_by_one(mod):
    found = mod.decide_tests()
    pd.testing.assert_frame_equal(found == 1, found.to_frame().astype("int64") == 1)
    assert (found == 1).sum().tolist() == found.summary().loc["Up"].tolist()
    assert (found == found).all(axis=None)
    assert not (found != found).any(axis=None)
    gone = TestResults(np.full((1, 2), MISSING, dtype=np.int8), found[[0]].labels)
    assert not (gone == 0).any(axis=None)
    assert not (gone != 0).any(axis=None)


def test_what_was_not_tested_is_missing(y, samples):
    holes = y.copy()
    holes.loc["g3"] = np.nan
    found = el.lm_fit(holes, "~ group", samples=samples).ebayes()[:, 1:].decide_tests()
    frame = found.to_frame()
    assert {str(dtype) for dtype in frame.dtypes} == {"Int8"}
    assert frame.loc["g3"].isna().all()
    assert frame.drop("g3").notna().all(axis=None)
    assert (found.summary().sum() == 79).all()
    assert np.isnan(np.asarray(found)[3]).all()
    assert list(frame.columns) == ["groupB", "groupC"]


def test_dtypes_never_depend_on_the_data(mod):
    found = mod.decide_tests()
    assert {str(dtype) for dtype in found.to_frame().dtypes} == {"Int8"}
    assert found[[]].to_frame().shape == (0, 2)
    assert {str(dtype) for dtype in found[[]].to_frame().dtypes} == {"Int8"}
    assert np.asarray(found).shape == (80, 2)
    assert np.asarray(found, dtype=float).dtype == np.float64


def test_subsets(mod):
    found = mod.decide_tests()
    frame = found.to_frame()
    pd.testing.assert_frame_equal(found[[4, -1], ["CvsA"]].to_frame(), frame.iloc[[4, 79], [1]])
    pd.testing.assert_frame_equal(found[2].to_frame(), frame.iloc[[2]])
    pd.testing.assert_frame_equal(found[np.arange(80) < 3].to_frame(), frame.iloc[:3])
    assert found.shape == (80, 2)


def test_features_and_contrasts_may_repeat(y, samples):
    mod = el.lm_fit(y.rename(index={"g1": "g0"}), "~ group", samples=samples).ebayes()
    frame = mod[:, [1, 1]].decide_tests().to_frame()
    assert list(frame.columns) == ["groupB", "groupB"]
    assert list(frame.index[:2]) == ["g0", "g0"]


def test_repr(mod):
    text = repr(mod.decide_tests())
    assert text.startswith("TestResults of 80 features\n")
    assert "NotSig" in text
    shown = mod.decide_tests()._repr_html_()
    assert "<table" in shown
    assert "NotSig" in shown


def test_a_missing_test_is_nan_in_every_array_of_floats():
    codes = np.array([[1, MISSING], [0, -1]], dtype=np.int8)
    results = TestResults(codes, Labels(pd.RangeIndex(2), pd.Index(["a", "b"])))
    for dtype in (None, float, np.float32):
        np.testing.assert_array_equal(np.asarray(results, dtype=dtype), [[1, np.nan], [0, -1]])
