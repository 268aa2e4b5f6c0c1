"""Quantiles of tests beside those of true null hypotheses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, norm, t

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, StageError
from ebayes_lm.plot.quantiles import plotting_positions
from tests import tolerances
from tests.plot.answers.drawn_points import drawn

# Quantiles of the beta and t distributions by two libraries.
QUANTILE = 1e-8


@pytest.mark.parametrize("kind", ["p", "t"])
def test_any_fit_is_drawn(any_fit, kind, is_drawn):
    ax = el.plot.qq(any_fit, kind=kind)
    is_drawn(ax)
    assert bool(ax.images) == (len(any_fit.labels.features) == 1_000_000)


def test_t_lie_where_limma_draws_them(limma_data, limma_design):
    mod = el.lm_fit(limma_data.dropna(), limma_design).ebayes()
    data, expected = el.plot.qq_data(mod, "group", kind="t"), drawn("qqt")
    assert data.scale == "t"
    order = np.argsort(expected["y"])
    np.testing.assert_allclose(data.points["observed"], expected["y"][order], rtol=tolerances.MODERATED, atol=1e-12)
    np.testing.assert_allclose(data.points["expected"], expected["x"][order], rtol=tolerances.MODERATED, atol=1e-9)


def test_few_values_are_expected_where_r_expects_them():
    assert np.allclose(np.sort(t.ppf(plotting_positions(5), 4)), np.sort(drawn("qqt of 5")["x"]), atol=1e-12)
    assert plotting_positions(0).size == 0


def test_p_values_lie_on_the_line_where_they_are_uniform():
    points = el.plot.qq_data(plotting_positions(1000)).points
    assert np.allclose(points["observed"], points["expected"])


def test_p_of_zero_are_marked_at_the_top(is_drawn):
    ax = el.plot.qq([0.0, 0.0, 0.1, 0.5])
    marked = ax.collections[-1].get_offsets()
    assert (marked[:, 1] > 1.0).tolist() == [True, True]
    assert ax.get_title(loc="right") == "▲ infinite: 2"
    is_drawn(ax)


@pytest.mark.parametrize("number", [1, 2, 7, 400])
def test_the_band_is_that_of_order_statistics(number):
    p = np.random.default_rng(1).uniform(size=number)
    band = el.plot.qq_data(p, level=0.9).band
    assert len(band) == min(number, len(band))
    # the largest -log10 p belongs to the smallest of n uniform values
    low, high = beta.ppf([0.05, 0.95], 1, number)
    assert band["upper"].iloc[-1] == pytest.approx(-np.log10(low), rel=QUANTILE)
    assert band["lower"].iloc[-1] == pytest.approx(-np.log10(high), rel=QUANTILE)
    assert (band["lower"] < band["expected"]).all()
    assert (band["expected"] < band["upper"]).all()
    assert band["expected"].is_monotonic_increasing


def test_features_go_along(simple):
    points = el.plot.qq_data(simple, "groupB").points
    assert len(points) == 199
    assert points["observed"].equals(simple.neg_log10_p["groupB"].loc[points.index].rename("observed"))
    assert el.plot.qq_data(pd.Series([0.5, 0.1], index=["a", "b"])).points.index.tolist() == ["a", "b"]


def test_t_of_different_df_are_normal_deviates():
    y = np.random.default_rng(1).normal(size=(60, 8))
    y[::2, 1] = np.nan
    mod = el.lm_fit(y, "~ g", samples=pd.DataFrame({"g": list("AAAABBBB")})).ordinary()
    data = el.plot.qq_data(mod, "gB", kind="t")
    assert data.scale == "z"
    at = data.points.index.to_numpy()
    df = mod.df_total.to_numpy()[at]
    assert len(set(df)) == 2
    assert np.allclose(norm.cdf(data.points["observed"]), t.cdf(mod.t["gB"].to_numpy()[at], df), atol=1e-12)
    assert np.allclose(data.points["expected"], norm.ppf(plotting_positions(60)))


def test_mixed_models_are_drawn(mixed, is_drawn):
    for kind in ("p", "t"):
        is_drawn(el.plot.qq(mixed, "groupB", kind=kind))


def test_t_against_a_threshold_have_no_distribution(simple, is_drawn):
    mod = simple.fit.treat()
    with pytest.raises(ArgumentError, match="threshold"):
        el.plot.qq(mod, kind="t")
    is_drawn(el.plot.qq(mod, "groupB"))


@pytest.mark.parametrize("options", [{"kind": "z"}, {"level": 1.0}, {"level": "much"}, {"coef": "none"}])
def test_options_outside_their_range_are_refused(simple, options):
    with pytest.raises((ArgumentError, ArgumentTypeError)):
        el.plot.qq(simple, **options)


@pytest.mark.parametrize("fit", ["p", None])
def test_what_has_no_tests_is_refused(fit):
    with pytest.raises(StageError):
        el.plot.qq(fit)
