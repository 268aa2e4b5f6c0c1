"""Sets of features and how they overlap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, listing
from ebayes_lm.results.arguments import choice
from ebayes_lm.results.decisions import MISSING, TestResults

_INCLUDED = ("both", "up", "down")
#: Sets whose overlaps fit into the bits of a whole number.
_MOST_SETS = 62


@dataclass(frozen=True, eq=False)
class Overlaps:
    """How many features are in some sets and in no others.

    Attributes
    ----------
    counts : DataFrame
        A row for each combination of sets: whether it is in each of them, and the number of features, a column for
        each kind that was asked for ("both", "up", "down"). Combinations run in binary order, that in none first.
    sizes : DataFrame, sets x kinds
        Size of each set.
    left_out : int
        Features left out as a set lacks their test.
    """

    counts: pd.DataFrame
    sizes: pd.DataFrame
    left_out: int


@dataclass(frozen=True, eq=False)
class Members:
    """Which features are in which sets, a mask (features, sets) for each kind."""

    names: list[str]
    masks: dict[str, AnyArray]
    left_out: int
    outside_known: bool

    def patterns(self, kind: str) -> tuple[IntArray, IntArray]:
        """Combinations that occur as whole numbers, the first set being the highest bit, and how often they do."""
        weights = 1 << np.arange(len(self.names), dtype=np.int64)[::-1]
        return np.unique(self.masks[kind].astype(np.int64) @ weights, return_counts=True)

    def sizes(self) -> pd.DataFrame:
        """Size of each set by kind."""
        return pd.DataFrame({kind: mask.sum(axis=0) for kind, mask in self.masks.items()}, index=self.names)

    def table(self, patterns: IntArray) -> pd.DataFrame:
        """Combinations, each a row of yes and no by set, and the number of features of each kind."""
        places = np.arange(len(self.names), dtype=np.int64)[::-1]
        frame = pd.DataFrame((patterns[:, None] >> places & 1).astype(bool), columns=self.names)
        for kind in self.masks:
            occurring, counts = self.patterns(kind)
            found = pd.Series(counts, index=occurring)
            frame.insert(len(frame.columns), kind, found.reindex(patterns, fill_value=0).to_numpy(), True)
        return frame


def members(tests: Any, include: Any) -> Members:
    """Sets of features from test results, codes or sets by name.

    Raises
    ------
    ArgumentTypeError
        Something else.
    ArgumentError
        An unknown kind, no sets, too many of them, or kinds of sets that have no direction.
    """
    kinds = [include] if isinstance(include, str) else list(include) if np.ndim(include) == 1 else []
    for kind in kinds or [include]:
        choice(kind, _INCLUDED, "include", "'both', 'up' or 'down', or a list of them")
    if isinstance(tests, Mapping):
        if kinds != ["both"]:
            raise ArgumentError(f"sets by name have no direction, so that include={include!r} has no meaning for them")
        found = _of_sets(tests)
    else:
        found = _of_codes(tests, list(dict.fromkeys(kinds)))
    if not 1 <= len(found.names) <= _MOST_SETS:
        raise ArgumentError(f"there are {len(found.names)} sets; overlaps are of 1 to {_MOST_SETS}")
    return found


def _of_sets(sets: Mapping[Any, Any]) -> Members:
    labels: dict[Any, int] = {}
    held: list[IntArray] = []
    for name, group in sets.items():
        if isinstance(group, str) or not pd.api.types.is_list_like(group):
            raise ArgumentTypeError(f"set {name!r} must list the labels of its features, not {type(group).__name__}")
        held.append(np.array([labels.setdefault(label, len(labels)) for label in group], dtype=np.intp))
    mask = np.zeros((len(labels), len(held)), dtype=bool)
    for k, at in enumerate(held):
        mask[at, k] = True
    return Members([str(name) for name in sets], {"both": mask}, 0, False)


def _of_codes(tests: Any, kinds: list[str]) -> Members:
    if isinstance(tests, TestResults):
        codes, names = tests.codes, tests.labels.coefs
        lacking = (codes == MISSING).any(axis=1)
    else:
        codes, names, lacking = _read(tests)
    codes = codes[~lacking] if lacking.any() else codes
    signs = {"both": lambda c: c != 0, "up": lambda c: c > 0, "down": lambda c: c < 0}
    masks = {kind: signs[kind](codes) for kind in kinds}
    return Members([str(name) for name in names], masks, int(np.count_nonzero(lacking)), True)


def _read(tests: Any) -> tuple[AnyArray, pd.Index, AnyArray]:
    """Codes of a table or an array, names of the columns, and which rows lack some."""
    if not isinstance(tests, (pd.DataFrame, np.ndarray)):
        raise ArgumentTypeError(
            f"tests must be what decide_tests() returns, a table of codes or masks, or a dict of sets, not "
            f"{type(tests).__name__}"
        )
    frame = pd.DataFrame(tests)
    wrong = [name for name, dtype in frame.dtypes.items() if not pd.api.types.is_numeric_dtype(dtype)]
    if wrong:
        raise ArgumentTypeError(f"codes are -1, 0 and 1, or true and false; columns {listing(wrong)} hold neither")
    lacking = frame.isna().any(axis=1).to_numpy()
    return frame.to_numpy(dtype=np.float64, na_value=np.nan), frame.columns, lacking
