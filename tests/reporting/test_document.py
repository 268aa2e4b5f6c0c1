"""The report as a file: what is in it, how large it is, and what it refuses."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import (
    AlignmentError,
    ArgumentError,
    ArgumentTypeError,
    DataError,
    DesignWarning,
    EstimabilityWarning,
    StageError,
    StorageError,
)
from tests.reporting.page.opened import opened

#: The page holds float32, and effects with sixteen significant bits.
SINGLE, SIXTEEN_BITS = 1e-6, 2e-5
#: Values are told in thousandths of the range of a feature.
THOUSANDTH = 1e-3
SECTIONS = ["verdict", "samples", "explorer", "f-tests", "diagnostics", "contrasts", "checks", "methods", "provenance"]


def frame(n_features: int = 60, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    samples = pd.DataFrame(
        {"group": list("AAABBBCCC"), "age": np.arange(9.0)}, index=[f"s{i}" for i in range(9)]
    )  # fmt: skip
    y = rng.normal(size=(n_features, 9)) + 8.0
    y[: n_features // 6, 3:6] += 5.0
    return pd.DataFrame(y, index=[f"g{i}" for i in range(n_features)], columns=samples.index), samples


Y, SAMPLES = frame()
FIT = el.lm_fit(Y, "~ 0 + group", samples=SAMPLES)
MOD = FIT.contrast(["groupB - groupA", "groupC - groupA"]).ebayes()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert el.report(MOD, path, data=Y, samples=SAMPLES, made="2026-01-01") == path
    return path


@pytest.fixture
def without_diagnostics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ebayes_lm.reporting.document.diagnostics", lambda *_, **__: [])


def test_sections_come_in_order_and_headings_do_not_skip(file: Path) -> None:
    page = opened(file)
    assert [a["id"] for tag, a in page.elements if tag == "section"] == SECTIONS
    levels = [int(tag[1]) for tag, _ in page.elements if tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.unclosed == []


def test_tables_are_captioned_and_their_headers_have_a_scope(file: Path) -> None:
    page = opened(file)
    tags = [tag for tag, _ in page.elements]
    assert tags.count("table") == tags.count("caption") > 3
    assert all("scope" in a for tag, a in page.elements if tag == "th")
    assert ("html", {"lang": "en"}) in page.elements


def test_figures_say_what_they_show_and_have_their_charts(file: Path) -> None:
    page = opened(file)
    held = [a["data-chart"] for tag, a in page.elements if tag == "figure"]
    drawn = [chart["id"] for panel in page.facts["panels"] for chart in panel["charts"]]
    assert sorted(held) == sorted(drawn)
    assert [tag for tag, _ in page.elements].count("figcaption") == len(held) > 0


def test_the_policy_knows_the_code_and_nothing_else(file: Path) -> None:
    text = file.read_bytes().decode()
    page = opened(file)
    (policy,) = (a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    style = text.split("<style>")[1].split("</style>")[0]
    script = text.rsplit("<script>", 1)[1].split("</script>")[0]
    digests = [b64encode(sha256(part.encode()).digest()).decode() for part in (script, style)]
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digests[0]}'; style-src 'sha256-{digests[1]}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    assert not any(name == "style" or name.startswith("on") for _, a in page.elements for name in a)
    assert not any(name in {"src", "srcset", "action"} for _, a in page.elements for name in a)
    assert {a["href"] for _, a in page.elements if "href" in a} == {"#report"}


def test_tests_are_those_of_the_fit(file: Path) -> None:
    page = opened(file)
    names = page.array("@features")
    assert sorted(names) == sorted(Y.index)
    for j, contrast in enumerate(page.facts["contrasts"]):
        table = MOD.top_table(j, number=None).loc[names]
        for key, column, tolerance in (("log_fc", "logFC", SIXTEEN_BITS), ("t", "t", SIXTEEN_BITS)):
            np.testing.assert_allclose(page.array(contrast[key]), table[column], rtol=tolerance)
        np.testing.assert_allclose(page.array(contrast["log_odds"]), table["B"], rtol=SIXTEEN_BITS, atol=SIXTEEN_BITS)
        for key, column in (("neg_log10_p", "P.Value"), ("neg_log10_adj_p", "adj.P.Val")):
            np.testing.assert_allclose(page.array(contrast[key]), -np.log10(table[column]), rtol=SINGLE, atol=SINGLE)
        up = (table["adj.P.Val"] < 0.05) & (table["logFC"] > 0)
        assert contrast["counts"]["up"] == up.sum()
        assert contrast["counts"]["tested"] == len(Y)
    assert page.facts["contrasts"][0]["up"] == "higher in B than in A"


def test_values_are_those_of_the_data_and_adjust_by_the_fit(file: Path) -> None:
    page = opened(file)
    names, values = page.array("@features"), page.facts["values"]
    codes, low, step = (page.array(values[key]) for key in ("codes", "low", "step"))
    told = low[:, None] + step[:, None] * codes
    wanted = Y.loc[names].to_numpy()
    assert np.all(np.abs(told - wanted) <= THOUSANDTH * np.ptp(wanted, axis=1)[:, None])
    coefficients = FIT.coefficients.loc[names].to_numpy()
    np.testing.assert_allclose(page.array(values["fit"]["coefs"]), coefficients, rtol=SIXTEEN_BITS)


def test_features_come_by_evidence(file: Path) -> None:
    page = opened(file)
    best = np.max([page.array(c["neg_log10_adj_p"]) for c in page.facts["contrasts"]], axis=0)
    assert np.all(np.diff(best) <= 0)


def test_samples_have_their_covariates_and_weights(file: Path) -> None:
    page = opened(file)
    facts = page.facts["samples"]
    assert page.array(facts["name"]) == list(SAMPLES.index)
    group, age = facts["columns"]
    assert (group["kind"], group["levels"], facts["group"]) == ("category", ["A", "B", "C"], "group")
    assert page.array(group["values"]).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    np.testing.assert_array_equal(page.array(age["values"]), SAMPLES["age"])
    weights = page.array(facts["weights"]["groupB - groupA"])
    np.testing.assert_allclose(weights, np.repeat([-1 / 3, 1 / 3, 0], 3), atol=SINGLE)


def test_the_same_analysis_gives_the_same_bytes(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again = el.report(MOD, tmp_path / "again.html", data=Y, samples=SAMPLES, made="2026-01-01")
    assert again.read_bytes() == file.read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert opened(el.report(MOD, tmp_path / "timed.html")).facts["made"] == "1970-01-02T00:00:00+00:00"


@pytest.mark.usefixtures("without_diagnostics")
def test_a_report_without_data_says_so(tmp_path: Path) -> None:
    fit = el.lm_fit(Y, "~ group", samples=SAMPLES)
    page = opened(el.report(fit.ebayes(), tmp_path / "bare.html"))
    assert page.facts["values"] is None
    assert "without data" in page.facts["values_note"]
    assert page.facts["samples"]["columns"] == []
    assert [c["name"] for c in page.facts["contrasts"]] == ["groupB", "groupC"]  # all coefficients but the intercept


@pytest.mark.usefixtures("without_diagnostics")
def test_means_of_groups_are_reported_with_a_warning_once(tmp_path: Path) -> None:
    with pytest.warns(DesignWarning, match="is a level") as found:
        el.report(FIT.ebayes(), tmp_path / "levels.html")
    assert len(found) == 1


@pytest.mark.usefixtures("without_diagnostics")
def test_tests_against_a_threshold_have_standard_errors_and_no_log_odds(tmp_path: Path) -> None:
    page = opened(el.report(FIT.contrast("groupB - groupA").treat(lfc=0.5), tmp_path / "treat.html", data=Y))
    (contrast,) = page.facts["contrasts"]
    assert page.facts["threshold"] == {"lfc": 0.5}
    assert page.facts["has_log_odds"] is False
    assert "log_odds" not in contrast
    assert page.array(contrast["se"]).shape == (len(Y),)
    assert "contrasts" not in [a.get("id") for tag, a in page.elements if tag == "section"]


@pytest.mark.usefixtures("without_diagnostics")
def test_what_is_told_is_shown(tmp_path: Path) -> None:
    path = el.report(
        MOD, tmp_path / "told.html", title="<b>Mine</b>", command="fit 'y.csv' && <ls>", warnings=["a <note>"],
        inputs={"y.csv": "ab" * 32}, source="Someone (2020)",
    )  # fmt: skip
    texts = opened(path).texts
    assert texts["h1"] == texts["title"] == ["<b>Mine</b>"]
    assert "fit 'y.csv' && <ls>" in texts["code"]
    assert {"a <note>", "ab" * 32} <= set(texts["td"])
    assert "Someone (2020)" in texts["li"]


@pytest.mark.usefixtures("without_diagnostics")
@pytest.mark.parametrize("room", [40_000, 120_000, 240_000])
def test_a_report_keeps_to_its_size(file: Path, tmp_path: Path, room: int) -> None:
    max_bytes = file.stat().st_size + room
    rng = np.random.default_rng(2)
    y = rng.normal(size=(12_000, 9)).astype(np.float32)
    y[:300, 3:6] += 6
    data = pd.DataFrame(y, index=[f"gene{i}" for i in range(len(y))], columns=SAMPLES.index)
    mod = el.lm_fit(data, "~ 0 + group", samples=SAMPLES).contrast("groupB - groupA").ebayes()
    path = el.report(mod, tmp_path / "large.html", data=data, samples=SAMPLES, max_bytes=max_bytes)
    page = opened(path)
    facts, (contrast,) = page.facts, page.facts["contrasts"]
    assert max_bytes - 0.2 * room - 20_000 < path.stat().st_size <= max_bytes
    assert 300 <= facts["n_shown"] < 12_000
    adjusted = 10.0 ** -page.array(contrast["neg_log10_adj_p"])
    everywhere = el.adjust_p(mod.p_value_of(0))
    assert np.sum(adjusted <= facts["complete_to"] * (1 + SINGLE)) >= np.sum(everywhere <= facts["complete_to"])
    assert contrast["rest"]["n"] == 12_000 - facts["n_shown"]
    assert page.array(contrast["rest"]["volcano"]["counts"]).sum() == contrast["rest"]["n"]
    assert len(page.array(facts["values"]["rows"])) > 0
    told = " ".join(page.texts["p"])
    assert f"{facts['n_shown']:,} of 12,000 features are in this file" in told
    assert ("Not all that are significant" in told) == (facts["complete_to"] < 0.05)


def test_a_fit_of_some_features_finds_them_by_name(tmp_path: Path) -> None:
    part = el.lm_fit(Y, "~ 0 + group", samples=SAMPLES).contrast("groupB - groupA").ebayes()[5:25]
    shuffled = Y.iloc[::-1, ::-1]
    page = opened(el.report(part, tmp_path / "part.html", data=shuffled, samples=SAMPLES.iloc[::-1]))
    values = page.facts["values"]
    told = page.array(values["low"])[:, None] + page.array(values["step"])[:, None] * page.array(values["codes"])
    assert len(told) == 20
    np.testing.assert_allclose(told, Y.loc[page.array("@features")], atol=0.01)


@pytest.mark.usefixtures("without_diagnostics")
def test_repeats_of_a_feature_are_averaged(tmp_path: Path) -> None:
    values = Y.to_numpy()
    fit = el.lm_fit(Y, "~ 0 + group", samples=SAMPLES, ndups=2, spacing=1, correlation=0.3)
    mod = fit.contrast("groupB - groupA").ebayes()
    page = opened(el.report(mod, tmp_path / "repeats.html", data=Y, samples=SAMPLES))
    facts = page.facts["values"]
    told = page.array(facts["low"])[:, None] + page.array(facts["step"])[:, None] * page.array(facts["codes"])
    wanted = pd.DataFrame((values[::2] + values[1::2]) / 2, index=mod.labels.features)
    np.testing.assert_allclose(told, wanted.loc[page.array("@features")], atol=0.01)
    assert facts["fit"] is None


@pytest.mark.usefixtures("without_diagnostics")
def test_a_feature_that_lacks_values_is_adjusted_by_what_it_has(tmp_path: Path) -> None:
    gaps = Y.copy()
    gaps.iloc[0, 4] = np.nan
    gaps.iloc[1, 3:6] = np.nan
    with pytest.warns(EstimabilityWarning):
        fit = el.lm_fit(gaps, "~ group", samples=SAMPLES)
    page = opened(el.report(fit.ebayes(legacy=True), tmp_path / "gaps.html", data=gaps, samples=SAMPLES))
    names = page.array("@features")
    codes = page.array(page.facts["values"]["codes"])
    assert codes[names.index("g0"), 4] == 65535
    found = page.array(page.facts["values"]["fit"]["coefs"])
    np.testing.assert_allclose(found[names.index("g0")], fit.coefficients.loc["g0"], rtol=SIXTEEN_BITS)
    assert np.isnan(found[names.index("g1")]).all()


@pytest.mark.parametrize(
    ("fit", "options", "error", "words"),
    [
        (FIT, {}, StageError, r"call \.ebayes\(\)"),
        ([MOD, MOD], {}, StageError, "one fit"),
        ("mod", {}, StageError, "not str"),
        (MOD[[], :], {}, ArgumentError, "no features"),
        (MOD, {"data": Y.iloc[:10]}, DataError, "10 features"),
        (MOD, {"data": Y.rename(columns={"s0": "other"})}, AlignmentError, "s0"),
        (MOD, {"samples": SAMPLES.iloc[1:]}, AlignmentError, "s0"),
        (MOD, {"max_bytes": 1000}, ArgumentError, "allow"),
        (MOD, {"max_bytes": "5MB"}, ArgumentTypeError, "whole number"),
        (MOD, {"fdr": 5}, ArgumentError, "from 0 to 1"),
        (MOD, {"lfc": "1"}, ArgumentTypeError, "lfc"),
    ],
)
def test_what_cannot_be_reported_is_refused(
    tmp_path: Path, fit: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        el.report(fit, tmp_path / "no.html", **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("without_diagnostics")
def test_a_path_that_cannot_serve_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match="is a folder"):
        el.report(MOD, tmp_path)
    with pytest.raises(ArgumentError, match="no folder"):
        el.report(MOD, tmp_path / "a" / "b.html")
    with pytest.raises(ArgumentTypeError, match="path"):
        el.report(MOD, 5)  # type: ignore[arg-type]

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ebayes_lm.reporting.document.write_whole", full)
    with pytest.raises(StorageError, match="No space"):
        el.report(MOD, tmp_path / "full.html")


def test_comparisons_have_one_title_everywhere(file: Path) -> None:
    page = opened(file)
    titles = [c["title"] for c in page.facts["contrasts"]]
    assert titles == ["B against A", "C against A"]
    panels = {panel["id"]: panel["charts"] for panel in page.facts["panels"]}
    assert [chart["title"] for chart in panels["p_values"]] == titles
    assert {"B against A", "C against A"} <= {layer.get("name") for layer in panels["quantiles"][0]["layers"]}


@pytest.mark.usefixtures("without_diagnostics")
def test_titles_that_two_comparisons_share_give_way_to_their_names(tmp_path: Path) -> None:
    twice = ["groupB - groupA", "2*groupB - groupB - groupA", "groupC - groupA"]
    page = opened(el.report(FIT.contrast(twice).ebayes(), tmp_path / "twice.html", samples=SAMPLES))
    assert [c["title"] for c in page.facts["contrasts"]] == [*twice[:2], "C against A"]
    assert [c["up"] for c in page.facts["contrasts"]] == [None, None, "higher in C than in A"]


def test_one_of_anything_is_told_in_the_singular_and_slopes_say_which_way(tmp_path):
    rng = np.random.default_rng(1)
    samples = pd.DataFrame({"age": rng.normal(50.0, 9.0, 8)}, index=list("abcdefgh"))
    y = pd.DataFrame(rng.normal(size=(1, 8)), index=["only"], columns=samples.index)
    path = el.report(el.lm_fit(y, "~ age", samples=samples).ebayes(), tmp_path / "r.html", data=y, samples=samples)
    text = path.read_text()
    assert "The feature with most evidence for age" in text
    assert "positive means higher where age is higher" in text
    assert "1 features" not in text
