"""What is to be tested, and which samples speak to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ebayes_lm.cli.contrast_rows import ContrastRow
from ebayes_lm.cli.listed_contrasts import listed_contrasts
from ebayes_lm.cli.running import UsageError
from ebayes_lm.core.ols import LeastSquares
from ebayes_lm.design.comparisons import one_against_rest, pairwise
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import ArgumentError, ContrastError, DesignWarning, listing, nearest, warn
from ebayes_lm.reporting.informing import Informing, informing_samples

#: The options that name what is tested by a formula.
HOW_TO_TEST = "--contrast, --coef, --test-term, --all-pairwise or --one-vs-rest"


@dataclass(frozen=True)
class Wanted:
    """What is to be tested: contrasts as text, coefficients, terms, families of comparisons, and rows of a file."""

    contrasts: tuple[str, ...] = ()
    coefs: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    all_pairwise: tuple[str, ...] = ()
    one_vs_rest: tuple[str, ...] = ()
    rows: tuple[ContrastRow, ...] = ()


@dataclass(frozen=True, eq=False)
class Comparison:
    """One coefficient or contrast: its weights on the coefficients, and the samples that inform it."""

    name: str
    weights: pd.Series[float]
    informing: Informing


def with_default(wanted: Wanted, design: Design, *, needed: bool) -> Wanted:
    """What was asked for; where nothing was, the one term of the formula."""
    terms = design.terms
    unknown = [name for name in wanted.terms if name not in terms]
    if unknown:
        raise ArgumentError(
            f"--test-term names {unknown[0]!r}, which is not a term of the formula.{nearest(unknown[0], terms)} "
            f"The terms are {listing(terms, 10)}"
        )
    if wanted != Wanted():
        return wanted
    others = [term for term in terms if term != INTERCEPT]
    if INTERCEPT in terms and len(others) == 1:
        columns = terms[others[0]]
        return Wanted(coefs=tuple(columns), terms=tuple(others) if len(columns) > 1 else ())
    if needed:
        raise UsageError(f"say what to test with {HOW_TO_TEST}; the coefficients are {listing(design.names, 20)}")
    return wanted


def of_interest(design: Design, wanted: Wanted) -> Design:
    """The design with the terms that are tested as those of interest; the others are adjustment."""
    weights = _weights_on_coefficients(design, wanted)
    tested = set(weights.index[(weights != 0).any(axis=1)])
    terms = [t for t, columns in design.terms.items() if t in wanted.terms or tested & set(columns)]
    return design.with_interest([term for term in terms if term != INTERCEPT] or None)


def comparisons(design: Design, wanted: Wanted, samples: pd.DataFrame, plan: LeastSquares) -> list[Comparison]:
    """Coefficients and contrasts with their weights, each one that the design can estimate from samples with weight."""
    matrix = _weights_on_coefficients(design, wanted)
    _require_estimable(design, wanted, matrix, plan)
    found = []
    for name, weights in matrix.items():
        informing = informing_samples(design, weights.to_numpy(), samples, name=str(name), plan=plan)
        found.append(Comparison(str(name), weights, informing))
    return found


def _weights_on_coefficients(design: Design, wanted: Wanted) -> pd.DataFrame:
    """Coefficients of the design x coefficients and contrasts to test."""
    from ebayes_lm import make_contrasts

    unknown = [name for name in wanted.coefs if name not in design.names]
    if unknown:
        raise ArgumentError(
            f"--coef names {unknown[0]!r}, which is not a coefficient.{nearest(unknown[0], design.names)} "
            f"The coefficients are {listing(design.names, 20)}"
        )
    coefs = list(dict.fromkeys(wanted.coefs))
    identity = pd.DataFrame(np.eye(len(design.names)), index=design.names, columns=design.names)[coefs]
    parts = [identity]
    if wanted.contrasts:
        parts.append(make_contrasts(list(wanted.contrasts), levels=design))
    parts += [pairwise(design, factor) for factor in dict.fromkeys(wanted.all_pairwise)]
    parts += [one_against_rest(design, factor) for factor in dict.fromkeys(wanted.one_vs_rest)]
    if wanted.rows:
        parts.append(listed_contrasts(wanted.rows, design))
    matrix = pd.concat(parts, axis=1)
    twice = matrix.columns[matrix.columns.duplicated()]
    if len(twice):
        raise ContrastError(
            f"two comparisons are both called {twice[0]!r}; name a contrast another way, as in 'name = B - A'"
        )
    return matrix


def _require_estimable(design: Design, wanted: Wanted, matrix: pd.DataFrame, plan: LeastSquares) -> None:
    """Refuse what cannot be estimated; note coefficients whose meaning a lost one changes."""
    from ebayes_lm.design.estimability import describe_dependencies, is_estimable

    coefs = set(wanted.coefs)
    aliased = {design.names[j] for j in plan.qr.aliased}
    shifted = [str(name) for name in matrix.columns if not is_estimable(plan.qr, matrix[name].to_numpy())]
    lost = [name for name in shifted if name not in coefs or name in aliased]
    reasons = "; ".join(describe_dependencies(design, plan.qr))
    if lost:
        raise ContrastError(f"the design cannot estimate {listing(lost)}, because {reasons}")
    if shifted:
        warn(
            f"{listing(shifted)} take part in what is not estimable ({reasons}) and mean what is left once the "
            "coefficients without estimate are zero; make sure that this is the comparison you want",
            DesignWarning,
            topic="contrasts",
        )
