"""Values of arguments: text to what it stands for, or what is wrong with it."""

from __future__ import annotations

import argparse
import math

from ebayes_lm.errors import ArgumentError, nearest

#: Columns that tables can have besides those of limma.
COLUMNS = ("SE", "df", "neg_log10_p", "n", "status")
#: Ways to come from data to a fit; all but the first start from counts.
METHODS = ("ls", "trend", "voom", "voom-qw", "voom-lm-fit")
#: Ways to make library sizes comparable.
NORMALIZATIONS = ("TMM", "TMMwsp", "RLE", "upperquartile")
#: Ways to estimate hidden factors; those that need the names of negative controls.
HIDDEN = ("robust", "sva", "two-step", "controls", "RUV4", "RUVinv", "RUV2")
BY_CONTROLS = ("controls", "RUV4", "RUVinv", "RUV2")
_MOST_DIGITS = 17
#: The correlation of each feature by itself.
FEATURE = "feature"


def names(text: str) -> list[str]:
    """Names between commas.

    >>> names("a, b,")
    ['a', 'b']
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def place(text: str) -> str:
    """A file or folder to write; a variable of the shell that is not set names none."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty and names no place to write to; '.' is the current folder")
    return text


def columns(text: str) -> tuple[str, ...]:
    """Names of columns, each once."""
    wanted = tuple(dict.fromkeys(names(text)))
    for name in wanted:
        if name not in COLUMNS:
            raise argparse.ArgumentTypeError(
                f"{name!r} is not a column.{nearest(name, COLUMNS)} The columns are {', '.join(COLUMNS)}"
            )
    if not wanted:
        raise argparse.ArgumentTypeError(f"names no column; the columns are {', '.join(COLUMNS)}")
    return wanted


def pair(text: str) -> tuple[str, str]:
    """A column and a value of it."""
    name, equals, value = text.partition("=")
    if not (name.strip() and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form COL=VALUE, such as batch=3")
    return name.strip(), value.strip()


def whole_number(text: str) -> int:
    """A count of one at least."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def digits(text: str) -> int:
    """Digits of a number, 17 at most."""
    value = whole_number(text)
    if value > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} is more than the {_MOST_DIGITS} digits that a number has")
    return value


def size(text: str) -> str:
    """A size in bytes, kB, MB or GB, as it was written."""
    from ebayes_lm.data.blocks import memory_bytes  # which loads what help can do without

    try:
        memory_bytes(text)
    except ArgumentError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 500MB or 2GB") from None
    return text


def share(text: str) -> float:
    """A number between 0 and 1."""
    value = _number(text)
    if not 0.0 < value < 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0 and 1, such as 0.05")
    return value


def correlation(text: str) -> float | str:
    """A number between -1 and 1, or the word for the correlation of each feature by itself."""
    if text == FEATURE:
        return text
    value = _number(text)
    if not -1.0 < value < 1.0:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a number between -1 and 1, such as 0.4, nor the word {FEATURE}"
        )
    return value


def effect(text: str) -> float:
    """A finite number above zero."""
    value = _number(text)
    if not 0.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a log fold change above zero, such as 0.5")
    return value


def _number(text: str) -> float:
    """NaN for what is no number, so that no bound holds."""
    try:
        return float(text)
    except ValueError:
        return math.nan
