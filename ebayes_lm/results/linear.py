"""LinearFit: the same linear model of every feature, before anything is moderated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.contrast import is_estimable, restated
from ebayes_lm.core.covariance import OwnCovariances
from ebayes_lm.core.ols import LeastSquares, LinearRecord
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.data.duplicates import Duplicates
from ebayes_lm.design.comparisons import one_against_rest, pairwise
from ebayes_lm.design.contrasts import joined_contrasts
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.estimability import describe_dependencies
from ebayes_lm.errors import ContrastError, StageError, counted, listing
from ebayes_lm.results import explained, values
from ebayes_lm.results.axes import Labels, positions_of
from ebayes_lm.results.exactness import approximation_error, combined, warn_of_approximation
from ebayes_lm.results.html import overview
from ebayes_lm.results.quantities import LinearQuantities

if TYPE_CHECKING:
    from ebayes_lm.results.moderated import ModeratedFit
    from ebayes_lm.results.threshold import TreatFit


@dataclass(frozen=True, eq=False, repr=False)
class LinearFit(LinearQuantities):
    """Linear models of all features on one design.

    Made by :func:`lm_fit`; has estimates and no tests. :meth:`contrast` combines coefficients, :meth:`ebayes` moderates
    variances and tests.

    Attributes
    ----------
    record : LinearRecord
        The numbers.
    labels : Labels
        Names of features and of coefficients.
    plan : LeastSquares
        The factored design.
    annotation : DataFrame or None
        What the input said about features.
    contrast_matrix : (p, k) array
        Each coefficient in terms of the design's columns; the identity until contrasted.
    covariances : OwnCovariances or None
        What features were fitted to that have a covariance of their own: missing values, weights of observations.
    compat : {None, "limma"}
        Whether standard errors of contrasts are limma's, approximate where features differ in their covariance.
    duplicates : Duplicates or None
        Where the measurements of a feature lie that was measured several times.
    """

    record: LinearRecord
    labels: Labels
    design: Design
    plan: LeastSquares
    annotation: pd.DataFrame | None
    contrast_matrix: FloatArray
    covariances: OwnCovariances | None = None
    compat: str | None = None
    duplicates: Duplicates | None = None

    def __post_init__(self) -> None:
        weights = np.array(self.contrast_matrix, dtype=np.float64)
        weights.flags.writeable = False
        object.__setattr__(self, "contrast_matrix", weights)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Arrays come writeable from another process; they are frozen again."""
        self.__dict__.update(state)
        self.contrast_matrix.flags.writeable = False

    @property
    def _linear(self) -> LinearRecord:
        return self.record

    @property
    def rank(self) -> int:
        """Rank of the design over the samples with positive weight; in limma's terms, over all samples."""
        if self.compat == "limma" and self.covariances is not None:
            return len(self.covariances.columns)
        return self.plan.qr.rank

    @property
    def is_contrasted(self) -> bool:
        """Whether the coefficients are no longer those of the design."""
        return not np.array_equal(self.contrast_matrix, np.eye(len(self.design.names)))

    @property
    def features(self) -> pd.DataFrame:
        """Annotation, one row a feature; without columns where the input had none."""
        if self.annotation is None:
            return pd.DataFrame(index=self.labels.features)
        return self.annotation.copy(deep=False)

    @property
    def contrasts(self) -> pd.DataFrame:
        """Coefficients of the design x coefficients of this fit."""
        return pd.DataFrame(self.contrast_matrix, index=pd.Index(self.design.names), columns=self.labels.coefs)

    def __getitem__(self, key: Any) -> Self:
        """Subset by position: ``fit[features]`` or ``fit[features, coefs]``; coefs may also be names."""
        rows, columns = split_key(key, self.labels)
        record = self.record.take(feature=rows, coef=columns)
        return replace(
            self,
            record=record if self.covariances is None else restated(record),
            labels=self.labels.take(rows, columns),
            annotation=None if self.annotation is None else self.annotation.iloc[rows],
            contrast_matrix=self.contrast_matrix[:, columns],
            covariances=None if self.covariances is None else self.covariances.take(rows),
        )

    def contrast(self, contrasts: Any = None, /, **named: Any) -> LinearFit:
        """Combine coefficients: ``fit.contrast("B - A", interaction="(B2 - A2) - (B1 - A1)")``.

        Parameters
        ----------
        contrasts : str, list of str, dict, array, Series or DataFrame
            As :func:`make_contrasts` takes them, a matrix coefficients x contrasts, or weights such as differences of
            :func:`cond`, also in a dict or list.
        **named : str, Series or array
            Further contrasts, name = expression or weights.

        Returns
        -------
        LinearFit
            With the exact standard errors of each feature, also under weights and missing values; NaN where a feature's
            own samples cannot estimate a contrast. With ``compat="limma"`` limma's approximation, and a
            ContrastApproximationWarning where that is more than 5 % off for more than a tenth of the features.

        Raises
        ------
        ContrastError
            A contrast that does not parse, or that the design cannot estimate.
        """
        matrix = joined_contrasts(contrasts, named, self.coef_names)
        weights = matrix.to_numpy(dtype=np.float64)
        whole = self.contrast_matrix @ weights
        self._check_estimable(whole, list(matrix.columns))
        fit = replace(
            self,
            record=self.combined(weights, whole),
            labels=replace(self.labels, coefs=pd.Index(matrix.columns)),
            contrast_matrix=whole,
        )
        warn_of_approximation(fit)
        return fit

    def all_pairwise(self, factor: str) -> LinearFit:
        """Differences of all pairs of levels of a factor, ``"B - A"`` for every level B after A.

        Other factors stand at their reference, numbers at their mean.

        Raises
        ------
        DesignError
            The design has no such factor, or was not made from a formula.
        """
        self.design_only("all_pairwise()")
        return self.contrast(pairwise(self.design, factor))

    def one_vs_rest(self, factor: str) -> LinearFit:
        """Each level of a factor against the mean of its other levels, ``"A - rest"``, all levels counting the same.

        Raises
        ------
        DesignError
            The design has no such factor, or was not made from a formula.
        """
        self.design_only("one_vs_rest()")
        return self.contrast(one_against_rest(self.design, factor))

    def contrast_error(self) -> pd.DataFrame:
        """Relative error of the standard error of each contrast, features x contrasts.

        Zero where standard errors are exact, which under ``compat="limma"`` they are not: 0.1 means 10 % too large.
        """
        return self.labels.frame(approximation_error(self))

    def combined(self, weights: FloatArray, whole: FloatArray) -> LinearRecord:
        """The record of combinations (coefs, m) of the coefficients; ``whole`` (p, m) in terms of the design."""
        return combined(self, weights, whole)

    def _check_estimable(self, whole: FloatArray, names: list[str]) -> None:
        if self.compat == "limma":  # which asks that aliased coefficients have no weight, whatever samples weigh
            qr = pivoted_qr(self.design.matrix)
            fits = np.asarray(~whole[qr.aliased].any(axis=0))
        else:
            qr, fits = self.plan.qr, is_estimable(self.plan.qr, whole)
        lost = [name for name, fit in zip(names, fits, strict=True) if not fit]
        if lost:
            reasons = "; ".join(describe_dependencies(self.design, qr))
            raise ContrastError(f"the design cannot estimate {listing(lost)}, because {reasons}")

    def ebayes(self, **options: Any) -> ModeratedFit:
        """Moderate variances and test every coefficient; options as in :func:`ebayes`."""
        from ebayes_lm.results.moderation import ebayes

        return ebayes(self, **options)

    def treat(self, **options: Any) -> TreatFit:
        """Test against a smallest effect that matters; options as in :func:`treat`."""
        from ebayes_lm.results.threshold import treat

        return treat(self, **options)

    def ordinary(self) -> ModeratedFit:
        """Test with each feature's own variance: ordinary t and F, nothing moderated."""
        from ebayes_lm.results.moderation import ordinary

        return ordinary(self)

    def top_table(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: a table needs tests, so :meth:`ebayes` comes first."""
        raise StageError("this fit has no tests to make a table of yet; call .ebayes() (or .ordinary()) on it first")

    def decide_tests(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: there are no tests to decide before :meth:`ebayes`."""
        raise StageError("this fit has no tests to decide yet; call .ebayes() (or .ordinary()) on it first")

    def test(self, term: str, **options: Any) -> pd.DataFrame:
        """Moderated F test of a term of the formula, a row for every feature; options as in :func:`ebayes`."""
        return self.ebayes(**options).test(term)

    def fitted(self) -> pd.DataFrame:
        """Fitted values, features x samples."""
        return values.fitted(self)

    def residuals(self, y: Any) -> pd.DataFrame:
        """What the fit leaves of the data it was made from, features x samples."""
        return values.residuals(self, y)

    def r_squared(self, y: Any) -> pd.Series[float]:
        """Share of each feature's variance (about its mean where the design holds one) that the design explains."""
        return explained.r_squared(self, y)

    def variance_explained(self, y: Any) -> pd.DataFrame:
        """Share of each feature's variance that each term adds to those before it, and the residual share.

        Sequential sums of squares, as R's ``anova`` of one model gives them; a row sums to one.
        """
        return explained.variance_explained(self, y)

    def predict(self, new_samples: Any, se: bool = False) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]:
        """Expected values of new samples, features x samples; with their standard errors where ``se``."""
        return values.predict(self, new_samples, se)

    def to_frame(self) -> pd.DataFrame:
        """Every component with a value per feature, as one table; matrices as ``component.coef``."""
        return values.to_frame(self, ("coefficients", "stdev_unscaled", "sigma", "df_residual", "amean", "n_observed"))

    def design_only(self, what: str) -> None:
        """Refuse what only the coefficients of the design can answer."""
        if self.is_contrasted:
            raise StageError(f"{what} needs the coefficients of the design; call it on the fit before contrast()")

    def __repr__(self) -> str:
        df = self.record.df_residual
        least, most = (int(df.min()), int(df.max())) if df.size else (0, 0)
        span = f"{least}" if least == most else f"{least} to {most}"
        switch = " With limma's numbers." if self.compat else ""
        return (
            f"{type(self).__name__} of {extent(self)}\n"
            f"on {self.plan.n_used} samples, rank {self.rank}, {span} residual df.{switch} "
            "Next: .contrast(...), .ebayes(), .treat()"
        )

    def _repr_html_(self) -> str:
        return overview(repr(self), self)


def extent(fit: LinearFit) -> str:
    """Features and coefficients, in words."""
    kind = "contrast" if fit.is_contrasted else "coefficient"
    return f"{counted(fit.shape[0], 'feature')} x {counted(fit.shape[1], kind)} ({listing(fit.coef_names)})"


def split_key(key: Any, labels: Labels) -> tuple[Any, Any]:
    """Positions of rows and of columns behind ``fit[rows]`` or ``fit[rows, columns]``."""
    rows, columns = key if isinstance(key, tuple) and len(key) == 2 else (key, slice(None))
    rows = positions_of(labels.in_order(rows), len(labels.features), "features")
    if isinstance(columns, str) or (isinstance(columns, (list, tuple)) and any(isinstance(c, str) for c in columns)):
        return rows, labels.coef_positions(columns)
    return rows, positions_of(columns, len(labels.coefs), "coefficients")
