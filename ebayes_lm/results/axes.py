"""Labels of the axes of a record, and how arrays along them become tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, listing, nearest


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels of features and of coefficients (or contrasts)."""

    features: pd.Index
    coefs: pd.Index

    def series(self, values: AnyArray, name: str) -> pd.Series[Any]:
        """One value a feature."""
        return pd.Series(values, index=self.features, name=name, copy=False)

    def frame(self, values: AnyArray) -> pd.DataFrame:
        """One value a feature and coefficient."""
        return pd.DataFrame(values, index=self.features, columns=self.coefs, copy=False)

    def each(self, values: AnyArray, name: str) -> pd.Series[Any] | pd.DataFrame:
        """One value a feature, or one a feature and coefficient where they differ between coefficients."""
        return self.series(values, name) if values.ndim == 1 else self.frame(values)

    def take(self, rows: Any, columns: Any) -> Labels:
        """Labels at positions of either axis."""
        return Labels(self.features[rows], self.coefs[columns])

    def coef_position(self, coef: Any) -> int:
        """Position of a coefficient given by name or by 0-based position."""
        names = list(self.coefs)
        if isinstance(coef, str):
            if coef not in names:
                raise ArgumentError(
                    f"there is no coefficient {coef!r}; there are {listing(names, 20)}.{nearest(coef, names)}"
                )
            return names.index(coef)
        if isinstance(coef, (bool, np.bool_)) or not isinstance(coef, (int, np.integer)):
            raise ArgumentTypeError(f"coef must be a name or a 0-based position, not {coef!r}")
        if not -len(names) <= coef < len(names):
            raise ArgumentError(f"coef={coef} is outside the {len(names)} coefficients, 0 to {len(names) - 1}")
        return int(coef) % len(names)

    def coef_positions(self, coefs: Any) -> list[int]:
        """Positions of one or several coefficients, each once, in the order given."""
        if isinstance(coefs, (str, int, np.integer)):
            return [self.coef_position(coefs)]
        if isinstance(coefs, bytes) or not isinstance(coefs, Iterable):
            raise ArgumentTypeError(f"coef must be a name, a 0-based position or a list of these, not {coefs!r}")
        positions = list(dict.fromkeys(self.coef_position(c) for c in coefs))
        if not positions:
            raise ArgumentError("coef is empty; name one coefficient at least")
        return positions

    def feature_positions(self, features: Any) -> IntArray:
        """Positions of features given by label; a label that stands twice gives both."""
        wanted = pd.Index(list(features) if pd.api.types.is_list_like(features) else [features])
        absent = wanted[~wanted.isin(self.features)]
        if len(absent):
            raise ArgumentError(f"no such features: {listing(absent)}.{nearest(absent[0], self.features[:10_000])}")
        positions, _ = self.features.get_indexer_non_unique(wanted)
        return positions.astype(np.intp)

    def in_order(self, mask: Any) -> Any:
        """A labelled mask, such as ``table["adj.P.Val"] < 0.05``, in the order of the features; other keys as given."""
        if not isinstance(mask, pd.Series) or not pd.api.types.is_bool_dtype(mask.dtype):
            return mask
        chosen = mask.to_numpy(dtype=bool, na_value=False)
        if mask.index.equals(self.features) or is_positional(mask.index):
            return chosen
        names = pd.Index(self.features.to_numpy())  # a table names numbered features by number
        return chosen[align(mask.index, names, len(names), what="the mask", axis="features")]


_BY_POSITION = (
    "{} are taken by whole-number position or by a mask, not {}; [:, 'name'] takes a coefficient, and "
    "select(features=...) of a fit takes labels"
)


def positions_of(key: Any, length: int, what: str) -> Any:
    """An indexer of positions: integer, slice, mask or list, checked; never labels."""
    if isinstance(key, slice):
        if any(not isinstance(at, (int, np.integer, NoneType)) for at in (key.start, key.stop, key.step)):
            raise ArgumentTypeError(_BY_POSITION.format(what, repr(key)))
        return key
    if isinstance(key, tuple):
        raise ArgumentTypeError(
            f"a fit is subset as fit[features] or fit[features, coefs]; {len(key)} positions are given"
        )
    array = _as_array(key, what)
    if array.dtype == bool:
        if array.shape != (length,):
            raise ArgumentError(f"a mask of {what} must have length {length:,}; this one has shape {array.shape}")
        return np.flatnonzero(array)
    if array.size == 0:
        return np.zeros(0, dtype=np.intp)
    if array.dtype.kind not in "iu" or array.ndim > 1:
        shown = f"{key!r}" if array.ndim == 0 else f"{array.dtype} values of shape {array.shape}"
        raise ArgumentTypeError(_BY_POSITION.format(what, shown))
    array = np.atleast_1d(array).astype(np.intp)
    outside = array[(array < -length) | (array >= length)]
    if len(outside):
        raise ArgumentError(
            f"there are {length:,} {what}, at positions 0 to {length - 1}; not at {listing(outside.tolist())}"
        )
    return array % length


def _as_array(key: Any, what: str) -> AnyArray:
    try:
        return np.asarray(key)
    except ValueError:
        raise ArgumentTypeError(_BY_POSITION.format(what, "lists of different lengths")) from None
