"""An analysis from design to tables, as the commands run it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ebayes_lm.cli.agreement import require_agreement
from ebayes_lm.cli.choices import Choices, read_choices
from ebayes_lm.cli.counting import with_counts
from ebayes_lm.cli.fits import fitted
from ebayes_lm.cli.hidden import estimated_factors, residuals_of, wanted_factors
from ebayes_lm.cli.inputs import Inputs, read_inputs
from ebayes_lm.cli.running import UsageError
from ebayes_lm.cli.wanted import Comparison, Wanted, comparisons, of_interest, with_default
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import listing
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.moderated import ModeratedFit
from ebayes_lm.results.tested import TestedFit

if TYPE_CHECKING:
    from ebayes_lm.batch.residual_result import ResidualStructure


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
    """All that a run found; ``mod`` is one of its tested fits, all of which share their variances."""

    inputs: Inputs
    design: Design
    choices: Choices
    mod: TestedFit
    tested: Sequence[Tested]
    terms: Sequence[TestedTerm]
    citation: str | None = None
    structure: ResidualStructure | None = None


def run_fit(arguments: Namespace, said: list[str]) -> None:
    """The command ``fit``."""
    from ebayes_lm import model_matrix

    if arguments.out is None and not arguments.dry_run:
        raise UsageError("--out DIR is needed (or --dry-run, which writes nothing)")
    require_agreement(arguments)
    inputs = read_inputs(arguments)
    design = model_matrix(arguments.formula, inputs.samples, reference=_references(arguments.ref))
    inputs, counts = with_counts(arguments, inputs, design)
    given = Wanted(tuple(arguments.contrast), tuple(arguments.coef), tuple(arguments.test_term))
    wanted = with_default(given, design, needed=not arguments.dry_run)
    hidden = wanted_factors(arguments)
    if hidden is not None and not arguments.dry_run:
        hidden = estimated_factors(arguments, inputs, of_interest(design, wanted))
        design = design if hidden.factors is None else hidden.factors.design
    choices = read_choices(arguments, inputs, counts, hidden)
    compared = comparisons(design, wanted, inputs.samples, choices.plan(design))
    if arguments.dry_run:
        from ebayes_lm.cli.plan import show_plan

        show_plan(inputs, design, wanted, compared, choices, said, as_json=arguments.json)
        return
    from ebayes_lm.cli.results import Results

    results = Results(arguments.out, wanted, compared, choices.form)
    results.deliver(analyse(inputs, design, wanted, compared, choices), said, as_json=arguments.json)


def _references(pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"--ref is given more than once for {listing(twice)}")
    return dict(pairs)


def analyse(
    inputs: Inputs,
    design: Design,
    wanted: Wanted,
    compared: Sequence[Comparison],
    choices: Choices,
    citation: str | None = None,
) -> Analysis:
    """Fit, moderate, and test what is wanted."""
    fit, choices, values = fitted(inputs, design, choices)
    if choices.weighs_as_estimated:
        compared = comparisons(design, wanted, inputs.samples, choices.plan(design))
    by_name = {c.name: c for c in compared}
    mods = [choices.tested(part) for part in _parts(fit, wanted, compared)]
    tested = [found for mod in mods for found in _tested(mod, by_name, choices)]
    terms: list[TestedTerm] = []
    if wanted.terms:
        mods.append(mod := fit.ebayes(**choices.prior()))
        terms = [_tested_term(mod, term, choices.fdr) for term in dict.fromkeys(wanted.terms)]
    structure = residuals_of(fit, values, inputs, choices) if choices.residuals else None
    return Analysis(inputs, design, choices, mods[0], tested, terms, citation, structure)


def _parts(fit: LinearFit, wanted: Wanted, compared: Sequence[Comparison]) -> list[LinearFit]:
    coefs = list(dict.fromkeys(wanted.coefs))
    parts = [fit.select(coefs=coefs)] if coefs else []
    contrasts = {c.name: c.weights for c in compared if c.name not in coefs}
    return [*parts, fit.contrast(pd.DataFrame(contrasts))] if contrasts else parts


def _tested(mod: TestedFit, by_name: dict[str, Comparison], choices: Choices) -> list[Tested]:
    counts = mod.decide_tests(p_value=choices.fdr).summary()
    return [
        Tested(by_name[name], mod.top_table(k, number=None, columns=choices.columns), counts.iloc[:, k])
        for k, name in enumerate(mod.coef_names)
    ]


def _tested_term(mod: ModeratedFit, term: str, fdr: float) -> TestedTerm:
    table: pd.DataFrame = mod.test(term)
    significant: Any = (table["adj.P.Val"] < fdr).sum()
    return TestedTerm(term, table, int(significant))
