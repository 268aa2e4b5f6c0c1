"""The histogram of p-values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, StageError


def test_any_fit_is_drawn(any_fit, is_drawn):
    is_drawn(el.plot.pvalues(any_fit))


def test_bins_hold_the_p_values_and_the_line_the_true_null_hypotheses(simple):
    data = el.plot.pvalues_data(simple, "groupB", bins=10, method="hist")
    p = simple.p_value["groupB"].dropna()
    assert data.tests == len(p) == 199
    edges = [*data.bins["left"], 1.0]
    assert data.bins["count"].tolist() == np.histogram(p, np.linspace(0, 1, 11))[0].tolist()
    assert np.allclose(edges, np.linspace(0, 1, 11))
    assert data.true_null == el.prop_true_null(p, method="hist")
    assert data.null_count == pytest.approx(19.9 * data.true_null)
    ax = el.plot.pvalues(simple, "groupB", bins=10, method="hist")
    assert [bar.get_height() for bar in ax.patches] == data.bins["count"].tolist()
    assert ax.lines[0].get_ydata()[0] == data.null_count
    assert f"{data.true_null:.1%}" in ax.get_legend().get_texts()[0].get_text()


@pytest.mark.parametrize("kind", [list, np.array, pd.Series])
def test_p_values_of_anything_are_drawn(kind, is_drawn):
    p = [0.0, 1.0, 0.5, np.nan]
    is_drawn(el.plot.pvalues(kind(p)))
    assert el.plot.pvalues_data(kind(p)).bins["count"].sum() == 3


@pytest.mark.parametrize("stage", ["treat", "ordinary"])
def test_every_kind_of_test_is_drawn(simple, stage, is_drawn):
    is_drawn(el.plot.pvalues(getattr(simple.fit, stage)(), "groupB"))


@pytest.mark.parametrize(
    ("fit", "options", "error"),
    [
        ([1.5], {}, ArgumentError),
        ([0.5], {"bins": 0}, ArgumentError),
        ([0.5], {"bins": 2.5}, ArgumentTypeError),
        ([0.5], {"method": "none"}, ArgumentError),
        ("p", {}, StageError),
    ],
)
def test_what_cannot_be_binned_is_refused(fit, options, error):
    with pytest.raises(error):
        el.plot.pvalues(fit, **options)


def test_a_fit_without_tests_says_what_is_missing(simple):
    with pytest.raises(StageError, match=r"call \.ebayes\(\)"):
        el.plot.pvalues(simple.fit)
