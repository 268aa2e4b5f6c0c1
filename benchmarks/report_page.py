"""The report as a file and as a page: seconds and memory to write it, its size, seconds until it answers in Chromium.

``python -m benchmarks.report_page`` takes some 2 GB and a minute or two; ``--quick`` uses small sizes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmarks import records

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
_OPENINGS = 5
_MOVES = 20
#: From the event of the slider to the end of the frame that shows its effect.
_MOVE = """async (moves) => {
  const slider = document.getElementById("fdr");
  const spent = [];
  document.getElementById("explorer").scrollIntoView();
  for (let k = 0; k < moves; k++) {
    await new Promise((then) => setTimeout(then, 30));
    slider.value = Number(slider.max) - 3 + (2.5 * k) / moves;
    const start = performance.now();
    slider.dispatchEvent(new Event("input"));
    await new Promise((then) => requestAnimationFrame(() => setTimeout(then, 0)));
    spent.push(performance.now() - start);
  }
  return spent;
}"""


class Size(NamedTuple):
    """Features x samples, the number of contrasts, and whether values of samples are in the page."""

    features: int
    samples: int
    contrasts: int
    values: bool


SIZES = (Size(20_000, 57, 3, True), Size(850_000, 12, 1, False))
QUICK = (Size(2_000, 24, 3, True), Size(20_000, 12, 1, False))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report_page", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--record", metavar="NAME", help="keep the result as benchmarks/records/<date>-NAME.json")
    given = parser.parse_args()
    record = measured(QUICK if given.quick else SIZES, quick=given.quick)
    print(json.dumps(record, indent=1, default=str))
    if given.record:
        print(f"Recorded in {records.save(record, given.record).name}.", file=sys.stderr)


def measured(sizes: tuple[Size, ...], *, quick: bool) -> dict[str, Any]:
    """A record of the reports of these sizes."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for k, size in enumerate(sizes):
            path = Path(folder) / f"{k}.html"
            found.append({**size._asdict(), **in_a_process(size, path), **opened(path)})
    return records.record_of(quick=quick, reports=found)


def in_a_process(size: Size, path: Path) -> dict[str, Any]:
    """Write a report in a process of its own, whose memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(written, (size, path))


def written(size: Size, path: Path) -> dict[str, Any]:
    """Seconds and memory that a report takes beyond the fit that it is of."""
    import ebayes_lm as el

    rng = np.random.default_rng(1)
    groups = [f"g{i % (4 if size.contrasts > 1 else 2)}" for i in range(size.samples)]
    samples = pd.DataFrame({"group": groups, "age": rng.normal(50.0, 9.0, size.samples)})
    y = rng.normal(8.0, 0.5, (size.features, size.samples))
    y[: size.features // 10] += 0.9 * (samples["group"] == "g1").to_numpy()
    y = pd.DataFrame(y, index=[f"feature{i}" for i in range(size.features)])
    wanted = [f"groupg{i + 1} - groupg0" for i in range(size.contrasts)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mod = el.lm_fit(y, "~ 0 + group + age", samples=samples).contrast(wanted).ebayes()
        before = peak()
        start = time.perf_counter()
        data = {"data": y, "samples": samples} if size.values else {}
        el.report(mod, path, **data)
    return {
        "write_s": round(time.perf_counter() - start, 2),
        "peak_mb_before": before,
        "peak_mb_after": peak(),
        "file_mb": round(path.stat().st_size / 1e6, 2),
    }


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def opened(path: Path) -> dict[str, Any]:
    """Seconds until the page is ready, and milliseconds that a move of its slider takes."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
        ready = [_ready(browser.new_page(), path) for _ in range(_OPENINGS)]
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        _ready(page, path)
        moves = page.evaluate(_MOVE, _MOVES)
        browser.close()
    return {"ready_s": round(median(ready), 2), "move_ms": round(median(moves)), "slowest_move_ms": round(max(moves))}


def _ready(page: Any, path: Path) -> float:
    page.goto(path.as_uri())
    mark = "performance.getEntriesByName('report-ready')[0]?.startTime ?? null"
    while (found := page.evaluate(mark)) is None:
        page.wait_for_timeout(20)
    return float(found) / 1000.0


if __name__ == "__main__":
    main()
