"""Reading what R answered: see the scripts beside this file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent


@cache
def _stored(name: str) -> list[dict[str, Any]]:
    return json.loads((HERE / f"{name}.json").read_text())["cases"]


def _number(value: Any) -> Any:
    """Hexadecimal text to float, a list of it to an array; other words stay words."""
    if isinstance(value, list):
        return np.array([float.fromhex(v) for v in value])
    try:
        return float.fromhex(value)
    except ValueError:
        return value


def answers(call: str, stored: str = "core") -> pytest.MarkDecorator:
    """Parametrize a test over the stored answers of one call; ``args`` and ``expected`` are dicts."""
    chosen = [case for case in _stored(stored) if case["call"] == call]
    rows = [
        pytest.param(*({k: _number(v) for k, v in case[part].items()} for part in ("args", "result")), id=case["name"])
        for case in chosen
    ]
    return pytest.mark.parametrize(("args", "expected"), rows)
