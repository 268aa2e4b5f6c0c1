from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.data.positions import taken_by_position
from ebayes_lm.errors import AlignmentError, ArgumentError

LABELS = pd.Index(list("abcd"))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (2, [2]),
        (-1, [3]),
        (slice(None, None, -1), [3, 2, 1, 0]),
        ([3, 3, 0], [3, 3, 0]),
        (np.array([True, False, False, True]), [0, 3]),
        (pd.Series([True, False], index=["b", "a"]).reindex(list("dbca"), fill_value=True), [1, 2, 3]),
        (pd.Series([2, 0]), [2, 0]),
    ],
)
def test_positions(key, expected):
    assert_array_equal(taken_by_position(key, LABELS, "features", "a DGEList"), expected)


@pytest.mark.parametrize("key", [4, "a", 1.5, [True, False], {"a"}])
def test_what_is_no_position(key):
    with pytest.raises(ArgumentError, match="features of a DGEList are taken by position, 0 to 3"):
        taken_by_position(key, LABELS, "features", "a DGEList")


def test_masks_have_to_name_the_same():
    with pytest.raises(AlignmentError, match="the mask"):
        taken_by_position(pd.Series([True] * 4, index=list("abcx")), LABELS, "features", "a DGEList")
