"""Words that findings share."""

from __future__ import annotations

import pytest

from ebayes_lm.batch.sentences import percent


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
