"""What there is to know about hidden factors: the table of their associations, remarks and warnings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.batch.latent_estimates import Estimated
from ebayes_lm.batch.latent_rows import Coordinates
from ebayes_lm.core.factor_analysis import FactorAnalysis
from ebayes_lm.core.factor_association import Association, no_association
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import ConvergenceWarning, HiddenFactorWarning, counted, listing, warn

#: A null hypothesis at 0.05 is rejected in 5.5 % of features where errors of alpha add this much.
_MUCH_ADDED = 0.05
#: Errors of alpha add about one in so many where there are that many controls a factor.
_CONTROLS_PER_FACTOR = 25
#: Residuals scatter more than this where a fifth of the features or more have large effects.
_WIDE = 1.4
#: Beside factors that take this share of a column, hardly anything of it is left to test.
_MOST_SHARED = 0.9


def confounding_table(related: list[Association], factors: FactorAnalysis, at: Coordinates) -> pd.DataFrame:
    """A row for each column of interest: test of association, and how far it is known."""
    m, k = factors.scores.shape
    numbers = [str(j + 1) for j in range(k)]
    columns = ["statistic", "df", "p_value", "share", "added_variance"]
    columns += [f"alpha{j}" for j in numbers] + [f"se{j}" for j in numbers]
    lines = []
    for found, unscaled in zip(related, at.unscaled, strict=False):
        test = no_association(found, float(unscaled), m)
        added = found.added(factors.loadings, factors.variances)
        errors = np.sqrt(np.diag(found.covariance))
        lines.append([test.statistic, k, test.p_value, test.share, added, *found.alpha, *errors])
    table = pd.DataFrame(lines, columns=columns, index=pd.Index(at.names if related else [], dtype=object))
    return table.astype({"df": "int64"} | {name: "float64" for name in columns if name != "df"})


def warn_of(
    found: Estimated, related: list[Association], at: Coordinates, confounding: pd.DataFrame, n_controls: int | None
) -> None:
    """Warn of iterations that did not end, and of associations that are badly known or nearly complete."""
    if not found.converged or not all(each.converged for each in related):
        warn(
            "hidden factors had not converged; the last ones are taken. Fewer factors (k=) are steadier",
            ConvergenceWarning,
        )
    k = found.factors.scores.shape[1]
    if not related:
        return
    few = n_controls is not None and n_controls < _CONTROLS_PER_FACTOR * k
    doubtful = confounding.index[confounding["added_variance"] > _MUCH_ADDED]
    if few or len(doubtful):
        worst = float(confounding["added_variance"].max())
        which = listing(doubtful if len(doubtful) else at.names)
        by = "the features" if n_controls is None else counted(n_controls, "control")
        warn(
            f"{by} tell the association of {counted(k, 'factor')} with {which} badly: its "
            f"error adds {worst:.0%} to the variance of effects, which standard errors do not hold, so that "
            f"p-values are too small. {_CONTROLS_PER_FACTOR * k} or more features that carry the factors would do",
            HiddenFactorWarning,
        )
    shared = confounding[confounding["share"] > _MOST_SHARED]
    if len(shared):
        warn(
            f"hidden factors take {shared['share'].max():.0%} of {listing(shared.index)} beside the rest of the "
            "design; little is left to tell its effects by, and what is left rests on how well the factors are known",
            HiddenFactorWarning,
        )


def remarks_on(
    matrix: FeatureMatrix, n_missing: AnyArray, found: Estimated, related: list[Association], at: Coordinates,
    confounding: pd.DataFrame, missing: str, counted_factors: bool, n_controls: int | None,
) -> tuple[str, ...]:  # fmt: skip
    """Remarks in words."""
    told = []
    if counted_factors:
        told.append("their number is that which lowers the error of features that took no part (bi-cross-validation)")
    for name, line in confounding.iterrows():
        test = f"p = {line['p_value']:.2g} for no association"
        told.append(f"{name}: {line['share']:.0%} of it goes along with the factors ({test})")
    levels = [name for name, each in zip(at.names, related, strict=False) if each.level != 0.0]
    if levels:
        told.append(f"effects of {listing(levels)} have a mean beside the factors, which was allowed for")
    told += _limits(found, related, at, n_controls)
    n_gaps, n_used = int(np.count_nonzero(n_missing)), len(found.used)
    if n_gaps and missing == "impute":
        left = matrix.shape[0] - n_used
        told.append(
            f"{counted(n_gaps - left, 'feature')} with missing values took part with these filled by design and factors"
            + (f"; {left:,} with too few values did not" if left else "")
        )
    elif n_gaps:
        told.append(f"{counted(n_gaps, 'feature')} with missing values took no part")
    if matrix.weights is not None:
        told.append("weights that came with the data took no part in finding them")
    return tuple(told)


def _limits(found: Estimated, related: list[Association], at: Coordinates, n_controls: int | None) -> list[str]:
    """What the features do not tell: effects that all share, and effects of most of them."""
    told, factors = [], found.factors
    for name, each in zip(at.names, related, strict=False):
        shared = each.added(factors.loadings, factors.variances, each.beside_level)
        if shared > _MUCH_ADDED >= each.added(factors.loadings, factors.variances):
            told.append(
                f"loadings are so alike that a shift of all features with {name} would be taken for the factors"
            )
        if each.scatter > _WIDE and n_controls is not None:
            told.append(
                f"controls scatter {each.scatter:.1f} times as widely about their regression for {name} as noise: some "
                "have effects, or factors are missing"
            )
        elif each.scatter > _WIDE:
            told.append(
                f"effects of {name} scatter {each.scatter:.1f} times as widely as noise: many features have some, and "
                "those that follow the loadings cannot be told from the factors"
            )
    return told
