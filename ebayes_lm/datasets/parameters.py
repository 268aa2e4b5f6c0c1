"""What a simulation was asked for, checked once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
import pandas as pd

from ebayes_lm.errors import ArgumentError, ArgumentTypeError, listing

# Below this, inverse chi-square draws reach past what floating point holds.
_SMALLEST_D0 = 0.5

_DEFAULT_SAMPLES = 12

# Argument: smallest, largest; None for no bound.
_NUMBERS: dict[str, tuple[float | None, float | None]] = {
    "s0": (0.0, None),
    "v0": (0.0, None),
    "proportion": (0.0, 1.0),
    "mean": (None, None),
    "mean_sd": (0.0, None),
    "trend": (None, None),
    "batch_effect": (0.0, None),
    "covariate_effect": (0.0, None),
    "hidden_effect": (0.0, None),
    "hidden_confounding": (None, None),
    "hidden_share": (0.0, 1.0),
    "missing": (0.0, 1.0),
}


@dataclass(frozen=True, eq=False)
class Parameters:
    """The arguments of ``simulate`` as they were given; see there."""

    n_features: int
    n_samples: int | None
    groups: int | Mapping[str, int]
    samples: pd.DataFrame | None
    d0: float
    s0: float
    v0: float
    proportion: float
    mean: float
    mean_sd: float
    trend: float
    batch: int | None
    batch_effect: float
    covariate: bool
    covariate_effect: float
    hidden: int
    hidden_effect: float
    hidden_confounding: float
    hidden_share: float
    missing: float
    counts: bool
    lib_size: float | None
    dtype: str | None

    def __post_init__(self) -> None:
        _whole("n_features", self.n_features, least=1)
        _whole("hidden", self.hidden, least=0)
        for name, (low, high) in _NUMBERS.items():
            _number(name, getattr(self, name), low, high)
        self._check_variances()
        self._check_samples()
        self._check_values()

    def group_sizes(self) -> dict[str, int]:
        """Group names with their sizes, as equal as they can be where only a number was given."""
        if isinstance(self.groups, Mapping):
            return {str(name): int(size) for name, size in self.groups.items()}
        n = _DEFAULT_SAMPLES if self.n_samples is None else self.n_samples
        small, larger = divmod(n, self.groups)
        return {_group_name(i): small + (i < larger) for i in range(self.groups)}

    def value_type(self) -> np.dtype[np.generic]:
        """Type of the matrix."""
        return np.dtype(self.dtype or ("int64" if self.counts else "float64"))

    def _check_variances(self) -> None:
        if self.d0 != math.inf:
            _number("d0", self.d0, _SMALLEST_D0, None)
        if self.s0 == 0:
            raise ArgumentError("s0 is 0, so that no feature would vary; give a standard deviation above 0")

    def _check_samples(self) -> None:
        if self.samples is not None:
            self._check_table(self.samples)
            return
        if self.n_samples is not None:
            _whole("n_samples", self.n_samples, least=1)
        if isinstance(self.groups, Mapping):
            self._check_named_groups(self.groups)
        else:
            _whole("groups", self.groups, least=1)
        sizes = self.group_sizes()
        if not sizes or min(sizes.values()) < 1:
            raise ArgumentError(
                f"{sum(sizes.values())} samples do not fill {len(sizes)} groups; every group needs a sample"
            )
        if self.batch is not None:
            _whole("batch", self.batch, least=2)
            if self.batch > sum(sizes.values()):
                raise ArgumentError(f"batch={self.batch} asks for more batches than there are samples")

    def _check_named_groups(self, groups: Mapping[str, int]) -> None:
        for name, size in groups.items():
            _whole(f"groups[{name!r}]", size, least=1)
        if self.n_samples is not None and sum(groups.values()) != self.n_samples:
            raise ArgumentError(
                f"groups hold {sum(groups.values())} samples and n_samples is {self.n_samples}; leave n_samples out"
            )

    def _check_table(self, samples: pd.DataFrame) -> None:
        if not isinstance(samples, pd.DataFrame):
            raise ArgumentTypeError(f"samples must be a DataFrame, not {type(samples).__name__}")
        clash = [n for n in ("n_samples", "batch") if getattr(self, n) is not None]
        clash += [n for n, default in (("groups", 2), ("covariate", False)) if getattr(self, n) != default]
        if clash:
            raise ArgumentError(f"samples already says what {listing(clash)} would say; give one or the other")
        if "group" not in samples.columns or not len(samples):
            raise ArgumentError("samples needs at least one row, and a column 'group'")
        used = [c for c in ("group", "batch", "age") if c in samples.columns]
        if samples[used].isna().any(axis=None) or not samples.index.is_unique:
            raise ArgumentError(f"samples must have unique row labels and no missing value in {listing(used)}")
        if "age" in used and not pd.api.types.is_numeric_dtype(samples["age"]):
            raise ArgumentError(f"column 'age' of samples must be numeric; it is {samples['age'].dtype}")

    def _check_values(self) -> None:
        for name in ("counts", "covariate"):
            if not isinstance(getattr(self, name), bool | np.bool_):
                raise ArgumentTypeError(f"{name} must be True or False, not {getattr(self, name)!r}")
        if self.missing == 1 or (self.counts and self.missing > 0):
            raise ArgumentError(f"missing={self.missing}: some values must remain, and counts are never missing")
        if self.lib_size is not None:
            _number("lib_size", self.lib_size, 1.0, None)
        allowed = ("int32", "int64") if self.counts else ("float32", "float64")
        if self.dtype is not None and _type_name(self.dtype) not in allowed:
            raise ArgumentError(
                f"dtype={self.dtype!r} cannot hold the values; with counts={self.counts} use {listing(allowed)}"
            )


def _type_name(dtype: object) -> str:
    try:
        return str(np.dtype(dtype))  # type: ignore[call-overload]
    except TypeError:
        return ""


def _group_name(i: int) -> str:
    return chr(ord("A") + i) if i < 26 else f"G{i + 1}"


def _whole(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ArgumentTypeError(f"{name} must be a whole number, not {value!r}")
    if value < least:
        raise ArgumentError(f"{name}={value} is too small; it must be at least {least}")


def _number(name: str, value: object, low: float | None, high: float | None) -> None:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ArgumentTypeError(f"{name} must be a number, not {value!r}")
    number = float(value)
    too_low = low is not None and number < low
    too_high = high is not None and number > high
    if not math.isfinite(number) or too_low or too_high:
        bounds = " ".join(
            part
            for part in ("" if low is None else f"at least {low:g}", "" if high is None else f"at most {high:g}")
            if part
        )
        raise ArgumentError(f"{name}={value!r} is outside what it allows: a finite number {bounds}".rstrip())
