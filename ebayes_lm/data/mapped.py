"""Values that are transformed as they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.derived import DerivedSamples, DerivedSource
from ebayes_lm.data.fingerprints import digest
from ebayes_lm.data.function_identity import identity
from ebayes_lm.data.sources import SampleMajor, Source
from ebayes_lm.errors import ArgumentError, ArgumentTypeError


@dataclass(frozen=True, eq=False)
class MappedSource(DerivedSource):
    """Rows of another source, a function applied to each value."""

    fn: Callable[[AnyArray], AnyArray]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers that the function gives."""
        with np.errstate(all="ignore"):  # a one need not be in the function's domain
            return _applied(self.fn, np.ones((1, 1), dtype=self.source.dtype)).dtype

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``."""
        return _applied(self.fn, self.source.read(start, stop))

    def fingerprint(self) -> str:
        """Of the values before the function, of what it consists of, and of what it makes of some numbers."""
        return digest(self.source.fingerprint(), identity(self.fn), _answers(self.fn, self.source.dtype))


@dataclass(frozen=True, eq=False)
class MappedSamples(DerivedSamples, MappedSource):
    """The same of a source that holds samples one after another."""

    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Samples ``start`` to ``stop``."""
        return _applied(self.fn, self.source.read_samples(start, stop))


def mapped(source: Source, fn: Callable[[AnyArray], AnyArray]) -> Source:
    """A source with a function applied to its values.

    Raises
    ------
    ArgumentTypeError
        That is no function.
    """
    if not callable(fn):
        raise ArgumentTypeError(f"map() takes a function of an array, such as np.log2; got {fn!r:.60}")
    return MappedSamples(source, fn) if isinstance(source, SampleMajor) else MappedSource(source, fn)


def _answers(fn: Callable[[AnyArray], AnyArray], dtype: np.dtype[Any]) -> AnyArray | str:
    """What tells one function from another: its values for numbers of all sizes, or that it refuses them."""
    with np.errstate(all="ignore"):
        asked = np.concatenate([np.linspace(0.0, 1.0, 33), np.exp2(np.arange(1, 17)), [-1.0, -0.5, -8.0, np.nan]])
        try:
            return _applied(fn, asked.astype(dtype)[None, :])
        except Exception as error:  # any function may stand here
            return type(error).__name__


def _wide(values: AnyArray) -> AnyArray:
    """Numbers with room for squares; besides, NumPy gives the logarithm of a byte three digits."""
    if values.dtype == np.float16:
        return values.astype(np.float32)
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def _applied(fn: Callable[[AnyArray], AnyArray], values: AnyArray) -> AnyArray:
    values = _wide(values)
    found = np.asarray(fn(values))
    if found.shape != values.shape or found.dtype.kind not in "biuf":
        raise ArgumentError(
            f"the function of map() turned {values.dtype} of shape {values.shape} into {found.dtype} of shape "
            f"{found.shape}; it must return one real number for each"
        )
    return np.ascontiguousarray(found)
