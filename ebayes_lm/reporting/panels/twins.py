"""Samples that are so much alike that they may be one sample twice."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.errors import agreeing, counted
from ebayes_lm.reporting.panels.panel import Axis, Bars, Chart, Light, Panel
from ebayes_lm.reporting.panels.reading import Reading
from ebayes_lm.reporting.panels.samples_apart import most_variable
from ebayes_lm.reporting.panels.wording import some

#: More features than plots show: chance is the farther away.
_FEATURES = 2_000
#: Fewer features or samples than these make a correlation of chance.
_FEWEST_FEATURES, _FEWEST_SAMPLES = 50, 4
#: Two samples are one from here, closely so from here, and implausibly alike from here ...
_IDENTICAL, _CLOSE, _ALIKE = 0.999999, 0.9999, 0.99
#: ... where third samples are so far below in Fisher's z: 1 - r is seven times as large.
_GAP = 1.0
_ROUNDING, _PAIR = 1e-12, 2
#: A column that names what was measured has a level for so few samples, in the mean.
_PER_LEVEL = 4
#: So many pairs are named.
_MOST_PAIRS = 10
_BINS = 40


class Pair(NamedTuple):
    """Two samples by position, their correlation, and whether the analysis knows that they belong together."""

    first: int
    second: int
    r: float
    same_block: bool


def alike(values: FloatArray, blocks: IntArray | None, cells: IntArray) -> tuple[list[Pair], FloatArray]:
    """Pairs that are implausibly alike, and the correlations of all pairs.

    Values (features, n) are compared as deviations from the feature's mean, over the features that vary most. Two
    samples are alike where either is far less like every third one; two that make up a ``cell`` of the design by
    themselves may be so by what is studied, and have to be identical.
    """
    n = values.shape[1]
    centred = most_variable(values, _FEATURES)
    if n < _FEWEST_SAMPLES or len(centred) < _FEWEST_FEATURES:
        return [], np.empty(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.clip(np.nan_to_num(np.asarray(np.corrcoef(centred, rowvar=False))), -1.0, 1.0)
    first, second = np.triu_indices(n, 1)
    pairs = r[first, second]
    kept = [
        Pair(int(i), int(j), float(r[i, j]), blocks is not None and bool(blocks[i] == blocks[j]))
        for i, j in zip(first[pairs > _ALIKE], second[pairs > _ALIKE], strict=True)
        if r[i, j] > _IDENTICAL or (_gap(r, i, j) > _GAP and not _is_cell(cells, i, j))
    ]
    return sorted(kept, key=lambda pair: -pair.r), pairs


def _gap(r: FloatArray, i: int, j: int) -> float:
    """How much more two samples correlate with each other than either with a third one, in Fisher's z."""
    others = np.delete(r[[i, j]], [i, j], axis=1)
    most = float(np.minimum(others.max(), 1.0 - _ROUNDING))
    return float(np.arctanh(min(r[i, j], 1.0 - _ROUNDING)) - np.arctanh(most))


def _is_cell(cells: IntArray, i: int, j: int) -> bool:
    """Whether two samples are all there is of a cell of the design."""
    return bool(cells[i] == cells[j]) and int((cells == cells[i]).sum()) == _PAIR


def twin_panel(data: Reading, blocks: IntArray | None) -> Panel | None:
    """Pairs that may be one sample twice; none where samples or features are too few to tell."""
    cells = np.unique(data.fit.design.matrix, axis=0, return_inverse=True)[1].ravel()
    found, pairs = alike(data.values, blocks, cells)
    if not len(pairs):
        return None
    strange = [pair for pair in found if not pair.same_block]
    named = _shared_column(data, strange)
    return Panel(
        id="twins",
        title="Samples twice",
        words=_words(data, found, strange, named, pairs),
        charts=(_chart(pairs),),
        table=_table(data, found) if found else None,
        light=_light(strange, named),
        advice=_advice(strange, named),
    )


def _shared_column(data: Reading, strange: list[Pair]) -> str | None:
    """A column of the sample table, of many levels, in which all these pairs say the same: what was measured twice."""
    if data.table is None or not strange:
        return None
    for name in data.table.columns:
        codes = pd.factorize(data.table[name])[0]
        many = len(data.names) // _PER_LEVEL <= len(np.unique(codes)) < len(data.names)
        if many and all(codes[pair.first] == codes[pair.second] >= 0 for pair in strange):
            return str(name)
    return None


def _light(strange: list[Pair], named: str | None) -> Light:
    if named is None and any(pair.r > _CLOSE for pair in strange):
        return "red"
    return "amber" if strange else "green"


def _words(
    data: Reading, found: list[Pair], strange: list[Pair], named: str | None, pairs: FloatArray
) -> tuple[str, ...]:
    usual = f"Over the features that vary most, pairs of samples correlate {np.median(pairs):.2f} in the median"
    if not found:
        return (f"No two samples are implausibly alike. {usual}, {pairs.max():.2f} at most.{data.drawn}",)
    said = []
    if strange:
        which = some([_named(data, pair) for pair in strange], _MOST_PAIRS)
        verb = agreeing(len(strange), "is", "are")
        said.append(
            f"{counted(len(strange), 'pair')} of samples {verb} more alike than samples of their own would be: {which}."
        )
    if named is not None:
        said.append(f"All of them have the same {named}, as repeated measurements of one sample have.")
    known = [pair for pair in found if pair.same_block]
    if known:
        verb = agreeing(len(known), "is", "are")
        said.append(f"{counted(len(known), 'pair')} of one block {verb} as alike as repeated measurements.")
    return (*said, f"{usual}.{data.drawn}")


def _named(data: Reading, pair: Pair) -> str:
    how = "identical" if pair.r > 1.0 - _ROUNDING else f"r = {pair.r:.4f}"
    return f"{data.names[pair.first]} with {data.names[pair.second]} ({how})"


def _advice(strange: list[Pair], named: str | None) -> str | None:
    if not strange:
        return None
    if named is not None:
        return (
            f'Repeated measurements are not samples of their own: say so with block="{named}", on the command line '
            f"--block {named}, or average them with el.avearrays."
        )
    return (
        "See whether a sample was measured or entered twice. Leave one of each pair out; if they are repeated "
        "measurements, say so with block=, on the command line --block, or average them with el.avearrays."
    )


def _table(data: Reading, found: list[Pair]) -> pd.DataFrame:
    rows = [(data.names[p.first], data.names[p.second], p.r, p.same_block) for p in found[:_MOST_PAIRS]]
    return pd.DataFrame(rows, columns=["first", "second", "correlation", "same block"])


def _chart(pairs: FloatArray) -> Chart:
    low = min(float(pairs.min()), 0.0)
    edges = np.linspace(low, 1.0, _BINS + 1)
    counts = np.histogram(pairs, edges)[0]
    return Chart(
        id="twins",
        title="Correlation of pairs of samples",
        x=Axis("correlation over the features that vary most"),
        y=Axis("pairs", zero=True),
        layers=(Bars(edges[:-1], edges[1:], counts, colour=0),),
        alt=f"Histogram of the correlations of {counted(len(pairs), 'pair')} of samples; the highest is "
        f"{pairs.max():.3f}.",
    )
