"""The page of a report, driven in a browser and held against tables that Python computes."""

from __future__ import annotations

import io
import os
import re
import struct
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from tests.browser.analyses import (
    CONTRASTS,
    HOSTILE,
    N_CUT,
    N_FEATURES,
    against_a_threshold,
    moderated,
    samples,
    values,
)
from tests.browser.waiting import until

Open = Callable[..., Any]

#: The page holds effects as float32 and p-values as its logarithms, other numbers with sixteen significant bits.
SINGLE, P_VALUES, SIXTEEN_BITS = 2e-7, 3e-6, 2e-5
SVG = "{http://www.w3.org/2000/svg}"
MOD = moderated(values())
BLANK = "(c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.every((v) => v === 0)"
FACTS = "() => { const {arrays, ...facts} = JSON.parse(document.getElementById('facts').textContent); return facts; }"


def state(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("() => { const {rows, ...rest} = window.ebayesReport.state(); return rest; }")
    return found


def names(page: Any, first: int = 0, last: int = 10**6) -> list[str]:
    found: list[str] = page.evaluate(
        "([i, j]) => window.ebayesReport.state().rows(i, j).map((row) => row.feature)", [first, last]
    )
    return found


def frames(page: Any) -> None:
    """What is drawn with the next frame is drawn."""
    page.evaluate("() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))")


def set_threshold(page: Any, which: str, value: float) -> None:
    page.fill(f"#{which}-value", str(value))
    page.press(f"#{which}-value", "Enter")


def saved(page: Any, button: str) -> bytes:
    with page.expect_download() as download:
        page.click(button)
    return Path(download.value.path()).read_bytes()


def counted(mod: Any, fdr: float, lfc: float, contrast: int) -> dict[str, int]:
    column = el.decide_tests(mod, p_value=fdr, lfc=lfc).summary().iloc[:, contrast]
    return {"up": int(column["Up"]), "down": int(column["Down"])}


def top(contrast: int = 0) -> pd.DataFrame:
    return el.top_table(MOD, coef=CONTRASTS[contrast], number=None, sort_by="p")


def test_opens_with_everything_in_place(opened: Open) -> None:
    page = opened()
    found = state(page)
    assert found["contrast"] == CONTRASTS[0]
    assert found["visible"] == N_FEATURES
    assert page.evaluate("performance.getEntriesByName('report-ready').length") == 1
    assert page.title() == "A study"
    assert page.locator("#contrast-tabs button").count() == 3
    for chart in ("#volcano", "#ma", "#feature-chart", 'figure[data-chart="contrast-pair"] canvas'):
        assert page.locator(chart).evaluate("(c) => c.width * c.height") > 10_000
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_charts_keep_their_height_when_they_come_into_view(opened: Open) -> None:
    # A button that moves between press and release is not pressed.
    page = opened()
    canvases = page.locator("#explorer canvas, #contrasts canvas")
    tall = "(all) => all.map((canvas) => canvas.clientHeight)"
    before = canvases.evaluate_all(tall)
    assert len(before) == 6
    for canvas in canvases.all():
        canvas.scroll_into_view_if_needed()
        frames(page)
    assert canvases.evaluate_all(tall) == before


def test_a_link_to_a_section_lands_there_and_stays(opened: Open) -> None:
    tall = "document.documentElement.scrollHeight"
    top = "document.getElementById('contrasts').getBoundingClientRect().top"
    page = opened()
    frames(page)
    before = page.evaluate(tall)
    page.evaluate("location.hash = 'contrasts'")
    frames(page)
    assert 0 <= page.evaluate(top) < 40
    for figure in page.locator("figure[data-chart]").all():
        figure.scroll_into_view_if_needed()
        frames(page)
    assert page.evaluate(tall) == before


def test_a_link_to_a_section_lands_there_where_browsers_do_not_follow_what_moves(
    chromium: Any, reports: dict[str, Path]
) -> None:
    # Safari holds no place while what is above it grows.
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    still = "document.documentElement.style.overflowAnchor = 'none'"
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {still}; }})")
    page.goto(reports["plain"].as_uri() + "#contrasts")
    until(page, "Boolean(window.ebayesReport && window.ebayesReport.ready)")
    frames(page)
    assert 0 <= page.evaluate("document.getElementById('contrasts').getBoundingClientRect().top") < 40
    context.close()


def test_every_chart_of_the_written_sections_is_drawn(opened: Open) -> None:
    page = opened()
    waiting = page.locator("figure[data-chart]").all()
    assert len(waiting) > 4
    for figure in waiting:
        figure.scroll_into_view_if_needed()
        frames(page)
        assert not figure.locator("canvas").evaluate(BLANK)


def test_counts_are_those_of_decide_tests(opened: Open) -> None:
    page = opened()
    bounds = [(0.05, 0.0), (0.2, 0.0), (0.001, 0.0), (0.05, 1.0), (1.0, 0.5), (1.0, 0.0), (0.2, 2.25)]
    for contrast, (fdr, lfc) in product(range(3), bounds):
        page.locator("#contrast-tabs button").nth(contrast).click()
        set_threshold(page, "fdr", fdr)
        set_threshold(page, "lfc", lfc)
        expected = counted(MOD, fdr, lfc, contrast)
        assert state(page)["counts"] == expected
        assert page.inner_text("#up-count") == str(expected["up"])
        assert page.inner_text("#down-count") == str(expected["down"])


def test_tests_against_a_threshold_say_so_and_count_as_decide_tests(opened: Open) -> None:
    page = opened("treat")
    assert page.inner_text(".meaning").endswith("P-values are of effects larger than 0.5, either way (TREAT).")
    for fdr in (0.05, 0.2):
        set_threshold(page, "fdr", fdr)
        assert state(page)["counts"] == counted(against_a_threshold(), fdr, 0.0, 0)
    assert "TREAT" not in opened().inner_text(".meaning")


def test_sliders_recount_at_once(opened: Open) -> None:
    page = opened()
    seen = set()
    for key in ["ArrowLeft"] * 3 + ["PageDown", "ArrowRight", "End"]:
        page.press("#fdr", key)
        fdr = state(page)["fdr"]
        assert state(page)["counts"] == counted(MOD, fdr, 0.0, 0)
        assert page.input_value("#fdr-value") == f"{fdr:g}"
        seen.add(fdr)
    assert len(seen) > 4
    assert max(seen) == 1.0
    page.press("#lfc", "PageUp")
    found = state(page)
    assert found["lfc"] > 0
    assert found["counts"] == counted(MOD, found["fdr"], found["lfc"], 0)


def test_rows_sort_by_any_column(opened: Open) -> None:
    page = opened()
    assert names(page) == list(top().index)
    table = top()
    for column, key in [("logFC", table["logFC"]), ("AveExpr", table["AveExpr"]), ("t", table["t"]), ("B", table["B"])]:
        header = page.locator(f'button[data-column="{column}"]')
        for order, ascending in (("descending", False), ("ascending", True)):
            header.click()
            frames(page)
            assert header.locator("..").get_attribute("aria-sort") == order
            found = key.loc[names(page)].to_numpy()
            steps = np.diff(found) if ascending else -np.diff(found)
            assert steps.min() >= -2 * SIXTEEN_BITS * np.abs(found).max()
    page.click('button[data-column="feature"]')
    frames(page)
    assert names(page, 0, 12) == [f"g{i}" for i in range(12)]
    assert page.locator('[aria-sort="ascending"]').count() == 1


def test_search_finds_names_and_annotation_whatever_the_case(opened: Open) -> None:
    page = opened()
    page.fill("#search", "gene3 X1")
    expected = {f"g{i}" for i in range(N_FEATURES) if i % 7 == 3 and str(i).startswith("1")}
    assert set(names(page)) == expected
    frames(page)
    assert page.locator("#table .rows [role=row]").count() == len(expected)
    page.fill("#search", "g39")
    assert set(names(page)) == {"g39", *(f"g39{i}" for i in range(10))}
    page.fill("#search", "nothing")
    assert state(page)["visible"] == 0


def test_rows_can_be_those_that_are_significant_or_selected(opened: Open) -> None:
    page = opened()
    page.select_option("#show", label="significant")
    frames(page)
    assert state(page)["visible"] == sum(counted(MOD, 0.05, 0.0, 0).values())
    page.locator("#table .rows [role=row]").nth(2).click()
    page.locator("#table .rows [role=row]").nth(4).click(modifiers=["Shift"])
    page.select_option("#show", label="selected")
    assert names(page) == [top().index[2], top().index[4]]


def test_table_makes_rows_in_sight_alone_and_is_walked_by_keys(opened: Open) -> None:
    page = opened()
    page.focus("#table")
    assert page.get_attribute("#table", "aria-rowcount") == str(N_FEATURES + 1)
    assert page.locator("#table .rows [role=row]").count() < 60
    page.keyboard.press("End")
    assert page.get_attribute("#table", "aria-activedescendant") == f"row-{N_FEATURES - 1}"
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert state(page)["selected"] == [top().index[1]]
    page.keyboard.press("Escape")
    assert state(page)["selected"] == []


def test_points_are_walked_by_rank_pointed_at_and_clicked(opened: Open) -> None:
    page = opened()
    page.focus("#volcano")
    page.keyboard.press("Home")
    assert top().index[0] in page.inner_text(".tip")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert state(page)["selected"] == [top().index[1]]
    page.keyboard.press("Home")
    ring = page.locator("#volcano + .ring")
    x, y = (float(ring.evaluate(f"(r) => r.style.{side}").removesuffix("px")) for side in ("left", "top"))
    page.keyboard.press("Escape")
    page.mouse.move(5, 5)
    page.hover("#volcano", position={"x": x, "y": y})
    assert top().index[0] in page.inner_text(".tip")
    page.click("#volcano", position={"x": x, "y": y})
    assert state(page)["selected"] == [top().index[0]]
    page.click("#volcano", position={"x": 3, "y": 3})
    assert state(page)["selected"] == [top().index[0]]


def test_keys_go_on_where_a_page_scrolls_beneath_a_pointer_at_rest(opened: Open) -> None:
    # Safari reports a move then.
    page = opened()
    volcano = page.locator("#volcano")
    volcano.evaluate("(c) => c.addEventListener('pointermove', (event) => { window.last = event; }, {once: true})")
    volcano.hover(position={"x": 60, "y": 60})
    page.focus("#volcano")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    scrolled = "{clientX: 90, clientY: 90, screenX: last.screenX, screenY: last.screenY, bubbles: true}"
    volcano.evaluate(f"(c) => c.dispatchEvent(new PointerEvent('pointermove', {scrolled}))")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert state(page)["selected"] == [top().index[2]]


def drag(page: Any, chart: str, start: tuple[float, float], end: tuple[float, float], *, shift: bool = False) -> None:
    """Draw a box over a part of a chart, in shares of its width and height."""
    page.locator(chart).scroll_into_view_if_needed()
    frames(page)  # charts above that come into view are drawn, and take their place
    page.locator(chart).scroll_into_view_if_needed()
    box = page.locator(chart).bounding_box()
    if shift:
        page.keyboard.down("Shift")
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    page.mouse.up()
    if shift:
        page.keyboard.up("Shift")


def test_boxes_select_in_both_clouds(opened: Open) -> None:
    page = opened()
    drag(page, "#volcano", (0.01, 0.01), (0.99, 0.99))
    assert set(state(page)["selected"]) == set(values().index)
    table = top()
    drag(page, "#ma", (0.15, 0.12), (0.99, 0.45))
    chosen = state(page)["selected"]
    assert 0 < len(chosen) < N_FEATURES
    others = table["logFC"].drop(chosen)
    assert table["logFC"].loc[chosen].min() > others.max() - 0.1
    drag(page, "#ma", (0.15, 0.75), (0.99, 0.45), shift=True)
    assert set(chosen) < set(state(page)["selected"])
    page.click("#clear")
    assert state(page)["selected"] == []


def test_plots_show_the_selection_closely_and_go_back(opened: Open) -> None:
    page = opened()
    whole = axis_of(page)
    assert not page.locator("#zoom").is_visible()
    drag(page, "#ma", (0.15, 0.12), (0.99, 0.45))
    chosen = state(page)["selected"]
    page.locator("#zoom").press("Enter")
    assert whole[0] < top()["logFC"].loc[chosen].min() - 0.5 < axis_of(page)[0]
    page.focus("#volcano")
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        assert page.locator(".tip").is_visible()
    drag(page, "#volcano", (0.01, 0.01), (0.99, 0.99))
    assert set(chosen) <= set(state(page)["selected"]) != set(values().index)
    page.locator("#whole").press("Enter")
    assert axis_of(page) == whole
    assert not page.locator("#whole").is_visible()


def axis_of(page: Any) -> tuple[float, float]:
    """The first and the last tick of the volcano's effects."""
    root = ElementTree.fromstring(saved(page, 'button.export-svg[data-chart="volcano"]').decode())
    texts = [t for t in root.iter(f"{SVG}text") if t.get("text-anchor") == "middle" and t.get("transform") is None]
    ticks = [float(t.text.replace("\u2212", "-")) for t in texts if re.fullmatch(r"\u2212?[0-9.]+", t.text or "")]
    return ticks[0], ticks[-1]


def test_rows_are_saved_as_they_stand(opened: Open) -> None:
    page = opened()
    page.locator("#contrast-tabs button").nth(2).click()
    page.fill("#search", "gene3")
    page.click('button[data-column="logFC"]')
    text = saved(page, "#export-csv").decode()
    assert text.count("\r\n") == text.count("\n") == state(page)["visible"] + 1
    rows = pd.read_csv(io.StringIO(text)).set_index("feature")
    assert list(rows.index) == names(page)
    table = top(2).loc[rows.index]
    assert list(rows["symbol"]) == [f"Gene{int(g[1:]) % 7} x{g[1:]}" for g in rows.index]
    for column, tolerance in {"logFC": SINGLE, "AveExpr": SIXTEEN_BITS, "t": SIXTEEN_BITS, "B": SIXTEEN_BITS,
                              "P.Value": P_VALUES, "adj.P.Val": P_VALUES}.items():  # fmt: skip
        np.testing.assert_allclose(rows[column], table[column], rtol=tolerance, atol=1e-12)


def test_charts_are_saved_as_svg_and_png(opened: Open) -> None:
    page = opened()
    for chart in ("volcano", "ma", "feature-chart", "contrast-pair", "contrast-overlap"):
        root = ElementTree.fromstring(saved(page, f'button.export-svg[data-chart="{chart}"]').decode())
        assert root.tag == f"{SVG}svg"
        assert len(root.findall(f".//{SVG}text")) > 5
        assert not root.findall(f".//{SVG}script")
    picture = saved(page, 'button.export-png[data-chart="volcano"]')
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", picture[16:20]) == (2880,)
    root = ElementTree.fromstring(saved(page, 'button.export-svg[data-chart="volcano"]').decode())
    points = max(path.get("d", "").count("h0") for path in root.iter(f"{SVG}path"))
    assert points == N_FEATURES - sum(counted(MOD, 0.05, 0.0, 0).values())


def test_a_feature_is_shown_in_all_samples(opened: Open) -> None:
    page = opened()
    page.locator("#table .rows [role=row]").nth(3).click()
    name = top().index[3]
    assert name in page.inner_text("#feature-view")
    assert heights(page) == pytest.approx(np.sort(values().loc[name].to_numpy()), abs=SCREEN)
    page.select_option("#feature-by", label="age")
    page.select_option("#feature-values-kind", index=1)
    fit = el.lm_fit(values().loc[[name]], "~ 0 + group + batch + age", samples=samples())
    beta, X = fit.coefficients.iloc[0], fit.design.matrix
    other = [i for i, column in enumerate(fit.design.names) if not column.startswith("group")]
    share = (X[:, other] - X[:, other].mean(axis=0)) @ beta.to_numpy()[other]
    assert heights(page) == pytest.approx(np.sort(values().loc[name].to_numpy() - share), abs=SCREEN)


def test_the_model_is_drawn_along_a_number_that_a_contrast_is_about_and_no_other_line(opened: Open) -> None:
    page = opened("slope")
    assert page.locator("#feature-by option:checked").inner_text() == "age"
    assert "the model, other covariates at their means" in feature_texts(page)
    page = opened()
    page.select_option("#feature-by", label="age")
    assert not any("the model" in text for text in feature_texts(page))


def test_a_slope_that_depends_on_a_factor_has_a_line_for_each_level(opened: Open) -> None:
    page = opened("slopes")
    root = ElementTree.fromstring(saved(page, "#feature-view button.export-svg").decode())
    assert {"X", "Y", "the model, other covariates at their means"} <= {text.text for text in root.iter(f"{SVG}text")}
    lines = [path for path in root.iter(f"{SVG}path") if path.get("d", "").count("L") > 1]
    first, second = (slope_of(path) for path in lines)
    fit = el.lm_fit(values().loc[[page.inner_text("#feature-view h3")]], "~ batch * age", samples=samples())
    beta = fit.coefficients.iloc[0]
    assert second / first == pytest.approx((beta["age"] + beta["batchY:age"]) / beta["age"], rel=SCREEN)


def slope_of(path: ElementTree.Element) -> float:
    """Of a straight line on the screen."""
    numbers = np.array([float(n) for n in re.findall(r"-?[0-9.]+", path.get("d", ""))]).reshape(-1, 2)
    return float(np.polyfit(*numbers.T, 1)[0])


def feature_texts(page: Any) -> list[str]:
    root = ElementTree.fromstring(saved(page, "#feature-view button.export-svg").decode())
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def test_an_old_browser_is_told_which_ones_serve(chromium: Any, reports: dict[str, Path]) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(reports["bare"].as_uri())
    page.locator(".failure").wait_for()
    assert "Firefox 113" in page.inner_text(".failure")
    assert page.locator("#verdict li").count() == 3
    context.close()


#: Log2 units that a hundredth of a pixel, and a step of the stored values, may move a point.
SCREEN = 0.01


def heights(page: Any) -> Any:
    """Values of the points of the feature's chart, read back from its picture by the ticks of its axis."""
    root = ElementTree.fromstring(saved(page, "#feature-view button.export-svg").decode())
    ticks = [(float(t.get("y", "nan")), t.text or "") for t in root.iter(f"{SVG}text") if t.get("text-anchor") == "end"]
    places = [(y, float(text.replace("\u2212", "-"))) for y, text in ticks]
    slope, start = np.polyfit([y for y, _ in places], [v for _, v in places], 1)
    dots = [path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("stroke-linecap") == "round"]
    at = [float(dot.split("h0")[0].split()[1]) for path in dots for dot in path.split("M") if dot]
    return np.sort(start + slope * np.array(at))


def test_colours_follow_the_reader(opened: Open) -> None:
    back = "() => getComputedStyle(document.body).backgroundColor"
    page = opened(color_scheme="dark")
    assert page.evaluate(back) == "rgb(20, 24, 29)"
    volcano = page.locator("#volcano")
    pixels = volcano.evaluate("(c) => c.toDataURL()")
    page.click("#theme")
    assert page.evaluate(back) == "rgb(255, 255, 255)"
    volcano.scroll_into_view_if_needed()
    frames(page)
    light = volcano.evaluate("(c) => c.toDataURL()")
    assert light != pixels
    page.locator("#theme").press("Enter")
    volcano.scroll_into_view_if_needed()
    frames(page)
    assert volcano.evaluate("(c) => c.toDataURL()") == pixels
    page.locator("#theme").press("Enter")
    page.emulate_media(color_scheme="light")
    assert page.evaluate(back) == "rgb(255, 255, 255)"


def test_paper_has_charts_and_the_first_rows_and_no_controls(opened: Open) -> None:
    page = opened(color_scheme="dark")

    def seen() -> str:
        page.locator("#volcano").scroll_into_view_if_needed()
        frames(page)
        found: str = page.locator("#volcano").evaluate("(c) => c.toDataURL()")
        return found

    screen = seen()
    page.emulate_media(media="print")
    page.locator("table.printed").wait_for()
    assert page.locator("table.printed tbody tr").count() == 25
    assert page.locator("table.printed tbody tr").first.inner_text().startswith(top().index[0])
    for hidden in ("#fdr", "#search", "#table", "#theme", ".export-svg >> nth=0"):
        assert not page.locator(hidden).is_visible()
    assert page.locator("#volcano").is_visible()
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    # What shines through a picture is black to some readers of PDF.
    pixels = "c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
    opaque = f"(c) => {pixels}.every((v, i) => i % 4 < 3 || v === 255)"
    pictures = page.locator("canvas").all()
    assert [picture.evaluate(opaque) for picture in pictures] == [True] * len(pictures)
    together = page.locator("#contrasts, #panel-quantiles, :has(> figure[data-chart=design-matrix])")
    assert together.evaluate_all("(all) => all.map((one) => getComputedStyle(one).breakInside)") == ["avoid"] * 3
    tab = page.locator("#contrast-tabs button[aria-selected=true]")
    assert tab.evaluate("(tab) => getComputedStyle(tab).borderBottomColor") == "rgb(0, 114, 178)"
    page.emulate_media(media="screen")
    page.locator("table.printed").wait_for(state="detached")
    assert seen() == screen


def test_a_link_opens_what_was_looked_at(opened: Open) -> None:
    page = opened()
    page.locator("#contrast-tabs button").nth(1).click()
    set_threshold(page, "lfc", 0.5)
    page.locator("#table .rows [role=row]").nth(1).click()
    until(page, "location.hash.includes('feature=')")
    before = state(page)
    again = opened(fragment=page.evaluate("location.hash"))
    assert state(again) == before


def test_narrow_pages_do_not_scroll_sideways(opened: Open) -> None:
    page = opened(viewport={"width": 380, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    assert page.locator("#volcano").bounding_box()["width"] > 300


@pytest.mark.parametrize("name", ["plain", "bare"])
def test_p_values_are_seen_beside_any_annotation(opened: Open, name: str) -> None:
    page = opened(name)
    right = page.locator("#table").bounding_box()
    head = page.locator('[data-column="adj.P.Val"]').bounding_box()
    assert head["x"] + head["width"] <= right["x"] + right["width"]


def test_hostile_names_are_text(opened: Open) -> None:
    page = opened("hostile")
    assert sorted(names(page)) == sorted(HOSTILE)
    edges = "(all) => [...new Set(all.map((cell) => Math.round(cell.getBoundingClientRect().left)))].length"
    assert page.locator("#table [role=gridcell], #table [role=columnheader]").evaluate_all(edges) == 7
    page.locator("#feature-view").scroll_into_view_if_needed()
    for i in range(8):
        page.locator("#table .rows [role=row]").nth(i).click()
    page.focus("#volcano")
    for key in ["Home"] + ["ArrowRight"] * 29:
        page.keyboard.press(key)
        assert page.locator(".tip strong").count() == 1
    page.select_option("#feature-by", index=page.locator("#feature-by option").count() - 1)
    for figure in page.locator("figure[data-chart]").all():
        figure.scroll_into_view_if_needed()
    root = ElementTree.fromstring(saved(page, 'button.export-svg[data-chart="volcano"]').decode())
    assert not root.findall(f".//{SVG}script")
    rows = pd.read_csv(io.StringIO(saved(page, "#export-csv").decode()), keep_default_na=False)
    assert sorted(rows["feature"]) == sorted(HOSTILE)
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator("img, iframe, object").count() == 0


def test_without_values_the_page_says_so(opened: Open) -> None:
    page = opened("bare")
    assert page.locator("#feature-view canvas").count() == 0
    assert len(page.inner_text("#feature-view .note")) > 20


def test_features_that_do_not_fit_are_counted_and_shown_as_a_density(opened: Open) -> None:
    page = opened("cut")
    facts = page.evaluate(FACTS)
    assert facts["n_shown"] < facts["n_features"] == N_CUT
    assert facts["contrasts"][0]["rest"]["n"] == N_CUT - facts["n_shown"]
    assert 0.05 < facts["complete_to"] < 1.0
    mod = moderated(values(N_CUT))
    set_threshold(page, "fdr", 0.02)
    assert state(page)["counts"] == counted(mod, 0.02, 0.0, 0)
    set_threshold(page, "fdr", 1.0)
    assert state(page)["fdr"] == pytest.approx(facts["complete_to"])
    assert f"Neither {N_CUT - sum(state(page)['counts'].values()):,}" in svg_text(page)


def svg_text(page: Any) -> str:
    root = ElementTree.fromstring(saved(page, 'button.export-svg[data-chart="volcano"]').decode())
    return "\n".join(text.text or "" for text in root.iter(f"{SVG}text"))


def axe_core() -> str:
    found = os.environ.get("AXE_CORE", ".node/node_modules/axe-core/axe.min.js")
    if not Path(found).exists():
        if os.environ.get("CI"):
            pytest.fail("axe-core is missing, which the tests of the page need")
        pytest.skip("axe-core is missing")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anybody(opened: Open, scheme: str) -> None:
    source = axe_core()
    page = opened(color_scheme=scheme, bypass_csp=True)
    page.locator("#table .rows [role=row]").nth(1).click()
    page.add_script_tag(path=source)
    found = page.evaluate("() => axe.run({resultTypes: ['violations']})")
    grave = [v for v in found["violations"] if v["impact"] in {"serious", "critical"}]
    assert [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in grave] == []


def test_tables_of_f_tests_sort_by_any_column(opened: Open) -> None:
    page = opened()
    page.click("#f-tests summary")
    table = el.top_table_f(MOD, number=100)
    rows = page.locator("#f-tests tbody th")
    assert rows.all_inner_texts() == list(table.index)
    head = page.locator("#f-tests thead button", has_text="AveExpr")
    for order, ascending in (("ascending", True), ("descending", False)):
        head.press("Enter")
        assert page.locator(f'#f-tests [aria-sort="{order}"]').count() == 1
        found = table.loc[rows.all_inner_texts(), "AveExpr"].round(2)
        assert found.is_monotonic_increasing if ascending else found.is_monotonic_decreasing


def test_long_names_of_groups_leave_room_for_values(opened: Open) -> None:
    page = opened("hostile")
    page.select_option("#feature-by", index=page.locator("#feature-by option").count() - 1)
    frames(page)
    root = ElementTree.fromstring(saved(page, "#feature-view button.export-svg").decode())
    rows = [
        float(t.get("y", "nan"))
        for t in root.iter(f"{SVG}text")
        if t.get("text-anchor") == "end" and not t.get("transform")
    ]
    assert max(rows) - min(rows) > 120
