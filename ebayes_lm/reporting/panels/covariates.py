"""Columns of the sample table that points can be coloured by."""

from __future__ import annotations

import numpy as np

from ebayes_lm.batch.annotations import Annotation, annotations_of
from ebayes_lm.reporting.panels.panel import ColourBy
from ebayes_lm.reporting.panels.reading import Reading

#: More levels than this cannot be told apart by colour, nor more covariates looked through.
_MOST_LEVELS, _MOST_COVARIATES = 20, 12


def covariates(data: Reading) -> tuple[ColourBy, ...]:
    """What is known of samples, those columns first that the design reads, in its order."""
    found = [a for a in annotations_of(data.fit.design, data.table) if not a.is_running_number]
    found = [each.in_groups() or each for each in found]
    shown = [each for each in found if len(each.levels) <= _MOST_LEVELS]
    terms = [*data.fit.design.terms]
    shown.sort(key=lambda each: min((terms.index(term) for term in each.terms if term in terms), default=len(terms)))
    return tuple(_colour(each) for each in shown[:_MOST_COVARIATES])


def _colour(annotation: Annotation) -> ColourBy:
    if annotation.is_factor:
        return ColourBy(annotation.name, "category", annotation.codes, annotation.levels)
    return ColourBy(annotation.name, "number", annotation.numbers.astype(np.float32))
