"""The command line as it is waited for: seconds from a command to its end, with nothing compiled and with all that is.

``python -m benchmarks.command_line`` runs each command in new processes; ``--quick`` once.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.facts import machine

#: What is measured, under the name that the table gives it.
COMMANDS = {
    "--version": ("--version",),
    "demo": ("demo",),
    "demo --report demo.html": ("demo", "--report", "demo.html"),
    "demo --plots pictures": ("demo", "--plots", "pictures"),
}
_REPEATS = 5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.command_line", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="once in place of five times")
    repeats = 1 if parser.parse_args().quick else _REPEATS
    print(f"{machine()}\n")
    print("| command | nothing compiled | compiled, median | processor |")
    print("|---|---|---|---|")
    for name, arguments in COMMANDS.items():
        (cold, _), *warm = runs(arguments, repeats)
        seconds, spent = (median(values) for values in zip(*warm, strict=True))
        print(f"| `ebayes-lm {name}` | {cold:.2f} s | {seconds:.2f} s | {spent:.2f} s |", flush=True)


def runs(arguments: Sequence[str], repeats: int) -> list[tuple[float, float]]:
    """Seconds on the clock and of the processor: with an empty cache, then with the one that this left."""
    with tempfile.TemporaryDirectory(prefix="ebayes-lm-bench-") as folder:
        cache = Path(folder) / "cache"
        cache.mkdir(mode=0o700)
        variables = {**os.environ, "EBAYES_LM_CACHE_DIR": str(cache)}
        return [_run(arguments, Path(folder), variables) for _ in range(repeats + 1)]


def _run(arguments: Sequence[str], folder: Path, variables: dict[str, str]) -> tuple[float, float]:
    before, start = _spent(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "ebayes_lm", *arguments], cwd=folder, env=variables, check=True, capture_output=True
    )
    return time.perf_counter() - start, _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
