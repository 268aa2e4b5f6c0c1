"""How a large matrix is measured: sizes, turns, fresh processes, and what the system keeps of files."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import processes
from benchmarks.rivals import environment

_MARGIN = 2e9
_PIECE = 1 << 24
_CACHES = Path("/proc/sys/vm/drop_caches")


class NoRoomError(Exception):
    """The disk or the memory is too small for what is asked for."""


@dataclass(frozen=True)
class Options:
    """What is asked for: the share of the full sizes, turns, threads, worker processes, and where files go."""

    share: float = 1.0
    repeats: int = 3
    threads: int = 2
    workers: tuple[int, ...] = (1, 2)
    cold: bool = True
    wide: bool = False
    folder: Path | None = None

    def features(self, whole: int) -> int:
        """So many features of a problem that has ``whole`` of them."""
        return max(1000, int(whole * self.share))


def task(name: str, options: Options, **given: Any) -> dict[str, Any]:
    """Run ``module:function`` of this package in a new process."""
    return processes.answer("large", [name, json.dumps(given)], Path.cwd(), environment(options.threads))


@contextmanager
def room(options: Options, needed: float) -> Iterator[Path]:
    """A folder with room for so many bytes, which goes with all that is in it, also where something fails."""
    free = shutil.disk_usage(options.folder or tempfile.gettempdir()).free
    if free < needed + min(needed, _MARGIN):
        raise NoRoomError(f"{needed / 1e9:.1f} GB are needed, and {free / 1e9:.1f} GB of the disk are free.")
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="any-size-") as folder:
        yield Path(folder)


def require_memory(needed: float) -> None:
    """Refuse what the memory that is free now does not hold."""
    described = Path("/proc/meminfo").read_text().splitlines()
    free = next(int(line.split()[1]) * 1024 for line in described if line.startswith("MemAvailable"))
    if free < needed:
        raise NoRoomError(f"{needed / 1e9:.1f} GB of memory are needed, and {free / 1e9:.1f} GB are free.")


def settled(paths: Sequence[str], state: str) -> None:
    """Bring files into memory, or have the system forget all files that it keeps there."""
    if state == "cold":
        os.sync()
        _CACHES.write_text("3")
        return
    for path in paths:
        for file in [Path(path)] if Path(path).is_file() else sorted(Path(path).rglob("*")):
            if file.is_file():
                with file.open("rb", buffering=0) as held:
                    while held.read(_PIECE):
                        pass


def states(options: Options, notes: list[str]) -> tuple[str, ...]:
    """What the page cache may hold: all of the file, and, where the system lets us empty it, nothing."""
    if not options.cold:
        notes.append("The page cache is warm: files were read just before.")
        return ("warm",)
    try:
        with _CACHES.open("w"):
            pass  # whether it may be written to is asked without doing so
    except OSError as error:
        notes.append(f"The page cache is warm: emptying it is not permitted ({error.strerror}).")
        return ("warm",)
    notes.append("Warm: files were read just before. Cold: the page cache was emptied just before.")
    return ("warm", "cold")


def alternated(calls: dict[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    """Median seconds of calls that take turns, A B C A B C."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            found[name].append(call())
    return {name: median(values) for name, values in found.items()}


def medians(answers: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The median of every figure."""
    return {name: median(answer[name] for answer in answers) for name in answers[0]}


def largest(answers: Sequence[dict[str, Any]], name: str) -> float:
    """The largest of a figure."""
    return max(answer[name] for answer in answers)


def removed(path: Path) -> None:
    """Remove a file or a folder."""
    shutil.rmtree(path, ignore_errors=True)
    with suppress(FileNotFoundError):
        path.unlink()
