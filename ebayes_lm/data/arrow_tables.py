"""Tables of pandas as tables of Arrow, whatever their labels are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def arrow_table(frame: pd.DataFrame) -> Any:
    """Columns of any objects are text: what they hold further down need not be what they begin with."""
    import pyarrow as pa

    frame = frame.copy(deep=False)
    for name, dtype in frame.dtypes.items():
        if isinstance(dtype, np.dtype) and dtype.kind == "O":
            frame[name] = _text(frame[name])
    return pa.Table.from_pandas(frame, preserve_index=False)


def _text(column: pd.Series) -> pd.Series:
    values = [None if gone else str(value) for gone, value in zip(column.isna(), column, strict=True)]
    return pd.Series(values, index=column.index, dtype="string")
