"""The mark of data from which something was removed: a note in words that travels with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ebayes_lm.errors import AdjustedDataWarning, warn

#: Where tables and AnnData carry the note.
MARK = "adjusted"


def mark_key(layer: str | None) -> str:
    """Key of the note in ``AnnData.uns``: X and every layer have their own."""
    return MARK if layer is None else f"{MARK}_{layer}"


def note_in(notes: Mapping[Any, Any], key: str = MARK) -> str | None:
    """The note of data; what others keep under that name and is not text is no note."""
    note = notes.get(key)
    return note if isinstance(note, str) and note else None


def joined_notes(*notes: str | None) -> str | None:
    """Notes one after another, each of them once."""
    given = dict.fromkeys(note for note in notes if note)
    return "; ".join(given) or None


def warn_of_adjustment(note: str | None) -> None:
    """Say what a fit to such data means, where there is a note."""
    if note is not None:
        warn(
            f"something was removed from these data before the fit ({note}), and the fit counts degrees of freedom as "
            "if nothing had been: where groups are spread unevenly over what was removed, its p-values are too small. "
            "Fit the data as they were, with what was removed as a term of the design, such as ~ group + batch; "
            "adjusted values are for plots, clustering and prediction",
            AdjustedDataWarning,
        )
