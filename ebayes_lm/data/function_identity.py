"""What a function consists of, so that a changed one is told from the one before: in this process or in a later one."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterable
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.data.fingerprints import digest

_PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis), slice, range, np.generic, np.dtype)
#: Where code lies that is known by its name: what is installed, and Python's own.
_INSTALLED = tuple({sysconfig.get_paths()[name] for name in ("purelib", "platlib", "stdlib", "platstdlib")})


def identity(fn: Any) -> str:
    """A digest of a function: its code, what it closes over, its defaults, and globals that it names.

    Functions that are installed, and those that are not written in Python, go by their names; objects by their class
    and their attributes. What changes without any of these, such as a file that the function reads, is not seen.

    Examples
    --------
    >>> identity(lambda x: x + 1) == identity(lambda y: y + 1), identity(lambda x: x + 1) == identity(lambda x: x + 2)
    (True, False)
    """
    return _told(fn, {})


def _told(value: Any, seen: dict[int, str]) -> str:
    """An object as text; of those that it is a part of, and of functions, ``seen`` has that by their ids."""
    if isinstance(value, _PLAIN):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, CodeType):
        return _of_code(value, seen)
    if id(value) in seen:
        return seen[id(value)]
    seen[id(value)] = "again"
    found = digest(type(value).__name__, *_parts(value, seen))
    if isinstance(value, FunctionType):  # it stays, and so does its id; other functions may name it, too
        seen[id(value)] = found
    else:
        del seen[id(value)]
    return found


def _of_code(code: CodeType, seen: dict[int, str]) -> str:
    counts = (code.co_argcount, code.co_kwonlyargcount, code.co_flags)
    return digest(code.co_code, code.co_names, counts, *(_told(value, seen) for value in code.co_consts))


def _parts(value: Any, seen: dict[int, str]) -> Iterable[str]:
    """What an object consists of, each as text."""
    if isinstance(value, np.ndarray) and value.dtype.kind != "O":
        return [digest(value)]
    if isinstance(value, (pd.DataFrame, pd.Series, pd.Index, np.ndarray)):
        value = np.asarray(value, dtype=object).tolist()
    if isinstance(value, (set, frozenset)):
        return sorted(_told(part, seen) for part in value)
    if isinstance(value, dict):
        value = [part for pair in value.items() for part in pair]
    if isinstance(value, (ModuleType, type, np.ufunc)):
        return [_name(value)]
    if isinstance(value, FunctionType):
        value = _of_function(value)
    elif isinstance(value, MethodType):
        value = [value.__func__, value.__self__]
    elif isinstance(value, partial):
        value = [value.func, value.args, value.keywords]
    elif not isinstance(value, (list, tuple)):
        value = _of_object(value)
    return [_told(part, seen) for part in value]


def _of_function(fn: FunctionType) -> list[Any]:
    if fn.__code__.co_filename.startswith(_INSTALLED):
        return [_name(fn)]
    cells = [cell.cell_contents for cell in fn.__closure__ or () if not _is_empty(cell)]
    return [fn.__code__, fn.__defaults__, fn.__kwdefaults__, cells, *_named(fn)]


def _named(fn: FunctionType) -> list[Any]:
    """Globals that a function names, and functions that it may take from modules among them."""
    names = _names(fn.__code__)
    found = [fn.__globals__[name] for name in names if name in fn.__globals__]
    modules = [value for value in found if isinstance(value, ModuleType)]
    inner = [vars(module).get(name) for module in modules for name in names]
    return found + [value for value in inner if isinstance(value, FunctionType)]


def _names(code: CodeType) -> list[str]:
    inner = [name for value in code.co_consts if isinstance(value, CodeType) for name in _names(value)]
    return list(dict.fromkeys([*code.co_names, *inner]))


def _of_object(value: Any) -> list[Any]:
    """A compiled function is the one that it was made of; an object its class, with its functions, and attributes."""
    made_of = getattr(value, "py_func", None)
    if isinstance(made_of, FunctionType):
        return [made_of]
    if type(value).__module__ == "builtins":
        return [_name(value)]
    functions = [part for kind in type(value).__mro__ for part in vars(kind).values() if isinstance(part, FunctionType)]
    return [_name(type(value)), functions, getattr(value, "__dict__", None)]


def _name(value: Any) -> str:
    return f"{getattr(value, '__module__', '')} {getattr(value, '__qualname__', getattr(value, '__name__', ''))}"


def _is_empty(cell: Any) -> bool:
    try:
        return cell.cell_contents is cell
    except ValueError:
        return True
