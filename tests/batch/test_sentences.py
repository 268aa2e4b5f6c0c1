"""Words that findings share."""

from __future__ import annotations

import pytest

from ebayes_lm.batch.sentences import percent, some


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (1e-6, "under 0.1 %"),
        (0.001, "0.1 %"),
        (0.0093, "0.93 %"),
        (0.0994, "9.9 %"),
        (0.0996, "10 %"),
        (0.312, "31 %"),
        (45.05, "4,505 %"),
    ],
)
def test_shares_have_two_digits_and_no_exponent(share: float, words: str) -> None:
    assert percent(share) == words


def test_of_many_names_some_are_said() -> None:
    assert some(["a"]) == "a"
    assert some(iter("abcdef")) == "a, b, c, d, e and f"
    assert some("abcdefg") == "a, b, c, d, e, f and 1 more"
    assert some("abc", 2) == "a, b and 1 more"
