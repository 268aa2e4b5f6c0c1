from __future__ import annotations

import math

import pytest

from ebayes_lm.core.line_minimum import line_minimum


@pytest.mark.parametrize(
    ("f", "low", "high", "of_r"),
    [
        (lambda x: -x, 0.5, 0.9998, "0x1.ffdfc8788dc68p-1"),
        (lambda x: 1.0, 0.0, 1.0, "0x1.fff755d186a22p-1"),
        (math.cos, 2.0, 4.5, "0x1.921fb90f4b767p+1"),
        (lambda x: abs(x - 0.3) + x**4, -2.0, 3.0, "0x1.33303742fcc14p-2"),
        (lambda x: -math.exp(-((x - 1) ** 2)), -2.0, 30.0, "0x1.ffffff4897e58p-1"),
    ],
    ids=["falling", "flat", "cosine", "corner", "narrow"],
)
def test_takes_the_steps_of_r(f, low, high, of_r):
    """What ``optimize(f, c(low, high))$minimum`` answers; powers and exponentials may differ in their last bit."""
    assert line_minimum(f, low, high) == pytest.approx(float.fromhex(of_r), rel=1e-14)


def test_a_finer_tolerance_is_kept():
    assert abs(line_minimum(math.cos, 2.0, 4.0, 1e-9) - math.pi) < 1e-7
