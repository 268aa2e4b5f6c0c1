"""What a run found, as plain data for programs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ebayes_lm.cli.analysis import Analysis, Comparison
from ebayes_lm.cli.folder import PROGRAM
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.reporting.sentences import equation, title


def facts_of(analysis: Analysis, tables: Mapping[tuple[str, str], str], warnings: Sequence[str]) -> dict[str, Any]:
    """Counts, prior, comparisons and files; numbers that JSON does not have are text ("inf") or null."""
    mod = analysis.mod
    scale = np.sqrt(np.asarray(mod.prior.scale, dtype=np.float64))
    comparisons = []
    for tested in analysis.tested:
        counts = {str(name).lower(): int(count) for name, count in tested.counts.items()}
        counts = {"up": counts["up"], "down": counts["down"], "not_significant": counts["notsig"]}
        untested = analysis.shape[0] - sum(counts.values())
        table = tables["comparison", tested.comparison.name]
        comparisons.append({**comparison_facts(tested.comparison), **counts, "untested": untested, "table": table})
    terms = [{"name": t.name, "significant": t.significant, "table": tables["term", t.name]} for t in analysis.terms]
    return {
        **common_facts(analysis.source, analysis.shape, analysis.excluded, analysis.design),
        "residual_df": number(float(np.nanmedian(mod.df_residual))),
        "prior": {
            "method": mod.prior.method,
            "df": number(float(mod.prior.df2)),
            "sd": number(float(np.nanmedian(scale))),
            "trend": analysis.trend,
        },
        "fdr": analysis.fdr,
        "comparisons": comparisons,
        "terms": terms,
        "warnings": list(warnings),
    }


def common_facts(source: str, shape: tuple[int, int], excluded: Sequence[str], design: Design) -> dict[str, Any]:
    """What is known before the fit."""
    from importlib.metadata import version

    from ebayes_lm import non_estimable

    lost = non_estimable(design) or []
    return {
        "program": PROGRAM,
        "version": version("ebayes-lm"),
        "data": {"source": source, "features": shape[0], "samples": shape[1], "excluded": list(excluded)},
        "design": {
            "formula": design.formula,
            "coefficients": design.names,
            "rank": len(design.names) - len(lost),
            "not_estimable": lost,
        },
    }


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
