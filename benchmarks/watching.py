"""Memory of this process: what it holds now, and the most that it held while something ran. Linux only.

Writing 5 to /proc/self/clear_refs makes the kernel start its high-water mark again. Pages of a mapped file count in
that mark, but the system takes them back when it needs them; where the input is mapped, the process's own memory is
looked at every few milliseconds instead.
"""

from __future__ import annotations

import ctypes
import gc
import threading
from pathlib import Path
from types import TracebackType

# Seconds between two looks at the process's own memory; a block takes longer.
EVERY = 0.002


def status_mb(field: str) -> float:
    """Read one field of the process's status in megabytes of 1e6 bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise KeyError(field)


def give_back() -> None:
    """Let what was freed go back to the system, or the measured call would reuse it unseen."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


class Watched:
    """The largest memory while the block lasts: of the process, or without mapped files."""

    def __init__(self, *, mapped: bool) -> None:
        self.field, self.peak, self._mapped = "RssAnon" if mapped else "VmRSS", 0.0, mapped
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watched:
        Path("/proc/self/clear_refs").write_text("5")
        if self._mapped:
            self._looking.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        if self._mapped:
            self._looking.join()
        else:
            self.peak = status_mb("VmHWM")

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            self.peak = max(self.peak, status_mb(self.field))
