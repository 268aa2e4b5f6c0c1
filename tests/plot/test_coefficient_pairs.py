"""Coefficients against coefficients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, StageError


def test_any_fit_is_drawn(any_fit, is_drawn):
    ax = el.plot.coefficients(any_fit, 0, 1)
    is_drawn(ax)
    assert bool(ax.images) == (len(any_fit.labels.features) == 1_000_000)


@pytest.mark.parametrize("lfc", [0.0, 2.0])
def test_classes_are_those_of_decide_tests(simple, lfc):
    data = el.plot.coefficients_data(simple, 0, 1, fdr=0.1, lfc=lfc)
    codes = el.decide_tests(simple, p_value=0.1, lfc=lfc).to_frame()
    tested = codes.notna().all(axis=1)
    found = codes[tested].ne(0).astype(int) @ [1, 2]
    assert data["status"][tested].tolist() == [("neither", "x", "y", "both")[k] for k in found]
    assert data["status"][~tested].isna().all()
    assert not tested.all()
    for axis, name in zip("xy", simple.coef_names, strict=True):
        pd.testing.assert_series_equal(data[axis], simple.coefficients[name], check_names=False)


def test_legend_and_axes_say_which_is_which(three_groups):
    ax = el.plot.coefficients(three_groups, "gB", "gC", top=2)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("logFC of gB", "logFC of gC")
    entries = [text.get_text() for text in ax.get_legend().get_texts()]
    assert [entry.split(":")[0] for entry in entries] == ["both", "gB alone", "gC alone", "neither"]
    status = el.plot.coefficients_data(three_groups, "gB", "gC")["status"]
    assert sum(int(entry.split(": ")[1]) for entry in entries) == status.notna().sum()
    assert len(ax.texts) == 2


def test_features_may_bear_one_name_twice(three_groups, is_drawn):
    rows = np.repeat(np.arange(20), 2)
    is_drawn(el.plot.coefficients(three_groups[rows], "gB", "gC", top=5))
    is_drawn(el.plot.volcano(three_groups[rows], "gB"))
    is_drawn(el.plot.ma(three_groups[rows], "gB", top=5))


def test_mixed_and_treat_fits_are_drawn(mixed, simple, is_drawn):
    is_drawn(el.plot.coefficients(mixed, 0, "groupB"))
    is_drawn(el.plot.coefficients(simple.fit.treat(), 0, "groupB"))


def test_a_coefficient_that_is_not_there_is_refused(simple):
    with pytest.raises(ArgumentError, match="there is no coefficient 'groupC'"):
        el.plot.coefficients(simple, "groupB", "groupC")


def test_a_fit_without_tests_says_what_is_missing(simple):
    with pytest.raises(StageError, match=r"call \.ebayes\(\)"):
        el.plot.coefficients(simple.fit, 0, 1)
