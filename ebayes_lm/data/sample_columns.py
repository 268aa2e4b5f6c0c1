"""A sample table that comes as a dict of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ebayes_lm.errors import ArgumentTypeError, DesignError


def table_of_columns(samples: object) -> pd.DataFrame:
    """Columns of one length as a table, its samples numbered: a dict has no names for them.

    Raises
    ------
    ArgumentTypeError
        It is no dict.
    DesignError
        A column is a single value, or they differ in length.
    """
    if not isinstance(samples, Mapping):
        raise ArgumentTypeError(
            f"the sample table is a {type(samples).__name__}; give a DataFrame or a dict of columns of one length"
        )
    columns = {str(name): _column(str(name), values) for name, values in samples.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DesignError(f"the columns of the sample table differ in length: {lengths}")
    return pd.DataFrame(columns)


def _column(name: str, values: Any) -> pd.Series:
    """One column, freed of labels of its own."""
    if isinstance(values, (str, bytes)) or not hasattr(values, "__len__") or getattr(values, "ndim", 1) == 0:
        raise DesignError(f"the column {name!r} of the sample table is a single value; give one value a sample")
    if getattr(values, "ndim", 1) != 1:
        raise DesignError(
            f"the column {name!r} of the sample table has shape {values.shape}; it has to be one-dimensional"
        )
    return pd.Series(values).reset_index(drop=True)
