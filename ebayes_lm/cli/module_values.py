"""Values of the module's options as R reads them; null and nothing are None."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable

from ebayes_lm.errors import nearest

_TRUTH = {
    **dict.fromkeys(("TRUE", "true", "True", "T"), True),
    **dict.fromkeys(("FALSE", "false", "False", "F"), False),
}
_LONGEST_NAME = 150
_MOST = 1_000_000_000


def text(value: str) -> str | None:
    """Text, without spaces around it.

    >>> text("treatment"), text("NULL"), text(" ")
    ('treatment', None, None)
    """
    value = value.strip()
    return None if value.lower() in ("", "null") else value


def boolean(value: str) -> bool | None:
    """TRUE or FALSE in any of R's spellings."""
    given = text(value)
    if given is not None and given not in _TRUTH:
        raise argparse.ArgumentTypeError(f"{value!r} is neither TRUE nor FALSE")
    return None if given is None else _TRUTH[given]


def counting(value: str) -> int | None:
    """A whole number above zero."""
    given = text(value)
    if given is None:
        return None
    found = _finite(given)
    if found is None or found != int(found) or not 0 < found < _MOST:
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number above zero")
    return int(found)


def level(value: str) -> float | None:
    """A number, zero at least."""
    given = text(value)
    found = None if given is None else _finite(given)
    if given is not None and (found is None or found < 0):
        raise argparse.ArgumentTypeError(f"{value!r} is not a number of zero or more")
    return found


def number(low: float, high: float, closed: bool = False) -> Callable[[str], float | None]:
    """What reads numbers between two others, these included where ``closed``."""

    def read(value: str) -> float | None:
        given = text(value)
        found = None if given is None else _finite(given)
        within = found is not None and (low < found < high or (closed and found in (low, high)))
        if given is not None and not within:
            raise argparse.ArgumentTypeError(f"{value!r} is not a number between {low} and {high}")
        return found

    return read


def pair(value: str) -> tuple[float, float] | None:
    """Two numbers with a comma between them; one stands for both."""
    given = text(value)
    if given is None:
        return None
    found = [_finite(part) for part in given.split(",")]
    first, second = found[0], found[-1]
    if len(found) > 2 or first is None or second is None:
        raise argparse.ArgumentTypeError(f"{value!r} is not two numbers with a comma between them, such as 0.05,0.1")
    return (first, second)


def known(*names: str) -> Callable[[str], str | None]:
    """What reads one of some words."""

    def read(value: str) -> str | None:
        given = text(value)
        if given is not None and given not in names:
            raise argparse.ArgumentTypeError(f"{value!r} is none of {', '.join(names)}.{nearest(value, names)}")
        return given

    return read


def plain_name(value: str) -> str | None:
    """What names of files may begin with: no folder, no control characters, not a hidden file."""
    given = text(value)
    if given is None:
        return None
    if re.search(r'[/\\:*?"<>|]', given) or not given.isprintable() or given.startswith((".", "-")):
        raise argparse.ArgumentTypeError(
            f'{value!r} is no beginning of a file name: it may hold no separator of folders or any of : * ? " < > |, '
            "nor begin with a dot or a hyphen; --out names a folder"
        )
    if len(given.encode()) > _LONGEST_NAME:
        raise argparse.ArgumentTypeError(
            f"is {len(given)} characters long; file names take {_LONGEST_NAME} bytes of it"
        )
    return given


def _finite(given: str) -> float | None:
    try:
        found = float(given)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
