"""What a caller sets with a number or a name, checked in one way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from ebayes_lm.errors import ArgumentError, ArgumentTypeError, nearest

#: More of a value than this hides the message around it.
_LONGEST = 60


def shown(value: Any) -> str:
    """A value as it was given; of what is long or has many values, what it is."""
    text = repr(value)
    return text if len(text) <= _LONGEST and "\n" not in text else f"a {type(value).__name__}"


def real(value: Any, name: str, meaning: str) -> float:
    """A real number; no truth value, no text."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ArgumentTypeError(f"{name} is {meaning}, a number; got {shown(value)}")
    return float(value)


def truth(value: Any, name: str) -> bool:
    """True or False; no number in their place."""
    if not isinstance(value, (bool, np.bool_)):
        raise ArgumentTypeError(f"{name} must be True or False, not {shown(value)}")
    return bool(value)


def whole_number(value: Any, name: str, meaning: str, *, least: int = 1) -> int:
    """A whole number from 1, or from another ``least``."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ArgumentTypeError(f"{name} is {meaning}, a whole number; got {shown(value)}")
    if value < least:
        raise ArgumentError(f"{name} is {meaning}, {least} at least; got {shown(value)}")
    return int(value)


def probability(value: Any, name: str, meaning: str) -> float:
    """A number from 0 to 1."""
    number = real(value, name, meaning)
    if not 0.0 <= number <= 1.0:
        raise ArgumentError(f"{name} is {meaning}, from 0 to 1; got {shown(value)}")
    return number


def confidence(value: Any) -> float:
    """The level of a confidence interval."""
    level = real(value, "the confidence level", "the share of intervals that hold the true value")
    if not 0.0 < level < 1.0:
        raise ArgumentError(f"a confidence level lies between 0 and 1, as 0.95 does; got {shown(value)}")
    return level


def choice(value: Any, allowed: Mapping[str, Any] | Iterable[str], name: str, named: str) -> str:
    """One of some names; ``named`` lists them for the message."""
    known = list(allowed)
    if not isinstance(value, str) or value not in known:
        kind = ArgumentError if isinstance(value, str) else ArgumentTypeError
        raise kind(f"{name} must be {named}, not {shown(value)}.{nearest(value, known)}")
    return value
