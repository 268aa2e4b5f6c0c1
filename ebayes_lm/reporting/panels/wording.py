"""Small words that several panels say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ebayes_lm.errors import joined

#: So many names are said; the others are counted.
_NAMED = 4
_PER_CENT = re.compile(r"(?<=\d) %")


def some(names: Sequence[str], most: int = _NAMED) -> str:
    """The first names, and how many more there are.

    >>> some(["a", "b"]), some(list("abcdef"))
    ('a and b', 'a, b, c, d and 2 more')
    """
    more = len(names) - most
    return joined(names) if more <= 1 else f"{', '.join(names[:most])} and {more:,} more"


def sentence(text: str) -> str:
    """A finding as a sentence, with a full stop, and shares as the page writes them.

    >>> sentence("the largest holds 24 % of the noise")
    'the largest holds 24% of the noise.'
    """
    shown = _PER_CENT.sub("%", text)
    return shown if shown.endswith((".", "!", "?")) else f"{shown}."


def share(part: float) -> str:
    """A share in per cent; neither nothing nor all unless it is.

    >>> share(0.5), share(0.001), share(0.9999)
    ('50%', 'under 1%', 'over 99%')
    """
    if 0.0 < part < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 < part < 1.0 else f"{part:.0%}"
