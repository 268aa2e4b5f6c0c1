from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.data.groups import sample_groups
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DataError

NAMES = pd.Index(["a", "b", "c", "d"])
TABLE = pd.DataFrame({"patient": ["p2", "p1", "p2", "p1"], "age": [1, 2, 3, 4]}, index=NAMES)


@pytest.mark.parametrize(
    "groups",
    ["patient", TABLE["patient"], TABLE["patient"].iloc[::-1], ["p2", "p1", "p2", "p1"], np.array([7, 3, 7, 3]),
     pd.Categorical(["y", "x", "y", "x"]), ("u", "v", "u", "v")],
)  # fmt: skip
def test_groups_are_numbered_as_they_appear(groups):
    assert sample_groups(groups, NAMES, TABLE, what="block").tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("groups", "error", "message"),
    [
        ("patent", ArgumentError, "block='patent' is not a column.*Did you mean 'patient'"),
        (5, ArgumentTypeError, "one value for each of 4 samples, not 5"),
        (np.ones((4, 2)), ArgumentTypeError, r"one value for each of 4 samples, not ndarray of shape \(4, 2\)"),
        (TABLE[["patient"]], ArgumentTypeError, r"not DataFrame of shape \(4, 1\)"),
        ([["p"], ["q"], ["p"], ["q"]], ArgumentTypeError, r"not \[\['p'\]"),
        ({"p", "q", "r", "s"}, ArgumentTypeError, "one value for each of 4 samples"),
        (["p"], DataError, "1 entry and"),
        (["p", None, "q", "q"], DataError, "block is missing for 'b'"),
        (["p", "q"], DataError, "2 entries and there are 4 samples"),
        (pd.Series(list("pqpq"), index=list("abcx")), AlignmentError, "missing: 'd'"),
    ],
)
def test_what_is_no_group(groups, error, message):
    with pytest.raises(error, match=message):
        sample_groups(groups, NAMES, TABLE, what="block")


def test_a_name_without_a_table():
    with pytest.raises(ArgumentError, match="there is no sample table"):
        sample_groups("patient", NAMES, None, what="block")
