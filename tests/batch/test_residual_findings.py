"""What residual_structure says: it finds what was planted, and is quiet where there is nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el

G, N = 800, 24
GROUP = np.tile(["A", "B"], N // 2)


def table(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"group": GROUP} | columns, index=[f"s{i}" for i in range(N)])


def noise(seed: int, sd: Any = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(G, N)) * sd + 8


def effect(seed: int, column: Any, size: float = 1.0) -> np.ndarray:
    return np.outer(np.random.default_rng(seed).normal(size=G), np.asarray(column, dtype=float)) * size


def look(y: np.ndarray, samples: pd.DataFrame | None = None, design: str = "~ group", **options: Any) -> Any:
    known = table() if samples is None else samples
    frame = pd.DataFrame(y, index=[f"g{i}" for i in range(len(y))], columns=known.index)
    fit = el.lm_fit(frame, design, samples=known)
    return el.residual_structure(fit, frame, samples=known, **{"seed": 1} | options)


def says(found: Any, *words: str) -> list[str]:
    return [finding for finding in found.findings if all(word in finding for word in words)]


def test_a_batch_is_found_and_named() -> None:
    batch = np.repeat(list("xyz"), 8)
    y = noise(1) + effect(2, batch == "y")
    found = look(y, table(batch=batch, age=np.arange(N) % 7 / 3))
    assert says(
        found, "Residual PC1", "follows `batch`", "R2 0.9", "add `batch` to the design (it takes 2 residual df)"
    )
    assert not says(found, "`age`")
    assert found.components["beyond_chance"].tolist()[:2] == [True, False]
    better = look(y, table(batch=batch), "~ group + batch")
    assert says(better, "No component of the residuals is beyond chance")
    assert says(better, "Not visible here", "`group`", "`batch`")


def test_what_the_design_mostly_holds_is_visible_in_part() -> None:
    """Silence about a batch that goes along with the group would be taken for its absence."""
    batch = np.where(np.arange(N) < N - 2, GROUP, "A")
    beside = np.tile(list("xxyy"), N // 4)
    found = look(noise(1), table(batch=batch, beside=beside))
    assert says(found, "Not visible here", "`group`")
    (line,) = says(found, "Visible here in part only", "`batch` (8")
    assert "`beside`" not in line
    there = look(noise(1) + effect(2, batch == "B"), table(batch=batch))
    assert says(there, "follows `batch`", "The design holds 8")
    assert not says(there, "Visible here in part only")


@pytest.mark.parametrize("options", [{}, {"n_perm": 0}])
def test_noise_that_happens_to_lie_along_a_column_is_no_finding(options: dict[str, int]) -> None:
    """Among all pairs of annotation and component one is near at times, though the annotation explains nothing."""
    found = look(noise(26), table(site=np.random.default_rng(26).choice(list("uvw"), N)), **options)
    assert (found.associations["adj_p_value"] < 0.05).any()
    assert not says(found, "follows")


def test_without_its_null_the_batch_is_found_too() -> None:
    batch = np.repeat(list("xyz"), 8)
    found = look(noise(1) + effect(2, batch == "y"), table(batch=batch), n_perm=0)
    assert says(found, "follows `batch`")
    assert says(found, "not looked at (n_perm=0)")
    assert found.components["p_value"].isna().all()


def test_a_factor_that_nobody_wrote_down_is_told_calmly() -> None:
    hidden = np.random.default_rng(5).normal(size=N)
    found = look(noise(1) + effect(2, hidden))
    (told,) = says(found, "PC1", "beyond chance", "follows nothing in the sample table")
    assert "may be biology (co-expression) or an unrecorded factor" in told
    assert "latent_factors()" in told
    assert np.corrcoef(found.scores["PC1"], hidden)[0, 1] ** 2 > 0.8


def test_what_the_design_nearly_holds_is_said() -> None:
    centre = np.where(np.arange(N) < 3, np.where(GROUP == "A", "B", "A"), GROUP)
    found = look(noise(1) + effect(2, centre == "A", 3.0), table(centre=centre))
    (told,) = says(found, "follows `centre`")
    assert "The design holds" in told
    assert found.annotations.set_index("annotation").loc["centre", "held_by_design"] > 0.5


def test_a_number_in_the_wrong_form_is_told_as_one() -> None:
    dose = np.array([1, 2, 3, 4])[np.arange(N) // 6]
    samples = table(dose=dose.astype(str))
    samples["dose"] = pd.Categorical(samples["dose"])
    samples["amount"] = dose * 1.5
    found = look(noise(1) + effect(2, dose == 2, 2.0), samples, "~ group + amount")
    assert says(found, "follows `dose`", "add `dose` to the design (it takes 2 residual df)")


def test_a_sample_that_scatters_is_named() -> None:
    sd = np.ones(N)
    sd[5] = 3
    found = look(noise(1, sd))
    (told,) = says(found, "array_weights()")
    assert told.startswith("1 sample scatters more")
    assert "`s5` (3" in told
    assert found.sample_spread.index[found.sample_spread["outlying"]].tolist() == ["s5"]


def test_a_sample_that_is_a_component_is_named() -> None:
    alone = np.arange(N) == 7
    found = look(noise(1) + effect(2, alone, 8.0))
    assert says(found, "Residual PC1", "is sample `s7` alone")
    assert not says(found, "array_weights(var_group")


def test_groups_that_differ_in_variance_are_told() -> None:
    found = look(noise(1, np.where(GROUP == "B", 2.0, 1.0)))
    (told,) = says(found, "array_weights(var_group")
    assert "1.9 times as much in samples with `group` `B` (n = 12) as with `A`" in told
    assert found.group_variances.set_index("level").loc["B", "relative_sd"] == pytest.approx(2, rel=0.1)


def test_outlying_residuals_are_told_with_their_sample() -> None:
    y = noise(1)
    y[:60, 9] += 9
    found = look(y)
    (told,) = says(found, "outlying residual")
    assert "`s9`" in told
    assert "see first whether `s9` belongs to the data" in told
    assert set(found.outlying.index[:30]) <= {f"g{i}" for i in range(60)}
    assert set(found.outlying["sample"][:30]) == {"s9"}
    assert (found.outlying["adj_p_value"][:30] < 0.01).all()


def test_levels_of_samples_are_for_normalisation() -> None:
    shift = np.random.default_rng(3).normal(size=N)
    found = look(noise(1) + shift)
    assert says(found, "follows the mean of all features in a sample", "normalisation")


def test_a_design_without_intercept_shows_the_dye() -> None:
    signs = np.where(np.arange(N) % 2, 1.0, -1.0)
    y = np.random.default_rng(1).normal(size=(G, N)) + effect(2, np.ones(N))
    found = el.residual_structure(el.lm_fit(y, signs[:, None]), y, seed=1)
    assert says(found, "a shift that all samples share", "no intercept")


def test_columns_that_say_nothing_are_named() -> None:
    samples = table(barcode=[f"b{i}" for i in range(N)], species="mouse", copy=GROUP)
    found = look(noise(1), samples)
    assert says(found, "Not compared", "`barcode` and `species`")
    assert says(found, "Not visible", "`copy`")


def test_names_are_escaped_and_on_one_line() -> None:
    samples = table()
    samples["<b>\nday"] = np.repeat(list("xyz"), 8)
    found = look(noise(1) + effect(2, samples["<b>\nday"] == "y"), samples)
    assert says(found, "follows `<b> day`")
    assert all("\n" not in finding for finding in found.findings)
    html = found._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_it_shows_its_first_findings() -> None:
    lines = repr(look(noise(1))).splitlines()
    assert lines[0] == f"ResidualStructure of {G} features x {N} samples"
    assert lines[1].startswith("- No component of the residuals is beyond chance")


def test_the_same_seed_gives_the_same_answer() -> None:
    one, two = look(noise(1), seed=3), look(noise(1), seed=3)
    pd.testing.assert_frame_equal(one.components, two.components, check_exact=True)
    assert one.findings == two.findings


# Calibration.

#: Data sets of noise, and how often one in twenty may happen among them: 9 or more once in 300 times.
TRIALS, MOST = 60, 9


@pytest.fixture(scope="module")
def of_noise() -> list[Any]:
    rng = np.random.default_rng(31)
    found = []
    for trial in range(TRIALS):
        samples = table(batch=rng.integers(3, size=N).astype(str), age=rng.normal(size=N), sex=rng.random(N) < 0.5)
        y = np.random.default_rng(trial).normal(size=(200, N)) * rng.uniform(0.2, 5, size=(200, 1))
        fit = el.lm_fit(y, "~ group", samples=samples)
        found.append(el.residual_structure(fit, y, samples=samples, seed=trial, n_perm=19))
    return found


def seldom(values: Iterable[bool]) -> bool:
    return sum(map(bool, values)) < MOST


def test_components_of_noise_are_chance(of_noise: list[Any]) -> None:
    assert seldom(found.components["p_value"][0] <= 0.05 for found in of_noise)


def test_annotations_of_noise_follow_nothing(of_noise: list[Any]) -> None:
    p = np.concatenate([found.associations["p_value"] for found in of_noise])
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.015)
    assert seldom((found.associations["adj_p_value"] <= 0.05).any() for found in of_noise)
    assert seldom((found.annotations["adj_p_value"] <= 0.05).any() for found in of_noise)


def test_groups_and_samples_of_noise_scatter_alike(of_noise: list[Any]) -> None:
    assert seldom((found.group_variances["adj_p_value"] <= 0.05).any() for found in of_noise)
    assert sum(found.sample_spread["outlying"].sum() for found in of_noise) <= 1


def test_outlying_residuals_of_noise_are_as_many_as_expected(of_noise: list[Any]) -> None:
    told = sum(found.facts["outlying_features"] for found in of_noise)
    expected = sum(found.facts["outlying_expected"] for found in of_noise)
    assert told == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_noise_has_few_findings(of_noise: list[Any]) -> None:
    """The first says that there is nothing, and one what the design holds."""
    assert np.mean([len(found.findings) for found in of_noise]) < 2.4


def test_features_that_go_together_do_not_make_groups_differ() -> None:
    """As if 300 features were independent, every other data set would have a difference; 9 of 60 happen in 300."""
    rng = np.random.default_rng(17)
    groups, batches = [], []
    for _ in range(60):
        samples = table(batch=rng.permutation(np.resize(list("xyz"), N)))
        y = rng.normal(size=(300, N)) + rng.normal(size=(300, 5)) @ rng.normal(size=(5, N))
        found = el.residual_structure(el.lm_fit(y, "~ group", samples=samples), y, samples=samples, n_perm=0, seed=1)
        assert found.facts["effective_features"] < 30
        groups.append(found.group_variances.set_index("level").loc["A", "p_value"])
        batches.append(found.annotations.set_index("annotation").loc["batch", "p_value"])
    assert np.sum(np.array(groups) <= 0.05) < 9
    assert np.sum(np.array(batches) <= 0.05) < 9


def test_an_annotation_that_takes_all_residual_df_is_not_compared() -> None:
    found = look(noise(1), table(cell=[f"c{min(i, 22)}" for i in range(N)]), n_perm=0)
    assert says(found, "Not compared, because it takes all residual df", "`cell`")
    assert "takes up all residual df" in found.annotations.set_index("annotation").loc["cell", "note"]


def test_what_divides_a_factor_of_the_design_takes_its_place() -> None:
    samples = table(stage=[f"{group}{i % 4 // 2}" for i, group in enumerate(GROUP)])
    found = look(noise(1) + effect(2, samples["stage"] == "B1", 2.0), samples)
    assert says(found, "follows `stage`", "divides the levels of `group` further; take it in place of `group`")
    assert not says(found, "add `stage`")


def test_numbers_of_samples_may_be_an_order_or_an_identifier() -> None:
    samples = table(number=np.arange(N) + 100)
    found = look(noise(1) + effect(2, np.linspace(-1, 1, N), 2.0), samples)
    assert says(found, "follows `number`", "it numbers the samples. If they were processed in that order")


def test_words_agree_with_numbers() -> None:
    found = look(noise(1) + effect(2, np.arange(N) % 3 == 0, 2.0) + effect(3, np.arange(N) % 5 == 0, 2.0), table())
    assert says(found, "PC1", "PC2", "are beyond chance and follow nothing", "they may be biology", "factors, which")
    y = np.random.default_rng(1).normal(size=(2_000, N))
    y[:500, 9] += 9
    (told,) = says(look(np.vstack([y] * 10), n_perm=0), "outlying residual")
    assert "where about 20 would by chance" in told


def test_with_one_residual_df_there_is_nothing_to_compare() -> None:
    y = np.random.default_rng(1).normal(size=(G, 2))
    found = el.residual_structure(el.lm_fit(y, "~ 1", samples=pd.DataFrame({"id": [1, 2]})), y, seed=1)
    assert found.findings == (
        "With 1 residual df all residuals go in one direction, so that there is nothing to compare",
    )


def test_outlying_residuals_all_over_are_for_robust_tests() -> None:
    y = noise(1)
    y[np.arange(60), np.arange(60) % N] += 9
    (told,) = says(look(y), "outlying residual")
    assert "ebayes(robust=True) keeps such features from swaying the others" in told


def test_a_single_feature_has_nothing_in_common() -> None:
    found = look(noise(1)[:1])
    assert found.findings[0] == "Of a single feature there is nothing that features could have in common"
    assert repr(found).startswith("ResidualStructure of 1 feature x 24 samples")
    assert not says(found, "PC1")


@pytest.mark.parametrize(("design", "df"), [("~ time", 4), ("~ ns(time, 3)", 2)])
def test_a_curve_that_the_design_misses_follows_its_number(design: str, df: int) -> None:
    time = np.tile([0.0, 1, 2, 4, 8, 16], N // 6)
    found = look(noise(1) + effect(2, np.sin(2 * time), 2.0), table(time=time), design)
    assert says(found, "PC1", "follows `time`", f"as a factor it would take {df} residual df more")
    assert not says(found, "follows nothing")
    plain = look(noise(1), table(time=time), design)
    assert not says(plain, "`time`")
