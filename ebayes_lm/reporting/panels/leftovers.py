"""What residuals have in common: batches that the design lacks, hidden factors, samples that scatter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm.batch.residual_annotations import CONSTANT, LEVEL, MISSING
from ebayes_lm.batch.residual_result import ResidualStructure
from ebayes_lm.batch.residuals import residual_structure
from ebayes_lm.errors import agreeing
from ebayes_lm.reporting.known import blocks_of, divide_alike
from ebayes_lm.reporting.panels.covariates import covariates
from ebayes_lm.reporting.panels.panel import Axis, Bars, Chart, Line, Panel, Points, Text
from ebayes_lm.reporting.panels.reading import Reading
from ebayes_lm.reporting.panels.wording import sentence, share

_COMPONENTS = 10
#: An annotation matters that is in the residuals at this error rate, with so much more of them than by chance.
_SURE, _MORE = 0.01, 0.05
#: A component that follows nothing known matters where it holds such a share, and so many times its even part.
_LARGE, _EVEN = 0.2, 2.0
#: A component of one sample, and a sample that scatters so many times as much as the others.
_ALONE, _SCATTERS = 0.6, 1.5
_FEWEST_SAMPLES = 4


def leftover_panel(data: Reading, seed: int | None) -> Panel | None:
    """Findings of :func:`residual_structure`; none without residuals of two features."""
    df = data.fit.plan.df_residual
    if df < 2 or data.fit.shape[0] < 2 or not (data.fit.record.sigma > 0.0).any():
        return None
    found = residual_structure(data.fit, data.given, samples=data.table, k=_COMPONENTS, seed=seed, progress=False)
    advice = _advice(found, data, df)
    return Panel(
        id="leftovers",
        title="What the model leaves over",
        words=tuple(sentence(each) for each in found.findings),
        charts=tuple(_charts(found, data, df)),
        table=_table(found.annotations),
        light="amber" if advice else "green",
        advice=advice,
    )


def _advice(found: ResidualStructure, data: Reading, df: int) -> str | None:
    said = []
    names = [name for name in _annotations_that_matter(found) if name not in _blocking(data)]
    if names:
        which = " and ".join(f"`{name}`" for name in names)
        said.append(f"Think about {which} as part of the design, if it is not a result of what is studied.")
    scattering = found.sample_spread["outlying"].astype(bool) & (found.sample_spread["spread"] >= _SCATTERS)
    table = found.components
    alone = table["beyond_chance"] & (table["sample_share"] > _ALONE) & (table["share"] * df >= _EVEN)
    if scattering.any() or (alone.any() and found.facts["samples"] > _FEWEST_SAMPLES):
        said.append("el.array_weights, on the command line --sample-weights, lets samples count by how well they fit.")
    if not names and _has_large_component(found, df):
        said.append(
            "el.latent_factors or el.surrogate_variables estimate what nobody recorded; compare the results with and "
            "without."
        )
    return " ".join(said) or None


def _annotations_that_matter(found: ResidualStructure) -> list[str]:
    """Recorded variables that the residuals hold far more of than chance gives."""
    table = found.annotations
    recorded = ~table["annotation"].isin([LEVEL, MISSING, CONSTANT])
    sure = recorded & (table["adj_p_value"] <= _SURE) & (table["share"] > table["by_chance"] + _MORE)
    return [str(name) for name in table.loc[sure].sort_values("share", ascending=False)["annotation"]]


def _blocking(data: Reading) -> list[str]:
    """Factors that are the blocks of the fit, which it allows for already."""
    blocks = blocks_of(data.fit)
    if blocks is None:
        return []
    return [each.name for each in covariates(data) if each.levels and divide_alike(each.values, blocks)]


def _has_large_component(found: ResidualStructure, df: int) -> bool:
    table = found.components
    # the mean of all features is a part of the data, and what moves it is as unknown as the component
    followed = (table["adj_p_value"] <= _SURE) & (table["annotation"] != LEVEL)
    large = table["beyond_chance"] & ~followed & (table["share"] >= _LARGE) & (table["share"] * df >= _EVEN)
    return bool((large & (table["sample_share"] <= _ALONE)).any())


def _table(annotations: pd.DataFrame) -> pd.DataFrame | None:
    known = annotations[np.isfinite(annotations["share"])]
    columns = ["annotation", "kind", "df", "share", "by_chance", "adj_p_value"]
    return known[columns].reset_index(drop=True) if len(known) else None


def _charts(found: ResidualStructure, data: Reading, df: int) -> list[Chart]:
    shares = found.components["share"].to_numpy()
    if not len(shares):
        return []
    at = np.arange(1, len(shares) + 1, dtype=np.float64)
    null = found.components["null_quantile"].to_numpy(dtype=np.float64)
    beyond = int(found.components["beyond_chance"].sum())
    charts = [
        Chart(
            id="leftovers.shares",
            title="Residual variance by component",
            x=Axis("component"),
            y=Axis("share of the residual variance", zero=True),
            layers=(
                Bars(at - 0.4, at + 0.4, shares, name="seen", colour=0),
                Line(at, null, name="95% of chance", colour=1),
                Line(at, np.full(len(at), 1.0 / df), name="even", dash=True),
            ),
            alt=f"Shares of the first {len(at)} components of the residuals, the largest {share(shares[0])}; {beyond} "
            f"{agreeing(beyond, 'is', 'are')} beyond chance.",
        )
    ]
    return [*charts, _score_chart(found, data)] if len(shares) > 1 else charts


def _score_chart(found: ResidualStructure, data: Reading) -> Chart:
    scores, shares = found.scores.to_numpy(), found.components["share"].to_numpy()
    repeats = len(scores) // len(data.names)
    one = scores[::repeats]
    return Chart(
        id="leftovers.scores",
        title="Samples along residual components",
        x=Axis(f"residual PC1 ({share(shares[0])})"),
        y=Axis(f"residual PC2 ({share(shares[1])})"),
        layers=(Points(one[:, 0], one[:, 1], Text.of(data.names), colour_by=covariates(data) or None, size=4.0),),
        alt="Samples along the two largest components of the residuals, coloured by what is known of them.",
    )
