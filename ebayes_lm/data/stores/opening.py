"""What a format is asked for, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm.data import fingerprints
from ebayes_lm.data.sources import Source
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, listing, nearest


@dataclass(frozen=True)
class Request:
    """How a matrix is to be opened.

    Attributes
    ----------
    layer : str or None
        Which of the matrices of a file.
    orientation : {"features", "samples"} or None
        What stands in the rows of the file; None for what is usual in its format.
    allow_external : bool
        Files may refer to other files.
    feature_columns : tuple of str
        Columns that describe features and are not samples, without repetition.
    """

    layer: str | None = None
    orientation: str | None = None
    allow_external: bool = False
    feature_columns: tuple[str, ...] = ()

    def refuse_layer(self, path: Path) -> None:
        """Of a format without layers."""
        if self.layer is not None:
            raise ArgumentError(f"layer={self.layer!r} names one of several matrices, and {path.name} holds one")

    def require_columns(self, path: Path, known: Sequence[str]) -> None:
        """Refuse columns that describe features where there are none of these names, or columns are features.

        Raises
        ------
        ArgumentError
        """
        if self.feature_columns and self.orientation == "samples":
            raise ArgumentError(
                f"feature_columns= names columns beside those of samples, and in {path.name} samples stand in rows "
                "(orientation='samples'); leave it out"
            )
        for name in self.feature_columns:
            if name not in known:
                raise ArgumentError(
                    f"feature_columns= names {name!r}, which is not a column of {path.name}.{nearest(name, known)} "
                    f"It has {listing(known)}"
                )

    def require_matrix(self, path: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        """Refuse what is no matrix of real numbers.

        Raises
        ------
        DataError
            Not two axes, nothing along one of them, or no real numbers.
        """
        if len(shape) != 2 or 0 in shape:
            raise DataError(
                f"{path} holds an array of shape {tuple(shape)}; a matrix has two axes, features and samples"
            )
        if dtype.kind not in "biuf":
            raise DataError(f"{path} holds {dtype}; a matrix holds real numbers")


def columns_named(feature_columns: str | Iterable[str] | None) -> tuple[str, ...]:
    """One name or several, each once.

    Raises
    ------
    ArgumentTypeError
        Neither.
    """
    if feature_columns is None or isinstance(feature_columns, str):
        return () if feature_columns is None else (feature_columns,)
    if not isinstance(feature_columns, Iterable):
        raise ArgumentTypeError(f"feature_columns must be a column name or a list of these, not {feature_columns!r}")
    return tuple(dict.fromkeys(feature_columns))


class Held(NamedTuple):
    """What a file holds: features and samples, and the type of the numbers."""

    shape: tuple[int, int]
    dtype: np.dtype[Any]


@dataclass(frozen=True, eq=False)
class StoredSource(Source):
    """Rows of a file. Whatever is open stays behind where a source is pickled: another process opens its own.

    Attributes
    ----------
    path : Path
    held : Held
    """

    path: Path
    held: Held

    @property
    def shape(self) -> tuple[int, int]:
        """Features, samples."""
        return self.held.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.held.dtype

    def fingerprint(self) -> str:
        """Of sizes and times of the files, and of rows or samples spread over all."""
        return fingerprints.digest(fingerprints.of_files(self.origin), super().fingerprint())

    @property
    def origin(self) -> Path:
        """The file that the values are of, whatever they are read from."""
        return self.path

    def __getstate__(self) -> dict[str, Any]:
        """The declared fields alone."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, eq=False)
class Opened:
    """What a file holds: values, and what it says about features and samples; None where it says nothing."""

    source: Source
    features: pd.Index | None = None
    samples: pd.Index | None = None
    annotation: pd.DataFrame | None = None
    sample_table: pd.DataFrame | None = None
    adjusted: str | None = None
