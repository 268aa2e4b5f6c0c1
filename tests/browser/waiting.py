"""Waiting for a page, without code that its policy forbids."""

from __future__ import annotations

import time
from typing import Any

PATIENCE = 30.0  # seconds


def until(page: Any, condition: str) -> None:
    """Until a condition of the page holds."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"{condition} did not come true"
        page.wait_for_timeout(20)
