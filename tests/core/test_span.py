from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from ebayes_lm import choose_lowess_span
from ebayes_lm.errors import ArgumentError, ArgumentTypeError

#: One power, two products: the last digit depends on the machine.
ROUNDING = 1e-15


@pytest.mark.parametrize(
    ("n", "options", "expected"),
    [
        (0, {}, 1.0), (1, {}, 1.0), (50, {}, 1.0), (51, {}, 0.99539460351127484), (300, {}, 0.68522484570437303),
        (20_000, {}, 0.39500461658082175), (800, {"small_n": 500}, 0.89849158133684393),
        (1000, {"small_n": 10, "min_span": 0.3, "power": 0.5}, 0.37), (1000, {"min_span": 0.9, "power": 0}, 1.0),
    ],
)  # fmt: skip
def test_as_in_limma(n, options, expected):
    assert_allclose(choose_lowess_span(n, **options), expected, rtol=ROUNDING)


@pytest.mark.parametrize(
    ("n", "options", "error", "says"),
    [
        (2.5, {}, ArgumentTypeError, "whole number; got 2.5"), (-1, {}, ArgumentError, "0 or more; got -1"),
        (9, {"small_n": -2}, ArgumentError, "small_n"), (9, {"min_span": 0}, ArgumentError, "min_span"),
        (9, {"power": -1}, ArgumentError, "power"), (9, {"power": "1"}, ArgumentTypeError, "power must be a number"),
    ],
)  # fmt: skip
def test_refusals(n, options, error, says):
    with pytest.raises(error, match=says):
        choose_lowess_span(n, **options)
