"""Reading what edgeR answered: see the script beside this file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ebayes_lm as el

HERE = Path(__file__).parent


@cache
def _stored() -> dict[str, Any]:
    return json.loads((HERE / "counts.json").read_text())


def number(value: Any) -> Any:
    """Hexadecimal text to float, a list of it to an array, zeros and ones to a mask; words and counts stay."""
    if isinstance(value, list):
        return np.array([float.fromhex(v) if isinstance(v, str) else v for v in value])
    if set(value) <= {"0", "1"}:
        return np.array([v == "1" for v in value])
    try:
        return float.fromhex(value)
    except ValueError:
        return value


def count_list(name: str, *, rows: int | None = None, lib_size: str = "lib_size", factors: bool = True) -> el.DGEList:
    """One of the sets of counts, or its first rows, with the library sizes that go by that name."""
    stored = _stored()["sets"][name]
    values = number(stored["counts"]).reshape(stored["rows"], -1)[:rows]
    sizes = number(stored[lib_size])
    return el.DGEList(values, lib_size=sizes).with_norm_factors(
        number(stored["norm_factors"]) if factors else [1] * len(sizes)
    )


def raw_counts(name: str) -> np.ndarray:
    """Counts of a set, without their library sizes."""
    stored = _stored()["sets"][name]
    return number(stored["counts"]).reshape(stored["rows"], -1)


def answers(call: str) -> pytest.MarkDecorator:
    """Parametrize a test over the stored answers of one call; ``args`` is a dict."""
    chosen = [case for case in _stored()["cases"] if case["call"] == call]
    rows = [
        pytest.param(
            case["set"],
            {k: number(v) for k, v in case["args"].items()},
            number(case["result"]),
            id=f"{case['set']} {i}",
        )
        for i, case in enumerate(chosen)
    ]
    return pytest.mark.parametrize(("name", "args", "expected"), rows)
