"""How z of features varies with what is known of the features."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.batch.annotations import Annotation
from ebayes_lm.batch.residual_loadings import ResidualLoadings
from ebayes_lm.core.local_regression import lowess
from ebayes_lm.core.normal_scores import rank_scores
from ebayes_lm.core.shared_variation import bins_of_equal_size, robust_slope, share_between, two_sided_p

#: Groups of equal size into which numbers are put, and the fewest features that say anything.
_BINS, _FEWEST = 10, 50
#: Points that curves are drawn through and shown at, and their span.
_POINTS, _SHOWN, _SPAN = 20_000, 101, 0.4
#: A component that noise could be: its share is no more than this times the share of noise.
_NOISE = 1.2
#: Features of one level that may stand out.
_FEWEST_IN_LEVEL = 5

TREND_COLUMNS = [
    "contrast", "covariate", "kind", "features", "correlation", "share", "low", "high", "factor_t", "factor_p",
]  # fmt: skip
LEVEL_COLUMNS = ["contrast", "covariate", "level", "features", "median_z", "mean_score"]


def trend_row(contrast: str, covariate: Annotation, z: FloatArray) -> dict[str, Any] | None:
    """How z (n,), NaN where there is none, goes along with a covariate; None with too few features.

    ``low`` and ``high`` are median z of the lowest and highest tenth of a number, or of the levels with the lowest and
    the highest.
    """
    both = covariate.known & np.isfinite(z)
    n = int(np.count_nonzero(both))
    if n < _FEWEST:
        return None
    scores = rank_scores(z[both])
    if covariate.is_factor:
        codes, correlation = covariate.codes[both], float("nan")
    else:
        values = covariate.data[both].astype(np.float64)
        codes = bins_of_equal_size(values, _BINS)
        ranks = rank_scores(values)
        size = np.sqrt((ranks @ ranks) * (scores @ scores))
        correlation = float(ranks @ scores / size) if size > 0 else float("nan")
    medians = _medians(z[both], codes)
    ends = (np.nanmin(medians), np.nanmax(medians)) if covariate.is_factor else (medians[0], medians[-1])
    kind = "levels" if covariate.is_factor else "number"
    found = [contrast, covariate.name, kind, n, correlation, share_between(scores, codes), *map(float, ends)]
    return dict(zip(TREND_COLUMNS, [*found, np.nan, np.nan], strict=True))


def loading_row(
    contrast: str, loadings: ResidualLoadings, at: int, z: FloatArray, t: FloatArray, ratio: FloatArray
) -> dict[str, Any] | None:
    """The same for loadings on a residual component, and the t that its hidden factor would have had.

    A hidden factor w shifts an estimate by its loading times the coefficient of w on the design. In units of standard
    errors of both, t of a feature is shifted by its loading, in units of its residual standard deviation, times t of w
    had it been tested; that t is the slope here, and where w has nothing to do with the contrast, it is a t like any
    other (after Wang, Zhao, Hastie and Owen 2017 Annals of Statistics 45, 1863-1894).
    """
    values = loadings.by_feature[:, at] * ratio
    row = trend_row(contrast, Annotation(loadings.names[at], values, (), frozenset()), z)
    if row is None:
        return None
    row["kind"] = "loadings"
    both = np.isfinite(values) & np.isfinite(t)
    df, share = loadings.df, float(loadings.shares[at])
    if share * df > _NOISE:
        errors = loadings.noise * np.square(ratio)
        row["factor_t"] = np.sqrt(df) * robust_slope(np.sqrt(df) * values[both], t[both], errors[both])
        row["factor_p"] = two_sided_p(row["factor_t"], df)
    return row


def level_rows(contrast: str, covariate: Annotation, z: FloatArray) -> list[dict[str, Any]]:
    """For each level of a factor its features, their median z, and their mean normal score."""
    both = covariate.known & np.isfinite(z)
    if not covariate.is_factor or np.count_nonzero(both) < _FEWEST:
        return []
    codes, scores = covariate.codes[both], rank_scores(z[both])
    rows = []
    for i, level in enumerate(covariate.levels):
        inside = codes == i
        if np.count_nonzero(inside) >= _FEWEST_IN_LEVEL:
            facts = (int(inside.sum()), float(np.median(z[both][inside])), float(scores[inside].mean()))
            rows.append(dict(zip(LEVEL_COLUMNS, (contrast, covariate.name, level, *facts), strict=True)))
    return rows


def curve(contrast: str, covariate: Annotation, z: FloatArray) -> pd.DataFrame | None:
    """Z smoothed over a number, at points of equal rank; None for a factor."""
    both = covariate.known & np.isfinite(z)
    if covariate.is_factor or np.count_nonzero(both) < _FEWEST:
        return None
    x, y = covariate.data[both].astype(np.float64), z[both]
    order = np.argsort(x, kind="stable")
    order = order[_evenly(len(order), _POINTS)]
    smooth = lowess(x[order], y[order], span=_SPAN)
    at = _evenly(len(order), _SHOWN)
    return pd.DataFrame({"contrast": contrast, "covariate": covariate.name, "x": x[order][at], "z": smooth[at]})


def _evenly(n: int, most: int) -> IntArray:
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.intp))


def _medians(z: FloatArray, codes: IntArray) -> FloatArray:
    order = np.argsort(codes, kind="stable")
    parts = np.split(z[order], np.flatnonzero(np.diff(codes[order])) + 1)
    return np.array([np.median(part) for part in parts])
