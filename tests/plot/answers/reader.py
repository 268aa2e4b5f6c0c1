"""Reading what R answered about samples: see the script beside this file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent


@cache
def stored() -> dict[str, Any]:
    return json.loads((HERE / "samples.json").read_text())


def numbers(values: list[str]) -> np.ndarray:
    """Hexadecimal text to floats."""
    return np.array([float.fromhex(value) for value in values])


def matrix(values: list[Any], columns: int) -> np.ndarray:
    """A matrix stored column by column."""
    flat = numbers(values) if isinstance(values[0], str) else np.array(values)
    return flat.reshape(columns, -1).T
