"""MixedFit: linear models of all features, each with a correlation within blocks of its own."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.contrast import combine, restated, with_own
from ebayes_lm.core.contrast_variances import ContrastVariances, VarianceParameters
from ebayes_lm.core.mixed_assembly import MixedRecord
from ebayes_lm.core.mixed_covariance import MixedCovariances
from ebayes_lm.core.ols import LinearRecord
from ebayes_lm.core.rooms import MEMORY, Room
from ebayes_lm.errors import StageError, counted
from ebayes_lm.results.exactness import of_own
from ebayes_lm.results.linear import LinearFit, extent

_NO_SHARE = (
    "a mixed model explains variance within blocks and between them, and one share says neither; within_variance, "
    "between_variance and rho tell what is where, and lm_fit() without block= gives shares of a plain fit"
)


@dataclass(frozen=True, eq=False, repr=False)
class MixedFit(LinearFit):
    """Mixed models of all features on one design: a random intercept per block, each feature with its own correlation.

    Made by :func:`lm_fit` with ``correlation="feature"``. It does all that a :class:`LinearFit` does; ``sigma`` is the
    standard deviation within and between blocks together, and residual df are Satterthwaite's, one for each feature
    and coefficient, computed anew for every contrast.

    Attributes
    ----------
    record : MixedRecord
        The numbers.
    labels : Labels
        Names of features and of coefficients.
    plan : LeastSquares
        The design of a complete feature with the consensus correlation.
    annotation : DataFrame or None
        What the input said about features.
    contrast_matrix : (p, k) array
        Each coefficient in terms of the design's columns; the identity until contrasted.
    covariances : MixedCovariances
        What features were fitted to, and their correlations.
    """

    record: MixedRecord
    covariances: MixedCovariances

    @property
    def rho(self) -> pd.Series[float]:
        """Correlation within blocks per feature, negative where samples of one block differ more than others; or NaN.

        It is NaN where the samples of a feature cannot tell variance within blocks from variance between them.
        """
        return self.labels.series(self.record.rho, "rho")

    @property
    def within_variance(self) -> pd.Series[float]:
        """Variance of samples of one block about each other, ``sigma^2 (1 - rho)``."""
        return self.labels.series(np.square(self.record.sigma) * (1.0 - self.record.rho), "within_variance")

    @property
    def between_variance(self) -> pd.Series[float]:
        """Covariance of samples of one block, ``sigma^2 rho``: the variance that blocks add, where not negative."""
        return self.labels.series(np.square(self.record.sigma) * self.record.rho, "between_variance")

    @property
    def df_residual(self) -> pd.DataFrame:
        """Satterthwaite degrees of freedom, features x coefficients; 0 where rho cannot be estimated."""
        return self.labels.frame(self.record.df_residual)

    def combined(self, weights: FloatArray, whole: FloatArray) -> MixedRecord:
        """The record of combinations (coefs, m) of the coefficients; ``whole`` (p, m) in terms of the design."""
        stdev, df = contrast_tests(self.covariances, whole)
        record = with_own(combine(_without_df(self.record), weights), self.covariances, whole, stdev)
        kept = {f.name: getattr(record, f.name) for f in fields(LinearRecord) if f.name != "df_residual"}
        own = {"df_residual": df, "rho": self.record.rho, "n_residual": self.record.n_residual}
        return restated(MixedRecord(**kept, **own))

    def variances(self) -> tuple[ContrastVariances, VarianceParameters]:
        """What the moderation of these coefficients needs, in numbers."""
        own, contrasts = self.covariances, self.contrast_matrix
        parts = of_own(own, lambda at: own.variances(at, contrasts))
        return ContrastVariances(*parts), own.parameters(self.record.sigma)

    def joint_df(self, columns: list[int]) -> FloatArray:
        """Denominator df (G,) of F of some coefficients, without moderation."""
        own, contrasts = self.covariances, self.contrast_matrix[:, columns]
        return of_own(own, lambda at: (own.joint_df(at, contrasts),))[0]

    def r_squared(self, y: Any) -> NoReturn:
        """Refused: variance is explained within blocks and between them, and one share says neither."""
        raise StageError(_NO_SHARE)

    def variance_explained(self, y: Any) -> NoReturn:
        """Refused, as :meth:`r_squared` is."""
        raise StageError(_NO_SHARE)

    def __repr__(self) -> str:
        blocks = counted(int(self.covariances.mixed.blocks.max()) + 1, "block")
        rho = self.record.rho[np.isfinite(self.record.rho)]
        spread = f"correlation within blocks {np.median(rho):.3g} (median)" if len(rho) else "no correlation estimated"
        return (
            f"MixedFit of {extent(self)}\n"
            f"on {self.plan.n_used} samples in {blocks}, rank {self.rank}, {spread}, Satterthwaite df. "
            "Next: .contrast(...), .ebayes(), .treat()"
        )


def contrast_tests(own: MixedCovariances, contrasts: FloatArray, room: Room = MEMORY) -> tuple[FloatArray, FloatArray]:
    """Unscaled standard deviations (G, m) of contrasts (p, m) in all features, and their degrees of freedom."""
    stdev, df = of_own(own, lambda at: own.tests(at, contrasts), room)
    return stdev, df


def _without_df(record: MixedRecord) -> LinearRecord:
    """The record without what belongs to its coefficients alone, so that others can take their place."""
    shared = {f.name: getattr(record, f.name) for f in fields(LinearRecord)}
    return LinearRecord(**shared | {"df_residual": record.has_df.astype(np.float64)})
