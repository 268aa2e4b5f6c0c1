"""Factor analysis of many rows whose noise differs: scores by weighted principal components, weights by the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from scipy.linalg import eigh

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.prior_options import PriorOptions
from ebayes_lm.core.row_layout import squared_lengths
from ebayes_lm.core.signs import upright
from ebayes_lm.core.squeeze import estimate_prior, posterior_variance

#: Cross product (m, m) of rows (G, m) that are multiplied by weights (G,).
CrossProduct: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]

#: A weight takes no more of a row to be explained than this leaves: a factor that follows one row alone gains nothing.
LEAST_NOISE = 0.1
#: Scores are at rest where the space of the last step and this one share all but this much.
AT_REST = 1e-9
#: The same where an answer only depends on them roughly. Factors in noise, which tell little, come to rest late.
ROUGHLY_AT_REST = 1e-4
_MOST_STEPS = 200


@dataclass(frozen=True, eq=False)
class FactorAnalysis:
    """Rows (G, m) as ``loadings scores' + noise``.

    Attributes
    ----------
    scores : (m, k) array
        Orthogonal columns of length ``sqrt(m)``, the strongest first.
    loadings : (G, k) array
        Least squares on the scores; their errors have the variance of the row's noise over m.
    variances : (G,) array
        Variances of the noise, moderated.
    converged : bool
    """

    scores: FloatArray
    loadings: FloatArray
    variances: FloatArray
    converged: bool


def cross_product(rows: FloatArray, weights: FloatArray) -> FloatArray:
    """Cross product of weighted rows, at once."""
    weighted = rows * weights[:, None]
    product: FloatArray = weighted.T @ weighted
    return product


class Rows(Protocol):
    """Rows (G, m) without means, held or read again each time."""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""

    def squares(self) -> FloatArray:
        """Sums of squares (G,)."""

    def along(self, basis: FloatArray) -> FloatArray:
        """Rows in a basis (m, k)."""

    def cross(self, weights: FloatArray) -> FloatArray:
        """Cross product (m, m) of rows times their weights (G,)."""

    def crosses(self, weights: FloatArray, parts: list[IntArray]) -> list[FloatArray]:
        """The same of some of the rows each."""


@dataclass(frozen=True, eq=False)
class HeldRows:
    """Rows of an array, and what takes cross products of them."""

    array: FloatArray
    product: CrossProduct = cross_product

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return self.array.shape[0], self.array.shape[1]

    def squares(self) -> FloatArray:
        """Sums of squares."""
        return squared_lengths(self.array)

    def along(self, basis: FloatArray) -> FloatArray:
        """Rows in a basis."""
        return self.array @ basis

    def cross(self, weights: FloatArray) -> FloatArray:
        """Cross product of weighted rows."""
        return self.product(self.array, weights)

    def crosses(self, weights: FloatArray, parts: list[IntArray]) -> list[FloatArray]:
        """The same of some of the rows each."""
        return [self.product(self.array[part], weights[part]) for part in parts]


def rows_of(rows: FloatArray | Rows) -> Rows:
    """Rows as they are, or of an array."""
    return HeldRows(rows) if isinstance(rows, np.ndarray) else rows


def factor_analysis(
    rows: FloatArray | Rows, k: int, *, lost: FloatArray | None = None, at_rest: float = AT_REST,
    telling: int | None = None,
) -> FactorAnalysis:  # fmt: skip
    """Factors of rows (G, m) without means, G many times m, by maximum likelihood for factors and noise in turn.

    Parameters
    ----------
    rows : (G, m) array or Rows
    k : int
        How many factors, less than m.
    lost : (G,) array, optional
        Degrees of freedom that a row lacks, those of imputed values.
    at_rest : float
        Share of a factor that another step may still change.
    telling : int, optional
        How many factors have to come to rest, the strongest ones; by default all.

    Notes
    -----
    Given the variances, the likelihood of a factor model is greatest at the principal components of rows divided by
    their standard deviations (Lawley & Maxwell 1971, chapter 4; Bai & Li 2012, Annals of Statistics 40, 436-465).
    Given those, variances are what they leave of each row. These are moderated between steps, because a variance of
    few degrees of freedom that fell to zero would draw a factor to its row alone.
    """
    rows = rows_of(rows)
    m = rows.shape[1]
    free = m - (0.0 if lost is None else lost)
    squares = rows.squares()
    variances = noise(squares, free)
    basis, converged, telling = np.empty((m, 0)), k == 0, k if telling is None else telling
    for _ in range(_MOST_STEPS if k else 0):
        before, basis = basis, leading(rows.cross(weights_of(variances, squares, m)), k)
        inside = rows.along(basis)
        variances = noise(np.maximum(squares - squared_lengths(inside), 0.0), free - k)
        if before.size and telling - float(np.square(before.T @ basis[:, :telling]).sum()) < at_rest * max(telling, 1):
            converged = True
            break
    scores = basis * np.sqrt(m)
    return FactorAnalysis(scores, rows.along(scores) / m, variances, converged)


def noise(squares: FloatArray, df: FloatArray | float) -> FloatArray:
    """Moderated variances of rows, from their sums of squares on so many df."""
    df = np.maximum(df, 0.0)
    raw = np.divide(squares, df, out=np.zeros_like(squares), where=np.asarray(df > 0))
    equal = np.ndim(df) == 0 or bool((df == np.ravel(df)[0]).all())
    shared = np.asarray(np.ravel(df)[0] if equal else df, dtype=np.float64)
    return posterior_variance(raw, shared, estimate_prior(raw, shared, None, PriorOptions(legacy=True)))


def weights_of(variances: FloatArray, squares: FloatArray, m: int) -> FloatArray:
    """Weights of rows in the search for factors: one over standard deviations."""
    weights: FloatArray = 1.0 / np.sqrt(np.maximum(variances, LEAST_NOISE * squares / m))
    return weights


def leading(cross: FloatArray, k: int) -> FloatArray:
    """The first k eigenvectors (m, k) of a cross product, each with its largest entry positive."""
    m = len(cross)
    return upright(eigh(cross, subset_by_index=(m - k, m - 1))[1][:, ::-1])
