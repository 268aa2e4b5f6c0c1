"""One line on a terminal for work that takes a while."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType


class Progress:
    """Rate and time left, on stderr, after two seconds, where somebody watches.

    Parameters
    ----------
    total : int
        Features in all, or whatever else is counted.
    show : bool or None
        None shows it on a terminal or in a notebook only.
    noun : str
        What is counted.
    """

    delay = 2.0
    interval = 0.5

    def __init__(self, total: int, show: bool | None, noun: str = "features") -> None:
        self._total, self._done, self._noun = total, 0, noun
        self._show = sys.stderr is not None and (_is_watched() if show is None else show)
        self._start = self._shown = time.monotonic()
        self._written = False
        self._lock = threading.Lock()

    def __enter__(self) -> Progress:
        return self

    def advance(self, rows: int) -> None:
        """Note rows that are done; called from any thread."""
        with self._lock:
            self._done += rows
            now = time.monotonic()
            if self._show and now - self._start >= self.delay and now - self._shown >= self.interval:
                self._shown, self._written = now, True
                sys.stderr.write("\r" + self._line(now))
                sys.stderr.flush()

    def _line(self, now: float) -> str:
        rate = self._done / max(now - self._start, 1e-9)
        digits = 0 if rate >= 10 else 1
        left = (self._total - self._done) / max(rate, 1e-9)
        return f"{self._done:,} of {self._total:,} {self._noun}, {rate:,.{digits}f}/s, {left:,.0f} s left   "

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._written:
            sys.stderr.write("\n")


def _is_watched() -> bool:
    in_notebook = "ipykernel" in sys.modules
    return in_notebook or sys.stderr.isatty()
