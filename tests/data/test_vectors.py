from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.data.vectors import ordered_numbers
from ebayes_lm.errors import AlignmentError, ArgumentTypeError

NAMES = pd.Index(["a", "b", "c"])


def test_a_series_is_brought_into_order():
    series = pd.Series([3, 1, 2], index=["c", "a", "b"])
    assert ordered_numbers(series, NAMES, what="weights", axis="samples").tolist() == [1, 2, 3]


@pytest.mark.parametrize("values", [[1, 2, 3], (1.0, 2, 3), np.array([True, False, True]), np.ones((3, 1)), 2])
def test_other_values_keep_their_shape_and_order(values):
    found = ordered_numbers(values, NAMES, what="weights", axis="samples")
    np.testing.assert_array_equal(found, np.asarray(values))


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (["x", "y", "z"], ArgumentTypeError, "<U1 values"),
        ("age", ArgumentTypeError, "got 'age'"),
        ([[1], [1, 2]], ArgumentTypeError, "different lengths; give one number a sample"),
        (np.array([1, 2j]), ArgumentTypeError, "complex128"),
        (pd.Series([1, 2, 3], index=list("abx")), AlignmentError, "missing: 'c'; not in the matrix: 'x'"),
    ],
)
def test_what_is_no_vector_of_numbers(values, error, message):
    with pytest.raises(error, match=message):
        ordered_numbers(values, NAMES, what="weights", axis="samples")
