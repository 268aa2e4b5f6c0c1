"""The sample table as a formula sees it: columns that are numbers or factors, complete and of one kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.data.sample_columns import table_of_columns
from ebayes_lm.design.numerals import r_number
from ebayes_lm.errors import DesignError, FormulaError, listing, nearest

#: What a user may hand in as the sample table.
Samples: TypeAlias = "pd.DataFrame | Mapping[str, Any]"
Kind: TypeAlias = Literal["number", "truth", "text", "categories"]


class SampleTable:
    """A read-only view of the sample table, a DataFrame or a dict of columns.

    Attributes
    ----------
    index : Index
        Sample labels, a plain numbering where there are none.
    labelled : bool
        Whether the samples came in a DataFrame, whose index may name them.
    """

    def __init__(self, samples: Samples) -> None:
        self.labelled = isinstance(samples, pd.DataFrame)
        self.frame = samples if isinstance(samples, pd.DataFrame) else table_of_columns(samples)
        self.index: pd.Index = self.frame.index
        if not len(self.index):
            raise DesignError("the sample table has no rows; a design needs at least one sample")

    @property
    def names(self) -> list[str]:
        return [str(name) for name in self.frame.columns]

    def column(self, name: str) -> pd.Series:
        """The column of that name, which has to be there once."""
        found = [i for i, known in enumerate(self.frame.columns) if known == name]
        if not found:
            raise FormulaError(
                f"{name!r} is not a column of the sample table.{nearest(name, self.names)} It has "
                f"{listing(self.names, 10)}"
            )
        if len(found) > 1:
            raise DesignError(f"the sample table has {len(found)} columns named {name!r}; rename all but one")
        return self.frame.iloc[:, found[0]]

    def require_complete(self, names: Iterable[str]) -> None:
        """Report every missing covariate at once, by column and sample."""
        gaps = []
        for name in sorted(names):
            missing = np.asarray(pd.isna(self.column(name)))
            if missing.any():
                gaps.append(f"{name!r} for {missing.sum()} of {len(missing)} samples ({listing(self.index[missing])})")
        if gaps:
            raise DesignError(
                f"covariates are missing: {'; '.join(gaps)}. Fill them in, or leave these samples out of "
                "table and matrix"
            )

    def kind(self, name: str) -> Kind:
        """What a column holds, or an error where it is of no use in a model."""
        series = self.column(name)
        dtype = series.dtype
        if isinstance(dtype, pd.CategoricalDtype):
            return "categories"
        if pd.api.types.is_bool_dtype(dtype):
            return "truth"
        if pd.api.types.is_complex_dtype(dtype):
            raise DesignError(f"the column {name!r} is complex; use its real part, its modulus or its angle")
        if pd.api.types.is_numeric_dtype(dtype):
            return "number"
        inferred = pd.api.types.infer_dtype(series, skipna=True)
        kinds: dict[str, Kind] = {
            "string": "text",
            "boolean": "truth",
            "integer": "number",
            "floating": "number",
            "mixed-integer-float": "number",
        }
        if inferred in kinds:
            return kinds[inferred]
        if inferred.startswith(("datetime", "date", "timedelta", "period", "time")):
            raise DesignError(
                f"the column {name!r} holds {inferred} values; turn them into numbers (days since a "
                "start) or text first"
            )
        raise DesignError(
            f"the column {name!r} holds values of several types ({inferred}); make them all numbers or all text"
        )

    def numbers(self, name: str) -> FloatArray:
        """A numeric or logical column as finite float64 (n,)."""
        if self.kind(name) not in {"number", "truth"}:
            raise DesignError(f"the column {name!r} holds text or categories where numbers are needed")
        values = self.column(name).to_numpy(dtype=np.float64)
        infinite = np.isinf(values)
        if infinite.any():
            raise DesignError(
                f"the column {name!r} is infinite for samples {listing(self.index[infinite])}; covariates "
                "have to be finite"
            )
        return values

    def is_small_integer(self, name: str) -> bool:
        """Whether a column of whole numbers has so few values that it may be a code: at most 10, and not just 0/1."""
        series = self.column(name)
        whole = (
            pd.api.types.is_integer_dtype(series.dtype) or pd.api.types.infer_dtype(series, skipna=True) == "integer"
        )
        if not whole:
            return False
        distinct = series.unique()
        return len(distinct) <= 10 and not set(distinct) <= {0, 1}

    def labels(self, name: str) -> list[str]:
        """A column as level names, one a sample, written as R writes them."""
        return [level_name(value) for value in self.column(name)]

    def levels(self, name: str) -> tuple[list[str], list[str], bool]:
        """Levels that occur, those of a categorical that do not, and whether they are ordered."""
        series = self.column(name)
        if isinstance(series.dtype, pd.CategoricalDtype):
            used = set(series.cat.codes)
            every = [(level_name(c), i in used) for i, c in enumerate(series.cat.categories)]
            return [c for c, seen in every if seen], [c for c, seen in every if not seen], bool(series.cat.ordered)
        if self.kind(name) == "number":
            self.numbers(name)  # infinite values have no place among levels
            return list(dict.fromkeys(level_name(v) for v in sorted(set(series)))), [], False
        return sorted(set(self.labels(name))), [], False

    def codes(self, name: str, levels: tuple[str, ...]) -> IntArray:
        """Position of each sample's value among the levels."""
        place = {level: i for i, level in enumerate(levels)}
        labels = self.labels(name)
        unknown = sorted({label for label in labels if label not in place})
        if unknown:
            raise DesignError(
                f"the column {name!r} has the level {listing(unknown)}, which the design does not know; "
                f"its levels are {listing(levels, 10)}"
            )
        return np.array([place[label] for label in labels], dtype=np.intp)


def level_name(value: object) -> str:
    """One value of a factor as R names its level.

    >>> [level_name(v) for v in ("B", True, 3, 2.5, 1.0)]
    ['B', 'TRUE', '3', '2.5', '1']
    """
    if isinstance(value, (bool, np.bool_)):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (float, np.floating)):
        return r_number(float(value))
    return str(value)
