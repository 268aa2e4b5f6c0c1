"""The sex that genes show, against the sex that is recorded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm.errors import agreeing, counted
from ebayes_lm.reporting.panels.panel import SAMPLE_AXIS, Axis, Chart, ColourBy, Panel, Points, Text
from ebayes_lm.reporting.panels.reading import Reading
from ebayes_lm.reporting.panels.sex_genes import FEMALE, MALE, UNCLEAR, SexGenes, recorded_sex, sex_genes
from ebayes_lm.reporting.panels.wording import some

#: So many samples are named.
_NAMED = 10
_ADVICE = (
    "Look whether these samples were swapped, and others with them: compare with genotypes or with the laboratory's "
    "own list, and correct the table or leave the samples out before anything is concluded."
)


def sex_panel(data: Reading) -> Panel | None:
    """Samples whose genes contradict the table; none where the genes are missing or divide no samples."""
    genes = sex_genes(data)
    if genes is None:
        return None
    recorded = recorded_sex(data.table, genes.said)
    table = pd.DataFrame({"sample": data.names, "by genes": genes.said})
    if recorded is None:
        return Panel(
            id="sexes", title="Sex by genes", words=(_divided(genes), *_unclear(table)), charts=(_chart(data, genes),),
            table=table,
        )  # fmt: skip
    column, sexes = recorded
    table[column] = sexes
    known = table[column].isin([FEMALE, MALE]) & table["by genes"].ne(UNCLEAR)
    against = table[known & (table[column] != table["by genes"])]
    return Panel(
        id="sexes",
        title="Sex by genes",
        words=(_compared(against, int(known.sum()), column), _divided(genes), *_unclear(table)),
        charts=(_chart(data, genes, column, sexes),),
        table=against if len(against) else None,
        light="red" if len(against) else "green",
        advice=_ADVICE if len(against) else None,
    )


def _compared(against: pd.DataFrame, known: int, column: str) -> str:
    if not len(against):
        return f"Of all {counted(known, 'sample')} that can be told, genes and the column {column} say the same."
    each = [f"{row[0]} is recorded as {row[2]} and looks {row[1]}" for row in against.itertuples(index=False)]
    more = f"; and {len(each) - _NAMED:,} more" if len(each) > _NAMED else ""
    listed = "; ".join(each[:_NAMED]) + more
    verb = agreeing(len(against), "contradicts", "contradict")
    return f"{counted(len(against), 'sample')} of {known:,} {verb} the column {column}: {listed}."


def _divided(genes: SexGenes) -> str:
    females, males = genes.said.count(FEMALE), genes.said.count(MALE)
    which = some(genes.genes, 8)
    return (
        f"{which} divide{agreeing(len(genes.genes), 's', '')} the samples into {females:,} female and {males:,} male."
    )


def _unclear(table: pd.DataFrame) -> tuple[str, ...]:
    names = table.loc[table["by genes"] == UNCLEAR, "sample"].tolist()
    if not names:
        return ()
    verb = agreeing(len(names), "stands", "stand")
    return (
        f"{some(names, _NAMED)} {verb} between the groups, or shows both kinds of genes or neither: a mixture of "
        "samples, a lost chromosome or a weak measurement.",
    )


def _chart(data: Reading, genes: SexGenes, column: str = "", sexes: list[str | None] | None = None) -> Chart:
    levels = (FEMALE, MALE)
    by = [ColourBy("by genes", "category", _codes([*genes.said], (*levels, UNCLEAR)), (*levels, UNCLEAR))]
    if sexes is not None:
        by.insert(0, ColourBy(column, "category", _codes(sexes, levels), levels))
    order = np.arange(1.0, len(data.names) + 1.0)
    x, across = (order, SAMPLE_AXIS) if genes.xist is None else (genes.xist, Axis("XIST"))
    y, up = (order, SAMPLE_AXIS) if genes.y is None else (genes.y, Axis("mean of genes of the Y chromosome"))
    return Chart(
        id="sexes",
        title="Genes that tell the sex",
        x=across,
        y=up,
        layers=(Points(x, y, Text.of(data.names), colour_by=tuple(by), size=4.0),),
        alt=f"{counted(len(data.names), 'sample')} by {some(genes.genes, 8)}, in two groups.",
    )


def _codes(values: list[str | None], levels: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.array([levels.index(value) if value in levels else -1 for value in values], dtype=np.intp)
