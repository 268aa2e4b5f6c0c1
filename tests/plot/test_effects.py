"""Volcano plots show what the table says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, StageError
from tests import tolerances
from tests.plot.answers.drawn_points import drawn

# Values of about 10 in these data, and twenty roundings of each.
SMALLEST = 10 * tolerances.ROUNDING
HOSTILE = ["$x^$", r"\frac{1}{2}$", "<script>alert(1)</script>", "gene\twith\nlines", "n" * 500, "_", ""]


def test_any_fit_is_drawn(any_fit, is_drawn):
    ax = el.plot.volcano(any_fit)
    is_drawn(ax)
    assert bool(ax.images) == (len(any_fit.labels.features) == 1_000_000)
    assert [text.get_text() for text in ax.texts] == ["nothing was tested"] or any_fit.t.notna().any().any()


def test_what_is_drawn_is_the_table(simple):
    data = el.plot.volcano_data(simple, "groupB", top=3)
    table = simple.top_table("groupB", number=None, sort_by="none", columns=["neg_log10_p"])
    for column in ("logFC", "neg_log10_p", "P.Value", "adj.P.Val"):
        pd.testing.assert_series_equal(data[column], table[column])
    best = simple.top_table("groupB", number=3, sort_by="P")["Symbol"]
    assert sorted(data["label"].dropna()) == sorted(best)
    assert el.plot.volcano_data(simple, "groupB", y="B")["B"].equals(table["B"])


@pytest.mark.parametrize(("fdr", "lfc"), [(0.05, 0.0), (0.2, 0.0), (0.9, 8.0), (0.0, 0.0)])
@pytest.mark.parametrize("stage", ["ebayes", "treat", "ordinary"])
def test_outcomes_are_those_of_decide_tests(simple, stage, fdr, lfc):
    mod = getattr(simple.fit, stage)()
    status = el.plot.volcano_data(mod, "groupB", fdr=fdr, lfc=lfc)["status"]
    codes = el.decide_tests(mod, p_value=fdr, lfc=lfc).to_frame()["groupB"]
    expected = codes.map({-1: "down", 0: "neither", 1: "up"})
    assert status.isna().tolist() == codes.isna().tolist()
    assert status.dropna().tolist() == expected[codes.notna()].tolist()


@pytest.mark.parametrize(("name", "y", "column"), [("volcano, p", "p", "neg_log10_p"), ("volcano, B", "B", "B")])
def test_points_lie_where_limma_draws_them(limma_fit, name, y, column):
    data, expected = el.plot.volcano_data(limma_fit, "group", y=y), drawn(name)
    np.testing.assert_allclose(data["logFC"], expected["x"], rtol=tolerances.LEAST_SQUARES, atol=SMALLEST)
    np.testing.assert_allclose(data[column], expected["y"], rtol=tolerances.MODERATED)


def test_the_legend_counts_and_the_title_names(simple):
    ax = el.plot.volcano(simple, "groupB", lfc=1.0)
    status = el.plot.volcano_data(simple, "groupB", lfc=1.0)["status"]
    counted = [f"{name}: {(status == name).sum()}" for name in ("up", "down", "neither")]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == counted
    assert ax.get_legend().get_title().get_text() == "FDR 0.05, |logFC| > 1"
    assert ax.get_title() == "groupB"


def test_what_underflows_is_still_drawn():
    y = np.random.default_rng(1).normal(size=(50, 40))
    y[0, 20:] += 1e12
    samples = pd.DataFrame({"g": ["A"] * 20 + ["B"] * 20})
    data = el.plot.volcano_data(el.lm_fit(y, "~ g", samples=samples).ebayes(), "gB")
    assert data["P.Value"].iloc[0] == 0.0
    assert 300 < data["neg_log10_p"].iloc[0] < np.inf


def test_what_is_infinite_stands_above_all_else(simple, is_drawn, monkeypatch):
    data = el.plot.volcano_data(simple)
    data.loc["id0":"id9", "neg_log10_p"] = np.inf
    monkeypatch.setattr("ebayes_lm.plot.effects.volcano_data", lambda *_, **__: data)
    ax = el.plot.volcano(simple)
    others, marked = ax.collections[0].get_offsets(), ax.collections[-1].get_offsets()
    assert marked.shape == (10, 2)
    assert marked[:, 1].min() > others[:, 1].max()
    assert ax.get_title(loc="right") == "▲ infinite: 10"
    assert len(ax.texts) == data["label"].notna().sum() == 10
    is_drawn(ax)
    data["neg_log10_p"] = np.inf
    is_drawn(el.plot.volcano(simple))


def test_names_come_from_a_column_a_list_or_the_labels(simple):
    def names(mod=simple, **options):
        return set(el.plot.volcano_data(mod, "groupB", top=2, **options)["label"].dropna())

    by_symbol = names()
    assert all(name.startswith("G") for name in by_symbol)
    assert names(labels="Symbol") == by_symbol
    assert names(labels=[f"mine{k}" for k in range(200)]) == {f"mine{name[1:]}" for name in by_symbol}
    shuffled = pd.Series({f"id{k}": f"own{k}" for k in range(200)}).sample(frac=1.0, random_state=1)
    assert names(labels=shuffled) == {f"own{name[1:]}" for name in by_symbol}
    without = simple.fit.features.replace({"Symbol": dict.fromkeys(by_symbol)})
    assert names(labels=without["Symbol"]) == {f"id{name[1:]}" for name in by_symbol}


@pytest.mark.parametrize(
    ("labels", "error"),
    [("Simbol", ArgumentError), (["one"], ArgumentError), (3, ArgumentTypeError), (b"x", ArgumentTypeError)],
)
def test_names_that_cannot_serve_are_refused(simple, labels, error):
    with pytest.raises(error):
        el.plot.volcano(simple, "groupB", labels=labels)


def test_hostile_names_are_text(simple, is_drawn):
    labels = [HOSTILE[k % len(HOSTILE)] for k in range(200)]
    ax = el.plot.volcano(simple, "groupB", labels=labels)
    is_drawn(ax)
    texts = [text.get_text() for text in ax.texts]
    assert len(texts) == 10
    assert all(len(text.replace(r"\$", "$")) <= 24 and "\n" not in text for text in texts)


def test_a_hostile_coefficient_is_text(is_drawn):
    y = np.random.default_rng(1).normal(size=(20, 6))
    design = pd.DataFrame({"a": 1.0, "$x^$": [0, 0, 0, 1, 1, 1]})
    is_drawn(el.plot.volcano(el.lm_fit(y, design).ebayes(), "$x^$"))


def test_log_odds_that_there_are_none_of(simple, is_drawn):
    with pytest.raises(ArgumentError, match="no log odds"):
        el.plot.volcano(simple.fit.treat(), "groupB", y="B")
    ax = el.plot.volcano(simple.fit.ordinary(), "groupB", y="B")
    is_drawn(ax)
    assert ax.texts[0].get_text() == "ordinary tests have no log odds"


def test_tests_against_a_threshold_show_it(simple, is_drawn):
    ax = el.plot.volcano(simple.fit.treat(lfc=0.5), "groupB")
    is_drawn(ax)
    assert ax.get_ylabel() == "−log10 p of |logFC| > 0.5"
    assert {line.get_xdata()[0] for line in ax.lines} >= {-0.5, 0.5}


def test_a_fit_without_tests_says_what_is_missing(simple):
    with pytest.raises(StageError, match=r"call \.ebayes\(\)"):
        el.plot.volcano(simple.fit)


def test_several_coefficients_of_interest_ask_for_one(three_groups):
    with pytest.raises(ArgumentError, match="'gB', 'gC'"):
        el.plot.volcano(three_groups)
    assert el.plot.volcano(three_groups, -1).get_title() == "gC"


@pytest.mark.parametrize(
    "options",
    [{"fdr": 2}, {"fdr": "x"}, {"lfc": -1}, {"top": -1}, {"top": 1.5}, {"y": "q"}, {"coef": "groupX"}, {"coef": 9}],
)
def test_bounds_outside_their_range_are_refused(simple, options):
    with pytest.raises((ArgumentError, ArgumentTypeError)):
        el.plot.volcano_data(simple, **options)


def test_mixed_models_are_drawn(mixed, is_drawn):
    is_drawn(el.plot.volcano(mixed, "groupB"))
