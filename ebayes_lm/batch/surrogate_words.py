"""Surrogate variables in words."""

from __future__ import annotations

from ebayes_lm.batch.component_number import METHODS as NUMBER_METHODS
from ebayes_lm.batch.nested_designs import NestedDesigns
from ebayes_lm.batch.sentences import percent
from ebayes_lm.core.hidden_variables import HiddenVariables
from ebayes_lm.errors import joined

METHODS = {
    "irw": "by iteratively re-weighted surrogate variable analysis (Leek and Storey 2008)",
    "two-step": "by two-step surrogate variable analysis (Leek and Storey 2007)",
    "supervised": "by surrogate variable analysis of control features (Leek 2014)",
}


def remarks_on(found: HiddenVariables, nested: NestedDesigns, wanted: int, counted_by: str | None) -> tuple[str, ...]:
    """How their number came about, what became of them, and how far the terms of interest explain them."""
    k = found.values.shape[1]
    said = [f"Their number was {f'counted {NUMBER_METHODS[counted_by]}' if counted_by else 'given'}."]
    if k < wanted and found.settled:
        said.append(f"{wanted} were looked for; {wanted - k} had fewer features that go along with them than samples.")
    if not found.settled:
        said.append(
            f"Features that the terms of interest leave alone do not hold {wanted} directions: those found before "
            "these features were weighed are given."
        )
    if k:
        shares = nested.models.explained(found.values)
        parts = [f"{percent(share)} of SV{i + 1}" for i, share in enumerate(shares)]
        terms = list(nested.interest)
        explain = "explains" if len(terms) == 1 else "explain"
        said.append(f"Beyond the null design, {joined(terms)} {explain} {joined(parts)}.")
    return tuple(said)
