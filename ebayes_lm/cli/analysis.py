"""An analysis from design to tables, as the commands run it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.cli.inputs import Inputs, read_inputs
from ebayes_lm.cli.running import UsageError
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import ArgumentError, ContrastError, DesignWarning, listing, nearest, warn
from ebayes_lm.reporting.informing import Informing, informing_samples
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.moderated import ModeratedFit

INTERCEPT = "(Intercept)"


@dataclass(frozen=True)
class Wanted:
    """What is to be tested."""

    contrasts: tuple[str, ...] = ()
    coefs: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Comparison:
    """One coefficient or contrast: its weights on the coefficients, and the samples that inform it."""

    name: str
    weights: pd.Series[float]
    informing: Informing


@dataclass(frozen=True, eq=False)
class Tested:
    """A comparison with its results: the whole table, and how many features are Down, NotSig and Up."""

    comparison: Comparison
    table: pd.DataFrame
    counts: pd.Series[int]


@dataclass(frozen=True, eq=False)
class TestedTerm:
    """A term of the formula with the table of its F test, and how many features are significant."""

    name: str
    table: pd.DataFrame
    significant: int


@dataclass(frozen=True, eq=False)
class Analysis:
    """All that a run found."""

    source: str
    shape: tuple[int, int]
    samples: pd.DataFrame
    excluded: Sequence[str]
    design: Design
    mod: ModeratedFit
    tested: Sequence[Tested]
    terms: Sequence[TestedTerm]
    fdr: float
    trend: bool
    citation: str | None = None


def run_fit(arguments: Namespace, said: list[str]) -> None:
    """The command ``fit``."""
    from ebayes_lm import model_matrix

    if arguments.out is None and not arguments.dry_run:
        raise UsageError("--out DIR is needed (or --dry-run, which writes nothing)")
    inputs = read_inputs(arguments)
    design = model_matrix(arguments.formula, inputs.samples, reference=_references(arguments.ref))
    given = Wanted(tuple(arguments.contrast), tuple(arguments.coef), tuple(arguments.test_term))
    wanted = with_default(given, design, needed=not arguments.dry_run)
    compared = comparisons(design, wanted, inputs.samples)
    if arguments.dry_run:
        from ebayes_lm.cli.plan import show_plan

        show_plan(inputs, design, wanted, compared, arguments, said)
        return
    from ebayes_lm.cli.results import Results

    results = Results(arguments.out, wanted, compared)
    analysis = analyse(
        inputs,
        design,
        wanted,
        compared,
        trend=arguments.trend,
        fdr=arguments.fdr,
        threads=arguments.threads,
        layer=arguments.layer,
    )
    results.deliver(analysis, said, as_json=arguments.json)


def _references(pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"--ref is given more than once for {listing(twice)}")
    return dict(pairs)


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
        raise UsageError(
            f"say what to test with --contrast, --coef or --test-term; the coefficients are {listing(design.names, 20)}"
        )
    return wanted


def comparisons(design: Design, wanted: Wanted, samples: pd.DataFrame) -> list[Comparison]:
    """Coefficients and contrasts with their weights, each one that the design can estimate."""
    from ebayes_lm import make_contrasts, non_estimable
    from ebayes_lm.design.estimability import describe_dependencies, is_estimable

    unknown = [name for name in wanted.coefs if name not in design.names]
    if unknown:
        raise ArgumentError(
            f"--coef names {unknown[0]!r}, which is not a coefficient.{nearest(unknown[0], design.names)} "
            f"The coefficients are {listing(design.names, 20)}"
        )
    coefs = list(dict.fromkeys(wanted.coefs))
    identity = pd.DataFrame(np.eye(len(design.names)), index=design.names, columns=design.names)[coefs]
    matrix = make_contrasts(list(wanted.contrasts), levels=design) if wanted.contrasts else identity[[]]
    twice = [name for name in matrix.columns if name in coefs]
    if twice:
        raise ContrastError(f"a contrast and a coefficient are both called {twice[0]!r}; name the contrast another way")
    lost = [name for name in coefs if name in (non_estimable(design) or ())]
    lost += [name for name in matrix.columns if not is_estimable(design, matrix[name].to_numpy())]
    reasons = "; ".join(describe_dependencies(design))
    if lost:
        raise ContrastError(f"the design cannot estimate {listing(lost)}, because {reasons}")
    shifted = [name for name in coefs if not is_estimable(design, identity[name].to_numpy())]
    if shifted:
        warn(
            f"{listing(shifted)} take part in what is not estimable ({reasons}) and mean what is left once the "
            "coefficients without estimate are zero; make sure that this is the comparison you want",
            DesignWarning,
        )
    found = []
    for name, weights in pd.concat([identity, matrix], axis=1).items():
        informing = informing_samples(design, weights.to_numpy(), samples, name=str(name))
        found.append(Comparison(str(name), weights, informing))
    return found


def analyse(
    inputs: Inputs,
    design: Design,
    wanted: Wanted,
    compared: Sequence[Comparison],
    *,
    trend: bool = False,
    fdr: float = 0.05,
    threads: int | None = None,
    layer: str | None = None,
    citation: str | None = None,
) -> Analysis:
    """Fit, moderate, and test what is wanted."""
    from ebayes_lm import lm_fit

    fit = lm_fit(inputs.data, design, threads=threads, layer=layer)
    mod = fit.ebayes(trend=trend)
    tested = [t for part in _parts(fit, wanted, compared) for t in _tested(part.ebayes(trend=trend), compared, fdr)]
    terms = [_tested_term(mod, term, fdr) for term in dict.fromkeys(wanted.terms)]
    return Analysis(
        inputs.source, inputs.shape, inputs.samples, inputs.excluded, design, mod, tested, terms, fdr, trend, citation
    )


def _parts(fit: LinearFit, wanted: Wanted, compared: Sequence[Comparison]) -> list[LinearFit]:
    coefs = list(dict.fromkeys(wanted.coefs))
    parts = [fit.select(coefs=coefs)] if coefs else []
    contrasts = {c.name: c.weights for c in compared if c.name not in coefs}
    return [*parts, fit.contrast(pd.DataFrame(contrasts))] if contrasts else parts


def _tested(mod: ModeratedFit, compared: Sequence[Comparison], fdr: float) -> list[Tested]:
    by_name = {c.name: c for c in compared}
    counts = mod.decide_tests(p_value=fdr).summary()
    return [
        Tested(by_name[name], mod.top_table(k, number=None), counts.iloc[:, k]) for k, name in enumerate(mod.coef_names)
    ]


def _tested_term(mod: ModeratedFit, term: str, fdr: float) -> TestedTerm:
    table: pd.DataFrame = mod.test(term)
    significant: Any = (table["adj.P.Val"] < fdr).sum()
    return TestedTerm(term, table, int(significant))
