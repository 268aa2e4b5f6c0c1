"""What each contrast of a design rests on, and what adjustment costs it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.batch.annotations import Annotation
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.core.sample_weights import carriers, effective_number, is_difference, weights_of_samples, weights_without
from ebayes_lm.design.comparisons import one_against_rest, pairwise
from ebayes_lm.design.contrasts import as_contrast_matrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import joined

#: A contrast is said to rest on the samples that make up so much of its variance.
CARRIED = 0.8
#: Means of up to so many groups are compared in pairs, of more each with the rest.
_MOST_PAIRED = 4


def terms_of_interest(design: Design) -> tuple[str, ...]:
    """Terms that the analysis is about: as the design says, else all but constants and nuisance."""
    if design.of_interest:
        return design.of_interest
    aside = {*design.nuisance, *(n for n, c in zip(design.names, design.matrix.T, strict=True) if np.ptp(c) == 0.0)}
    return tuple(t for t, columns in design.terms.items() if not set(columns) <= aside) or tuple(design.terms)


def contrasts_of(design: Design, given: Any) -> pd.DataFrame:
    """Contrasts as given; else the coefficients of the terms of interest, differences where these are means."""
    if given is not None:
        return as_contrast_matrix(given, design.names)
    parts = [_of_term(design, term) for term in terms_of_interest(design)]
    return pd.concat(parts, axis=1)


def _of_term(design: Design, term: str) -> pd.DataFrame:
    names = design.terms[term]
    levels = design.levels.get(term, []) if design.formula is not None else []
    if len(levels) == len(names) > 1:
        return pairwise(design, term) if len(names) <= _MOST_PAIRED else one_against_rest(design, term)
    weights = pd.DataFrame(np.eye(design.shape[1]), index=design.names, columns=design.names)
    return weights[names]


def facts_of(design: Design, contrasts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row of facts for each contrast, and the weights that samples have in its estimate."""
    rows, weights = {}, {}
    for name in contrasts.columns:
        contrast = contrasts[name].to_numpy(dtype=np.float64)
        found = weights_of_samples(design.matrix, contrast)
        weights[name] = np.full(design.shape[0], np.nan) if found is None else found
        rows[name] = _row(design, contrast, found)
    frame = pd.DataFrame(weights, index=design.samples, columns=contrasts.columns)
    return pd.DataFrame.from_dict(rows, orient="index"), frame


def _row(design: Design, contrast: FloatArray, weights: FloatArray | None) -> dict[str, Any]:
    kept, aside = _split(design, contrast)
    without = weights if not aside else weights_without(design.matrix, contrast, kept)
    facts: dict[str, Any] = {
        "estimable": weights is not None,
        "variance_inflation": _ratio(weights, without),
        "adjusted_for": joined(aside),
        "informing": 0, "informing_unadjusted": 0 if without is None else int(np.count_nonzero(without)),
        "silenced": 0, "drawn_in": 0, "effective_samples": np.nan, "carried_by": 0, "largest_share": np.nan,
    }  # fmt: skip
    if weights is None:
        return facts
    squares, before = np.square(weights), weights if without is None else without
    return facts | {
        "informing": int(np.count_nonzero(weights)),
        "silenced": int(np.count_nonzero((before != 0) & (weights == 0))),
        "drawn_in": int(np.count_nonzero((before == 0) & (weights != 0))),
        "effective_samples": effective_number(weights),
        "carried_by": len(carriers(weights, CARRIED)),
        "largest_share": float(squares.max() / squares.sum()),
    }


def _ratio(weights: FloatArray | None, without: FloatArray | None) -> float:
    """Variance over that without adjustment: NaN where that has no estimate either, infinite where only it has one."""
    if without is None:
        return float("nan")
    return float("inf") if weights is None else float(np.square(weights).sum() / np.square(without).sum())


def _split(design: Design, contrast: FloatArray) -> tuple[BoolArray, list[str]]:
    """Columns that a contrast is about, and the terms that adjust it.

    It is about the terms that it weighs, about their interactions, and about the margins of all of these: without one
    of them its coefficients would mean something else.
    """
    terms = design.terms
    weighed = {design.names[j] for j in np.flatnonzero(contrast)}
    about = [set(_parts(t)) for t, columns in terms.items() if weighed & set(columns) and t != INTERCEPT]
    above = [set(_parts(t)) for t in terms if any(part <= set(_parts(t)) for part in about)]
    kept_terms = {t for t in terms if t == INTERCEPT or any(set(_parts(t)) <= part for part in above)}
    kept = {column for t in kept_terms for column in terms[t]} | weighed
    return np.array([name in kept for name in design.names]), [t for t in terms if not set(terms[t]) <= kept]


def _parts(term: str) -> list[str]:
    return term.split(":")


def cost_of_annotations(design: Design, contrasts: pd.DataFrame, annotations: list[Annotation]) -> pd.DataFrame:
    """Variance of each contrast with an annotation taken into the design over that without it.

    Annotations x contrasts, over the samples whose annotation is known; infinite where the contrast could no longer be
    estimated, NaN of means, which an annotation splits up. The second level of columns, ``beyond_chance``, is the share
    of the contrast that the annotation explains less what chance gives, 1 where it takes all.
    """
    rows = {a.name: _cost(design, contrasts, a) for a in annotations}
    columns = pd.MultiIndex.from_product([contrasts.columns, ["variance_inflation", "beyond_chance"]])
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=np.float64)


def _cost(design: Design, contrasts: pd.DataFrame, annotation: Annotation) -> list[float]:
    x = design.matrix[annotation.known]
    p, rank = x.shape[1], pivoted_qr(x).rank
    whole = np.hstack([x, annotation.columns()])
    added, room = pivoted_qr(whole).rank - rank, len(x) - rank + 1
    kept = np.arange(whole.shape[1]) < p
    found: list[float] = []
    for name in contrasts.columns:
        contrast = np.append(contrasts[name].to_numpy(dtype=np.float64), np.zeros(whole.shape[1] - p))
        before, after = weights_of_samples(x, contrast[kept]), weights_of_samples(whole, contrast)
        if before is None or not is_difference(before) or (after is None and room <= added + 1):
            found += [np.nan, np.nan]
        elif after is None:
            found += [np.inf, 1.0]
        else:
            ratio = max(float(np.square(after).sum() / np.square(before).sum()), 1.0)
            found += [ratio, max(0.0, 1.0 - room / max(room - added, 1) / ratio)]
    return found
