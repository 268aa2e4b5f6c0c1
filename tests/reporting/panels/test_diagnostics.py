"""The panels of whole analyses: which are there, which speak, and how much they take."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.reporting.panels import reading, shared_effects
from ebayes_lm.reporting.panels.diagnostics import diagnostics
from ebayes_lm.reporting.panels.leftovers import leftover_panel
from ebayes_lm.reporting.panels.panel import Panel
from ebayes_lm.reporting.panels.reading import read
from ebayes_lm.reporting.panels.shared_effects import shared_effect_panel

N = 1_000


class Scales:
    """A blob that only weighs."""

    def __init__(self) -> None:
        self.weight = 0

    def add(self, name: str, values: Any) -> str:
        self.weight += len(str(values)) if isinstance(values, list) else values.nbytes
        return f"@{name}"


@pytest.fixture(scope="module")
def clean() -> Any:
    return el.datasets.simulate(n_features=N, groups={"A": 6, "B": 6}, seed=1)


@pytest.fixture(scope="module")
def clean_panels(clean: Any) -> dict[str, Panel]:
    mod = el.lm_fit(clean.data, "~ group").ebayes()
    return {panel.id: panel for panel in diagnostics(mod, clean.data)}


def leftovers_of(data: Any, design: str = "~ group", **options: Any) -> Panel:
    fit = el.lm_fit(data, design, **options)
    found = leftover_panel(read(fit, data, options.get("samples")), 1)
    assert found is not None
    return found


def test_clean_data_alarm_nobody(clean_panels: dict[str, Panel]) -> None:
    found = clean_panels
    assert list(found) == [
        "p_values", "quantiles", "variances", "places", "distributions", "twins", "leftovers", "shared_effects",
    ]  # fmt: skip
    assert {panel.light for panel in found.values()} <= {"green", None}
    assert all(panel.advice is None for panel in found.values())
    assert all(chart.alt.endswith(".") for panel in found.values() for chart in panel.charts)
    assert all(said.endswith(".") for panel in found.values() for said in panel.words)


def test_arrays_are_small_and_ids_differ(clean_panels: dict[str, Panel]) -> None:
    scales = Scales()
    facts = [panel.facts(scales) for panel in clean_panels.values()]
    assert 10_000 < scales.weight < 100_000
    ids = [chart["id"] for each in facts for chart in each["charts"]]
    assert len(set(ids)) == len(ids) > 5


def test_without_data_only_the_tests_are_looked_at(clean: Any) -> None:
    mod = el.lm_fit(clean.data, "~ group").treat()
    assert [p.id for p in diagnostics(mod)] == ["p_values", "quantiles", "variances"]


def test_contrasts_are_chosen_by_name(clean: Any) -> None:
    mod = el.lm_fit(clean.data, "~ 0 + group").contrast(d="groupB - groupA", e="groupA - groupB").treat()
    table = diagnostics(mod, contrasts=["e"])[0].table
    assert table is not None
    assert table["contrast"].tolist() == ["e"]


def test_a_batch_that_the_design_lacks_is_named() -> None:
    simulation = el.datasets.simulate(n_features=N, groups={"A": 6, "B": 6}, batch=3, seed=1)
    without = leftovers_of(simulation.data)
    assert without.light == "amber"
    assert "`batch`" in str(without.advice)
    assert leftovers_of(simulation.data, "~ group + batch").light == "green"


def test_a_hidden_factor_is_worth_a_look() -> None:
    simulation = el.datasets.simulate(n_features=N, n_samples=12, hidden=1, hidden_effect=1.0, seed=1)
    found = leftovers_of(simulation.data)
    assert found.light == "amber"
    assert "latent_factors" in str(found.advice)


def test_a_factor_that_moves_the_mean_of_all_features_is_as_hidden_as_any() -> None:
    rng = np.random.default_rng(1)
    samples = pd.DataFrame({"group": list("AB") * 8}, index=[f"s{k}" for k in range(16)])
    y = pd.DataFrame(
        rng.normal(size=(300, 16)) + rng.normal(0.5, 0.5, (300, 1)) * rng.normal(0.0, 1.5, 16), columns=samples.index
    )
    found = leftovers_of(y, samples=samples)
    assert found.light == "amber"
    assert "latent_factors" in str(found.advice)


def test_blocks_are_no_batch(clean: Any) -> None:
    pairs = clean.samples.assign(pair=[f"p{k // 2}" for k in range(12)])
    rng = np.random.default_rng(1)
    y = clean.data.E + 2.0 * rng.normal(size=(N, 6)).repeat(2, axis=1)
    found = leftovers_of(y, samples=pairs, block="pair", correlation=0.8)
    assert found.light == "green"
    assert "`pair`" in str(leftovers_of(y, samples=pairs).advice)


@pytest.mark.parametrize("shape", [(1, 12), (60, 3)])
def test_small_data_have_few_panels(clean: Any, shape: tuple[int, int]) -> None:
    columns = list(range(12)) if shape[1] == 12 else [0, 1, 6]
    y = clean.data.E.iloc[: shape[0], columns]
    mod = el.lm_fit(y, "~ group", samples=clean.samples.iloc[columns]).ordinary()
    found = diagnostics(mod, y, clean.samples.iloc[columns])
    assert {p.light for p in found} <= {"green", None}


def test_duplicate_spots_and_features_without_values(clean: Any) -> None:
    y = clean.data.E.copy()
    y.iloc[:6] = np.nan
    fit = el.lm_fit(y, "~ group", samples=clean.samples, ndups=2, spacing=1, correlation=0.2)
    seen = read(fit, y, clean.samples)
    assert seen.values.shape == (N // 2, 12)
    np.testing.assert_allclose(seen.values[3:], 0.5 * (y.to_numpy()[6::2] + y.to_numpy()[7::2]))
    assert leftover_panel(seen, 1) is not None
    assert shared_effect_panel(fit.ebayes(), {"groupB": 1}, seen, 1) is not None


def test_samples_in_another_order_are_matched(clean: Any) -> None:
    fit = el.lm_fit(clean.data, "~ group")
    seen, turned = (read(fit, y, clean.samples) for y in (clean.data.E, clean.data.E.iloc[:, ::-1]))
    np.testing.assert_array_equal(seen.values, turned.values)
    np.testing.assert_array_equal(seen.values, clean.data.E)
    rows = np.array([3, 7])
    np.testing.assert_array_equal(turned.rows(rows), clean.data.E.iloc[rows])


def test_of_many_features_some_are_read_that_lie_evenly(clean: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 256)
    seen = read(el.lm_fit(clean.data, "~ group"), clean.data, None)
    assert seen.values.shape == (256, 12)
    np.testing.assert_array_equal(seen.values[[0, -1]], clean.data.E.iloc[[0, -1]])
    assert seen.drawn == " Seen on 256 of 1,000 features."


def test_effects_of_very_many_features_are_seen_on_some(clean: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 512)
    monkeypatch.setattr(shared_effects, "_MOST_FEATURES", 900)
    mod = el.lm_fit(clean.data, "~ group").ebayes()
    panel = shared_effect_panel(mod, {"groupB": 1}, read(mod.fit, clean.data, None), 1)
    assert panel is not None
    assert panel.words[-1] == "Seen on 512 of 1,000 features."


def test_counts_stand_for_what_voom_made_of_them() -> None:
    simulation = el.datasets.simulate(n_features=300, n_samples=8, counts=True, seed=1)
    counts = el.DGEList(simulation.data, samples=simulation.samples)
    v = el.voom(counts, "~ group")
    by_counts, by_values = (read(el.lm_fit(v), data, None) for data in (counts, v))
    np.testing.assert_allclose(by_counts.values, by_values.values, rtol=1e-12)
    np.testing.assert_array_equal(by_counts.library_sizes, counts.samples["lib_size"])


def test_mixed_models_are_looked_at_too(clean: Any) -> None:
    pairs = clean.samples.assign(pair=[f"p{k // 2}" for k in range(12)])
    y = clean.data.E.iloc[:300]
    fit = el.lm_fit(y, "~ group", samples=pairs, block="pair", correlation="feature")
    assert {p.light for p in diagnostics(fit.ebayes(), y, pairs)} <= {"green", None}


def test_what_is_told_of_all_tests_is_not_called_fine():
    """Mild inflation is neither an alarm nor fine."""
    assert shared_effects._told(["Tests of groupB are too liberal: z of features ..."])
    assert not shared_effects._told(["effects of groupB go along with residual component 1"])
    people = el.datasets.sex_rnaseq()
    values = el.voom(el.norm_lib_sizes(people), "~ group")
    panel = shared_effect_panel(el.lm_fit(values).ebayes(), {"groupMale": 1}, None, seed=1)
    assert any("too liberal" in words for words in panel.words)
    assert panel.light is None
