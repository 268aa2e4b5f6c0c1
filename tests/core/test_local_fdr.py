from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ebayes_lm.core.density import gaussian_density
from ebayes_lm.core.grid_smoother import smoothed
from ebayes_lm.core.local_fdr import local_fdr, local_fdr_of_f

#: Scores of F from a table, and rounding of tails next to 1.
SCORES = 1e-9

ANSWERS = json.loads((Path(__file__).parents[1] / "batch" / "answers" / "surrogates.json").read_text())

#: R solves banded normal equations for the spline, at a smoothing parameter found to 1e-4: digits of a density of 0.4.
SPLINE = 1e-8
#: Sums by Fourier transform, of numbers below one.
DENSITY = 1e-14
#: Of a rate: the density may be small.
RATES = 1e-7


def numbers(stored: list[str]) -> np.ndarray:
    return np.array([float.fromhex(value) for value in stored])


@pytest.mark.parametrize("name", ANSWERS["local_fdr"])
def test_rates_as_in_r(name: str) -> None:
    stored = ANSWERS["local_fdr"][name]
    assert_allclose(local_fdr(numbers(stored["p"])), numbers(stored["rates"]), atol=RATES)


def test_density_as_in_r() -> None:
    stored = ANSWERS["density"]
    found = gaussian_density(numbers(stored["x"]), 1.5)
    assert_allclose(found.bandwidth, float.fromhex(stored["bandwidth"]), rtol=DENSITY)
    assert_allclose(found.at[::8], numbers(stored["at"]), atol=10 * DENSITY)
    assert_allclose(found.values[::8], numbers(stored["values"]), atol=DENSITY)


def test_spline_as_in_r() -> None:
    stored = ANSWERS["spline"]
    curve = smoothed(numbers(stored["at"]), numbers(stored["values"]))
    order = np.argsort(numbers(stored["x"]))
    assert_allclose(curve.at_rising(numbers(stored["x"])[order]), numbers(stored["smoothed"])[order], atol=SPLINE)


def test_density_is_that_of_kernels() -> None:
    x = np.random.default_rng(1).normal(size=300)
    found = gaussian_density(x)
    direct = stats.norm.pdf(found.at[:, None], x, found.bandwidth).mean(axis=1)
    assert_allclose(found.values, direct, atol=1e-3)  # numbers are moved to a grid
    assert_allclose(np.sum(found.values) * np.diff(found.at)[0], 1.0, atol=1e-3)


@pytest.mark.parametrize("x", [[2.0], [0.0, 0.0], [1.0, 1.0, 1.0, 5.0]])
def test_density_of_numbers_that_agree_is_finite(x: list[float]) -> None:
    found = gaussian_density(np.array(x))
    assert found.bandwidth > 0
    assert np.isfinite(found.values).all()


def test_lines_stay() -> None:
    at = np.linspace(-3.0, 5.0, 512)
    assert_allclose(smoothed(at, 2.0 - 0.5 * at).at_rising(at), 2.0 - 0.5 * at, atol=1e-10)


def test_a_smooth_curve_comes_out_of_noise() -> None:
    at = np.linspace(0.0, 1.0, 512)
    truth = np.sin(6.0 * at)
    noise = np.random.default_rng(1).normal(0, 0.1, 512)
    assert np.sqrt(np.mean((smoothed(at, truth + noise).at_rising(at) - truth) ** 2)) < 0.03


def test_rates_rise_with_p_and_miss_what_is_missing() -> None:
    rng = np.random.default_rng(2)
    p = np.concatenate([rng.random(500), rng.beta(0.3, 8, 200), [0.0, 1.0, np.nan]])
    rates = local_fdr(p)
    assert np.isnan(rates[-1])
    order = np.argsort(p[:-1])
    assert (np.diff(rates[order]) >= 0).all()
    assert ((rates[:-1] >= 0) & (rates[:-1] <= 1)).all()
    assert np.isnan(local_fdr(np.full(3, np.nan))).all()


def test_rates_tell_true_from_false() -> None:
    rng = np.random.default_rng(3)
    p = np.concatenate([rng.random(8000), stats.norm.sf(rng.normal(3, 1, 2000))])
    rates = local_fdr(p)
    sure = rates < 0.2
    assert 0.5 * rates[sure].mean() < np.mean(np.flatnonzero(sure) < 8000) < 2.0 * rates[sure].mean()


@pytest.mark.parametrize("features", [300, 5000])
@pytest.mark.parametrize("df", [(1, 93), (5, 94), (3, 4)])
def test_of_f_statistics_is_that_of_their_tails(features: int, df: tuple[int, int]) -> None:
    rng = np.random.default_rng(8)
    f = rng.f(*df, size=features)
    f[: features // 3] *= 50.0
    f[:8] = [np.inf, np.inf, np.nan, 0.0, 1e-250, 1e250, np.nan, 7.0]
    rates = local_fdr_of_f(f, *df)
    assert_allclose(rates, local_fdr(stats.f.sf(f, *df)), atol=SCORES)
    assert np.isnan(rates[[2, 6]]).all()
    assert np.isnan(local_fdr_of_f(np.full(3, np.nan), *df)).all()


def test_without_terms_there_are_no_rates() -> None:
    assert np.isnan(local_fdr_of_f(np.full(3, np.nan), 0, 9)).all()
