"""Tests of the comparisons as arrays: what the page explores, and in which order features come."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeGuard

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.reporting.page.arrays import ArrayStore, rounded
from ebayes_lm.reporting.page.subject import Subject
from ebayes_lm.reporting.panels.clouds import grid
from ebayes_lm.results.decisions import decide_tests
from ebayes_lm.results.moderated import ModeratedFit
from ebayes_lm.results.tested import TestedFit
from ebayes_lm.results.threshold import TreatFit

_LOG10 = float(np.log(10.0))
#: A page of fewer features holds them all, where they fit.
_ENOUGH = 100_000
#: Arrays that the page compares with bounds.
_EXACT = ("logFC", "p", "q")


@dataclass(frozen=True, eq=False)
class Evidence:
    """Tests of all features, one comparison a column.

    Attributes
    ----------
    log_fc, neg_log10_p, neg_log10_adj_p : (features, comparisons) arrays
    """

    subject: Subject
    log_fc: FloatArray
    neg_log10_p: FloatArray
    neg_log10_adj_p: FloatArray

    @cached_property
    def order(self) -> IntArray:
        """Features by their smallest adjusted p over comparisons, then by their smallest p; those without come last."""
        return np.lexsort((-_best(self.neg_log10_p), -self.best_adjusted)).astype(np.intp)

    @cached_property
    def best_adjusted(self) -> FloatArray:
        """Of each feature, -log10 of its smallest adjusted p; below zero where it has none."""
        return _best(self.neg_log10_adj_p)

    @cached_property
    def counts(self) -> list[dict[str, int]]:
        """Features up and down and tested, by comparison, over all features."""
        subject = self.subject
        part = subject.mod[:, [c.position for c in subject.comparisons]]
        found = decide_tests(part, p_value=subject.fdr, lfc=subject.lfc).summary().to_numpy()
        return [{"up": int(up), "down": int(down), "tested": int(up + down + rest)} for down, rest, up in found.T]

    @cached_property
    def most_shown(self) -> int:
        """Features that a page may hold: more than a screen can tell apart only where more are significant."""
        n = len(self.best_adjusted)
        significant = int(np.count_nonzero(self.best_adjusted >= -np.log10(max(self.subject.fdr, 1e-300))))
        return n if n <= _ENOUGH else max(_ENOUGH, significant)

    def complete_to(self, shown: int) -> float | None:
        """The adjusted p up to which the first features hold all; None where they are all."""
        best = self.best_adjusted[self.order]
        if shown >= len(best):
            return None
        inside = best[:shown][best[:shown] > best[shown]]
        return float(10.0 ** -inside[-1]) if len(inside) else 0.0


def evidence_of(subject: Subject) -> Evidence:
    """Tests of all features of the comparisons."""
    at = [c.position for c in subject.comparisons]
    log_p = np.column_stack([subject.mod.log_p_value_of(k) for k in at])
    adjusted = np.column_stack([log_adjusted(column) for column in log_p.T])
    return Evidence(subject, subject.mod.fit.record.coefficients[:, at], -log_p / _LOG10, -adjusted / _LOG10)


def log_adjusted(log_p: FloatArray) -> FloatArray:
    """Logarithms of p-values (n,) adjusted by Benjamini and Hochberg, finite where p underflows.

    >>> np.exp(log_adjusted(np.log([0.01, 0.04, 0.03]))).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(log_p)[: np.count_nonzero(~np.isnan(log_p))]
    raised = log_p[order] - np.log(np.arange(1, len(order) + 1) / max(len(order), 1))
    adjusted = np.full_like(log_p, np.nan)
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 0.0)
    return adjusted


def contrast_facts(evidence: Evidence, shown: int, store: ArrayStore) -> list[dict[str, Any]]:
    """What the page knows of each comparison: arrays of the features shown, and the density of the rest."""
    subject = evidence.subject
    rows, rest = evidence.order[:shown], evidence.order[shown:]
    return [
        {
            "name": comparison.name,
            "title": comparison.title,
            "equation": comparison.equation,
            "up": comparison.up,
            **_arrays(evidence, j, rows, store),
            "counts": evidence.counts[j],
            "rest": _rest(evidence, j, rest, store) if len(rest) else None,
        }
        for j, comparison in enumerate(subject.comparisons)
    ]


def _arrays(evidence: Evidence, j: int, rows: IntArray, store: ArrayStore) -> dict[str, str]:
    mod, k = evidence.subject.mod, evidence.subject.comparisons[j].position
    arrays = {
        "log_fc": ("logFC", evidence.log_fc[:, j]),
        "t": ("t", mod.t_of(k)),
        "neg_log10_p": ("p", evidence.neg_log10_p[:, j]),
        "neg_log10_adj_p": ("q", evidence.neg_log10_adj_p[:, j]),
    }
    if has_log_odds(mod):
        arrays["log_odds"] = ("B", mod.lods_of(k))
    if isinstance(mod, TreatFit):  # elsewhere it is the effect divided by t
        arrays["se"] = ("se", mod.standard_error_of(k))
    return {
        key: store.add(f"c{j}.{name}", values[rows].astype(np.float32) if name in _EXACT else rounded(values[rows]))
        for key, (name, values) in arrays.items()
    }


def has_log_odds(mod: TestedFit) -> TypeGuard[ModeratedFit]:
    """Whether features have log odds of being affected."""
    return isinstance(mod, ModeratedFit) and mod.is_moderated


def _rest(evidence: Evidence, j: int, rows: IntArray, store: ArrayStore) -> dict[str, Any]:
    """Features that are not in the page, as numbers of features in the cells of two grids."""
    effects, amean = evidence.log_fc[rows, j], evidence.subject.mod.fit.record.amean[rows]
    grids = {
        "volcano": _grid(effects, evidence.neg_log10_p[rows, j], f"c{j}.rest.volcano", store),
        "ma": _grid(amean, effects, f"c{j}.rest.ma", store),
    }
    return {**grids, "n": len(rows)}


def _grid(x: FloatArray, y: FloatArray, name: str, store: ArrayStore) -> dict[str, Any]:
    known = np.isfinite(x) & np.isfinite(y)
    cells = grid(x[known], y[known])
    counts = store.add(name, cells.counts.astype(np.uint32).ravel())
    edges = {"x0": cells.x0, "x1": cells.x1, "y0": cells.y0, "y1": cells.y1}
    return {**edges, "nx": cells.nx, "ny": cells.ny, "counts": counts}


def _best(neg_log: FloatArray) -> FloatArray:
    """The largest of each row, -1 where all are missing."""
    best: FloatArray = np.where(np.isnan(neg_log), -1.0, neg_log).max(axis=1)
    return best
