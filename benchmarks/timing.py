"""Seconds of calls in this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def seconds(call: Callable[[], Any]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def best(call: Callable[[], Any], repeats: int) -> float:
    """Seconds of the fastest of some calls."""
    return min(seconds(call) for _ in range(repeats))
