"""A browser for the tests of the report's page, and pages that must keep silent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.analyses import write_reports
from tests.browser.waiting import until

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1280, "height": 900}


def missing(what: str) -> None:
    """Continuous integration runs these tests; elsewhere they are left out where there is no browser."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, which the tests of the page need")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_reports(tmp_path_factory.mktemp("reports"))


@pytest.fixture
def opened(chromium: Any, reports: dict[str, Path]) -> Iterator[Callable[..., Any]]:
    """Opens a report; afterwards, no page has complained or asked for anything but its own file."""
    complaints: list[str] = []
    asked: list[str] = []
    contexts = []

    def open_page(name: str = "plain", fragment: str = "", **options: Any) -> Any:
        context = chromium.new_context(**({"viewport": WIDE} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(reports[name].as_uri() + fragment)
        until(page, "Boolean(window.ebayesReport && window.ebayesReport.ready)")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file://", "blob:", "data:"))] == []
    assert sum(url.startswith("file://") for url in asked) == len(contexts)
