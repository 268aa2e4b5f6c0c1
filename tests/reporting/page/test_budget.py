from __future__ import annotations

from collections.abc import Callable

import pytest

from ebayes_lm.errors import ArgumentError
from ebayes_lm.reporting.page.budget import Held, held_within, most_within

SIZES: dict[str, Callable[[int], int]] = {
    "even": lambda n: 100 + 7 * n,
    "cheaper": lambda n: 100 + int(9 * n**0.95),
    "dearer": lambda n: 100 + int(0.5 * n**1.3),
    "a step": lambda n: 100 + n + (1_000 if n > 700 else 0),
}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("limit", [100, 400, 9_000, 60_000, 10**9])
def test_what_is_held_fits_and_little_more_would(size: Callable[[int], int], limit: int) -> None:
    found = most_within(size, 20_000, limit)
    assert size(found) <= limit
    if found < 20_000:
        assert size(int(1.1 * found) + 10) > limit


def test_tests_come_before_values() -> None:
    def size(held: Held) -> int:
        return 1000 + 10 * held.shown + 100 * held.valued

    assert held_within(size, 50, 10_000, has_values=False) == Held(50, 0)
    assert held_within(size, 50, 10_000, has_values=True) == Held(50, 50)
    scarce = held_within(size, 2000, 10_000, has_values=True)
    assert size(scarce) <= 10_000
    assert scarce.shown > 600
    assert scarce.valued > 10


def test_a_size_that_holds_no_page_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"max_bytes=999 .* 51,000 at least"):
        held_within(lambda held: 1000, 10, 999, has_values=True)
