"""An analysis from design to tables, as the commands run it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ebayes_lm.cli.agreement import require_agreement
from ebayes_lm.cli.choices import Choices, read_choices, running_of
from ebayes_lm.cli.comparisons import Comparison, Wanted, comparisons, of_interest, with_default
from ebayes_lm.cli.counting import with_counts
from ebayes_lm.cli.fits import fitted
from ebayes_lm.cli.hidden_factors import estimated_factors, residuals_of, wanted_factors
from ebayes_lm.cli.inputs import Inputs, read_inputs
from ebayes_lm.cli.models import Model, models_of
from ebayes_lm.cli.running import UsageError
from ebayes_lm.design.design_matrix import Design
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
    """All that a fit told: its tested fits, of comparisons and of terms, and the values that were fitted."""

    inputs: Inputs
    design: Design
    choices: Choices
    mods: tuple[TestedFit, ...]
    values: Any
    tested: Sequence[Tested]
    terms: Sequence[TestedTerm]
    citation: str | None = None
    structure: ResidualStructure | None = None

    def without_values(self) -> Analysis:
        """The same without what is as large as the data, so that many models fit into memory."""
        inputs, choices = self.inputs.without_values(), self.choices.without_values()
        return replace(self, inputs=inputs, choices=choices, values=None)

    @property
    def mod(self) -> TestedFit:
        """One of the tested fits."""
        return self.mods[0]


@dataclass(frozen=True, eq=False)
class Job:
    """A fit that is ready to be run: data, design, what is tested, and how."""

    inputs: Inputs
    design: Design
    wanted: Wanted
    compared: Sequence[Comparison]
    choices: Choices
    citation: str | None = None

    def without_values(self) -> Job:
        """The same without what is as large as the data."""
        return replace(self, inputs=self.inputs.without_values(), choices=self.choices.without_values())


def run_fit(arguments: Namespace, said: list[str]) -> None:
    """The command ``fit``."""
    require_agreement(arguments)
    if arguments.out is None and not arguments.dry_run:
        raise UsageError("--out DIR is needed (or --dry-run, which writes nothing)")
    models = models_of(arguments, read_inputs(arguments))
    if arguments.dry_run:
        from ebayes_lm.cli.plan import show_plan

        show_plan([_job(model, arguments) for model in models], said, as_json=arguments.json)
        return
    from ebayes_lm.cli.results import Results

    if len(models) == 1:
        job = _job(models[0], arguments, ready=True)
        Results(arguments, [job]).deliver([analyse(job)], said)
        return
    # What is wrong with any of them is said before the first is fitted; counts of one at a time are in memory.
    jobs = [_job(model, arguments).without_values() for model in models]
    ready = (_job(m, arguments, part_of(len(models), k), ready=True) for k, m in enumerate(models))
    Results(arguments, jobs).deliver(map(analyse, ready), said)


def _job(model: Model, arguments: Namespace, part: str = "", *, ready: bool = False) -> Job:
    """A model with its comparisons and choices; one that is ready to be fitted has its hidden factors.

    Of several models, each keeps its blocks in a folder of its own.
    """
    inputs, counts = with_counts(arguments, model.inputs, model.design)
    design = model.design
    wanted = with_default(model.wanted, design, needed=not arguments.dry_run)
    hidden = wanted_factors(arguments)
    if hidden is not None and ready:
        hidden = estimated_factors(arguments, inputs, of_interest(design, wanted), running_of(arguments))
        design = design if hidden.factors is None else hidden.factors.design
    choices = read_choices(arguments, inputs, counts, hidden)
    if part and choices.checkpoint is not None:
        choices = replace(choices, checkpoint=str(Path(choices.checkpoint) / f"model{part}"))
    return Job(inputs, design, wanted, comparisons(design, wanted, inputs.samples, choices.plan(design)), choices)


def part_of(models: int, k: int) -> str:
    """What tells the files of one of several models apart."""
    return "" if models == 1 else f"_{k + 1}"


def analyse(job: Job) -> Analysis:
    """Fit, moderate, and test what is wanted."""
    inputs, design, wanted, compared = job.inputs, job.design, job.wanted, job.compared
    fit, choices, values = fitted(inputs, design, job.choices)
    if choices.weighs_as_estimated:
        compared = comparisons(design, wanted, inputs.samples, choices.plan(design))
    by_name = {c.name: c for c in compared}
    mods = [choices.tested(_of_comparisons(fit, wanted, compared))] if compared else []
    tested = [found for mod in mods for found in _tested(mod, by_name, choices)]
    terms: list[TestedTerm] = []
    if wanted.terms:
        mods.append(mod := fit.ebayes(**choices.prior()))
        terms = [_tested_term(mod, term, choices.fdr) for term in dict.fromkeys(wanted.terms)]
    structure = residuals_of(fit, values, inputs, choices) if choices.residuals else None
    return Analysis(inputs, design, choices, tuple(mods), values, tested, terms, job.citation, structure)


def _of_comparisons(fit: LinearFit, wanted: Wanted, compared: Sequence[Comparison]) -> LinearFit:
    """The fit of all that is compared, coefficients before contrasts; a coefficient is a contrast of its own."""
    coefs = list(dict.fromkeys(wanted.coefs))
    weights = {c.name: c.weights for c in compared}
    if set(weights) <= set(coefs):
        return fit.select(coefs=coefs)
    return fit.contrast(pd.DataFrame({name: weights[name] for name in dict.fromkeys([*coefs, *weights])}))


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
