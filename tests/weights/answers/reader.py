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
def _stored(name: str, folder: Path) -> dict[str, Any]:
    return json.loads((folder / f"{name}.json").read_text())


def _array(stored: dict[str, Any]) -> np.ndarray:
    return np.array([float.fromhex(v) for v in stored["values"]]).reshape(stored["shape"])


def _argument(value: Any, inputs: dict[str, Any]) -> Any:
    """The array that a word names, the number that hexadecimal text holds; other words stay words."""
    if isinstance(value, bool):
        return value
    if value in inputs:
        return _array(inputs[value])
    try:
        return float.fromhex(value) if value.startswith(("0x", "-0x")) else value
    except ValueError:
        return value


def answers(call: str, stored: str, folder: Path = HERE) -> pytest.MarkDecorator:
    """Parametrize a test over the stored answers of one call; ``args`` and ``expected`` are dicts."""
    whole = _stored(stored, folder)
    rows = [
        pytest.param(
            {k: _argument(v, whole["inputs"]) for k, v in case["args"].items()},
            {k: _array(v) for k, v in case["result"].items()},
            id=case["name"],
        )
        for case in whole["cases"]
        if case["call"] == call
    ]
    return pytest.mark.parametrize(("args", "expected"), rows)
