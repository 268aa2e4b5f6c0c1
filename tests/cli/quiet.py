"""Verbs without their notes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ebayes_lm.errors import EbayesLMWarning


def quiet(verb: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What a verb gives, whatever it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EbayesLMWarning)
        return verb(*arguments, **options)
