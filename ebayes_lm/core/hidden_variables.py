"""Hidden variables of samples from many features at once (Leek and Storey 2007, 2008)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.local_fdr import local_fdr_of_f
from ebayes_lm.core.nested_models import Directions, NestedModels

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

    def cross_product(self, work: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Sum of ``z' z`` over blocks, z being what ``work`` makes of a block."""

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
    sizes, vectors = np.linalg.eigh(cross)
    real = int(np.sum(sizes > _ROUNDING * max(float(sizes[-1]), 0.0)))
    chosen = vectors[:, ::-1][:, : min(k, real)]
    signs = np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(chosen.shape[1])])
    return np.asarray(chosen * signs)


def residual_directions(rows: Rows, models: NestedModels, k: int) -> FloatArray:
    """First right singular vectors (n, k) of what the design leaves of all rows."""
    return leading(rows.cross_product(models.residuals), min(k, models.df_residual))


def f_statistics(rows: Rows, directions: Directions, left: FloatArray) -> tuple[FloatArray, ...]:
    """F statistics (G,) of all rows, of hidden variables and of terms; what the null design leaves is known."""
    return rows.each(lambda y, at: directions.f_statistics(y, left[at]))


def reweighted(rows: Rows, models: NestedModels, k: int, iterations: int) -> HiddenVariables:
    """Hidden variables from features weighed by how likely these alone move them (Leek and Storey 2008).

    The first guess are residual directions. A feature then counts by the probability that it is associated with them,
    times that of there being no effect of interest beside them; directions of weighted features are the next guess.
    """
    (left,) = rows.each(lambda y, _: (models.left_by_null(y),))
    hidden = residual_directions(rows, models, k)
    association = effect = np.zeros(0)
    for _ in range(iterations):
        directions = models.beside(hidden)
        of_hidden, of_interest = f_statistics(rows, directions, left)
        association = 1.0 - local_fdr_of_f(of_hidden, *directions.df_hidden)
        effect = 1.0 - local_fdr_of_f(of_interest, *directions.df_interest)
        weights = np.nan_to_num(association * (1.0 - effect))
        found = leading(rows.centred_cross_product(weights), k)
        if directions.degenerate or found.shape[1] < k:
            return HiddenVariables(hidden, association, effect, settled=False)
        hidden = found
    return HiddenVariables(hidden, association, effect)


def two_steps(rows: Rows, models: NestedModels, k: int) -> HiddenVariables:
    """Hidden variables from the features that go along with each residual direction (Leek and Storey 2007).

    Of the directions of those features the one that is most like the residual direction is taken; a residual direction
    with fewer features than there are samples is left out, as in R: they would hardly say more than it does.
    """
    n = len(models.null)
    targets = residual_directions(rows, models, k)
    level = NestedModels(np.full((n, 1), n**-0.5), np.zeros((n, 0)))
    (left,) = rows.each(lambda y, _: (level.left_by_null(y),))
    found, belongs = [], []
    for target in targets.T:
        directions = level.beside(target[:, None])
        f, _ = f_statistics(rows, directions, left)
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
