"""Values of features in all samples, in steps fine enough for a picture, and the model that adjusts them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.reporting.page.arrays import ArrayStore, rounded
from ebayes_lm.reporting.page.subject import Comparison, Subject

#: Steps between the least and the largest value of a feature; no picture tells finer ones.
STEPS = 1000
_MISSING = 65535


class FeatureValues:
    """Values of features of a fit in an order, read as far as they are asked for, each once."""

    def __init__(self, subject: Subject, order: IntArray, label: str) -> None:
        self._subject, self._order, self._label = subject, order, label
        self._values = np.empty((0, len(subject.columns)))
        self._coefficients = np.empty((0, subject.mod.design.shape[1]))

    def facts(self, number: int, store: ArrayStore) -> dict[str, Any]:
        """What the page knows of the values of the first features."""
        self._read(number)
        low, step, codes = in_steps(self._values[:number])
        return {
            "rows": store.add("values.rows", np.arange(number, dtype=np.uint32)),
            "codes": store.add("values.codes", codes),
            "low": store.add("values.low", low),
            "step": store.add("values.step", step),
            "label": self._label,
            "fit": self._model(number, store) if self._subject.repeats == 1 else None,
        }

    def _model(self, number: int, store: ArrayStore) -> dict[str, Any]:
        """Design and coefficients, what each comparison holds equal, and the columns that it is about."""
        subject = self._subject
        design, used = subject.mod.design, subject.mod.fit.plan.used
        return {
            "design": store.add("X", rounded(design.matrix)),
            "coefs": store.add("beta", rounded(self._coefficients[:number])),
            "others": {f"c{j}": held_equal(design, c) for j, c in enumerate(subject.comparisons)},
            "about": {f"c{j}": _about(subject, c) for j, c in enumerate(subject.comparisons)},
            "centre": store.add("X.mean", rounded(design.matrix[slice(None) if used is None else used].mean(axis=0))),
        }

    def _read(self, number: int) -> None:
        have = len(self._values)
        if number <= have:
            return
        more = self._subject.values(self._order[have:number])
        self._values = np.concatenate([self._values, more])
        if self._subject.repeats == 1:
            self._coefficients = np.concatenate([self._coefficients, coefficients_of(self._subject, more)])


def coefficients_of(subject: Subject, values: FloatArray) -> FloatArray:
    """Coefficients (v, p) of the design for these values, with the weights that samples have in the fit.

    A fit of contrasts does not hold them any more. Features that lack values are fitted to what they have, the same
    gaps together; those that cannot be stay missing.
    """
    plan, x = subject.mod.fit.plan, subject.mod.design.matrix
    coefficients = plan.rows(values, use_kernel=False).coefficients
    used = np.arange(len(x)) if plan.used is None else plan.used
    gaps = np.isnan(values[:, used])
    lacking = np.flatnonzero(gaps.any(axis=1))
    if plan.whitener is not None or not len(lacking):
        return coefficients
    patterns, which = np.unique(gaps[lacking], axis=0, return_inverse=True)
    for k, pattern in enumerate(patterns):
        rows, kept = lacking[which.ravel() == k], used[~pattern]
        root = np.sqrt(plan.weights[~pattern])
        found, _, rank, _ = np.linalg.lstsq(x[kept] * root[:, None], values[np.ix_(rows, kept)].T * root[:, None])
        if rank == x.shape[1]:
            coefficients[rows] = found.T
    return coefficients


def in_steps(values: FloatArray) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Least value (v,) and step (v,) of each row, and values (v, n) as numbers of steps; 65535 is missing."""
    known = ~np.isnan(values)
    low = np.where(known, values, np.inf).min(axis=1)
    high = np.where(known, values, -np.inf).max(axis=1)
    none = ~known.any(axis=1)
    low[none], high[none] = 0.0, 0.0
    low = low.astype(np.float32)
    step = np.maximum((high - low) / STEPS, np.finfo(np.float32).tiny).astype(np.float32)
    with np.errstate(invalid="ignore"):
        steps = np.clip(np.rint((values - low[:, None]) / step[:, None]), 0, STEPS + 1)
    return low, step, np.where(known, steps, _MISSING).astype(np.uint16)


def held_equal(design: Design, comparison: Comparison) -> list[int]:
    """Columns of the design whose terms have nothing to do with a comparison."""
    names, about = design.names, _factors_of(design, comparison)
    apart = [t for t in design.terms if t != INTERCEPT and not about & set(t.split(":"))]
    return [names.index(column) for term in apart for column in design.terms[term]]


def _factors_of(design: Design, comparison: Comparison) -> set[str]:
    """Factors and numbers whose terms a comparison weighs."""
    weighed = {name for name, weight in comparison.weights.items() if weight != 0.0}
    return {part for term, columns in design.terms.items() if weighed & set(columns) for part in term.split(":")}


def _about(subject: Subject, comparison: Comparison) -> list[str]:
    """Columns of the sample table that it weighs."""
    about = _factors_of(subject.mod.design, comparison)
    return [str(name) for name in subject.samples.columns if str(name) in about]
