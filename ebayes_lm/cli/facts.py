"""What a run found, as plain data for programs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ebayes_lm.cli.analysis import Analysis
from ebayes_lm.cli.choices import Choices
from ebayes_lm.cli.comparisons import Comparison
from ebayes_lm.cli.folder import PROGRAM
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.reporting.completeness import Completeness, completeness, lacking_tests
from ebayes_lm.reporting.sentences import equation, lowest_df, title

#: What models of one run have in common.
_SHARED = ("program", "version", "fdr", "tables", "warnings")


def run_facts(
    analyses: Sequence[Analysis], tables: Mapping[tuple[str, str], str], warnings: Sequence[str]
) -> dict[str, Any]:
    """All that a run found."""
    return of_models([_facts_of(analysis, tables, warnings) for analysis in analyses])


def of_models(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The facts of one model; of several, each with its own and what they have in common."""
    if len(found) == 1:
        return found[0]
    shared = {name: found[0][name] for name in _SHARED if name in found[0]}
    models = [{name: value for name, value in facts.items() if name not in shared} for facts in found]
    return {**shared, "models": models}


def _facts_of(analysis: Analysis, tables: Mapping[tuple[str, str], str], warnings: Sequence[str]) -> dict[str, Any]:
    """Counts, prior, comparisons and files; numbers that JSON does not have are text ("inf") or null."""
    mod = analysis.mod
    comparisons = []
    for tested in analysis.tested:
        counts = {str(name).lower(): int(count) for name, count in tested.counts.items()}
        counts = {"up": counts["up"], "down": counts["down"], "not_significant": counts["notsig"]}
        untested = analysis.inputs.shape[0] - sum(counts.values())
        lacking = {"untested": untested, "not_estimable": lacking_tests(tested.table)[0]}
        table = tables["comparison", tested.comparison.name]
        comparisons.append({**comparison_facts(tested.comparison), **counts, **lacking, "table": table})
    terms = [{"name": t.name, "significant": t.significant, "table": tables["term", t.name]} for t in analysis.terms]
    return {
        **common_facts(analysis.inputs, analysis.design, analysis.choices, completeness(mod)),
        "residual_df": number(float(np.nanmedian(mod.df_residual))),
        "prior": _prior_facts(analysis),
        "fdr": analysis.choices.fdr,
        "comparisons": comparisons,
        "terms": terms,
        "residuals": None if analysis.structure is None else list(analysis.structure.findings),
        "warnings": list(warnings),
    }


def _prior_facts(analysis: Analysis) -> dict[str, Any]:
    prior, low = analysis.mod.prior, lowest_df(analysis.mod)
    return {
        "method": prior.method,
        "df": number(float(prior.df2)),
        "sd": number(float(np.nanmedian(np.sqrt(np.asarray(prior.scale, dtype=np.float64))))),
        "lowest_df": number(float(prior.df2) if low is None else low),
        **analysis.choices.prior(),
    }


def common_facts(inputs: Inputs, design: Design, choices: Choices, found: Completeness | None) -> dict[str, Any]:
    """What is known before the tests; missing values are null where they were not counted."""
    from importlib.metadata import version

    from ebayes_lm import non_estimable

    lost = non_estimable(design) or []
    features, samples = inputs.shape
    return {
        "program": PROGRAM,
        "version": version("ebayes-lm"),
        "data": {
            "source": inputs.source,
            "features": features,
            "samples": samples,
            "excluded": list(inputs.excluded),
            "missing_values": None if found is None else found.missing,
            "features_with_missing_values": None if found is None else found.features,
        },
        "design": {
            "formula": design.formula,
            "coefficients": design.names,
            "rank": len(design.names) - len(lost),
            "not_estimable": lost,
        },
        "model": model_facts(choices),
        "cluster": {"scheduler": choices.scheduler, "workers": choices.workers},
        "tables": {"format": choices.form, "columns": list(choices.columns)},
    }


def model_facts(choices: Choices) -> dict[str, Any]:
    """How the fits are made, and what comparisons are tested against."""
    chosen, weights = choices.procedure, choices.weights
    return {
        "hidden_factors": None if chosen.hidden is None else asdict(chosen.hidden),
        "counts": None if chosen.counts is None else asdict(chosen.counts),
        "sample_weights": _sample_weights(choices),
        "sample_weights_by": chosen.weighted_group,
        "method": "robust" if chosen.robust_fit else "ls",
        "weights": None if weights is None else {"of": weights.belong_to, "source": weights.source},
        "block": chosen.block,
        "blocks": chosen.n_blocks if chosen.block is not None else None,
        "correlation": chosen.correlation,
        "correlation_estimated": chosen.estimated,
        "correlation_quartiles": None if chosen.own_correlations is None else list(chosen.own_correlations),
        "inf": "missing" if chosen.inf_missing else "error",
        "min_observed": chosen.min_observed,
        "compat": chosen.compat,
        "treat": chosen.lfc,
    }


def _sample_weights(choices: Choices) -> dict[str, float] | bool:
    """By sample; before they are estimated, whether they will be."""
    weights = choices.sample_weights
    return choices.procedure.weighs_samples if weights is None else {str(k): float(v) for k, v in weights.items()}


def comparison_facts(comparison: Comparison) -> dict[str, Any]:
    """A comparison and the samples that inform it."""
    informing = comparison.informing
    factors = [str(name) for name in informing.factors.columns]
    counts = Counter(zip(*(informing.informing[name] for name in factors), strict=True))
    groups = [{"levels": dict(zip(factors, cell, strict=True)), "samples": n} for cell, n in counts.items()]
    return {
        "name": comparison.name,
        "title": title(informing),
        "equation": equation(comparison.weights),
        "informing": {
            "samples": len(informing.samples),
            "of": len(informing.weights),
            "groups": groups,
        },
    }


def number(value: float) -> float | str | None:
    """A number as JSON knows it."""
    return None if math.isnan(value) else str(value) if math.isinf(value) else value
