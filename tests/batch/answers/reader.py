"""Reading what R answered: see the scripts beside this file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.weights.answers import reader

HERE = Path(__file__).parent


def answers(call: str, stored: str) -> pytest.MarkDecorator:
    """Parametrize a test over the stored answers of one call; ``args`` and ``expected`` are dicts."""
    return reader.answers(call, stored, HERE)
