"""What there is to know about hidden factors: the table of their associations, remarks and warnings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm.batch.latent_estimates import Findings
from ebayes_lm.batch.sentences import percent
from ebayes_lm.core.factor_association import no_association
from ebayes_lm.errors import ConvergenceWarning, HiddenFactorWarning, counted, listing, warn

#: A null hypothesis at 0.05 is rejected in 5.5 % of features where errors of alpha add this much.
_MUCH_ADDED = 0.05
#: Errors of alpha add about one in so many where there are that many controls a factor.
_CONTROLS_PER_FACTOR = 25
#: Residuals scatter more than this where a fifth of the features or more have large effects.
_WIDE = 1.4
#: Factors that take a quarter of a column while its effects scatter so may have been made of effects.
_SUSPECT_SHARE, _SUSPECT_SCATTER = 0.25, 1.25
#: Beside factors that take this share of a column, hardly anything of it is left to test.
_MOST_SHARED = 0.9


def confounding_table(findings: Findings) -> pd.DataFrame:
    """A row for each column of interest: test of association, and how far it is known."""
    factors, at = findings.factors, findings.at
    m, k = factors.scores.shape
    numbers = [str(j + 1) for j in range(k)]
    columns = ["statistic", "df", "p_value", "share", "added_variance"]
    columns += [f"alpha{j}" for j in numbers] + [f"se{j}" for j in numbers]
    lines = []
    for found, unscaled in zip(findings.related, at.unscaled, strict=False):
        test = no_association(found, float(unscaled), m)
        added = found.added(factors.loadings, factors.variances)
        errors = np.sqrt(np.diag(found.covariance))
        lines.append([test.statistic, k, test.p_value, test.share, added, *found.alpha, *errors])
    table = pd.DataFrame(lines, columns=columns, index=pd.Index(at.names if lines else [], dtype=object))
    return table.astype({"df": "int64"} | {name: "float64" for name in columns if name != "df"})


def warn_of(findings: Findings, confounding: pd.DataFrame) -> None:
    """Warn of iterations that did not end, and of associations that are badly known or nearly complete."""
    if not findings.found.converged or not all(each.converged for each in findings.related):
        warn(
            "hidden factors had not converged; the last ones are taken. Fewer factors (k=) are steadier",
            ConvergenceWarning,
        )
    if findings.related:
        _warn_of_errors(findings, confounding)
        _warn_of_many_effects(findings, confounding)
    shared = confounding[confounding["share"] > _MOST_SHARED]
    if len(shared):
        warn(
            f"hidden factors take {percent(shared['share'].max())} of {listing(shared.index)} beside the rest of the "
            "design; little is left to tell its effects by, and what is left rests on how well the factors are known",
            HiddenFactorWarning,
        )


def _warn_of_errors(findings: Findings, confounding: pd.DataFrame) -> None:
    n_controls, wanted = findings.n_controls, _CONTROLS_PER_FACTOR * findings.n_factors
    doubtful = confounding.index[confounding["added_variance"] > _MUCH_ADDED]
    if not len(doubtful) and (n_controls is None or n_controls >= wanted):
        return
    worst = float(confounding["added_variance"].max())
    which = listing(doubtful if len(doubtful) else confounding.index)
    by = "the features" if n_controls is None else counted(n_controls, "control")
    warn(
        f"{by} tell the association of {counted(findings.n_factors, 'factor')} with {which} badly: its error adds "
        f"{percent(worst)} to the variance of effects, which standard errors do not hold, so that p-values are too "
        f"small. {wanted} or more features that carry the factors would do",
        HiddenFactorWarning,
    )


def _warn_of_many_effects(findings: Findings, confounding: pd.DataFrame) -> None:
    """Many effects, and factors that take much of the column: the two may be one."""
    if findings.n_controls is not None:
        return
    share = confounding["share"].to_numpy()
    scatter = np.array([each.scatter for each in findings.related])
    suspect = (share > _SUSPECT_SHARE) & (scatter > _SUSPECT_SCATTER)
    if suspect.any():
        worst = int(np.argmax(np.where(suspect, share, 0.0)))
        warn(
            f"{percent(share[worst])} of {findings.at.names[worst]!r} goes along with the factors, and the effects "
            f"that are left scatter {scatter[worst]:.1f} times as widely as noise: many features have one, and effects "
            "that follow the loadings would have been taken for factors. Only controls tell "
            "(method='negative-controls'); a comparison with the design without factors shows what is at stake",
            HiddenFactorWarning,
        )


def remarks_on(
    findings: Findings, confounding: pd.DataFrame, missing: str, *, searched: bool, weighted: bool
) -> tuple[str, ...]:
    """What there is to know, in words: how the number was found, associations, limits, gaps and weights."""
    told = []
    if searched:
        told.append("Their number is that which lowers the error of features that took no part (bi-cross-validation)")
    for name, line in confounding.iterrows():
        test = f"p = {line['p_value']:.2g} for no association"
        told.append(f"{name}: {percent(line['share'])} of it goes along with the factors ({test})")
    levels = [name for name, each in zip(findings.at.names, findings.related, strict=False) if each.level != 0.0]
    if levels:
        told.append(f"Effects of {listing(levels)} have a mean beside the factors, which was allowed for")
    told += [*_limits(findings), *_gaps(findings, missing)]
    if weighted:
        told.append("Weights that came with the data took no part in finding them")
    return tuple(told)


def _gaps(findings: Findings, missing: str) -> list[str]:
    incomplete = np.flatnonzero(findings.rows.n_missing)
    if not len(incomplete):
        return []
    if missing == "omit":
        return [f"{counted(len(incomplete), 'feature')} with missing values took no part"]
    taken = int(np.isin(incomplete, findings.found.used).sum())
    rest = f"; {len(incomplete) - taken:,} with too few values did not" if taken < len(incomplete) else ""
    return [f"{counted(taken, 'feature')} with missing values took part, with these filled by design and factors{rest}"]


def _limits(findings: Findings) -> list[str]:
    """What the features do not tell: effects that all share, and effects of most of them."""
    told, factors = [], findings.factors
    for name, each in zip(findings.at.names, findings.related, strict=False):
        shared = each.added(factors.loadings, factors.variances, each.beside_level)
        if shared > _MUCH_ADDED >= each.added(factors.loadings, factors.variances):
            told.append(
                f"Loadings are so alike that a shift of all features with {name} would be taken for the factors"
            )
        if each.scatter > _WIDE and findings.n_controls is not None:
            told.append(
                f"Controls scatter {each.scatter:.1f} times as widely about their regression for {name} as noise: some "
                "have effects, or factors are missing"
            )
        elif each.scatter > _WIDE:
            told.append(
                f"Effects of {name} scatter {each.scatter:.1f} times as widely as noise: many features have some, and "
                "those that follow the loadings cannot be told from the factors"
            )
    return told
