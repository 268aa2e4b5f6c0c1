"""What a design may be given as: its numbers, its terms, and the terms of interest, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.errors import ArgumentTypeError, DesignError, listing, nearest


def read_numbers(frame: object) -> tuple[FloatArray, list[str], pd.Index]:
    """Numbers, column names and sample labels of whatever a design was given as."""
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(name="x1" if frame.name is None else frame.name)
    if isinstance(frame, pd.DataFrame):
        for name, dtype in frame.dtypes.items():
            if not (pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)) or dtype.kind == "c":
                raise DesignError(
                    f"the design column {name!r} holds {dtype} values, not numbers; code text with "
                    "model_matrix(formula, samples)"
                )
        return frame.to_numpy(dtype=np.float64, na_value=np.nan), [str(name) for name in frame.columns], frame.index
    values = np.asarray(frame)
    if values.dtype.kind not in "biuf":
        raise DesignError(
            f"a design holds real numbers, not values of type {values.dtype}; code text with "
            "model_matrix(formula, samples)"
        )
    if values.ndim not in {1, 2}:
        raise DesignError(f"a design has two axes, samples x coefficients; this one has shape {values.shape}")
    matrix = values.astype(np.float64).reshape(len(values), -1) if values.size else np.empty((len(values), 0))
    return matrix, [f"x{j + 1}" for j in range(matrix.shape[1])], pd.RangeIndex(len(matrix))


def require_usable(matrix: FloatArray, names: Sequence[str], samples: pd.Index) -> None:
    """Raise where a design is empty, not finite, or names two columns alike."""
    if 0 in matrix.shape:
        raise DesignError(f"a design needs at least one sample and one coefficient; this one has shape {matrix.shape}")
    broken = np.asarray(~np.isfinite(matrix))
    if broken.any():
        rows = samples[np.flatnonzero(broken.any(axis=1))]
        columns = [names[int(j)] for j in np.flatnonzero(broken.any(axis=0))]
        raise DesignError(
            f"the design is missing or infinite for the samples {listing(rows)} in the columns "
            f"{listing(columns)}; both have to be finite"
        )
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise DesignError(f"the design has columns of one name: {listing(twice)}; rename a sample column, or a level")


def checked_terms(terms: Mapping[str, Sequence[str]] | None, names: Sequence[str]) -> dict[str, list[str]]:
    """Terms with their columns; a column that no term names is a term of its own."""
    if terms is None:
        return {name: [name] for name in names}
    checked = {
        str(term): [columns] if isinstance(columns, str) else [str(c) for c in columns]
        for term, columns in terms.items()
    }
    for term, columns in checked.items():
        for column in columns:
            if column not in names:
                raise DesignError(
                    f"the term {term!r} names the column {column!r}, which the design does not "
                    f"have.{nearest(column, names)}"
                )
    placed = {column for columns in checked.values() for column in columns}
    return checked | {name: [name] for name in names if name not in placed}


def checked_interest(of_interest: object, terms: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
    """Terms of interest as a tuple, each of them a term of the design."""
    if of_interest is None:
        return None
    if not isinstance(of_interest, (str, Iterable)):
        raise ArgumentTypeError(f"of_interest names terms, as text or a list of text, not {type(of_interest).__name__}")
    wanted = (of_interest,) if isinstance(of_interest, str) else tuple(str(term) for term in of_interest)
    for term in wanted:
        if term not in terms:
            raise DesignError(
                f"{term!r} is not a term of the design.{nearest(term, terms)} Its terms are {listing(terms, 10)}"
            )
    return wanted
