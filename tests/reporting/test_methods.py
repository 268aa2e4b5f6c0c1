"""The methods paragraph."""

from __future__ import annotations

import pytest

import ebayes_lm as el
from ebayes_lm.reporting.known import procedure_of
from ebayes_lm.reporting.methods import methods_text
from ebayes_lm.reporting.procedure import Procedure


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
    assert "moderated t-statistics for `groupB`, and by moderated F-statistics for `group`" in text


def test_nothing_moderated_is_said_so():
    fit = el.lm_fit(el.datasets.simulate(n_features=200, seed=1).data, "~ group")
    text = " ".join(methods_text(fit.ordinary(), comparisons=["groupB"]).split())
    assert "tested by ordinary t-statistics for `groupB`" in text
    assert "empirical Bayes [" not in text
    assert "Smyth GK (2004)" not in text


def _text(mod, **options) -> str:
    return " ".join(methods_text(mod, **({"comparisons": ["groupB"]} | options)).split())


@pytest.fixture
def fit():
    return el.lm_fit(el.datasets.simulate(n_features=200, seed=1).data, "~ group")


@pytest.mark.parametrize(
    ("procedure", "parts"),
    [
        (Procedure(), ["fitted by least squares to each of 200 features"]),
        (Procedure(weights="samples"), ["by weighted least squares with weights of samples"]),
        (
            Procedure(block="patient", n_blocks=6, correlation=0.25),
            ["by generalised least squares to", "Samples of the same `patient` (6 blocks)", "0.25 [1]", "2067-2075"],
        ),
        (Procedure(robust_fit=True, weights="observations"), ["robust regression, Huber's M-estimation [1], with"]),
        (Procedure(robust=True), ["The prior was made robust against outlying variances [2]", "10, 946-963"]),
        (Procedure(zero_variance="exclude"), ["learnt without features that have no residual variance"]),
        (Procedure(lfc=0.5), ["moderated t-statistics against a log fold change of 0.5 (TREAT [2]) for `groupB`"]),
        (Procedure(min_observed=3), ["Features with fewer than 3 observations were not fitted (0 features)."]),
    ],
)
def test_choices_are_told(fit, procedure, parts):
    text = _text(fit.ebayes(robust=procedure.robust), procedure=procedure)
    for part in parts:
        assert part in text


def test_a_threshold_is_told_without_being_told(fit):
    text = _text(fit.treat(lfc=1.0))
    assert "against a log fold change of 1 (TREAT [2])" in text
    assert "McCarthy DJ, Smyth GK (2009)" in text


def test_missing_values_and_what_follows_from_them():
    data = el.datasets.simulate(n_features=200, seed=1).data
    values = data.E.copy()
    values.iloc[:20, 0] = float("nan")
    fit = el.lm_fit(values, "~ group", samples=data.targets)
    text = _text(fit.ebayes(legacy=False))
    assert "20 features had missing values (" in text
    assert "The prior was estimated by profile likelihood [2], as residual degrees of freedom differed" in text
    assert "Chen Y" in text
    assert "but for standard errors that are approximate there and exact here" in text
    limma = el.lm_fit(values, "~ group", samples=data.targets, compat="limma").ebayes(legacy=True)
    assert "approximations of standard errors included" in _text(limma)
    assert "profile likelihood" not in _text(limma)


def test_a_work_that_is_cited_twice_is_listed_once(fit):
    text = methods_text(fit.ebayes(), comparisons=["groupB"], source="Own.")
    assert text.count("Smyth GK (2004)") == 1


def test_two_features_are_not_moderated():
    fit = el.lm_fit(el.datasets.simulate(n_features=50, seed=1).data[:2, :], "~ group")
    assert "tested by ordinary t-statistics" in _text(fit.ebayes())


def test_the_fit_itself_tells_of_weights_and_blocks():
    simulation = el.datasets.simulate(n_features=200, groups={"A": 4, "B": 4}, seed=1)
    y, samples = simulation.data, simulation.data.targets.assign(patient=list("wxyzwxyz"))
    paired = {"samples": samples, "block": "patient"}
    one = el.lm_fit(y.E, "~ group", **paired, correlation=0.25).ebayes(robust=True)
    assert procedure_of(one, samples).correlation == pytest.approx(0.25)
    assert (procedure_of(one, samples).block, procedure_of(one).block) == ("patient", "block")
    assert "by generalised least squares to each of 200 features" in _text(one)
    assert "(4 blocks) were taken as correlated, with a within-block correlation of 0.25" in _text(one)
    assert "made robust against outlying variances" in _text(one)
    each = el.lm_fit(y.E, "~ group", **paired, correlation="feature").ebayes()
    assert "each feature with a within-block correlation of its own" in _text(each)
    weighted = el.lm_fit(y.E, "~ group", samples=samples, weights=y.E.abs() + 1.0).ebayes()
    assert "by weighted least squares with weights of observations" in _text(weighted)
    twice = el.lm_fit(y.E, "~ group", samples=samples, ndups=2, correlation=0.5).ebayes()
    assert "The 2 measurements of a feature in a sample were taken as correlated, with a correlation of 0.5" in _text(
        twice
    )
    assert procedure_of(el.lm_fit(y, "~ group").treat(lfc=0.5)) == Procedure(lfc=0.5)
