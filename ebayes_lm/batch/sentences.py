"""Shares and names in words, and sentences of one kind, of which a reader needs only some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ebayes_lm.errors import joined

#: Of more sentences of one kind all but the first are summed up.
MOST_ALIKE = 4
#: Names that a sentence lists.
MOST_NAMED = 6


def percent(share: float) -> str:
    """A share as ``31 %`` or ``0.93 %``; one that hardly is as ``under 0.1 %``."""
    value = 100.0 * share
    if 0.0 < value < 0.1:
        return "under 0.1 %"
    return f"{value:,.0f} %" if value >= 9.95 or not value else f"{value:.2g} %"


def some(names: Iterable[str], most: int = MOST_NAMED) -> str:
    """Names in a sentence: all, or the first of them and how many more there are."""
    items = list(names)
    return joined(items) if len(items) <= most else f"{', '.join(items[:most])} and {len(items) - most} more"


def few_of(sentences: Iterable[str], more: str) -> Iterator[str]:
    """The first sentences of a kind, and of how many ``more`` the like is true."""
    whole = list(sentences)
    if len(whole) <= MOST_ALIKE:
        yield from whole
        return
    yield from whole[: MOST_ALIKE - 1]
    yield f"The like is to be said of {len(whole) - MOST_ALIKE + 1:,} more {more}."
