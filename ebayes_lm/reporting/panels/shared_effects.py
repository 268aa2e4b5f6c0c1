"""What the estimates of all features have in common: bias, inflation, trends, contrasts that go together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.batch.estimate_result import EstimateStructure
from ebayes_lm.batch.estimates import estimate_structure
from ebayes_lm.errors import counted
from ebayes_lm.reporting.panels.panel import Axis, Bars, Cells, Chart, Line, Panel
from ebayes_lm.reporting.panels.reading import MOST_ROWS, Reading
from ebayes_lm.reporting.panels.wording import sentence
from ebayes_lm.results.moderated import ModeratedFit
from ebayes_lm.results.tested import TestedFit

#: Fewer features have next to nothing in common, and more contrasts are not shown.
_FEWEST, _MOST = 200, 12
#: Of more features some that lie evenly among them tell the same.
_MOST_FEATURES = 100_000
#: Histograms that are drawn, and the width of their bins.
_DRAWN, _STEP = 4, 0.1
#: Findings that are told.
_SAID = 5
#: Standard deviation and mean of z of features without effect that are far from 1 and 0.
_INFLATED, _STRICT, _BIASED = 1.25, 0.8, 0.3
_ADVICE = (
    "P-values that are too small or too large as a whole come from what the design lacks: see the panel on what the "
    "model leaves over, try el.latent_factors, or give negative controls to el.estimate_structure(controls=)."
)


def shared_effect_panel(
    mod: TestedFit, contrasts: dict[str, int], data: Reading | None, seed: int | None
) -> Panel | None:
    """Findings of :func:`estimate_structure`; none of few features, or where the tests are against a threshold."""
    told = {name: at for name, at in contrasts.items() if np.isfinite(mod.t_of(at)).sum() >= _FEWEST}
    if not isinstance(mod, ModeratedFit) or not told or mod.fit.plan.df_residual < 1:
        return None
    part, matrix = _looked_at(mod, data)
    found = estimate_structure(
        part, matrix, coef=list(told.values())[:_MOST],
        samples=None if data is None or matrix is None else data.table, seed=seed, progress=False,
    )  # fmt: skip
    off = _off(found.inflation)
    words = _words(found.findings)
    if part.shape[0] < mod.shape[0]:
        words.append(f"Seen on {part.shape[0]:,} of {mod.shape[0]:,} features.")
    if len(told) > _MOST:
        words.append(f"The first {_MOST} of {len(told):,} contrasts were looked at.")
    charts = [*_z_charts(found), *_correlation_charts(found)]
    known = found.inflation.dropna(subset=["inflation"])
    return Panel(
        id="shared_effects",
        title="What effects have in common",
        words=tuple(words),
        charts=tuple(charts),
        table=_table(found.inflation),
        light="amber" if off else "green" if len(known) and not _told(found.findings) else None,
        advice=_ADVICE if off else None,
    )


def _looked_at(mod: ModeratedFit, data: Reading | None) -> tuple[ModeratedFit, Any]:
    """Of very many features those that were read, and the data of the same features."""
    if mod.shape[0] <= _MOST_FEATURES:
        return mod, None if data is None else data.given
    if data is not None and data.is_part:
        return mod[data.positions], data.part()
    return mod[np.linspace(0, mod.shape[0] - 1, MOST_ROWS).astype(np.intp)], None


def _words(findings: Sequence[str]) -> list[str]:
    """The first findings, those on p-values before the others."""
    ordered = sorted(findings, key=lambda each: not each.startswith(("Tests of", "Estimates of", "Whether tests of")))
    more = len(ordered) - _SAID
    said = [sentence(each) for each in ordered[:_SAID]] or ["Nothing stands out in what effects have in common."]
    return [*said, f"el.estimate_structure has {counted(more, 'more finding')}."] if more > 0 else said


def _told(findings: Sequence[str]) -> bool:
    """Whether something is said of tests as a whole; what is told of but not far off is neither fine nor alarming."""
    return any(each.startswith(("Tests of", "Estimates of")) for each in findings)


def _off(inflation: pd.DataFrame) -> bool:
    """Whether the tests of some contrast are off as a whole, where that can be told."""
    size, bias = inflation["inflation"].to_numpy(np.float64), inflation["bias"].to_numpy(np.float64)
    return bool(((size > _INFLATED) | (size < _STRICT) | (np.abs(bias) > _BIASED)).any())


def _table(inflation: pd.DataFrame) -> pd.DataFrame:
    """Inflation and bias where they can be told from effects, and why not elsewhere."""
    shown = inflation[["features", "bias", "inflation", "null_share", "method"]]
    return shown.rename_axis(index="contrast").reset_index()


def _z_charts(found: EstimateStructure) -> list[Chart]:
    """Histograms of z beside what features without effect give, contrast by contrast."""
    charts = []
    for k, (name, part) in enumerate(found.data["histogram"].groupby("contrast", sort=False)):
        if k == _DRAWN:
            break
        z, width = part["z"].to_numpy(), 0.5 * _STEP
        known = found.inflation["inflation"].notna()[str(name)]
        share = 1.0 if known else found.inflation["prop_true_null"].fillna(1.0)[str(name)]
        null = "features without effect, as estimated" if known else "features without effect, by theory"
        charts.append(
            Chart(
                id=f"shared_effects.z{k}",
                title=f"z of {name}",
                x=Axis("z"),
                y=Axis("features", zero=True),
                layers=(
                    Bars(z - width, z + width, part["count"].to_numpy(), colour=0),
                    Line(z, share * part["null"].to_numpy(), name=null, colour=1),
                ),
                alt=f"Histogram of z of {name} over {int(part['count'].sum()):,} features, with a curve of what "
                "features without effect give.",
            )
        )
    return charts


def _correlation_charts(found: EstimateStructure) -> list[Chart]:
    """Correlations of contrasts as they are seen, above what the design implies."""
    pairs = found.correlations
    if not len(pairs):
        return []
    names = tuple(str(name) for name in found.inflation.index)
    return [
        _correlation_chart(names, pairs, "observed", "Correlation of contrasts over features"),
        _correlation_chart(names, pairs, "design", "Correlation that the design implies"),
    ]


def _correlation_chart(names: tuple[str, ...], pairs: pd.DataFrame, column: str, title: str) -> Chart:
    values = np.eye(len(names))
    pairs = pairs.round({column: 3})
    for row in pairs.to_dict("records"):
        i, j = names.index(str(row["first"])), names.index(str(row["second"]))
        values[i, j] = values[j, i] = row[column]
    off = values[np.triu_indices(len(names), 1)]
    return Chart(
        id=f"shared_effects.{column}",
        title=title,
        x=Axis("", names),
        y=Axis("", names),
        layers=(Cells(names, names, values, -1.0, 1.0, diverging=True, text=len(names) <= _MOST),),
        alt=f"{title}: between {np.nanmin(off):.2f} and {np.nanmax(off):.2f} for {len(names)} contrasts.",
        square=True,
    )
