"""Seeds of random numbers, as callers give them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from ebayes_lm.results.arguments import shown


def seed_or_none(seed: Any) -> int | None:
    """A seed, checked; None where there is none."""
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise ArgumentTypeError(f"seed is a whole number or None; got {shown(seed)}")
    if seed < 0:
        raise ArgumentError(f"seed is a whole number, 0 or more; got {shown(seed)}")
    return int(seed)
