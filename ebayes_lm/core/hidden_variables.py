"""Hidden variables of samples from many features at once (Leek and Storey 2007, 2008)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from scipy.linalg import eigh

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.in_order import Part
from ebayes_lm.core.local_fdr import local_fdr_of_f
from ebayes_lm.core.nested_models import Directions, NestedModels
from ebayes_lm.core.signs import upright

#: What is computed of a block of rows and its place, the first axis of each array being the row.
OfRows: TypeAlias = Callable[[FloatArray, slice], tuple[AnyArray, ...]]

#: Features below this local false discovery rate belong to a residual direction.
_BELONGS = 0.1
#: A direction of which weighted rows hold less than this share of the first one is rounding.
_ROUNDING = 1e-12


class Rows(Protocol):
    """Rows (g, n) of complete values that are gone through block by block."""

    def each(self, work: OfRows) -> tuple[AnyArray, ...]:
        """Arrays over all rows."""

    def folded(self, work: Callable[[FloatArray, slice], Part], join: Callable[[Part, Part], Part]) -> Part:
        """What ``work`` gives for the blocks, joined in their order."""

    def centred_cross_product(self, weights: FloatArray) -> FloatArray:
        """Cross product (n, n) of rows less their means, times their weights (G,)."""


class HiddenVariables(NamedTuple):
    """Hidden variables (n, k), and what is known of the features (G,).

    Probabilities of an association with the hidden variables, and of an effect of interest where it is known.
    ``settled`` says that weights of features led to as many directions as were asked for.
    """

    values: FloatArray
    association: FloatArray
    effect: FloatArray | None
    settled: bool = True


def leading(cross: FloatArray, k: int) -> FloatArray:
    """Eigenvectors (n, up to k) of a cross product, those of the largest eigenvalues; the largest entry is positive."""
    n = len(cross)
    sizes, vectors = eigh(cross, subset_by_index=(n - min(k, n), n - 1))
    real = sizes > _ROUNDING * max(float(sizes[-1]), 0.0)
    return upright(vectors[:, real][:, ::-1])


def residual_directions(rows: Rows, models: NestedModels, k: int) -> tuple[FloatArray, FloatArray]:
    """First right singular vectors (n, k) of what the design leaves of all rows, and squares (G,) left by the null."""

    def look(y: FloatArray, _: slice) -> tuple[list[FloatArray], FloatArray]:
        rest, left = models.residuals(y)
        return [left], np.asarray(rest.T @ rest)

    left, cross = rows.folded(look, lambda a, b: (a[0] + b[0], a[1] + b[1]))
    return leading(cross, min(k, models.df_residual)), np.concatenate(left)


def reweighted(rows: Rows, models: NestedModels, k: int, iterations: int) -> HiddenVariables:
    """Hidden variables from features weighed by how likely these alone move them (Leek and Storey 2008).

    The first guess are residual directions. A feature then counts by the probability that it is associated with them,
    times that of there being no effect of interest beside them; directions of weighted features are the next guess.
    """
    hidden, left = residual_directions(rows, models, k)
    association = effect = np.zeros(0)
    for _ in range(iterations):
        directions = models.beside(hidden)
        of_hidden, of_interest = rows.each(partial(_f_statistics, directions, left))
        association = 1.0 - local_fdr_of_f(of_hidden, *directions.df_hidden)
        effect = 1.0 - local_fdr_of_f(of_interest, *directions.df_interest)
        weights = np.nan_to_num(association * (1.0 - effect))
        found = leading(rows.centred_cross_product(weights), k)
        if directions.degenerate or found.shape[1] < k:
            return HiddenVariables(hidden, association, effect, settled=False)
        hidden = found
    return HiddenVariables(hidden, association, effect)


def _f_statistics(directions: Directions, left: FloatArray, y: FloatArray, at: slice) -> tuple[FloatArray, ...]:
    return directions.f_statistics(y, left[at])


def two_steps(rows: Rows, models: NestedModels, k: int) -> HiddenVariables:
    """Hidden variables from the features that go along with each residual direction (Leek and Storey 2007).

    Of the directions of those features the one that is most like the residual direction is taken; a residual direction
    with fewer features than there are samples is left out, as in R: they would hardly say more than it does.
    """
    n = len(models.null)
    targets, _ = residual_directions(rows, models, k)
    level = NestedModels(np.full((n, 1), n**-0.5), np.zeros((n, 0)))
    beside = [level.beside(target[:, None]) for target in targets.T]

    def tests(y: FloatArray, _: slice) -> tuple[FloatArray, ...]:
        left = level.residuals(y)[1]
        return tuple(directions.f_statistics(y, left)[0] for directions in beside)

    found, belongs = [], []
    for target, directions, f in zip(targets.T, beside, rows.each(tests), strict=True):
        chosen = local_fdr_of_f(f, *directions.df_hidden) < _BELONGS
        belongs.append(chosen & (chosen.sum() >= n))
        candidates = leading(rows.centred_cross_product(belongs[-1].astype(np.float64)), n)
        if candidates.shape[1]:
            found.append(candidates[:, np.argmax(_likeness(candidates, target))])
    values = np.column_stack(found) if found else np.zeros((n, 0))
    return HiddenVariables(values, np.any(belongs, axis=0).astype(np.float64), None)


def from_controls(rows: Rows, weights: FloatArray, k: int) -> HiddenVariables:
    """Hidden variables from features weighed by how surely nothing of interest moves them, 0 to 1."""
    found = leading(rows.centred_cross_product(weights), k)
    return HiddenVariables(found, weights, None)


def _likeness(candidates: FloatArray, target: FloatArray) -> FloatArray:
    """Sizes of correlations of columns (n, m) with a target (n,)."""
    centred = candidates - candidates.mean(axis=0)
    about = target - target.mean()
    sizes = np.sqrt(np.sum(np.square(centred), axis=0) * np.sum(np.square(about)))
    return np.asarray(np.abs(about @ centred) / sizes)
