"""Fits as zarr groups: an array for each quantity, written some rows at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm.core.ols import Status
from ebayes_lm.core.rooms import Room
from ebayes_lm.results.linear import LinearFit

#: Features in a chunk.
ROWS = 1 << 17


def write_zarr(fit: LinearFit, path: Path, room: Room) -> None:
    """Write estimates, standard deviations, df, means, counts and status of a fit.

    Names of coefficients, and what the numbers of the status mean, are attributes of the group; labels of features are
    the array "feature".

    Raises
    ------
    OSError
        It cannot be written.
    """
    import zarr

    group = zarr.open_group(path, mode="w", zarr_format=2)
    group.attrs["coefs"] = fit.coef_names
    group.attrs["status"] = {status.name: int(status) for status in Status}
    for name, axes in fit.record.declared_axes().items():
        values = getattr(fit.record, name)
        chunks = tuple(
            max(1, min(ROWS, n)) if axis == "feature" else n for axis, n in zip(axes, values.shape, strict=True)
        )
        array = group.create_array(name, shape=values.shape, dtype=values.dtype, chunks=chunks)
        for at in range(0, len(values), ROWS):
            array[at : at + ROWS] = np.ascontiguousarray(values[at : at + ROWS])
            room.settle()
    _write_labels(fit, group)


def _write_labels(fit: LinearFit, group: Any) -> None:
    features = fit.labels.features
    whole = features.dtype.kind in "iu"
    dtype = np.int64 if whole else str
    array = group.create_array(
        "feature", shape=(len(features),), dtype=dtype, chunks=(max(1, min(ROWS, len(features))),)
    )
    for at in range(0, len(features), ROWS):
        part = features[at : at + ROWS]
        array[at : at + ROWS] = part.to_numpy() if whole else np.array([str(label) for label in part], dtype=object)
