"""How much fits into a file of a given size."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ebayes_lm.data.blocks import in_bytes
from ebayes_lm.errors import ArgumentError

_FIRST, _MOST_TRIES = 1000, 12
#: A try this close below the limit is as good as full.
_FULL = 0.97
#: Where not all features fit, values of the best of them have this share of the room.
_SHARE_OF_VALUES = 0.2


class Held(NamedTuple):
    """Features in the page, the best first, and how many of the first have values."""

    shown: int
    valued: int


def held_within(size: Callable[[Held], int], n_features: int, max_bytes: int, *, has_values: bool) -> Held:
    """As many of so many features as fit, then values of as many of them as fit beside.

    Raises
    ------
    ArgumentError
        Not even a page without features does.
    """
    least = size(Held(0, 0))
    if least > max_bytes:
        raise ArgumentError(
            f"max_bytes={max_bytes:,} does not hold a report; without any feature it takes {in_bytes(least)}, so allow "
            f"{least + 50_000:,} at least"
        )
    room = max_bytes
    if has_values:
        probe = min(n_features, _FIRST)
        each = (size(Held(probe, 0)) - least) / probe
        scarce = least + each * n_features > max_bytes
        room -= int(_SHARE_OF_VALUES * (max_bytes - least)) if scarce else 0
    shown = most_within(lambda k: size(Held(k, 0)), n_features, room, least)
    return Held(shown, most_within(lambda v: size(Held(shown, v)), shown, max_bytes) if has_values else 0)


def most_within(size: Callable[[int], int], most: int, limit: int, least: int | None = None) -> int:
    """The largest number, nearly, whose size is within a limit; sizes grow about evenly.

    >>> most_within(lambda n: 100 + 3 * n, 10_000, 15_100)
    5000
    """
    base = size(0) if least is None else least
    good, good_size, bad = 0, base, most + 1
    trial = min(most, _FIRST)
    for _ in range(_MOST_TRIES):
        if good == most or trial <= good or trial >= bad:
            break
        found = size(trial)
        if found <= limit:
            good, good_size = trial, found
            if found - base >= _FULL * (limit - base):
                break
        else:
            bad = trial
        each = max((found - base) / trial, 1e-9)
        guess = int((limit - base) / each)
        if bad > most:
            trial = min(most, max(guess, good + 1))
        else:
            near = int(0.995 * guess)
            trial = near if good < near < bad else (good + bad) // 2
    return good if good_size <= limit else 0
