"""Short names for the types that appear everywhere."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]
BoolArray: TypeAlias = NDArray[np.bool_]
AnyArray: TypeAlias = NDArray[Any]


class FloatRows(Protocol):
    """An array (G, n), or what reads or computes its rows when they are asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows and of samples."""

    @property
    def ndim(self) -> int:
        """Two."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> Any: ...

    def __mul__(self, factor: Any, /) -> Any: ...

    def take(self, rows: Any, /, axis: int) -> Any:
        """Rows by position, in any order."""
