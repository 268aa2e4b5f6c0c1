"""A second opinion about hidden factors: what robust factor adjustment says of the same design."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch.latent_estimates import Estimated, associations, estimated
from ebayes_lm.batch.latent_rows import Coordinates, coordinates, latent_rows
from ebayes_lm.batch.sentences import percent
from ebayes_lm.core.disagreement import Disagreement, disagreement
from ebayes_lm.core.factor_analysis import ROUGHLY_AT_REST
from ebayes_lm.core.factor_association import Association
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.data.blocks import Running, blas_threads
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import HiddenFactorWarning, counted, listing, warn

#: Features without an effect whose p may come below 0.05, beyond which two opinions disagree.
MOST_REJECTED = 0.055
#: By so much of the variance that errors of an association add to effects, more null features come below 0.05.
_REJECTED_BY_VARIANCE = 0.115
#: Shares that differ by no more than this are one and the same.
_ALIKE = 0.1
#: Features that the opinion rests on, spread evenly over all: enough to know any association that matters.
MOST_FEATURES = 2000


class SecondOpinion(NamedTuple):
    """What robust factor adjustment says of factors in use, column by column.

    Attributes
    ----------
    columns : dict of str to Disagreement
        By the column of interest.
    allowed : dict of str to float
        Null rejections that would not surprise, the errors of the second opinion allowed for.
    n_factors : int
        How many factors it found.
    """

    columns: dict[str, Disagreement]
    allowed: dict[str, float]
    n_factors: int

    @property
    def disputed(self) -> dict[str, Disagreement]:
        """Columns about which the two disagree."""
        return {name: found for name, found in self.columns.items() if found.rejected > self.allowed[name]}

    @property
    def table(self) -> pd.DataFrame:
        """The same as a table with a row for each column of interest."""
        rows = [(found.share, found.other_share, found.rejected) for found in self.columns.values()]
        return pd.DataFrame(rows, index=pd.Index(self.columns), columns=["share", "robust_share", "null_rejected"])

    def remarks(self) -> tuple[str, ...]:
        """The same in words."""
        told = []
        for name, found in self.columns.items():
            other = percent(found.other_share)
            if name in self.disputed:
                verdict = f"disagrees ({other})"
            elif abs(found.share - found.other_share) <= _ALIKE:
                verdict = f"agrees ({other})"
            else:
                verdict = f"says {other}, by which p-values here are not too small"
            share = percent(found.share)
            told.append(f"{name}: {share} of it goes along with these factors; robust factor adjustment {verdict}")
        return tuple(told)


class RobustAdjustment(NamedTuple):
    """What robust factor adjustment finds under a design, on its own.

    Attributes
    ----------
    at : Coordinates
    residuals : (g, m) array
        Of the features that it looked at.
    found : Estimated
    related : list of Association
        One for each column of interest.
    """

    at: Coordinates
    residuals: FloatArray
    found: Estimated
    related: list[Association]

    def about(self, values: FloatArray) -> SecondOpinion:
        """What it says of factors (n, j) in use; there may be none, which is an opinion as well."""
        at, factors, columns, allowed = self.at, self.found.factors, {}, {}
        used, along = at.residual.T @ values, at.effects(values.T)
        for c, (name, related) in enumerate(zip(at.names, self.related, strict=True)):
            columns[name] = disagreement(
                self.residuals, float(at.unscaled[c]), used, along[:, c], factors.scores, related.alpha
            )
            allowed[name] = MOST_REJECTED + _REJECTED_BY_VARIANCE * related.added(factors.loadings, factors.variances)
        return SecondOpinion(columns, allowed, factors.scores.shape[1])


def second_opinion(matrix: FeatureMatrix, design: Design, values: FloatArray, running: Running) -> SecondOpinion | None:
    """Ask robust factor adjustment about factors (n, j) of a design; None where it has nothing to say."""
    with blas_threads(1):
        adjustment = robust_adjustment(matrix, design, running)
        return None if adjustment is None else adjustment.about(values)


def robust_adjustment(matrix: FeatureMatrix, design: Design, running: Running) -> RobustAdjustment | None:
    """Find factors as robust factor adjustment does; None where it finds none, or cannot be asked.

    It counts factors itself: those in use may be fewer than there are, or more, and of factors in noise nothing can be
    told. It takes complete features only, and says nothing of designs whose columns depend on each other, or that
    leave too few residual df. Of many it looks at 2,000.
    """
    if len(pivoted_qr(design.matrix).aliased):
        return None
    at, running = coordinates(design), running.quiet
    m = at.residual.shape[1]
    if not at.names or m < 3:
        return None
    rows = latent_rows(_some_of(matrix, running), at, running)
    usable = (rows.n_missing == 0) & ~rows.constant
    if np.count_nonzero(usable) <= m:
        return None
    found = estimated(rows, None, at, None, None, ROUGHLY_AT_REST)
    if not found.factors.scores.shape[1]:
        return None
    return RobustAdjustment(
        at, rows.residuals[found.used], found, associations(found, at, np.ones(len(found.used)), None)
    )


def _some_of(matrix: FeatureMatrix, running: Running) -> FeatureMatrix:
    """Features at even distances, in memory."""
    n_features = matrix.shape[0]
    at = np.linspace(0, n_features - 1, min(n_features, MOST_FEATURES)).astype(np.intp)
    values = ArraySource(matrix.rows_at(at, running))
    return replace(matrix, source=values, features=matrix.features[at], annotation=None, weights=None)


def warn_of_dispute(opinion: SecondOpinion | None, which: str) -> None:
    """Say where the second opinion is another one; ``which`` factors are in use, in words."""
    if opinion is None or not opinion.disputed:
        return
    disputed = opinion.disputed
    name, worst = max(disputed.items(), key=lambda item: item[1].rejected)
    warn(
        f"{which} and robust factor adjustment disagree about {listing(disputed)}: if the latter is right, "
        f"{percent(worst.rejected)} of features without an effect have p < 0.05 for {name!r}. By the former "
        f"{percent(worst.share)} of {name!r} goes along with what is hidden, by the latter "
        f"{percent(worst.other_share)}, with {counted(opinion.n_factors, 'factor')} (latent_factors(), of "
        f"{MOST_FEATURES:,} features at most). Where most features have an effect, effects may have been taken for "
        "factors",
        HiddenFactorWarning,
    )
