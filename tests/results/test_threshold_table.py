from __future__ import annotations

import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError

COLUMNS = ["logFC", "AveExpr", "t", "P.Value", "adj.P.Val"]


@pytest.fixture(scope="module")
def tested(contrasted: el.LinearFit) -> el.TreatFit:
    return contrasted.treat(lfc=0.8)


def test_by_p_and_of_the_last_coefficient(tested):
    table = el.top_treat(tested, number=None)
    assert list(table.columns) == COLUMNS
    assert table["P.Value"].is_monotonic_increasing
    pd.testing.assert_series_equal(
        table["logFC"].sort_index(), tested.coefficients["CvsA"].sort_index(), check_names=False
    )
    pd.testing.assert_frame_equal(table, tested.top_table("CvsA", number=None))
    pd.testing.assert_series_equal(
        table["adj.P.Val"], pd.Series(el.adjust_p(table["P.Value"]), table.index), check_names=False
    )


def test_rows_shown_can_be_ordered_again(tested):
    table = el.top_treat(tested, 0, number=8, resort_by="logFC")
    assert table["logFC"].is_monotonic_decreasing
    assert set(table.index) == set(el.top_treat(tested, 0, number=8).index)


def test_options_are_those_of_other_tables(tested):
    table = el.top_treat(tested, 0, number=3, confint=True, columns=["SE", "df"], lfc=1)
    assert list(table.columns) == ["logFC", "CI.L", "CI.R", *COLUMNS[1:], "SE", "df"]
    assert el.top_treat(tested, 0, p_value=0.0).shape == (0, 5)


def test_all_tables(tested):
    long = tested.tables()
    assert list(long.columns) == ["contrast", *COLUMNS]
    assert len(long) == 160


def test_several_coefficients_have_no_table(tested):
    with pytest.raises(ArgumentError, match=r"no F for several; choose one with coef="):
        el.top_treat(tested, [0, 1])
