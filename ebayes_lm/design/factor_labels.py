"""Factors of a design as people call them, and the level of each sample."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.model import model_matrix
from ebayes_lm.design.table import level_name


def factor_labels(design: Design, samples: pd.DataFrame) -> pd.DataFrame:
    """Levels of the factors of the design as text, samples x factors."""
    columns: dict[str, Any] = {}
    for name in design.levels:
        if name in samples.columns:
            columns[name] = [level_name(value) for value in samples[name]]
            continue
        cells = model_matrix(f"~ 0 + {name}", samples).frame
        columns[shown_name(name)] = [str(column).removeprefix(name) for column in cells.idxmax(axis=1)]
    return pd.DataFrame(columns, index=samples.index)


def shown_name(factor: str) -> str:
    """A factor as people call it: ``batch`` for ``C(batch)``.

    >>> shown_name("C(`my batch`)"), shown_name("batch")
    ('my batch', 'batch')
    """
    match = re.fullmatch(r"(?:C|factor|relevel)\((?:`([^`]+)`|([\w.]+))(?:,.*)?\)", factor)
    return (match[1] or match[2]) if match else factor
