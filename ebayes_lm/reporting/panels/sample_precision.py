"""Weights of samples: how well each of them fits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.data.containers import EList
from ebayes_lm.errors import agreeing, counted
from ebayes_lm.reporting.panels.panel import SAMPLE_AXIS, Axis, Bars, Chart, Panel, Points, Rule, Text
from ebayes_lm.reporting.panels.wording import some
from ebayes_lm.results.linear import LinearFit

#: A sample with less than such a part of the usual weight is named, and with less than such a part looked into.
_LOW, _LEAST = 0.25, 0.1


def weight_panel(fit: LinearFit, data: Any) -> Panel | None:
    """Weights of the samples, those of the fit or those that came with the data; none where all count the same."""
    weights = sample_weights(fit, data)
    if weights is None or not np.ptp(weights):
        return None
    names = [str(name) for name in fit.design.samples]
    relative = weights / np.median(weights[weights > 0.0])
    low = np.flatnonzero((relative < _LOW) & (weights > 0.0))
    low = low[np.argsort(relative[low], kind="stable")]
    none = [names[at] for at in np.flatnonzero(weights == 0.0)]
    words = ["A sample of weight 2 counts like two samples of weight 1; weights say how well samples fit."]
    if len(low):
        each = [f"{names[at]} ({relative[at]:.2g})" for at in low]
        words.insert(0, f"{some(each)} count{agreeing(len(low), 's', '')} far less than usual, as parts of the median.")
    if none:
        words.append(f"{some(none)} {agreeing(len(none), 'has', 'have')} no weight, and no part in the fit.")
    least = bool((relative[low] < _LEAST).any())
    at = np.arange(1.0, len(weights) + 1.0)
    chart = Chart(
        id="weights",
        title="Weights of samples",
        x=SAMPLE_AXIS,
        y=Axis("weight", zero=True),
        layers=(
            Bars(at - 0.4, at + 0.4, weights, colour=0),
            Points(at, weights, Text.of(names), colour=0, size=2.0),
            Rule(y=1.0, name="1"),
        ),
        alt=f"Weights of {counted(len(weights), 'sample')}, from {weights.min():.2g} to {weights.max():.2g}.",
    )
    advice = "See what is wrong with samples that count next to nothing, and whether they belong to the data."
    return Panel(
        "weights", "Weights of samples", tuple(words), (chart,), light="amber" if least else "green",
        advice=advice if least else None,
    )  # fmt: skip


def sample_weights(fit: LinearFit, data: Any) -> FloatArray | None:
    """One weight a sample, in the order of the design; None where there are none."""
    n = len(fit.design.samples)
    table = data.targets if isinstance(data, EList) else None
    if table is not None and "sample_weights" in table:
        named = table["sample_weights"]
        order = named.index.get_indexer(fit.design.samples)
        found: FloatArray = (named.iloc[order] if (order >= 0).all() else named).to_numpy(dtype=np.float64)
        return found if len(found) == n else None
    if fit.plan.used is None and (len(fit.plan.weights) != n or not np.ptp(fit.plan.weights)):
        return None
    weights = np.zeros(n)
    used = slice(None) if fit.plan.used is None else fit.plan.used
    weights[used] = fit.plan.weights
    return weights
