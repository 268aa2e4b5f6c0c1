"""How hidden factors go along with a column of the design, from effects and loadings of many features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray

#: A score function and its derivative at standardised residuals.
Score: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

#: Both are 95 % efficient where all effects are zero.
_HUBER, _BISQUARE = 1.345, 4.685
#: The median size of normal errors, in standard deviations.
_MEDIAN_SIZE = 0.6745
#: Effects have a mean of their own where it is so many standard errors from zero.
_LEVEL_SHOWS = 3.0
#: Errors of loadings are taken out up to this share of what loadings vary.
_MOST_ERROR = 0.9
_MOST_STEPS = 500
_ACCURACY = 1e-9


@dataclass(frozen=True, eq=False)
class Association:
    """Difference of the factors by one of a column of the design.

    Attributes
    ----------
    alpha : (k,) array
    covariance : (k, k) array
        Of the errors of alpha, given the factors.
    spread : float
        Variance of the effects beside the factors, over that of the noise of their feature.
    level : float
        Mean effect beside the factors, 0 where none was allowed for.
    beside_level : (k, k) array
        What the covariance is where a mean effect is allowed for: large where loadings are alike.
    scatter : float
        Median size of the residuals, 1 where all but a few features have no effect beside the factors.
    converged : bool
    """

    alpha: FloatArray
    covariance: FloatArray
    spread: float
    level: float
    beside_level: FloatArray
    scatter: float
    converged: bool

    def added(self, loadings: FloatArray, variances: FloatArray, covariance: FloatArray | None = None) -> float:
        """What errors of alpha add to the variance of an effect, as a share of it, in the mean of features."""
        errors = np.einsum("ij,ij->i", loadings @ (self.covariance if covariance is None else covariance), loadings)
        return float(np.mean(errors / variances) / self.spread)


def association(
    effects: FloatArray, loadings: FloatArray, variances: FloatArray, unscaled: float, m: int, *, robust: bool
) -> Association:
    """Regress effects (G,) on loadings (G, k) whose errors are known.

    Parameters
    ----------
    effects : (G,) array
        Coefficients of a column of the design without the factors; their errors have ``unscaled`` times the variance.
    loadings : (G, k) array
        With independent errors of the variance over m.
    variances : (G,) array
        Of the noise of each feature.
    unscaled : float
    m : int
    robust : bool
        Whether some features have effects of their own, up to half of them.

    Notes
    -----
    Wang, Zhao, Hastie & Owen (2017) Annals of Statistics 45, 1863-1894, whose regression takes loadings for known. The
    equation here is ``sum psi(r) l / s + psi'(r) alpha / (m s^2) = 0`` with ``l`` the loadings in standard deviations
    of the noise, ``r`` standardised residuals and ``s^2 = unscaled + alpha' alpha / m`` their variance. By Stein's
    identity its expectation is zero at the true alpha whatever the other effects, where without the second part
    errors of loadings would draw alpha to zero. With psi(r) = r it is least squares with
    the errors taken out of the cross product (Fuller 1987, Measurement Error Models, section 2.2).

    Features with effects lose weight: Huber's psi from least squares on, then Tukey's bisquare. Effects that have a
    mean, and loadings that have one, would be taken for each other; so where a mean shows, it is estimated beside.
    """
    sd = np.sqrt(variances)
    y, x = effects / sd, loadings / sd[:, None]
    if not robust:
        return _found(_Equation(y, x, unscaled, 1.0 / m), _straight, np.zeros(x.shape[1]), x.shape[1])
    plain = _robust(_Equation(y, x, unscaled, 1.0 / m), x.shape[1])
    if len(y) <= 2 * (x.shape[1] + 2):
        return plain
    shifted = _robust(_Equation(y, np.column_stack([x, 1.0 / sd]), unscaled, 1.0 / m), x.shape[1])
    return shifted if shifted.level != 0.0 else replace(plain, beside_level=shifted.covariance)


@dataclass(frozen=True, eq=False)
class _Equation:
    """Standardised effects (G,) and predictors (G, q), the variance of the former, and that of errors of loadings."""

    y: FloatArray
    x: FloatArray
    unscaled: float
    error: float


def _robust(equation: _Equation, k: int) -> Association:
    start, _ = _solution(equation, _huber, np.zeros(equation.x.shape[1]), k)
    return _found(equation, _bisquare, start, k)


def _found(equation: _Equation, score: Score, start: FloatArray, k: int) -> Association:
    x = equation.x
    a, converged = _solution(equation, score, start, k)
    spread = _spread(equation, a, k)
    r = (equation.y - x @ a) / np.sqrt(spread)
    psi, slope = score(r)
    bread = (x * slope[:, None]).T @ x
    bread[:k, :k] -= _correction(bread, float(slope.sum()) * equation.error, k)
    # of known variance where no feature is kept back
    meat = x.T @ x if score is _straight else (x * np.square(psi)[:, None]).T @ x
    inverse = np.linalg.pinv(bread)
    covariance = spread * inverse @ meat @ inverse
    level = 0.0
    if len(a) > k and abs(a[k]) > _LEVEL_SHOWS * np.sqrt(covariance[k, k]):
        level = float(a[k])
    scatter = float(np.median(np.abs(r))) / _MEDIAN_SIZE
    return Association(a[:k], covariance[:k, :k], spread, level, covariance[:k, :k], scatter, converged)


def _solution(equation: _Equation, score: Score, start: FloatArray, k: int) -> tuple[FloatArray, bool]:
    """Root of the corrected score by weighted least squares in turn, and whether it came to rest."""
    a, x, y = start, equation.x, equation.y
    for _ in range(_MOST_STEPS):
        r = (y - x @ a) / np.sqrt(_spread(equation, a, k))
        psi, slope = score(r)
        weights = np.divide(psi, r, out=np.ones_like(r), where=r != 0)
        gram = (x * weights[:, None]).T @ x
        gram[:k, :k] -= _correction(gram, float(slope.sum()) * equation.error, k)
        before, a = a, np.linalg.lstsq(gram, x.T @ (weights * y), rcond=None)[0]
        if np.abs(a - before).max(initial=0.0) <= _ACCURACY * max(1.0, np.abs(a).max(initial=0.0)):
            return a, True
    return a, False


def _spread(equation: _Equation, a: FloatArray, k: int) -> float:
    return float(equation.unscaled + equation.error * np.square(a[:k]).sum())


def _correction(gram: FloatArray, error: float, k: int) -> FloatArray:
    """What errors of loadings add to their cross product (k, k); no more than they can bear beside a mean."""
    inside = gram[:k, :k] - gram[:k, k:] @ np.linalg.pinv(gram[k:, k:]) @ gram[k:, :k]
    least = float(np.linalg.eigvalsh(inside).min(initial=np.inf))
    return np.asarray(np.eye(k) * max(0.0, min(error, _MOST_ERROR * least)))


def _straight(r: FloatArray) -> tuple[FloatArray, FloatArray]:
    return r, np.ones_like(r)


def _huber(r: FloatArray) -> tuple[FloatArray, FloatArray]:
    inside: BoolArray = np.abs(r) < _HUBER
    return np.clip(r, -_HUBER, _HUBER), inside.astype(np.float64)


def _bisquare(r: FloatArray) -> tuple[FloatArray, FloatArray]:
    u = np.minimum(np.square(r / _BISQUARE), 1.0)
    return r * np.square(1.0 - u), (1.0 - u) * (1.0 - 5.0 * u)


@dataclass(frozen=True, eq=False)
class NoAssociation:
    """Test of there being no association of a column with any factor.

    Attributes
    ----------
    statistic : float
        Hotelling's T squared, which the chi-squared of k df approaches as samples grow.
    p_value : float
    share : float
        Share of the column, beside the rest of the design, that goes along with the factors.
    """

    statistic: float
    p_value: float
    share: float


def no_association(found: Association, unscaled: float, m: int) -> NoAssociation:
    """Test alpha = 0 for factors with variance one over m residual df; errors of alpha count as such of the factors."""
    from scipy.special import fdtrc

    k = len(found.alpha)
    known = float(found.alpha @ found.alpha) / unscaled
    statistic = float(found.alpha @ np.linalg.solve(unscaled * np.eye(k) + found.covariance, found.alpha))
    df = m - k + 1
    return NoAssociation(statistic, float(fdtrc(k, df, statistic * df / (k * m))), known / (known + m))
