from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.scale.outcomes import outcomes_of

NAMES = ["s0", "s1", "s2", "s3"]
MATRIX = as_feature_matrix(pd.DataFrame(np.zeros((2, 4)), columns=NAMES))
TABLE = pd.DataFrame(
    {
        "bmi": [20.0, 21, np.nan, 23],
        "case": [True, False, True, True],
        "dose": pd.array([1, 2, None, 4], dtype="Int64"),
    },
    index=NAMES,
)
TURNED = TABLE.iloc[::-1]


@pytest.mark.parametrize(
    ("outcome", "values", "names", "is_one"),
    [
        ("bmi", [[20, 21, np.nan, 23]], ["bmi"], True),
        (["case", "dose"], [[1, 0, 1, 1], [1, 2, np.nan, 4]], ["case", "dose"], False),
        (pd.Index(["case"]), [[1, 0, 1, 1]], ["case"], False),
        (TURNED["bmi"], [[20, 21, np.nan, 23]], ["bmi"], True),
        (TURNED["bmi"].rename(None), [[20, 21, np.nan, 23]], ["outcome"], True),
        (TURNED[["dose"]], [[1, 2, np.nan, 4]], ["dose"], False),
        ([1, 2, 3, 5], [[1, 2, 3, 5]], ["outcome"], True),
        (np.array([[1, 2], [3, 4], [5, 6], [7, 9]]), [[1, 3, 5, 7], [2, 4, 6, 9]], ["y1", "y2"], False),
    ],
)  # fmt: skip
def test_outcomes_come_in_any_form(outcome, values, names, is_one):
    found = outcomes_of(outcome, MATRIX, TURNED)
    assert_array_equal(found.values, values)
    assert found.values.dtype == np.float64
    assert (list(found.names), found.is_one) == (names, is_one)
