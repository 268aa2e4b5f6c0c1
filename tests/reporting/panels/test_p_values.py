"""What the shape of a histogram of p-values is said to be."""

from __future__ import annotations

import numpy as np
import pytest

import ebayes_lm as el
from ebayes_lm._typing import FloatArray
from ebayes_lm.reporting.panels.p_values import p_value_panel, shape_of
from ebayes_lm.reporting.panels.quantiles import quantile_panel, quantiles_of, thinned

EVEN = (np.arange(2_000) + 0.5) / 2_000


@pytest.mark.parametrize(
    ("p", "shape"),
    [
        (EVEN, "flat"),
        (np.append(EVEN, np.full(200, 1e-6)), "signal"),
        (np.append(EVEN, np.full(200, 0.99)), "towards one"),
        (np.concatenate([EVEN, np.full(200, 1e-6), np.full(200, 0.99)]), "towards one"),
        (EVEN**0.3, "towards one"),
        (0.5 + (EVEN - 0.5) * 0.6, "in the middle"),
        (np.append(EVEN, np.full(30, 0.99)), "flat"),
        (EVEN[::20], "few"),
    ],
)
def test_shapes(p: FloatArray, shape: str) -> None:
    assert shape_of(p, 0) == shape


def test_a_threshold_puts_p_near_one() -> None:
    assert shape_of(EVEN**0.1, 0, threshold=True) == "threshold"


def test_independent_p_values_are_flat() -> None:
    p = np.random.default_rng(1).uniform(size=(50, 1_000))
    assert {shape_of(each, 0) for each in p} == {"flat"}


def test_words_speak_of_the_worst_first() -> None:
    y = np.random.default_rng(1).normal(size=(1_000, 8))
    half = np.repeat([0.0, 1.0], 4)
    mod = el.lm_fit(y + np.outer(np.arange(1_000) < 100, 8 * half), np.c_[np.ones(8), half]).ebayes()
    panel = p_value_panel(mod, {"x2": 1}, 0.05)
    assert panel.light == "green"
    assert panel.words[0].startswith("x2: a peak near 0")
    assert "have an effect" in panel.words[1]


def test_a_batch_that_is_left_out_makes_tests_too_strict() -> None:
    batch = np.tile([0.0, 1.0], 4)
    y = np.random.default_rng(1).normal(size=(1_000, 8)) + 4.0 * batch
    mod = el.lm_fit(y, np.c_[np.ones(8), np.repeat([0.0, 1.0], 4)]).ebayes()
    panel = p_value_panel(mod, {"x2": 1}, 0.05)
    assert panel.light == "amber"
    assert "lacks a batch" in str(panel.advice)


def test_quantiles_are_thinned_and_leave_the_band_where_there_is_signal() -> None:
    y = np.random.default_rng(2).normal(size=(3_000, 8))
    half = np.repeat([0.0, 1.0], 4)
    x = np.c_[np.ones(8), half]
    mod = el.lm_fit(y + np.outer(np.arange(3_000) < 100, 8 * half), x).ebayes()
    found = quantiles_of(mod, "x2", 1, 1_500)
    assert len(found.expected) <= 1_500
    assert found.above >= 90
    panel = quantile_panel(mod, {"x2": 1})
    assert panel is not None
    assert panel.words[-1] == "The smallest p-values lie above the band."
    assert quantiles_of(el.lm_fit(y, x).ebayes(), "x2", 1, 1_500).above < 10


def test_the_smallest_are_all_kept() -> None:
    ranks = thinned(100_000, 900)
    assert len(ranks) <= 900
    assert ranks[-1] == 99_999
    np.testing.assert_array_equal(ranks[:300], np.arange(300))
    np.testing.assert_array_equal(thinned(5, 900), np.arange(5))
