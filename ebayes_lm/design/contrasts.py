"""Contrasts: combinations of coefficients, written as text or handed in as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.linear_expression import CoefficientNames, linear_combination, named_expression
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.design.table import level_name
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, ContrastError, listing, nearest

ContrastText: TypeAlias = "str | Iterable[str] | Mapping[str, str]"
Contrasts: TypeAlias = "ContrastText | pd.DataFrame | pd.Series | AnyArray"


@runtime_checkable
class HasDesign(Protocol):
    """Anything that was fitted to a design."""

    @property
    def design(self) -> Design: ...


def make_contrasts(contrasts: ContrastText, /, *, levels: Design | HasDesign | Iterable[object]) -> pd.DataFrame:
    """Contrast matrix from text.

    Parameters
    ----------
    contrasts : str, list of str, or dict
        ``"B - A"``, ``"name = (B + C)/2 - A"``, or name to expression. Linear expressions over coefficient names;
        names with characters other than letters, digits, dot, underscore and colon go in backticks, and
        ``(Intercept)`` may also be written ``Intercept``.
    levels : Design, fit, factor or names
        What the names are: the coefficients of a design or of a fit, the levels of a categorical, or a list of names.

    Returns
    -------
    DataFrame
        Coefficients x contrasts; a contrast without a name is called by its text.

    Raises
    ------
    ContrastError
        Not a linear expression, an unknown name, or a name given twice.

    Examples
    --------
    >>> make_contrasts(["B - A", "mean = (B + C)/2 - A"], levels=["A", "B", "C"])
       B - A  mean
    A   -1.0  -1.0
    B    1.0   0.5
    C    0.0   0.5
    """
    names = coefficient_names(levels)
    coefficients = CoefficientNames(names)
    columns: dict[str, FloatArray] = {}
    for name, expression in _named(contrasts):
        if name in columns:
            raise ContrastError(f"two contrasts are called {name!r}; name them apart, as in 'name = B - A'")
        columns[name] = linear_combination(expression, coefficients)
    return pd.DataFrame(columns, index=pd.Index(names), dtype=np.float64)


def as_contrast_matrix(contrasts: Contrasts, names: Iterable[str]) -> pd.DataFrame:
    """Contrasts in any form, as a DataFrame of coefficients x contrasts.

    Parameters
    ----------
    contrasts : str, list of str, dict, DataFrame, Series or array
        Text as in `make_contrasts`; rows of a DataFrame or Series are matched to the coefficients by label; a vector
        (p,) or matrix (p, k) is in the order of the coefficients. A dict may hold vectors as well as text, and a list
        Series beside text.
    names : iterable of str
        The coefficients.

    Raises
    ------
    ContrastError
        Rows that do not match the coefficients, missing or infinite weights, or what `make_contrasts` raises.

    Examples
    --------
    >>> as_contrast_matrix(np.array([-1.0, 1.0]), ["A", "B"])
        C1
    A -1.0
    B  1.0
    """
    names = list(names)
    if isinstance(contrasts, pd.Series):
        contrasts = contrasts.to_frame(name="C1" if contrasts.name is None else contrasts.name)
    if isinstance(contrasts, pd.DataFrame):
        return _by_label(contrasts, names)
    if isinstance(contrasts, Mapping) and any(hasattr(weights, "__array__") for weights in contrasts.values()):
        return pd.concat([_single(str(name), given, names) for name, given in contrasts.items()], axis=1)
    values = contrasts if isinstance(contrasts, (str, Mapping)) else _materialised(contrasts)
    if isinstance(values, list) and any(isinstance(weights, pd.Series) for weights in values):
        each = [_listed(given, f"C{k}", names) for k, given in enumerate(values, start=1)]
        return _by_label(pd.concat(each, axis=1), names)
    if isinstance(values, (str, Mapping)) or (isinstance(values, list) and all(isinstance(v, str) for v in values)):
        return make_contrasts(values, levels=names)
    return _by_position(np.asarray(values), names)


def coefficient_names(levels: Design | HasDesign | Iterable[object]) -> list[str]:
    """Names that contrasts may use, from a design, a fit, a factor or a list.

    Raises
    ------
    ContrastError
        No names, or a name twice.
    ArgumentTypeError
        Something that has no names.
    """
    if isinstance(levels, Design):
        return levels.names
    if isinstance(levels, pd.DataFrame):
        names = [str(name) for name in levels.columns]
    elif isinstance(levels, HasDesign):
        return levels.design.names
    elif isinstance(levels, pd.Categorical):
        names = [level_name(level) for level in levels.categories]
    elif isinstance(levels, pd.Series) and isinstance(levels.dtype, pd.CategoricalDtype):
        names = [level_name(level) for level in levels.cat.categories]
    elif isinstance(levels, pd.Series):
        names = sorted({level_name(value) for value in levels.dropna()})
    elif isinstance(levels, str) or not isinstance(levels, Iterable):
        raise ArgumentTypeError(f"levels is a design, a fit, a factor or a list of names, not {type(levels).__name__}")
    else:
        names = [level_name(level) for level in levels]
    twice = {name for name in names if names.count(name) > 1}
    if twice or not names:
        raise ContrastError(
            f"the coefficient names repeat: {listing(sorted(twice))}" if twice else "levels holds no names"
        )
    return names


def _named(contrasts: ContrastText) -> list[tuple[str, str]]:
    """Each contrast with its name."""
    if isinstance(contrasts, Mapping):
        pairs = [(str(name), expression) for name, expression in contrasts.items()]
    else:
        if not isinstance(contrasts, Iterable):
            raise ArgumentTypeError(f"contrasts are text, a list or a dict of text, not {type(contrasts).__name__}")
        pairs = []
        for text in [contrasts] if isinstance(contrasts, str) else contrasts:
            _require_text(text)
            name, expression = named_expression(text)
            pairs.append((name or expression, expression))
    for _, expression in pairs:
        _require_text(expression)
    return pairs


def _require_text(text: object) -> None:
    if not isinstance(text, str):
        raise ArgumentTypeError(f"a contrast is text such as 'B - A', not {type(text).__name__}")


def _single(name: str, given: Any, names: list[str]) -> pd.DataFrame:
    """One contrast under its name, from text or from weights."""
    made = as_contrast_matrix({name: given} if isinstance(given, str) else given, names)
    if made.shape[1] != 1:
        raise ContrastError(f"{name!r} is given {made.shape[1]} contrasts; a name in a dict stands for one")
    return made.set_axis([name], axis=1)


def _listed(given: Any, name: str, names: list[str]) -> pd.DataFrame:
    """One contrast of a list, from text or from weights by label; the name is for those that have none."""
    if isinstance(given, pd.Series):
        return as_contrast_matrix(given.rename(name) if given.name is None else given, names)
    _require_text(given)
    return as_contrast_matrix(given, names)


def _materialised(contrasts: Any) -> Any:
    return list(contrasts) if isinstance(contrasts, Iterable) and not hasattr(contrasts, "__array__") else contrasts


def _by_position(values: AnyArray, names: list[str]) -> pd.DataFrame:
    if values.dtype.kind not in "biuf" or values.ndim not in {1, 2}:
        raise ContrastError(
            f"a contrast is text or a vector or matrix of numbers, not {values.dtype} of shape {values.shape}"
        )
    matrix = values.reshape(len(values), -1).astype(np.float64) if values.size else np.zeros((len(values), 0))
    if len(matrix) != len(names):
        raise ContrastError(
            f"the contrasts have {len(matrix)} rows and the fit {len(names)} coefficients: {listing(names, 10)}; "
            "contrasts are coefficients x contrasts"
        )
    columns = [f"C{k + 1}" for k in range(matrix.shape[1])]
    return _finite(pd.DataFrame(matrix, index=pd.Index(names), columns=columns))


def _by_label(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    if isinstance(frame.index, pd.RangeIndex) and len(frame) == len(names):
        rows = names
    else:
        intercept = INTERCEPT in names and "Intercept" not in names
        rows = [INTERCEPT if intercept and str(row) == "Intercept" else str(row) for row in frame.index]
    missing, extra = [n for n in names if n not in rows], [r for r in rows if r not in names]
    if missing or extra or len(set(rows)) < len(rows):
        remedy = "" if extra else "; make_contrasts(..., levels=fit) gives each coefficient its row"
        parts = [f"missing: {listing(missing)}{remedy}"] if missing else []
        parts += [f"not a coefficient: {listing(extra)}.{nearest(extra[0], names)}"] if extra else []
        parts += [] if parts else ["a row name repeats"]
        raise ContrastError(f"the rows of the contrasts are not the coefficients; {'; '.join(parts)}")
    kinds = {str(dtype) for dtype in frame.dtypes if not pd.api.types.is_numeric_dtype(dtype) or dtype.kind == "c"}
    if kinds:
        raise ContrastError(f"the contrasts hold {listing(sorted(kinds))}, not numbers")
    values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    columns = [str(name) for name in frame.columns]
    if len(set(columns)) < len(columns):
        raise ContrastError(f"two contrasts have one name: {listing(columns, 10)}")
    return _finite(pd.DataFrame(values, index=pd.Index(rows), columns=columns).loc[names])


def _finite(matrix: pd.DataFrame) -> pd.DataFrame:
    broken = [name for name in matrix.columns if not np.isfinite(matrix[name]).all()]
    if broken:
        raise ContrastError(
            f"the contrasts {listing(broken)} hold missing or infinite weights; "
            "use 0 for a coefficient that plays no part"
        )
    return matrix


def joined_contrasts(contrasts: Any, named: dict[str, Any], levels: list[str]) -> pd.DataFrame:
    """Contrasts given in any form and by name, as one matrix of names of their own; none may be without weights."""
    if contrasts is None and not named:
        raise ArgumentError("contrast() needs a contrast, such as fit.contrast('groupB - groupA')")
    parts = [as_contrast_matrix(c, levels) for c in (contrasts, named or None) if c is not None]
    matrix = pd.concat(parts, axis=1)
    if not matrix.columns.is_unique:
        raise ContrastError(f"contrasts named more than once: {listing(matrix.columns[matrix.columns.duplicated()])}")
    _require_weights(matrix)
    return matrix


def _require_weights(matrix: pd.DataFrame) -> None:
    if not matrix.shape[1]:
        raise ContrastError("no contrast is given; name one at least, such as fit.contrast('groupB - groupA')")
    empty = [str(name) for name, weights in matrix.items() if not weights.any()]
    if empty:
        raise ContrastError(f"all weights are zero in {listing(empty)}; a contrast weighs one coefficient at least")
