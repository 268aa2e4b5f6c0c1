"""Matching by label: one rule for everything that belongs to samples or to features."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm._typing import IntArray
from ebayes_lm.errors import AlignmentError, listing

_TURNED = (
    "Features are the rows of an array or a DataFrame here and samples its columns: hand in y.T, or "
    "open_matrix(..., orientation='samples'), where they lie the other way"
)
#: From so many times as many on, samples are probably features.
_FAR_OFF = 2


def is_positional(labels: pd.Index) -> bool:
    """Whether an index is pandas' own numbering 0, 1, ... and so names nothing."""
    return isinstance(labels, pd.RangeIndex) and labels.start == 0 and labels.step == 1 and labels.name is None


def align(
    labels: pd.Index | None,
    wanted: pd.Index | None,
    length: int,
    *,
    what: str,
    axis: str = "samples",
    table: pd.DataFrame | None = None,
) -> IntArray:
    """Positions that bring something labelled into the order of the matrix.

    Parameters
    ----------
    labels : Index or None
        Labels of what is brought along; None where it has none (an array).
    wanted : Index or None
        Labels of the matrix along that axis; None, or a plain numbering, where it has none.
    length : int
        How long the matrix is along that axis.
    what : str
        What is brought along, for messages: "the sample table".
    axis : {"samples", "features"}
    table : DataFrame, optional
        Where a numbered index should have been set from, to name the column in the message.

    Returns
    -------
    (length,) integer array

    Raises
    ------
    AlignmentError
        Lengths differ where positions have to serve, or labels are missing, extra or duplicated.
    """
    if labels is None or wanted is None or is_positional(wanted):
        # Names on one side at most: nothing to match by, so the order is taken as given.
        return _by_position(length if labels is None else len(labels), length, what, axis)
    if is_positional(labels):
        raise AlignmentError(
            f"{what} is numbered 0 to {len(labels) - 1} while the {axis} of the matrix have names "
            f"({listing(wanted[:3])}): {_remedy(table, wanted, axis)}"
        )
    return _by_label(labels, wanted, what, axis)


def column_holding(table: pd.DataFrame, ids: pd.Index) -> str | None:
    """The first column of a table that holds all these ids."""
    return next((str(name) for name, column in table.items() if ids.isin(column).all()), None)


def _remedy(table: pd.DataFrame | None, wanted: pd.Index, axis: str) -> str:
    column = None if table is None else column_holding(table, wanted)
    if column is None:
        return f"set its index to the column that holds the {axis[:-1]} names"
    return f"column {column!r} holds them: use set_index({column!r})"


def _by_position(size: int, length: int, what: str, axis: str) -> IntArray:
    if size != length:
        far = axis == "samples" and max(size, length) >= _FAR_OFF * min(size, length)
        raise AlignmentError(
            f"{what} has {size:,} entries and the matrix {length:,} {axis}; they have to be equal in number"
            f"{f'. {_TURNED}' if far else ''}"
        )
    return np.arange(length, dtype=np.intp)


def _by_label(labels: pd.Index, wanted: pd.Index, what: str, axis: str) -> IntArray:
    if len(labels) == len(wanted) and labels.equals(wanted):
        return np.arange(len(wanted), dtype=np.intp)
    for side, name in ((labels, what), (wanted, "the matrix")):
        if not side.is_unique:
            twice = side[side.duplicated()].unique()
            raise AlignmentError(f"{name} holds {axis[:-1]} labels more than once: {listing(twice)}; make them unique")
    positions = labels.get_indexer(wanted)
    missing = wanted[positions < 0]
    extra = labels[~labels.isin(wanted)]
    if len(missing) or len(extra):
        parts = [f"missing: {listing(missing)}"] if len(missing) else []
        parts += [f"not in the matrix: {listing(extra)}"] if len(extra) else []
        parts += [f"not one is shared. {_TURNED}"] if len(missing) == len(wanted) and axis == "samples" else []
        raise AlignmentError(f"{what} and the matrix do not name the same {axis}; {'; '.join(parts)}")
    return positions.astype(np.intp)
