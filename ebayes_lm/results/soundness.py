"""What a result read from a file has to be before anything computes with it: kinds, shapes, and places that exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.errors import DataError

Held = Mapping[str, Any]
_PLAIN: dict[str, Any] = {
    "int": int, "float": (int, float), "str": str, "bool": bool, "None": type(None), "tuple": tuple, "list": list,
    "dict": dict, "Mapping": dict, "frozenset": frozenset,
}  # fmt: skip


def require_sound(kind: str, held: Held, wanted: Mapping[str, Any]) -> None:
    """Refuse fields that are not of their type, or do not belong together.

    Compiled code trusts positions, so that these are looked at here.

    Raises
    ------
    DataError
        One is not.
    """
    for name, annotation in wanted.items():
        if not any(_is(held[name], part.strip()) for part in _alternatives(str(annotation))):
            raise DataError(f"{name} is {type(held[name]).__name__}, not {annotation}")
    fault = next((what for what, sound in _RULES.get(kind, ()) if not sound(held)), None)
    if fault:
        raise DataError(fault)


def _alternatives(annotation: str) -> list[str]:
    """The parts of ``"A | B[C | D] | None"``."""
    parts, depth = [""], 0
    for letter in annotation:
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _is(value: Any, annotation: str) -> bool:
    name = annotation.partition("[")[0].rpartition(".")[2]
    if name == "Any":
        return True
    if name.endswith(("Array", "FloatRows")):
        return isinstance(value, np.ndarray)
    if name in _PLAIN:
        return isinstance(value, _PLAIN[name]) and not (isinstance(value, bool) and name in ("int", "float"))
    if name in ("Memory", "Node"):
        return True
    return any(base.__name__ == name for base in type(value).__mro__)


def _places(array: AnyArray, below: int, *, rising: bool = False) -> bool:
    """Whether these are positions among so many."""
    if array.ndim != 1 or array.dtype.kind not in "iu":
        return False
    if len(array) and not 0 <= array.min() <= array.max() < below:
        return False
    return not rising or bool((np.diff(array) > 0).all())


def _designs(held: Held) -> bool:
    columns, units = held["columns"], held["units"]
    blocks = held["correlation"].blocks
    return bool(columns.ndim == 2 and units.shape == columns.shape[:1] and blocks.shape == columns.shape[1:])


def _covariances(held: Held) -> bool:
    n, g, v = held["designs"].columns.shape[1], held["n_features"], len(held["rows"])
    missing, cells, scale, solutions = (held[name] for name in ("missing", "weights", "scale", "solutions"))
    return bool(
        (missing.dtype, missing.shape) == (np.uint8, (v, -(-n // 8)))
        and held["sample_weights"].shape == (n,)
        and (cells is None or cells.shape == (g, n))
        and (scale is None or scale.shape == (v,))
        and solutions.ndim == 2
        and len(solutions) == len(held["deficient"])
        and _places(held["columns"], solutions.shape[1])
        and len(held["columns"]) == len(held["designs"].columns)
    )


def _rows(held: Held) -> bool:
    return all(_places(held[name], held["n_features"], rising=True) for name in ("rows", "deficient"))


def _mixed(held: Held) -> bool:
    g, columns = held["n_features"], held["mixed"].own.columns
    return bool(
        len(held["rows"]) == len(held["rho"]) == g
        and held["parameter_cov"].shape == (g, 3)
        and columns.shape == held["designs"].columns.shape
    )


def _fit(held: Held) -> bool:
    record, labels, own = held["record"], held["labels"], held["covariances"]
    g, k = record.coefficients.shape
    p = held["design"].shape[1]
    annotation = held["annotation"]
    return bool(
        (len(labels.features), len(labels.coefs)) == (g, k)
        and held["contrast_matrix"].shape == (p, k)
        and held["plan"].n_coefficients == p
        and (annotation is None or len(annotation) == g)
        and (own is None or (own.n_features == g and own.solutions.shape[1] == p))
    )


def _tested(held: Held) -> bool:
    shape = held["fit"].record.coefficients.shape
    return held["moderation"].s2_post.shape in (shape[:1], shape)


def _decisions(held: Held) -> bool:
    codes, labels = held["codes"], held["labels"]
    known = codes.dtype == np.int8 and bool(np.isin(codes, (-128, -1, 0, 1)).all())
    return known and codes.shape == (len(labels.features), len(labels.coefs))


def _design(held: Held) -> bool:
    return bool(held["matrix"].shape == (len(held["samples"]), len(held["_names"])))


def _correlation(held: Held) -> bool:
    return _places(held["blocks"], len(held["blocks"]))


_COVARIANCES = (("rows that are not there", _rows), ("shapes that do not go together", _covariances))
_OF_FIT = (("sizes that do not go together", _fit),)
_OF_TESTS = (("sizes that do not go together", _tested),)
_RULES: dict[str, tuple[tuple[str, Callable[[Held], bool]], ...]] = {
    "BlockCorrelation": (("blocks that are not there", _correlation),),
    "RowDesigns": (("shapes that do not go together", _designs),),
    "OwnCovariances": _COVARIANCES,
    "MixedCovariances": (*_COVARIANCES, ("shapes that do not go together", _mixed)),
    "Design": (("sizes that do not go together", _design),),
    "LinearFit": _OF_FIT,
    "MixedFit": _OF_FIT,
    "VoomFit": _OF_FIT,
    "ModeratedFit": _OF_TESTS,
    "TreatFit": _OF_TESTS,
    "TestResults": (("codes or sizes that do not go together", _decisions),),
}
