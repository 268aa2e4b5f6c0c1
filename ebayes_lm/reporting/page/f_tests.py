"""Several coefficients tested together: which features differ in any way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ebayes_lm.errors import EbayesLMError, agreeing, counted
from ebayes_lm.reporting.page.markup import Markup, cut, element
from ebayes_lm.reporting.page.subject import Subject
from ebayes_lm.reporting.page.tables import table
from ebayes_lm.results.moderated import ModeratedFit
from ebayes_lm.results.table import top_table_f

#: Features of a test that are listed, tests that are, and effects beside each other.
_MOST_ROWS, _MOST_TESTS, _MOST_EFFECTS = 100, 6, 4
_TESTS = ["AveExpr", "F", "P.Value", "adj.P.Val"]


class Together(NamedTuple):
    """One F test of all features: what differs where it is significant, and its table, smallest p first."""

    what: str
    table: pd.DataFrame


def f_tests(subject: Subject, terms: Mapping[str, Any] | Sequence[str]) -> list[Together]:
    """The tests that are given, or those of the named terms; by default what a fit of several comparisons tells."""
    if isinstance(terms, Mapping):
        return [Together(f"by {name}", found) for name, found in terms.items() if isinstance(found, pd.DataFrame)]
    mod = subject.mod
    if not isinstance(mod, ModeratedFit):
        return []
    at = [c.position for c in subject.comparisons if c.informing is not None]
    if mod.fit.is_contrasted:
        wanted = {f"in one of the {len(at)} comparisons at least": at} if len(at) > 1 else {}
    else:
        of = {name: mod.design.names.index(name) for names in mod.design.terms.values() for name in names}
        each = {term: [of[name] for name in names] for term, names in mod.design.terms.items()}
        wanted = {f"by {term}": k for term, k in each.items() if term in terms or (len(k) > 1 and set(k) <= set(at))}
    found = [Together(what, tested) for what, k in wanted.items() if (tested := _tested(mod, k)) is not None]
    return found[:_MOST_TESTS]


def _tested(mod: ModeratedFit, positions: list[int]) -> pd.DataFrame | None:
    """None where these cannot be tested together."""
    try:
        found: pd.DataFrame = top_table_f(mod, coef=positions, number=None)
    except EbayesLMError:
        return None
    return found


def f_section(subject: Subject, tests: Sequence[Together]) -> Markup | None:
    """The tests as tables that can be sorted; nothing where there are none."""
    if not tests:
        return None
    parts = [part for test in tests for part in _parts(subject, test)]
    return element("section", element("h2", "Several effects together"), *parts, id="f-tests")


def _parts(subject: Subject, test: Together) -> list[Markup]:
    tested = int(test.table["P.Value"].notna().sum())
    n = int((test.table["adj.P.Val"] < subject.fdr).sum())
    rate = f"at a false discovery rate of {subject.fdr:.3g} (F test)"
    found = f"{n:,} of {counted(tested, 'feature')} {agreeing(n, 'differs', 'differ')} {cut(test.what)} {rate}."
    titles = {c.name: c.title for c in subject.comparisons}
    effects = [c for c in test.table.columns if c in titles or c in subject.mod.design.names]
    texts = [c for c in test.table.columns if str(c).lower() in {"symbol", "gene", "gene_name", "gene_symbol"}][:1]
    shown = [*texts, *(effects if len(effects) <= _MOST_EFFECTS else []), *_TESTS]
    first = test.table[shown].iloc[:_MOST_ROWS].rename(columns=titles)
    which = agreeing(len(first), "The feature", f"The {len(first)} features")
    caption = f"{which} with most evidence to differ {cut(test.what)}"
    return [element("p", found), table(first, caption, corner="Feature", folded=True, sortable=True)]
