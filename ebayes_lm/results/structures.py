"""Results as a tree of plain facts in a header, and arrays in files: a closed list of kinds, and nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.data.array_folder import ArrayReader, ArrayWriter
from ebayes_lm.data.read_rows import ReadWeights
from ebayes_lm.data.sources import ArraySource, Source
from ebayes_lm.data.stored_labels import read_frame, read_index, say_frame, say_index
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.formula import Formula, parse_formula
from ebayes_lm.errors import DataError, listing
from ebayes_lm.results.soundness import require_sound

#: What may stand in a header, by the room that it comes from.
_ROOMS = {
    "core.contrast_moderation": ("ContrastModeration", "ContrastPrior"),
    "core.covariance": ("OwnCovariances",),
    "core.gls": ("BlockCorrelation",),
    "core.mixed_assembly": ("MixedRecord",),
    "core.mixed_covariance": ("MixedCovariances",),
    "core.mixed_rows": ("MixedDesigns",),
    "core.moderation": ("Moderation",),
    "core.ols": ("LeastSquares", "LinearRecord"),
    "core.prior": ("VariancePrior",),
    "core.qr": ("PivotedQR",),
    "core.wls": ("RowDesigns",),
    "data.containers": ("EList",),
    "data.duplicates": ("Duplicates",),
    "data.matrix": ("FeatureMatrix",),
    "design.evaluation": ("_Powers", "_Standardisation"),
    "design.factors": ("Factor",),
    "design.nodes": ("Binary", "Call", "Name", "Number", "Paren", "Prefix", "Sum", "Text", "Truth"),
    "design.polynomials": ("OrthogonalPolynomials",),
    "design.recipe": ("Recipe",),
    "design.splines": ("BSplineBasis", "NaturalSplineBasis"),
    "results.axes": ("Labels",),
    "results.decisions": ("TestResults",),
    "results.linear": ("LinearFit",),
    "results.mixed": ("MixedFit",),
    "results.moderated": ("ModeratedFit",),
    "results.threshold": ("TreatFit",),
    "weights.precision_list": ("VoomEList", "VoomMatrix"),
    "weights.voom_fit": ("VoomFit",),
}
_HOME = {name: f"ebayes_lm.{room}" for room, names in _ROOMS.items() for name in names}
_GROUPS: dict[str, Any] = {"tuple": tuple, "list": list, "set": frozenset}
_DESIGN = ("matrix", "samples", "labelled", "of_interest", "nuisance", "_names", "_terms", "_recipe")


def say(value: Any, writer: ArrayWriter, name: str = "") -> Any:
    """What a header says of a value; arrays go to the writer, under names like their place.

    Raises
    ------
    DataError
        A kind that is not on the list.
    """
    if isinstance(value, (bool, int, float, str, NoneType)):
        return _plain(value)
    if isinstance(value, np.ndarray):
        return writer.add(value, name)
    if isinstance(value, ReadWeights):
        return writer.add_rows(value.source, name)
    if isinstance(value, Source):
        held = writer.add(value.array, name) if isinstance(value, ArraySource) else writer.add_rows(value, name)
        return {"rows": held}
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, pd.Index):
        return {"index": say_index(value, writer, name)}
    if isinstance(value, pd.DataFrame):
        return {"frame": say_frame(value, writer, name)}
    if type(value) in (tuple, list, frozenset):
        kind = next(kind for kind, made in _GROUPS.items() if made is type(value))
        items = sorted(value) if kind == "set" else value
        return {kind: [say(item, writer, f"{name}.{k}") for k, item in enumerate(items)]}
    if isinstance(value, Mapping):
        return {"map": [[say(key, writer, name), say(item, writer, f"{name}.{key}")] for key, item in value.items()]}
    if isinstance(value, Formula):
        return {"formula": value.text}
    return _say_object(value, writer, name)


def read(said: Any, reader: ArrayReader) -> Any:
    """The value of which a header says so.

    Raises
    ------
    DataError
        Something that is not on the list, or does not fit together.
    """
    if not isinstance(said, dict):
        return said
    if "array" in said:
        return reader.get(said)
    (kind, held), *others = said.items()
    if kind == "kind" and held in _HOME | {"Design": ""}:
        return _read_object(held, {name: read(item, reader) for name, item in others}, reader)
    if kind == "rows":
        return ArraySource(reader.get(held))
    if kind == "index":
        return read_index(held, reader)
    if kind == "frame":
        return read_frame(held, reader)
    if kind == "formula":
        return parse_formula(held)
    if kind == "map":
        return {read(key, reader): read(item, reader) for key, item in held}
    if kind in _GROUPS:
        return _GROUPS[kind](read(item, reader) for item in held)
    raise DataError(f"{reader.folder} holds {kind!r} ({held!r:.40}), which is not known here")


def _plain(value: Any) -> Any:
    """Numbers as Python has them; those that JSON does not know have names."""
    return float(value) if isinstance(value, float) else value


def _say_object(value: Any, writer: ArrayWriter, name: str) -> dict[str, Any]:
    kind = type(value).__name__
    if isinstance(value, Design):
        names: tuple[str, ...] = _DESIGN
    elif _HOME.get(kind) == type(value).__module__:
        names = tuple(f.name for f in fields(value) if f.init)
    else:
        raise DataError(f"{name or 'the result'} is a {kind}, which cannot be saved")
    stem = f"{name}." if name else ""
    return {"kind": kind} | {field: say(getattr(value, field), writer, f"{stem}{field}") for field in names}


def _read_object(kind: str, held: dict[str, Any], reader: ArrayReader) -> Any:
    try:
        if kind == "Design":
            return _design(held)
        cls = getattr(import_module(_HOME[kind]), kind)
        wanted = {f.name: f.type for f in fields(cls) if f.init}
        if set(held) != set(wanted):
            raise DataError(f"it has {listing(held, 20)} and not {listing(wanted, 20)}")
        require_sound(kind, held, wanted)
        return cls(**held)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise DataError(f"{reader.folder} holds a {kind} that does not fit together: {error}") from None


def _design(held: dict[str, Any]) -> Design:
    require_sound("Design", held, {"matrix": "FloatArray", "samples": "Index", "labelled": "bool"})
    return Design.of_parts(
        matrix=held["matrix"], names=held["_names"], samples=held["samples"], labelled=held["labelled"],
        terms=dict(held["_terms"]), of_interest=held["of_interest"], recipe=held["_recipe"], nuisance=held["nuisance"],
    )  # fmt: skip
