"""The methods paragraph."""

from __future__ import annotations

import pytest

import ebayes_lm as el
from ebayes_lm.reporting.methods import methods_text


@pytest.mark.parametrize("trend", [False, True])
def test_citations_are_numbered_as_they_are_listed(trend):
    fit = el.lm_fit(el.datasets.simulate(n_features=200, seed=1).data, "~ group")
    text = " ".join(
        methods_text(fit.ebayes(trend=trend), comparisons=["groupB"], terms=["group"], source="Own.").split()
    )
    names = ["Smyth", *(["Sartor"] if trend else []), "Benjamini", "Ritchie", "Own"]
    for i, name in enumerate(names, 1):
        assert f"[{i}]" in text
        assert f"{i}. {name}" in text
    assert f"Benjamini and Hochberg [{names.index('Benjamini') + 1}]" in text
    assert f"statistics of limma [{names.index('Ritchie') + 1}]" in text
    assert "moderated t-statistics for `groupB` and moderated F-statistics for `group`" in text


def test_nothing_moderated_is_said_so():
    fit = el.lm_fit(el.datasets.simulate(n_features=200, seed=1).data, "~ group")
    text = " ".join(methods_text(fit.ordinary(), comparisons=["groupB"]).split())
    assert "tested by ordinary t-statistics for `groupB`" in text
    assert "empirical Bayes [" not in text
    assert "Smyth GK (2004)" not in text
