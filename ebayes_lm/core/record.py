"""Records: frozen bundles of arrays that declare their axes once."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.errors import DataError


def axes(*names: str) -> Any:
    """Declare the axes of an array field: ``sigma: FloatArray = axes("feature")``."""
    return field(metadata={"axes": names})


class Brief:
    """A dataclass that shows its arrays by their ends: there is a value for each of a million features."""

    def __repr__(self) -> str:
        """Every field, as ``Name(field=value, ...)``."""
        with np.printoptions(threshold=4, edgeitems=2):
            shown = [f"{f.name}={getattr(self, f.name)!r}" for f in fields(self)]  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass(frozen=True, eq=False)
class Record:
    """Base of results in numbers: read-only arrays whose sizes along an axis agree.

    A field made with :func:`axes` is an array with those axes; other fields are plain values.
    """

    def __post_init__(self) -> None:
        sizes: dict[str, int] = {}
        for name, names in self.declared_axes().items():
            array = getattr(self, name)
            if array.ndim != len(names) or any(
                sizes.setdefault(a, n) != n for a, n in zip(names, array.shape, strict=True)
            ):
                raise DataError(
                    f"{type(self).__name__}.{name} has shape {array.shape}, its axes {names} ask for {sizes}"
                )
            object.__setattr__(self, name, _read_only(array))

    @classmethod
    def declared_axes(cls) -> dict[str, tuple[str, ...]]:
        """Field name to axes, for the fields that are arrays."""
        return {f.name: f.metadata["axes"] for f in fields(cls) if "axes" in f.metadata}

    def size(self, axis: str) -> int:
        """Length of one axis."""
        for name, names in self.declared_axes().items():
            if axis in names:
                return int(getattr(self, name).shape[names.index(axis)])
        raise DataError(f"{type(self).__name__} has no axis {axis!r}")

    def take(self, **positions: AnyArray | slice) -> Self:
        """Subset along axes: ``record.take(feature=rows, coef=columns)``."""
        changed = {}
        for name, names in self.declared_axes().items():
            array = getattr(self, name)
            for k, axis in enumerate(names):
                if axis in positions:
                    array = array[(slice(None),) * k + (positions[axis],)]
            changed[name] = array
        return replace(self, **changed)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Arrays come writeable from another process; they are frozen again."""
        self.__dict__.update(state)
        for name in self.declared_axes():
            object.__setattr__(self, name, _read_only(getattr(self, name)))


def collapsed(array: AnyArray) -> Any:
    """The one number that an array repeats, where it holds it once; else the array."""
    return array[0] if array.size and array.strides == (0,) else array


def _read_only(array: AnyArray) -> AnyArray:
    view = array.view()
    view.flags.writeable = False
    return view
