"""Genes that tell the sex of a sample, found by name, and what they say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.reporting.panels.reading import Reading

#: The gene that silences an X chromosome, and genes of the Y chromosome that nearly all tissues express.
_XIST = {"xist", "ensg00000229807"}
_Y = {
    "rps4y1": "ensg00000129824", "ddx3y": "ensg00000067048", "uty": "ensg00000183878", "kdm5d": "ensg00000012817",
    "eif1ay": "ensg00000198692", "usp9y": "ensg00000114374", "zfy": "ensg00000067646",
}  # fmt: skip
_BY_NAME = {name: name for name in _Y} | {identifier: name for name, identifier in _Y.items()}
_ANY = "|".join([*_XIST, *_BY_NAME])
#: Two groups are clear where their means are so many standard deviations within groups apart, and so many log2 units.
_APART, _UNITS = 5.0, 1.5
#: A sample is of a group when it is on its side of this share of the way between the two.
_SIDE = 0.3
_FEWEST_SAMPLES = 4
FEMALE, MALE, UNCLEAR = "female", "male", "unclear"


class SexGenes(NamedTuple):
    """What genes say of each sample.

    Attributes
    ----------
    xist, y : (n,) array or None
        Mean values; None where the data have no such gene.
    genes : tuple of str
        Their names.
    said : list of str
        "female", "male" or "unclear".
    """

    xist: FloatArray | None
    y: FloatArray | None
    genes: tuple[str, ...]
    said: list[str]


def sex_genes(data: Reading) -> SexGenes | None:
    """What genes say of the sex of each sample; None where they are missing or do not divide the samples."""
    if len(data.names) < _FEWEST_SAMPLES:
        return None
    xist_rows, y_rows = _marker_rows(data)
    xist = _level(data, xist_rows)
    y = _level(data, y_rows)
    sides = [side for side in (_side(y, 1.0), _side(xist, -1.0)) if side is not None]
    if not sides:
        return None
    genes = (*(["XIST"] if xist is not None else []), *sorted({name.upper() for name in y_rows}))
    return SexGenes(xist, y, genes, _said(np.array(sides)))


def _marker_rows(data: Reading) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Positions of features by marker gene, as any column with text names them."""
    xist: dict[str, list[int]] = {}
    y: dict[str, list[int]] = {}
    annotation = data.fit.annotation
    texts = [pd.Series(data.fit.labels.features.to_numpy())]
    if annotation is not None:
        texts += [annotation[name].reset_index(drop=True) for name in annotation.columns]
    for text in texts:
        if pd.api.types.is_numeric_dtype(text):
            continue
        for at, name in _markers_in(text):
            rows = (xist if name == "xist" else y).setdefault(name, [])
            if at not in rows:
                rows.append(at)
    return xist, y


def _markers_in(text: pd.Series) -> list[tuple[int, str]]:
    """Positions and names of the markers in a column; the first of several names counts, versions do not."""
    text = text.astype(str)
    likely = text.str.contains(_ANY, case=False, regex=True).to_numpy(dtype=bool)
    at = np.flatnonzero(likely)
    first = text.iloc[at].str.lower().str.extract(r"^\s*([a-z0-9]+)(?:\.\d+)?\s*(?:$|[/;,|_])", expand=False)
    named = {**_BY_NAME, **dict.fromkeys(_XIST, "xist")}
    return [(int(row), named[name]) for row, name in zip(at, first, strict=True) if name in named]


def _level(data: Reading, rows: dict[str, list[int]]) -> FloatArray | None:
    """Mean over genes of the probe of each that varies most, (n,); None without a gene that varies."""
    levels = []
    for found in rows.values():
        values = data.rows(np.array(sorted(found)))
        there = values[np.isfinite(values).all(axis=1)]
        if len(there) and there.std(axis=1).max() > 0.0:
            levels.append(there[int(there.std(axis=1).argmax())])
    return np.mean(levels, axis=0) if levels else None


def _side(level: FloatArray | None, sign: float) -> FloatArray | None:
    """Where each sample stands between the two groups, 0 at the female mean and 1 at the male; None without groups."""
    if level is None:
        return None
    high = two_groups(level)
    if high is None:
        return None
    low_mean, high_mean = level[~high].mean(), level[high].mean()
    between: FloatArray = (level - low_mean) / (high_mean - low_mean)
    return between if sign > 0 else 1.0 - between


def two_groups(level: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]] | None:
    """The upper of two clear groups of values, by least squares; None where there is no clear gap."""
    order = np.sort(level)
    n = len(order)
    best = min(range(1, n), key=lambda cut: order[:cut].var() * cut + order[cut:].var() * (n - cut))
    low, high = order[:best], order[best:]
    within = np.sqrt((low.var() * len(low) + high.var() * len(high)) / max(n - 2, 1))
    apart = high.mean() - low.mean()
    if apart < _UNITS or apart < _APART * within:
        return None
    return np.asarray(level > 0.5 * (low[-1] + high[0]))


def _said(sides: FloatArray) -> list[str]:
    """Female or male where all kinds of genes agree."""
    male = np.asarray((sides > 1.0 - _SIDE).all(axis=0))
    female = np.asarray((sides < _SIDE).all(axis=0))
    return [MALE if m else FEMALE if f else UNCLEAR for m, f in zip(male, female, strict=True)]


def recorded_sex(table: pd.DataFrame | None, said: list[str]) -> tuple[str, list[str | None]] | None:
    """The column of the sample table that looks like sex, and what it says of each sample; None without one.

    A column that is named so comes before one that merely says female and male.

    Columns of codes, such as 1 and 2, are read in the way that agrees with most samples.
    """
    if table is None:
        return None
    for name in sorted(table.columns, key=lambda name: not _is_named_so(str(name))):
        read = _as_sexes(table[name], str(name), said)
        if read is not None:
            return str(name), read
    return None


_WORDS = {
    "female": FEMALE, "f": FEMALE, "woman": FEMALE, "w": FEMALE, "girl": FEMALE, "xx": FEMALE,
    "male": MALE, "m": MALE, "man": MALE, "boy": MALE, "xy": MALE,
}  # fmt: skip


def _as_sexes(column: pd.Series, name: str, said: list[str]) -> list[str | None] | None:
    words = [None if pd.isna(value) else str(value).strip().lower() for value in column]
    levels = sorted({word for word in words if word is not None})
    known = {_WORDS.get(level) for level in levels} - {None}
    named = _is_named_so(name)
    if named and not known and len(levels) == 2:
        return _decoded(words, levels, said)
    if (named and known) or (known == {FEMALE, MALE} and len(levels) == 2):
        return [None if word is None else _WORDS.get(word) for word in words]
    return None


def _is_named_so(column: str) -> bool:
    return any(part in ("sex", "gender") for part in column.lower().replace(".", "_").replace(" ", "_").split("_"))


def _decoded(words: list[str | None], levels: list[str], said: list[str]) -> list[str | None]:
    codings: list[dict[str | None, str | None]] = [
        {levels[0]: FEMALE, levels[1]: MALE, None: None},
        {levels[0]: MALE, levels[1]: FEMALE, None: None},
    ]
    every = [[coding[word] for word in words] for coding in codings]
    return max(every, key=lambda read: sum(a == b for a, b in zip(read, said, strict=True)))


def positions_of(said: list[str], what: str) -> IntArray:
    """Samples of which so much is said."""
    return np.flatnonzero(np.array(said) == what)
