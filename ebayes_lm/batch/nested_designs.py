"""A design and the null design within it: what the analysis is about, and what it adjusts for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.nested_models import NestedModels
from ebayes_lm.core.qr import RANK_TOLERANCE, pivoted_qr, spans_constant
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.boundary import carried_design, design_of
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import DesignError, counted, listing


@dataclass(frozen=True, eq=False)
class NestedDesigns:
    """A matrix, its design, and the models with and without the terms of interest.

    Attributes
    ----------
    matrix : FeatureMatrix
    design : Design
    models : NestedModels
    interest : tuple of str
        Terms of the design that the null design does not hold.
    """

    matrix: FeatureMatrix
    design: Design
    models: NestedModels
    interest: tuple[str, ...]


def nested_designs(design: Any, null_design: Any, matrix: FeatureMatrix, table: Any) -> NestedDesigns:
    """Design and null design of a matrix.

    Raises
    ------
    DesignError
        The null design is not part of the design, or is all of it.
    """
    whole = carried_design(design, matrix, table)
    null = _default_null(whole) if null_design is None else design_of(null_design, matrix, table).matrix
    models = NestedModels.of(whole.matrix, null)
    added = models.interest.shape[1]
    if models.null.shape[1] + added > pivoted_qr(whole.matrix).rank:
        raise DesignError(
            "null_design is not part of the design: it has columns that the columns of the design do not add up to. "
            "Give the terms of the design that the analysis is not about, such as '~ batch' of '~ batch + group'"
        )
    if not added:
        raise DesignError(
            f"the null design holds all of the design ({listing(whole.names)}), so nothing is left that the analysis "
            "could be about; add the term of interest to the design, or leave it out of null_design"
        )
    if models.df_residual < 2:
        raise DesignError(
            f"the design leaves {counted(models.df_residual, 'residual degree')} of freedom; hidden variables need two "
            "at least"
        )
    return NestedDesigns(matrix, whole, models, _terms_beyond(whole, models.null))


def _default_null(design: Design) -> FloatArray:
    """The terms that are not of interest where a design says which are; else a constant, or the first column."""
    if design.of_interest is not None:
        adjusted = [c for term, columns in design.terms.items() if term not in design.of_interest for c in columns]
        if adjusted:
            return design.matrix[:, [design.names.index(name) for name in adjusted]]
    if INTERCEPT in design.names:
        return design.matrix[:, [design.names.index(INTERCEPT)]]
    return np.ones((design.shape[0], 1)) if spans_constant(design.matrix) else design.matrix[:, :1]


def _terms_beyond(design: Design, null: FloatArray) -> tuple[str, ...]:
    """Terms with a column that the null design does not hold."""
    left = np.linalg.norm(design.matrix - null @ (null.T @ design.matrix), axis=0)
    beyond = left > RANK_TOLERANCE * np.linalg.norm(design.matrix, axis=0)
    held = dict(zip(design.names, beyond, strict=True))
    return tuple(term for term, columns in design.terms.items() if any(held[name] for name in columns))
