"""Fits as parquet files: a row for each feature, written some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from ebayes_lm.core.ols import Status
from ebayes_lm.core.rooms import Room
from ebayes_lm.data.arrow_tables import arrow_table
from ebayes_lm.results.linear import LinearFit

#: Features that are written at once.
ROWS = 1 << 17
_STATUS = pd.Index([status.name for status in Status])


def write_parquet(fit: LinearFit, path: Path, room: Room) -> None:
    """Write estimates, standard deviations, df, means, counts and status of a fit.

    Raises
    ------
    OSError
        It cannot be written.
    """
    from pyarrow import parquet

    writer = None
    try:
        for frame in frames(fit):
            table = arrow_table(frame)
            writer = writer or parquet.ParquetWriter(path, table.schema)
            writer.write_table(table.cast(writer.schema))
            room.settle()
    finally:
        if writer is not None:
            writer.close()


def frames(fit: LinearFit) -> Iterator[pd.DataFrame]:
    """The fit as tables of some features each, labels in the column "feature"."""
    record, labels = fit.record, fit.labels
    for start in range(0, max(1, fit.shape[0]), ROWS):
        at = slice(start, start + ROWS)
        columns: dict[str, object] = {"feature": labels.features[at]}
        for name, axes in record.declared_axes().items():
            values = getattr(record, name)[at]
            if axes == ("feature", "coef"):
                columns |= {f"{name}.{coef}": values[:, k] for k, coef in enumerate(labels.coefs)}
            elif name == "status":
                columns[name] = pd.Categorical.from_codes(values.astype(np.int64), _STATUS)
            elif axes == ("feature",):
                columns[name] = values
        yield pd.DataFrame(columns)
