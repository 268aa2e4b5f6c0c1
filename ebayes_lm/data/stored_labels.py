"""Labels and tables of pandas as numbers and texts in a header, without pickle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.array_folder import ArrayReader, ArrayWriter
from ebayes_lm.errors import DataError

#: What a header says of something: JSON.
Said: TypeAlias = dict[str, Any]
#: Lengths that stand for a missing text, by what is missing in pandas.
_MISSING = {-1: None, -2: np.nan, -3: pd.NA}
#: Texts that are objects of Python at a time.
_TEXTS = 1 << 16


class _Nowhere:
    """A writer that keeps nothing."""

    def add(self, array: AnyArray, name: str) -> Said:
        return {}


def require_kept(labels: pd.Index | pd.DataFrame | None, name: str) -> None:
    """Refuse labels or a table that could not be kept, before there is anything to keep them with.

    Raises
    ------
    DataError
        They are of a type that cannot be kept.
    """
    if isinstance(labels, pd.DataFrame):
        say_frame(labels, _Nowhere(), name)
    elif labels is not None:
        say_index(labels, _Nowhere(), name)


def say_index(index: pd.Index, writer: ArrayWriter | _Nowhere, name: str) -> Said:
    """What a header says of labels.

    Raises
    ------
    DataError
        Labels of a type that cannot be kept.
    """
    if isinstance(index, pd.MultiIndex):
        levels = [say_index(index.get_level_values(k), writer, f"{name}.{k}") for k in range(index.nlevels)]
        return {"kind": "levels", "levels": levels}
    named = {"name": _plain_name(index.name, name)}
    if isinstance(index, pd.RangeIndex):
        return named | {"kind": "range", "range": [index.start, index.stop, index.step]}
    return named | {"kind": "labels", "values": say_column(pd.Series(index, dtype=index.dtype), writer, name)}


def read_index(said: Said, reader: ArrayReader) -> pd.Index:
    """Labels as they were."""
    if said["kind"] == "levels":
        return pd.MultiIndex.from_arrays([read_index(level, reader) for level in said["levels"]])
    if said["kind"] == "range":
        start, stop, step = map(int, said["range"])
        return pd.RangeIndex(start, stop, step, name=said["name"])
    values = read_column(said["values"], reader)
    index: pd.Index = pd.Index(values, dtype=values.dtype, name=said["name"])
    return index


def say_frame(frame: pd.DataFrame, writer: ArrayWriter | _Nowhere, name: str) -> Said:
    """What a header says of a table; one of numbers of one type alone is one array.

    Raises
    ------
    DataError
        A column of a type that cannot be kept.
    """
    said = {"index": say_index(frame.index, writer, f"{name}.index")}
    said["columns"] = say_index(frame.columns, writer, f"{name}.columns")
    kinds = set(frame.dtypes)
    if len(kinds) == 1 and isinstance(kind := kinds.pop(), np.dtype) and kind.kind in "biuf":
        return said | {"matrix": writer.add(frame.to_numpy(), name)}
    columns = [say_column(frame.iloc[:, k], writer, f"{name}.{frame.columns[k]}") for k in range(frame.shape[1])]
    return said | {"values": columns}


def read_frame(said: Said, reader: ArrayReader) -> pd.DataFrame:
    """A table as it was."""
    index, columns = read_index(said["index"], reader), read_index(said["columns"], reader)
    if "matrix" in said:
        return pd.DataFrame(reader.get(said["matrix"]), index=index, columns=columns, copy=False)
    values = [read_column(column, reader) for column in said["values"]]
    frame = pd.DataFrame({k: pd.Series(held, index, held.dtype) for k, held in enumerate(values)}, index=index)
    frame.columns = columns
    return frame


def say_column(values: pd.Series[Any], writer: ArrayWriter | _Nowhere, name: str) -> Said:
    """What a header says of the values of a column.

    Raises
    ------
    DataError
        A type that cannot be kept.
    """
    dtype = values.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf":
        return {"kind": "numbers", "values": writer.add(values.to_numpy(), name)}
    if isinstance(dtype, np.dtype) and dtype.kind in "mM":
        return {"kind": "times", "dtype": dtype.str, "values": writer.add(values.to_numpy().view(np.int64), name)}
    if isinstance(dtype, pd.CategoricalDtype):
        codes = writer.add(values.cat.codes.to_numpy(), f"{name}.codes")
        categories = say_index(values.cat.categories, writer, f"{name}.categories")
        return {"kind": "categories", "ordered": bool(dtype.ordered), "codes": codes, "categories": categories}
    if isinstance(dtype, pd.StringDtype) or dtype.kind == "O":
        return {"kind": "texts", "dtype": str(dtype), **_say_texts(values, writer, name)}
    if dtype.name in _NULLABLE:
        kind = np.dtype(_NULLABLE[dtype.name])
        filled: AnyArray = values.array.to_numpy(kind, na_value=np.zeros((), kind)[()])
        absent = writer.add(values.isna().to_numpy(), f"{name}.absent")
        return {"kind": "nullable", "dtype": dtype.name, "values": writer.add(filled, name), "absent": absent}
    raise DataError(f"{name} is of type {dtype}, which cannot be saved; turn it into numbers, text or categories")


def read_column(said: Said, reader: ArrayReader) -> Any:
    """The values of a column as they were."""
    kind = said["kind"]
    if kind == "texts":
        return _read_texts(said, reader)
    if kind == "categories":
        categories = pd.CategoricalDtype(read_index(said["categories"], reader), bool(said["ordered"]))
        return pd.Categorical.from_codes(reader.get(said["codes"]).astype(np.int64), dtype=categories)
    values = reader.get(said["values"])
    if kind == "numbers":
        return values
    if kind == "times" and np.dtype(said["dtype"]).kind in "mM":
        return values.view(said["dtype"])
    if kind == "nullable" and said["dtype"] in _NULLABLE:
        found = pd.array(values.tolist(), dtype=said["dtype"])
        found[reader.get(said["absent"])] = pd.NA
        return found
    raise DataError(f"{reader.folder} holds a column of kind {kind!r}, which is not known")


_NULLABLE: dict[str, str] = {
    "boolean": "bool", "Float32": "f4", "Float64": "f8",
    **{f"{sign}Int{bits}": f"{sign.lower()}int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)},
}  # fmt: skip


def _say_texts(values: pd.Series[Any], writer: ArrayWriter | _Nowhere, name: str) -> Said:
    held, lengths = bytearray(), np.empty(len(values), dtype=np.int64)
    for k, value in enumerate(_one_by_one(values)):
        if isinstance(value, str):
            before = len(held)
            held += value.encode("utf-8", "surrogatepass")
            lengths[k] = len(held) - before
        elif value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
            lengths[k] = -1 if value is None else -3 if value is pd.NA else -2
        else:
            raise DataError(f"{name} holds {value!r:.60}, a {type(value).__name__} among texts; turn it into text")
    letters = np.frombuffer(held, dtype=np.uint8)
    return {"letters": writer.add(letters, name), "lengths": writer.add(lengths, f"{name}.lengths")}


def _one_by_one(values: pd.Series[Any]) -> Iterator[Any]:
    """Values, of which few at a time are objects of Python: these take several times the room of text."""
    for at in range(0, len(values), _TEXTS):
        yield from values.iloc[at : at + _TEXTS].to_numpy(dtype=object)


def _read_texts(said: Said, reader: ArrayReader) -> Any:
    letters, lengths = reader.get(said["letters"]).tobytes(), reader.get(said["lengths"])
    ends = np.cumsum(np.maximum(lengths, 0))
    if lengths.ndim != 1 or (lengths < min(_MISSING)).any() or (len(ends) and ends[-1] != len(letters)):
        raise DataError(f"{reader.folder} holds texts whose lengths do not add up")
    parts = []
    for at in range(0, max(1, len(lengths)), _TEXTS):
        here = slice(at, at + _TEXTS)
        values: AnyArray = np.empty(len(lengths[here]), dtype=object)
        for k, (length, end) in enumerate(zip(lengths[here].tolist(), ends[here].tolist(), strict=True)):
            values[k] = _MISSING[length] if length < 0 else letters[end - length : end].decode("utf-8", "surrogatepass")
        parts.append(pd.Series(values, dtype=object if said["dtype"] == "object" else _text_dtype(said["dtype"])))
    return pd.concat(parts, ignore_index=True).array if said["dtype"] != "object" else np.concatenate(parts)


def _text_dtype(name: str) -> Any:
    return pd.StringDtype(na_value=np.nan) if name == "str" else pd.StringDtype()


def _plain_name(value: Any, where: str) -> Any:
    if value is None or isinstance(value, (str, int)):
        return value
    raise DataError(f"the name of {where} is {value!r:.60}, a {type(value).__name__}; name it by text")
