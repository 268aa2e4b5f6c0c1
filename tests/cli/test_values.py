"""Values of arguments, good and bad."""

from __future__ import annotations

import argparse

import pytest

from ebayes_lm.cli import values
from ebayes_lm.results.options import EXTRA


def test_columns_are_those_of_the_package():
    assert values.COLUMNS == EXTRA


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (values.columns, "SE, n,SE", ("SE", "n")),
        (values.correlation, "-0.2", -0.2),
        (values.correlation, "0", 0.0),
        (values.effect, "1e-3", 0.001),
        (values.whole_number, "12", 12),
        (values.share, ".5", 0.5),
    ],
)
def test_good(kind, text, value):
    assert kind(text) == value


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (values.columns, "se", "Did you mean 'SE'"),
        (values.columns, "n,statsu", "Did you mean 'status'"),
        (values.columns, " , ", "names no column"),
        (values.correlation, "1", "between -1 and 1"),
        (values.correlation, "nan", "between -1 and 1"),
        (values.correlation, "", "between -1 and 1"),
        (values.effect, "0", "above zero"),
        (values.effect, "-1", "above zero"),
        (values.effect, "inf", "above zero"),
        (values.effect, "1,5", "above zero"),
        (values.whole_number, "0", "above zero"),
        (values.whole_number, "2.5", "above zero"),
        (values.whole_number, "9" * 5000, "above zero"),
        (values.whole_number, "²", "above zero"),
        (values.share, "1", "between 0 and 1"),
        (values.pair, "a", "COL=VALUE"),
    ],
)
def test_bad(kind, text, message):
    with pytest.raises(argparse.ArgumentTypeError, match=message):
        kind(text)
