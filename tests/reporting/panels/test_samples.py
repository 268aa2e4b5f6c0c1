"""Panels of samples: each has a case where it speaks and one where it is silent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.data.containers import EList
from ebayes_lm.reporting.known import blocks_of
from ebayes_lm.reporting.panels.distributions import distribution_panel, library_panel
from ebayes_lm.reporting.panels.gaps import gap_panel
from ebayes_lm.reporting.panels.panel import Panel
from ebayes_lm.reporting.panels.places import place_panel
from ebayes_lm.reporting.panels.reading import Reading, read
from ebayes_lm.reporting.panels.sample_precision import weight_panel
from ebayes_lm.reporting.panels.sexes import sex_panel
from ebayes_lm.reporting.panels.twins import twin_panel
from ebayes_lm.reporting.panels.variances import variance_panel

G, N = 400, 12
GROUP = ["A"] * 6 + ["B"] * 6
NAMES = [f"s{k}" for k in range(N)]


def table(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"group": GROUP, **columns}, index=NAMES)


def values(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        rng.normal(8, 2, size=(G, 1)) + rng.normal(size=(G, N)), index=[f"g{k}" for k in range(G)], columns=NAMES
    )


def seen(y: Any, samples: pd.DataFrame | None = None, **options: Any) -> Reading:
    samples = table() if samples is None else samples
    return read(el.lm_fit(y, "~ group", samples=samples, **options), y, samples)


def there(panel: Panel | None) -> Panel:
    assert panel is not None
    return panel


def test_a_sample_apart_is_named() -> None:
    y = values()
    assert there(place_panel(seen(y))).light == "green"
    y["s3"] += np.random.default_rng(2).normal(size=G) * 4
    panel = there(place_panel(seen(y)))
    assert panel.light == "amber"
    assert panel.words[0] == "s3 stands apart from all other samples."


def test_a_small_group_does_not_stand_apart() -> None:
    y = values()
    y[["s3", "s4"]] += np.random.default_rng(2).normal(size=(G, 1)) * 6
    assert there(place_panel(seen(y))).light == "green"


def test_the_map_tells_what_its_first_direction_goes_along_with() -> None:
    y = values()
    y.iloc[:60, 6:] += 6.0
    assert "goes along with group" in there(place_panel(seen(y))).words[0]


def test_two_samples_are_too_few_for_a_map() -> None:
    y = values().iloc[:, [0, 6]]
    assert place_panel(read(el.lm_fit(y, np.ones((2, 1))), y, None)) is None


@pytest.mark.parametrize("change", [lambda v: v + 2.0, lambda v: (v - 8.0) * 2.5 + 8.0])
def test_another_level_or_spread_is_named(change: Any) -> None:
    y = values()
    assert there(distribution_panel(seen(y))).light == "green"
    y["s3"] = change(y["s3"])
    panel = there(distribution_panel(seen(y)))
    assert panel.light == "amber"
    assert panel.words[0].startswith("s3 has")


def test_libraries() -> None:
    simulation = el.datasets.simulate(n_features=300, n_samples=8, counts=True, seed=1)
    counts = el.DGEList(simulation.data, samples=simulation.samples)
    v = el.voom(counts, "~ group")
    fit = el.lm_fit(v)
    data = read(fit, v, None)
    assert there(library_panel(data, True)).light == "green"
    small = counts.samples.assign(lib_size=counts.samples["lib_size"] * np.array([0.2, *[1] * 7]))
    few = read(fit, EList(v.E, targets=small), None)
    assert there(library_panel(few, True)).light == "green"
    assert "el.voom" in str(there(library_panel(few, False)).advice)
    assert library_panel(seen(values()), True) is None


def test_identical_samples_are_named() -> None:
    y = values()
    assert there(twin_panel(seen(y), None)).light == "green"
    y["s5"] = y["s2"]
    panel = there(twin_panel(seen(y), None))
    assert panel.light == "red"
    assert "s2 with s5 (identical)" in panel.words[0]


def repeated() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six samples, each measured twice."""
    y = values()
    noise = 0.02 * np.random.default_rng(3).normal(size=(G, 6))
    y.iloc[:, 6:] = y.iloc[:, :6].to_numpy() + noise
    return y, pd.DataFrame({"group": list("AABBAB") * 2, "who": [f"w{k % 6}" for k in range(N)]}, index=NAMES)


def test_repeated_measurements_are_a_note_where_the_fit_knows_of_them() -> None:
    y, samples = repeated()
    data = seen(y, samples, block="who", correlation=0.9)
    panel = there(twin_panel(data, blocks_of(data.fit)))
    assert panel.light == "green"
    assert panel.words[0] == "6 pairs of one block are as alike as repeated measurements."


def test_repeated_measurements_ask_for_blocks_where_it_does_not() -> None:
    y, samples = repeated()
    panel = there(twin_panel(seen(y, samples), None))
    assert panel.light == "amber"
    assert 'block="who"' in str(panel.advice)
    nameless = there(twin_panel(seen(y, samples.drop(columns="who")), None))
    assert 'block="who"' not in str(nameless.advice)


@pytest.mark.parametrize("groups", [6 * "A" + 6 * "B", "AABBCCDDEEFF"])
def test_large_effects_make_no_twins(groups: str) -> None:
    codes = pd.factorize(np.array(list(groups)))[0]
    y = values() + 40.0 * np.random.default_rng(3).normal(size=(G, 6))[:, codes]
    assert there(twin_panel(seen(y, table().assign(group=list(groups))), None)).light == "green"


def test_blocks_are_those_of_the_fit() -> None:
    y, samples = repeated()
    assert blocks_of(seen(y, samples).fit) is None
    for correlation in (0.5, "feature"):
        found = blocks_of(seen(y + values(5), samples, block="who", correlation=correlation).fit)
        assert found is not None
        assert (found[:6] == found[6:]).all()
        assert len(set(found)) == 6


def gaps(y: pd.DataFrame) -> Panel | None:
    mod = el.lm_fit(y, "~ group", samples=table()).ordinary()
    return gap_panel(mod, read(mod.fit, y, table()))


def test_missing_values_by_chance_are_no_worry() -> None:
    rng = np.random.default_rng(1)
    assert gaps(values()) is None
    panel = there(gaps(values().mask(rng.random((G, N)) < 0.1)))
    assert panel.light == "green"
    assert "No group of samples lacks clearly more than another." in panel.words


@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EstimabilityWarning")
def test_missing_values_of_a_group_are() -> None:
    rng = np.random.default_rng(1)
    y = values().mask((rng.random((G, N)) < 0.3) & (np.array(GROUP) == "B"))
    y.iloc[:5, 6:] = np.nan
    panel = there(gaps(y))
    assert panel.light == "amber"
    assert "Missing values go along with group: 3" in panel.words[1]
    assert any("never seen in a whole group of group" in said for said in panel.words)


def test_a_sample_that_lacks_much_is_named() -> None:
    rng = np.random.default_rng(1)
    lacking = np.where(np.arange(N) == 2, 0.6, 0.05)
    panel = there(gaps(values().mask(rng.random((G, N)) < lacking)))
    assert panel.light == "amber"
    assert panel.words[1].startswith("s2 (")


def test_weights_of_samples() -> None:
    y = values()
    assert weight_panel(seen(y).fit, y) is None
    weights = pd.Series(1.0 + 0.1 * np.arange(N), index=NAMES)
    assert there(weight_panel(seen(y, weights=weights).fit, y)).light == "green"
    panel = there(weight_panel(seen(y, weights=weights.where(weights > 1.0, 0.01)).fit, y))
    assert panel.light == "amber"
    assert panel.words[0].startswith("s0 (0.0")
    none = there(weight_panel(seen(y, weights=weights.where(weights > 1.0, 0.0)).fit, y))
    assert none.words[-1] == "s0 has no weight, and no part in the fit."
    carried = EList(y, targets=table(sample_weights=weights[::-1]))
    chart = there(weight_panel(seen(y).fit, carried)).charts[0]
    np.testing.assert_array_equal(chart.layers[0].y, weights)  # type: ignore[attr-defined]


def sexed(*, swapped: bool = False, names: tuple[str, ...] = ("XIST", "RPS4Y1", "KDM5D")) -> pd.DataFrame:
    y = values().rename(index=dict(zip(["g0", "g1", "g2"], names, strict=True)))
    male = np.arange(N) % 2 == 1
    y.iloc[0] = np.where(male, 2.0, 9.0) + 0.1 * np.arange(N)
    y.iloc[1:3] = np.where(male, 9.0, 2.0) + 0.1 * np.arange(N)
    return y.rename(columns={"s2": "s3", "s3": "s2"})[NAMES] if swapped else y


SEX = ["female", "male"] * 6


@pytest.mark.parametrize("sex", [SEX, ["F", "M"] * 6, [1, 2] * 6])
def test_sex_is_compared_with_what_is_recorded(sex: list[Any]) -> None:
    samples = table(sex=sex)
    assert there(sex_panel(seen(sexed(), samples))).light == "green"
    panel = there(sex_panel(seen(sexed(swapped=True), samples)))
    assert panel.light == "red"
    assert panel.words[0].startswith(
        "2 samples of 12 contradict the column sex: s2 is recorded as female and looks male; s3 is recorded as male"
    )


def test_a_column_that_is_named_so_says_the_sex() -> None:
    samples = table(sex=["male", "female"] * 6).assign(group=["Female", "Male"] * 6)
    panel = there(sex_panel(seen(sexed(), samples)))
    assert "12 samples of 12 contradict the column sex" in panel.words[0]
    assert panel.words[0].endswith("; and 2 more.")
    assert "column group" in there(sex_panel(seen(sexed(), samples.drop(columns="sex")))).words[0]


def test_sex_is_told_where_none_is_recorded() -> None:
    panel = there(sex_panel(seen(sexed())))
    assert panel.light is None
    assert panel.table is not None
    assert panel.table["by genes"].tolist() == SEX


def test_sex_is_found_by_ensembl_names_and_annotation() -> None:
    names = ("ENSG00000229807.5", "ENSG00000129824", "ENSG00000012817.3")
    assert there(sex_panel(seen(sexed(names=names), table(sex=SEX)))).light == "green"
    y = sexed()
    genes = pd.DataFrame({"symbol": y.index}, index=[f"p{k}" for k in range(G)])
    assert there(sex_panel(seen(EList(y.set_axis(genes.index), genes=genes), table(sex=SEX)))).light == "green"


def test_nothing_is_said_of_sex_where_genes_do_not_tell() -> None:
    assert sex_panel(seen(values(), table(sex=SEX))) is None
    level = values().rename(index={"g0": "XIST", "g1": "RPS4Y1"})
    assert sex_panel(seen(level, table(sex=SEX))) is None


def test_a_sample_that_shows_both_is_unclear() -> None:
    y = sexed()
    y.loc[["RPS4Y1", "KDM5D"], "s0"] = 9.0
    panel = there(sex_panel(seen(y, table(sex=SEX))))
    assert panel.light == "green"
    assert panel.words[-1].startswith("s0 stands between the groups")


def test_a_trend_that_the_prior_ignores_matters_where_the_prior_does() -> None:
    rng = np.random.default_rng(1)
    mean = rng.uniform(0, 10, size=(1_000, 1))
    y = mean + np.exp(-0.15 * mean) * rng.normal(size=(1_000, 6))
    fit = el.lm_fit(y, np.c_[np.ones(6), [0, 0, 0, 1, 1, 1]])
    panel = there(variance_panel(fit.ebayes()))
    assert panel.light == "amber"
    assert "trend=True" in str(panel.advice)
    assert there(variance_panel(fit.ebayes(trend=True))).light == "green"
    assert there(variance_panel(fit.ordinary())).light == "green"


def test_outlying_variances_are_marked_under_a_robust_prior() -> None:
    y = values().to_numpy().copy()
    y[:8] += np.random.default_rng(4).normal(1, 4, size=(8, N))
    fit = el.lm_fit(y, np.ones((N, 1)))
    robust = there(variance_panel(fit.ebayes(robust=True)))
    assert "variances stand out" in robust.words[-1]
    marked = robust.charts[0].layers[-1]
    assert set(marked.features) >= set(range(6))  # type: ignore[attr-defined]
    assert "stand out" not in " ".join(there(variance_panel(fit.ebayes())).words)
