"""Which coefficient a picture is about, and which features are up or down in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import ArgumentError, listing
from ebayes_lm.plot.cloud import cloud, mark_size
from ebayes_lm.plot.style import DOWN, NEUTRAL, UP, group_legend
from ebayes_lm.results.arguments import probability, real
from ebayes_lm.results.stages import require_tests
from ebayes_lm.results.tested import TestedFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ebayes_lm.results.linear import LinearFit

#: The outcomes of a test, and their colours.
OUTCOMES = {"down": DOWN, "neither": NEUTRAL, "up": UP}


def tested_one(fit: Any, coef: Any, verb: str) -> tuple[TestedFit, int]:
    """A fit that has tests, and the position of the one coefficient to show."""
    mod = require_tests(fit, verb)
    return mod, one_coefficient(mod, coef)


def one_coefficient(fit: TestedFit | LinearFit, coef: Any) -> int:
    """Position of the coefficient named; by default of the only one that is of interest."""
    if coef is not None:
        return fit.labels.coef_position(coef)
    design, names = fit.design, list(fit.labels.coefs)
    candidates = [k for k, name in enumerate(names) if name not in {INTERCEPT, *design.nuisance}]
    linear = fit.fit if isinstance(fit, TestedFit) else fit
    if design.of_interest and not linear.is_contrasted:
        candidates = [names.index(c) for term in design.of_interest for c in design.terms[term]]
    if len(candidates) == 1 or len(names) == 1:
        return (candidates or [0])[0]
    raise ArgumentError(
        f"this picture shows one coefficient, and there are {listing([names[k] for k in candidates] or names, 20)}; "
        "choose one with coef="
    )


def bounds(fdr: Any, lfc: Any) -> tuple[float, float]:
    """The bounds of what counts as up or down, checked."""
    size = real(lfc, "lfc", "the smallest effect")
    if not size >= 0.0:
        raise ArgumentError(f"lfc is the smallest size of an effect and not negative, not {lfc!r}")
    return probability(fdr, "fdr", "the bound for adjusted p-values"), size


def outcomes(effect: AnyArray, adjusted: AnyArray, fdr: float, lfc: float) -> pd.Categorical[Any]:
    """Down, neither or up for each feature, as :func:`decide_tests` says; missing where there is no test."""
    with np.errstate(invalid="ignore"):
        large = np.abs(effect) > lfc if lfc > 0.0 else True
        code = np.where((adjusted < fdr) & large, np.sign(effect), 0.0) + 1.0
    code[np.isnan(adjusted)] = -1.0
    return pd.Categorical.from_codes(code.astype(np.int8), categories=pd.Index(list(OUTCOMES)))


def draw_outcomes(ax: Axes, x: FloatArray, y: FloatArray, status: pd.Categorical[Any], title: str) -> None:
    """Points in the colours of their outcomes, those without one behind, and a legend that counts them."""
    up, down = np.asarray(status == "up"), np.asarray(status == "down")
    found = up | down
    size = mark_size(int(found.sum()))  # few that are found are large enough to be seen
    cloud(ax, x[~found], y[~found], colour=NEUTRAL, size=mark_size(len(x)))
    cloud(ax, x[up], y[up], colour=UP, size=size)
    cloud(ax, x[down], y[down], colour=DOWN, size=size)
    counts = {"up": up.sum(), "down": down.sum(), "neither": np.count_nonzero(status == "neither")}
    group_legend(ax, [f"{name}: {n:,}" for name, n in counts.items()], [OUTCOMES[n] for n in counts], title=title)


def tested_table(mod: TestedFit, k: int, fdr: float, lfc: float) -> pd.DataFrame:
    """What the top table says of one coefficient, in the order of the fit, with the outcome of each test."""
    fdr, lfc = bounds(fdr, lfc)
    effect, p = mod.fit.record.coefficients[:, k], mod.p_value_of(k)
    adjusted = adjust_p(p, "BH")
    columns = {
        "logFC": effect,
        "AveExpr": mod.fit.record.amean,
        "P.Value": p,
        "adj.P.Val": adjusted,
        "neg_log10_p": mod.log_p_value_of(k) / -np.log(10.0),
        "status": outcomes(effect, adjusted, fdr, lfc),
    }
    return pd.DataFrame(columns, index=mod.labels.features)


def rule(fdr: float, lfc: float) -> str:
    """The bounds in words, as the title of a legend."""
    return f"FDR {fdr:g}" + (f", |logFC| > {lfc:g}" if lfc > 0.0 else "")
