"""Lights that a report shows, from designs made to have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.reporting.page.checks import Check, checks_of, checks_section
from ebayes_lm.reporting.page.explorer import evidence_of
from ebayes_lm.reporting.page.subject import subject_of
from ebayes_lm.reporting.panels.panel import Panel
from tests.reporting.page.opened import opened


def lights(formula: str, samples: dict[str, str], data: pd.DataFrame | None = None) -> dict[str, Check]:
    n = len(next(iter(samples.values())))
    table = pd.DataFrame({name: list(values) for name, values in samples.items()})
    y = pd.DataFrame(np.random.default_rng(1).normal(size=(40, n))) if data is None else data
    mod = el.lm_fit(y, formula, samples=table).ordinary()
    evidence = evidence_of(subject_of(mod, None, table, layer=None, fdr=0.05, lfc=0.0))
    return {check.title: check for check in checks_of(evidence, [], [])}


def test_a_balanced_design_is_fine() -> None:
    found = lights("~ group", {"group": "AAAAABBBBB"})
    assert {check.light for check in found.values()} == {"green"}


def test_confounding_is_worth_a_look() -> None:
    found = lights("~ group + batch", {"group": "AAAAABBBBB", "batch": "1111212222"})
    check = found["Confounding and balance"]
    assert check.light == "amber"
    assert "goes along with" in check.found[0]


def test_few_samples_and_hardly_any() -> None:
    assert lights("~ group", {"group": "AAABB"})["Enough samples for the model"].light == "amber"
    assert lights("~ group", {"group": "AAB"})["Enough samples for the model"].light == "red"


def test_what_cannot_be_estimated_is_red() -> None:
    with pytest.warns(el.EbayesLMWarning):
        found = lights("~ group + batch", {"group": "AAAABBBB", "batch": "11112222"})
    assert found["Comparisons can be estimated"].light == "red"
    assert found["Features are tested"].light == "amber"


def test_a_report_of_what_cannot_be_estimated_says_so(tmp_path: Path) -> None:
    table = pd.DataFrame({"group": list("AAAABBBB"), "batch": list("11112222")})
    y = np.random.default_rng(4).normal(size=(30, 8))
    with pytest.warns(el.EbayesLMWarning):
        mod = el.lm_fit(y, "~ group + batch", samples=table).ebayes()
    page = opened(el.report(mod, tmp_path / "lost.html", data=y, samples=table))
    lost = page.facts["contrasts"][1]
    assert lost["counts"]["tested"] == 0
    assert np.isnan(page.array(lost["log_fc"])).all()
    assert any("cannot be estimated" in text for text in page.texts["p"])


def test_missing_values_are_counted() -> None:
    y = pd.DataFrame(np.random.default_rng(2).normal(size=(40, 10)))
    y.iloc[:30, [0, 5, 6]] = np.nan
    assert lights("~ group", {"group": "AAAAABBBBB"}, y)["Missing values"].light == "amber"
    y.iloc[1:] = 1.0 + np.arange(10) ** 2
    assert lights("~ group", {"group": "AAAAABBBBB"}, y)["Missing values"].light == "green"


def test_panels_and_notes_join_and_the_worst_comes_first() -> None:
    mod = el.lm_fit(np.random.default_rng(3).normal(size=(9, 4)), [[1, 0], [1, 0], [1, 1], [1, 1]]).ordinary()
    evidence = evidence_of(subject_of(mod, None, None, layer=None, fdr=0.05, lfc=0.0))
    panels = [Panel("a", "Swapped", ("s1 is `female`",), light="red", advice="Ask."), Panel("b", "Quiet", ("fine",))]
    found = checks_of(evidence, panels, ["a note"])
    assert [c.title for c in found[-2:]] == ["Swapped", "Note of the run"]
    html = checks_section(found)
    assert html.index("act on it") < html.index("have a look") < html.index("✓")
    assert "s1 is <code>female</code>" in html
