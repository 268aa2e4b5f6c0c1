"""How hidden factors go along with a column of the design, from effects and loadings of many features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ebayes_lm._typing import FloatArray

#: Weights of standardised residuals, psi(r) / r of a score function psi, and its derivative.
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
#: A start is as good where it is this near.
_NEAR = 1e-6
#: Steps this short are nearly linear in those before, of which so many are looked at.
_SHORT, _MOST_MOVES = 1e-3, 6
#: A direction is not known that carries less than this share of the largest.
_SINGULAR = 1e-10


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
    equation = _Equation(effects / sd, np.ascontiguousarray(loadings.T) / sd, unscaled, 1.0 / m, loadings.shape[1])
    if not robust:
        return _found(equation, _straight, np.zeros(equation.k))
    start, _ = _solution(equation, _huber, np.zeros(equation.k), _NEAR)
    plain = _found(equation, _bisquare, start)
    if len(sd) <= 2 * (equation.k + 2):
        return plain
    beside = replace(equation, x=np.vstack([equation.x, 1.0 / sd]))
    start, _ = _solution(beside, _huber, np.append(start, 0.0), _NEAR)
    shifted = _found(beside, _bisquare, start)
    return shifted if shifted.level != 0.0 else replace(plain, beside_level=shifted.covariance)


@dataclass(frozen=True, eq=False)
class _Equation:
    """Standardised effects (G,) and predictors (q, G), the variance of the former, and that of errors of loadings.

    The first ``k`` predictors are loadings; one may follow that has no error.
    """

    y: FloatArray
    x: FloatArray
    unscaled: float
    error: float
    k: int

    def spread(self, a: FloatArray) -> float:
        """Variance of the residuals."""
        return float(self.unscaled + self.error * np.square(a[: self.k]).sum())

    def residuals(self, a: FloatArray) -> FloatArray:
        """Standardised residuals (G,)."""
        r: FloatArray = a @ self.x
        np.subtract(self.y, r, out=r)
        r /= np.sqrt(self.spread(a))
        return r

    def step(self, score: Score, a: FloatArray) -> FloatArray:
        """Weighted least squares with errors of loadings taken out, by weights at ``a``."""
        weights, slope = score(self.residuals(a))
        weighted = self.x * weights
        gram, known = self.less_errors(weighted @ self.x.T, slope)
        sides = weighted @ self.y
        return np.asarray(np.linalg.solve(gram, sides) if known else np.linalg.lstsq(gram, sides, rcond=None)[0])

    def less_errors(self, gram: FloatArray, slope: FloatArray) -> tuple[FloatArray, bool]:
        """Take from a cross product what errors of loadings add, and no more than these can bear beside a mean.

        Also whether all of its directions are known well.
        """
        k = self.k
        inside = gram[:k, :k]
        if len(gram) > k and gram[k, k] > 0.0:
            inside = inside - np.outer(gram[:k, k], gram[k, :k] / gram[k, k])
        sizes = np.linalg.eigvalsh(inside)
        taken = max(0.0, min(float(slope.sum()) * self.error, _MOST_ERROR * float(sizes[0])))
        gram = gram.copy()
        gram[np.arange(k), np.arange(k)] -= taken
        mean_known = len(gram) == k or gram[k, k] > _SINGULAR * gram.trace()
        return gram, bool(mean_known and sizes[0] - taken > _SINGULAR * sizes[-1])


def _found(equation: _Equation, score: Score, start: FloatArray) -> Association:
    x, k = equation.x, equation.k
    a, converged = _solution(equation, score, start, _ACCURACY)
    spread, r = equation.spread(a), equation.residuals(a)
    weights, slope = score(r)
    inverse = np.linalg.pinv(equation.less_errors((x * slope) @ x.T, slope)[0])
    # of known variance where no feature is kept back
    meat = x @ x.T if score is _straight else (x * np.square(weights * r)) @ x.T
    covariance = spread * inverse @ meat @ inverse
    level = 0.0
    if len(a) > k and abs(a[k]) > _LEVEL_SHOWS * np.sqrt(covariance[k, k]):
        level = float(a[k])
    scatter = float(np.median(np.abs(r))) / _MEDIAN_SIZE
    return Association(a[:k], covariance[:k, :k], spread, level, covariance[:k, :k], scatter, converged)


def _solution(equation: _Equation, score: Score, start: FloatArray, accuracy: float) -> tuple[FloatArray, bool]:
    """Root of the corrected score by weighted least squares in turn, and whether it came to rest.

    Where steps have become short, those before tell where they lead to (Anderson 1965, Journal of the ACM 12, 547-560).
    """
    a, before, moves = start, np.inf, _Moves(len(start) + 1)
    for _ in range(_MOST_STEPS):
        found = equation.step(score, a)
        length, scale = np.abs(found - a).max(initial=0.0), max(1.0, np.abs(found).max(initial=0.0))
        if length <= accuracy * scale:
            return found, True
        if length > min(before, _SHORT * scale):
            moves.forget()
        a, before = moves.onward(a, found), length
    return a, False


class _Moves:
    """The last points of an iteration and what they were followed by."""

    def __init__(self, most: int) -> None:
        self.most = min(most, _MOST_MOVES)
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self.ends: list[FloatArray] = []
        self.steps: list[FloatArray] = []

    def onward(self, a: FloatArray, found: FloatArray) -> FloatArray:
        """The point where the steps so far, taken for linear, come to rest; ``found`` where there are none."""
        self.ends, self.steps = [*self.ends[-self.most :], found], [*self.steps[-self.most :], found - a]
        if len(self.ends) == 1:
            return found
        steps, ends = np.diff(self.steps, axis=0), np.diff(self.ends, axis=0)
        return np.asarray(found - np.linalg.lstsq(steps.T, self.steps[-1], rcond=None)[0] @ ends)


def _straight(r: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.ones_like(r), np.ones_like(r)


def _huber(r: FloatArray) -> tuple[FloatArray, FloatArray]:
    size = np.abs(r)
    return _HUBER / np.maximum(size, _HUBER), (size < _HUBER).astype(np.float64)


def _bisquare(r: FloatArray) -> tuple[FloatArray, FloatArray]:
    u = r / _BISQUARE
    u *= u
    left = 1.0 - np.minimum(u, 1.0, out=u)
    u *= -5.0
    u += 1.0
    u *= left
    left *= left
    return left, u


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
