"""Problems and answers as they travel between R and Python: hexadecimal floats, so that nothing is lost."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ANSWERS = Path(__file__).parent / "answers"
R_SCRIPTS = Path(__file__).parent / "r"

_WORDS = {"NA": float("nan"), "NaN": float("nan"), "Inf": float("inf"), "-Inf": float("-inf")}


@dataclass(frozen=True)
class RTable:
    """A data frame of R: its row names and its columns (arrays or lists of strings)."""

    row_names: list[str]
    columns: dict[str, Any]


def read(path: Path) -> dict[str, Any]:
    """Everything that an R script wrote into a file."""
    with gzip.open(path, "rt") as file:
        content: dict[str, Any] = _decode(json.load(file))
    return content


def _decode(value: Any) -> Any:
    """Python's counterpart of a decoded JSON value; labelled matrices become DataFrames."""
    if isinstance(value, list):
        return value if value and isinstance(value[0], str) else [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "hex" in value:
        return _numbers(value)
    if "texts" in value:
        return dict(zip(value["names"], value["texts"], strict=True))
    if "frame" in value:
        return RTable(value["row_names"], {name: _decode(column) for name, column in value["frame"].items()})
    return {name: _decode(item) for name, item in value.items()}


def _numbers(value: dict[str, Any]) -> np.ndarray | pd.DataFrame:
    words = value["hex"].split()
    flat = np.array([_WORDS[word] if word in _WORDS else float.fromhex(word) for word in words])
    if "dim" not in value:
        return flat
    matrix = np.ascontiguousarray(flat.reshape(value["dim"], order="F"))
    if "rows" not in value and "columns" not in value:
        return matrix
    return pd.DataFrame(matrix, index=value.get("rows"), columns=value.get("columns"))


def r_literal(value: Any) -> str:
    """An R expression that stands for a value; ``numbers`` is defined in answers.R."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, dict):
        return f"list({', '.join(f'`{name}` = {r_literal(item)}' for name, item in value.items())})"
    if isinstance(value, list):
        joined = ", ".join(r_literal(item) for item in value)
        return f"c({joined})" if value and isinstance(value[0], str) else f"list({joined})"
    if isinstance(value, pd.DataFrame):
        labels = f", {r_literal([*map(str, value.index)])}, {r_literal([*map(str, value.columns)])}"
        return _r_numbers(value.to_numpy(), labels)
    return _r_numbers(np.asarray(value, dtype=float), "")


def _r_numbers(array: np.ndarray, labels: str) -> str:
    words = " ".join(_hex(number) for number in array.ravel(order="F").tolist())
    dim = f", c({array.shape[0]}, {array.shape[1]})" if array.ndim == 2 else ""
    return f'numbers("{words}"{dim}{labels})'


def _hex(number: float) -> str:
    if np.isfinite(number):
        return number.hex()
    return "NA" if np.isnan(number) else ("Inf" if number > 0 else "-Inf")
