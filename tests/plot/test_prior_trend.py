"""The prior's trend among residual standard deviations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, StageError
from ebayes_lm.plot.prior_trend import thinned
from tests import tolerances
from tests.plot.answers.drawn_points import drawn


def test_any_fit_is_drawn(any_fit, is_drawn):
    ax = el.plot.sa(any_fit)
    is_drawn(ax)
    assert bool(ax.images) == (len(any_fit.labels.features) == 1_000_000)


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize("trend", [False, True])
def test_points_and_trend_lie_where_limma_draws_them(limma_data, limma_design, trend, robust):
    fit = el.lm_fit(limma_data.dropna(), limma_design, compat="limma")
    data = el.plot.sa_data(fit.ebayes(trend=trend, robust=robust))
    expected = drawn("sa" + ", trend" * trend + ", robust" * robust)
    np.testing.assert_allclose(data["AveExpr"], expected["x"], rtol=tolerances.LEAST_SQUARES)
    # the seventh feature's values are a line but for one part in a million, and its residuals round accordingly
    np.testing.assert_allclose(data["sqrt_sigma"], expected["y"], rtol=1e-8)
    assert data["outlier"].tolist() == [colour == "red" for colour in expected["colour"]]
    assert data["outlier"].any() == robust
    if trend:
        line = data.sort_values("AveExpr")
        np.testing.assert_allclose(line["AveExpr"], expected["line_x"], rtol=tolerances.LEAST_SQUARES)
        np.testing.assert_allclose(line["trend"], expected["line_y"], rtol=tolerances.SEARCHED_PRIOR)
    else:
        np.testing.assert_allclose(data["trend"], expected["level"][0], rtol=tolerances.SEARCHED_PRIOR)


def test_features_without_df_are_left_out(limma_data, limma_design):
    data = el.plot.sa_data(el.lm_fit(limma_data, limma_design, compat="limma").ebayes(robust=True, legacy=True))
    expected = drawn("sa, missing, robust")
    there = ~np.isnan(expected["y"])
    assert data.index.tolist() == np.flatnonzero(there).tolist()
    np.testing.assert_allclose(data["sqrt_sigma"], expected["y"][there], rtol=1e-8)
    assert data["outlier"].tolist() == [c == "red" for c, t in zip(expected["colour"], there, strict=True) if t]


def test_a_fit_without_a_prior_has_no_line(simple, is_drawn):
    ax = el.plot.sa(simple.fit.ordinary())
    is_drawn(ax)
    assert not ax.lines
    assert ax.get_title() == "no prior"


def test_a_trend_over_something_else_is_no_scribble(simple, is_drawn):
    rng = np.random.default_rng(1)
    other = rng.normal(size=200)
    y = rng.normal(8.0, 1.0, size=(200, 6)) * np.exp(other)[:, None]
    mod = el.lm_fit(y, "~ g", samples=pd.DataFrame({"g": list("AAABBB")})).ebayes(trend=other)
    ax = el.plot.sa(mod)
    is_drawn(ax)
    assert not ax.lines


def test_mixed_models_show_the_variances_of_one_coefficient(mixed, is_drawn):
    is_drawn(el.plot.sa(mixed, "groupB"))
    data = el.plot.sa_data(mixed, "groupB")
    assert np.allclose(data["trend"] ** 4, mixed.s2_prior["groupB"])
    # squeezed variances lie between what was observed and the prior, but for what the correlation is not known by
    observed, prior = data["sqrt_sigma"] ** 4, data["trend"] ** 4
    post = mixed.s2_post["groupB"]
    between = (np.minimum(observed, prior) * 0.9 < post) & (post < np.maximum(observed, prior) * 1.2)
    assert between.mean() > 0.95


def test_a_mixed_model_of_several_coefficients_asks_for_one():
    rng = np.random.default_rng(3)
    samples = pd.DataFrame({"group": list("ABC") * 3, "patient": list("kkklllmmm")})
    fit = el.lm_fit(rng.normal(size=(40, 9)), "~ group", samples=samples, block="patient", correlation="feature")
    with pytest.raises(ArgumentError, match="choose one with coef="):
        el.plot.sa(fit.ebayes())


def test_a_fit_without_tests_says_what_is_missing(simple):
    with pytest.raises(StageError, match=r"call \.ebayes\(\)"):
        el.plot.sa(simple.fit)


def test_a_long_curve_keeps_its_ends_and_its_sparse_parts():
    x = np.append(np.linspace(0.0, 1.0, 100_000), np.linspace(1.0, 100.0, 300))
    kept = x[thinned(x)]
    assert len(kept) <= 1_000
    assert (kept[0], kept[-1]) == (0.0, 100.0)
    assert np.diff(kept).max() < 1.0
    assert np.count_nonzero(kept < 1.0) > 400
    assert thinned(x[:5]).tolist() == [0, 1, 2, 3, 4]
