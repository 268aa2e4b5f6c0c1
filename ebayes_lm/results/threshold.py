"""TreatFit: tests against a smallest effect that matters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.threshold import averaged, excess_t, log_threshold_p, single, threshold_p
from ebayes_lm.errors import ArgumentError
from ebayes_lm.results.arguments import real, truth
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.moderation import moderated_variances
from ebayes_lm.results.tested import TestedFit
from ebayes_lm.results.values import VARIANCES, to_frame


@dataclass(frozen=True, eq=False, repr=False)
class TreatFit(TestedFit):
    """Tests of every feature against a threshold (McCarthy and Smyth 2009).

    Made by :func:`treat`. It has no F and no log odds: these are of "no change at all".

    Attributes
    ----------
    fit : LinearFit
        What was tested.
    prior : VariancePrior
        The prior of the variances; ``.method`` names its estimator. Mixed models have one for each coefficient, in
        ``.each``.
    moderation : Moderation or ContrastModeration
        Posterior variances and degrees of freedom, in numbers.
    lfc : float
        The threshold for the size of effects.
    upshot : bool
        Whether p is the average over all thresholds up to that one.
    """

    lfc: float
    upshot: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Every component with a value per feature, as one table; matrices as ``component.coef``."""
        return to_frame(self, ("coefficients", "stdev_unscaled", "t", "p_value", *VARIANCES))

    def log_p_value_of(self, k: int) -> FloatArray:
        """Natural logarithm of p of coefficient k, (features,)."""
        return log_threshold_p(*self._effects(k), self.moderation.of(k), self._df_total_of(k), self._rule)

    def _p_value_of(self, k: int) -> FloatArray:
        return threshold_p(*self._effects(k), self.moderation.of(k), self._df_total_of(k), self._rule)

    def _t_of(self, k: int) -> FloatArray:
        t = excess_t(*self._effects(k), self.moderation.of(k), 0.5 * self.lfc if self.upshot else self.lfc)
        return np.where(np.isnan(t), 0.0, t) if getattr(self.fit, "compat", None) == "limma" else t

    def _effects(self, k: int) -> tuple[FloatArray, FloatArray]:
        return self._linear.coefficients[:, k], self._unscaled(k)

    @property
    def _rule(self) -> FloatArray:
        return averaged(self.lfc) if self.upshot else single(self.lfc)

    def _described(self) -> str:
        against = f"an average of thresholds up to {self.lfc:.4g}" if self.upshot else f"{self.lfc:.4g}"
        return f"size of effects against {against}; {super()._described()}"


def treat(
    fit: LinearFit,
    *,
    fc: float = 1.2,
    lfc: float | None = None,
    trend: bool | ArrayLike | pd.Series[float] = False,
    span: float | None = None,
    robust: bool = False,
    winsor_tail_p: tuple[float, float] = (0.05, 0.1),
    legacy: bool | None = None,
    zero_variance: str = "limma",
    upshot: bool = False,
) -> TreatFit:
    """Moderate variances and test whether effects are larger than a threshold, not only other than zero.

    Parameters
    ----------
    fit : LinearFit
    fc : float
        Fold change that effects have to exceed; its base 2 logarithm is the threshold.
    lfc : float, optional
        The threshold itself, in the units of the data, in place of ``fc``. Its sign does not matter.
    trend, span, robust, winsor_tail_p, legacy, zero_variance
        The prior of the variances, as in :func:`ebayes`.
    upshot : bool
        Average p over thresholds spread evenly between ``-lfc`` and ``lfc``: a compromise between the test of "no
        change" and that of the whole threshold.

    Returns
    -------
    TreatFit
        t and p of every feature and coefficient; t is how far the effect exceeds the threshold, and 0 within it.

    Raises
    ------
    StageError
        ``fit`` is not a LinearFit.
    DataError
        No feature has residual degrees of freedom.
    ArgumentError
        A fold change that is not positive, or an option of the prior outside its range.

    Notes
    -----
    McCarthy and Smyth (2009) Bioinformatics 25, 765-771: p is the probability of an estimate as far out as this one
    where the true effect lies at the threshold, ``P(T > (|b| - lfc) / se) + P(T > (|b| + lfc) / se)``. The average is
    taken by Gauss-Legendre quadrature of 16 points, as N. Ignatiadis proposed it for limma.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(0).normal(size=(100, 6))
    >>> y[0, 3:] += 6
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> el.treat(fit, lfc=1).top_table("groupB", number=1).index.tolist()
    [0]
    """
    threshold = _threshold(fc, lfc)
    averages = truth(upshot, "upshot")
    moderation, prior = moderated_variances(
        fit,
        "treat",
        trend=trend,
        span=span,
        robust=robust,
        winsor_tail_p=winsor_tail_p,
        legacy=legacy,
        zero_variance=zero_variance,
    )
    return TreatFit(fit, prior, moderation, threshold, averages)


def _threshold(fc: object, lfc: object) -> float:
    if lfc is not None:
        threshold = abs(real(lfc, "lfc", "the log2 fold change that effects have to exceed"))
    else:
        ratio = real(fc, "fc", "the fold change that effects have to exceed")
        if not ratio > 0.0:
            raise ArgumentError(f"fc is a ratio and positive, not {fc!r}; lfc= takes a log2 fold change")
        threshold = abs(float(np.log2(ratio)))
    if not np.isfinite(threshold):
        raise ArgumentError(f"the threshold must be a finite number; fc={fc!r}, lfc={lfc!r} give {threshold}")
    return threshold
