from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.batch.control_features import control_positions
from ebayes_lm.data.containers import EList
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError

VALUES = np.arange(20.0).reshape(5, 4)
FRAME = pd.DataFrame(VALUES, index=list("abcde"), columns=list("wxyz"))
GENES = pd.DataFrame({"spike": [False, True, False, True, False], "kind": list("gsgsg")}, index=FRAME.index)
NAMED = as_feature_matrix(EList(FRAME, genes=GENES))
PLAIN = as_feature_matrix(VALUES)
MASK = GENES["spike"]


@pytest.mark.parametrize(
    "controls",
    [
        ["d", "b"], ("b", "d", "b"), {"b", "d"}, pd.Index(["b", "d"]), np.array(["d", "b"]), pd.Series(["b", "d"]),
        MASK, MASK[::-1], MASK.to_numpy(), MASK.tolist(), MASK.astype("boolean"), MASK.astype(object), "spike",
        pd.Categorical(["b", "d"]), (label for label in "bd"),
    ],
    ids=lambda controls: type(controls).__name__,
)  # fmt: skip
def test_labels_masks_and_columns(controls):
    assert_array_equal(control_positions(controls, NAMED), [1, 3])


@pytest.mark.parametrize("controls", [[3, 1], np.array([1, 3]), range(1, 4, 2), MASK.to_numpy(), {1, 3}], ids=repr)
def test_positions_where_there_are_no_labels(controls):
    assert_array_equal(control_positions(controls, PLAIN), [1, 3])


def test_numbers_can_be_labels():
    matrix = as_feature_matrix(FRAME.set_axis([10, 11, 12, 13, 14]))
    assert_array_equal(control_positions([13, 11], matrix), [1, 3])


def test_a_label_stands_for_all_that_bear_it():
    matrix = as_feature_matrix(FRAME.set_axis(list("abcbe")))
    assert_array_equal(control_positions(["b"], matrix), [1, 3])


@pytest.mark.parametrize(
    ("controls", "matrix", "error", "says"),
    [
        (["b", "q", "r"], NAMED, AlignmentError, "2 of 3 controls are not among the labels.*: 'q', 'r'"),
        ([1, 3], NAMED, AlignmentError, r"2 of 2 controls.*y.index\[positions\]"),
        ([1, 7, -1], PLAIN, AlignmentError, "1 of 3 controls.*0 to 4; outside: -1, 7"),
        (["b"], PLAIN, AlignmentError, "no labels.*'b'"),
        ([0.5], PLAIN, AlignmentError, "positions 0 to 4.*0.5"),
        ([True, False], NAMED, AlignmentError, "2 values and the matrix 5 features"),
        (MASK[:3], NAMED, AlignmentError, "missing: 'd', 'e'"),
        (MASK.astype("boolean").where(MASK), NAMED, ArgumentError, "missing for 3 features"),
        (~MASK & MASK, NAMED, ArgumentError, "none of 5 features"),
        ([], NAMED, ArgumentError, "none of 5 features"),
        ("spikes", NAMED, ArgumentError, "Did you mean 'spike'"),
        ("spike", PLAIN, ArgumentError, "there is no annotation. A single control goes into a list"),
        ("kind", NAMED, ArgumentTypeError, r"genes\['kind'\] == 'control'"),
        (3, NAMED, ArgumentTypeError, "controls is 3"),
        (None, NAMED, ArgumentTypeError, "controls is None"),
        ({"b": 1}, NAMED, ArgumentTypeError, "labels of features"),
        (FRAME, NAMED, ArgumentTypeError, "labels of features"),
        (np.eye(5, dtype=bool), NAMED, ArgumentTypeError, "more than one level"),
        ([["b"], ["d"]], NAMED, ArgumentTypeError, "more than one level"),
    ],
)
def test_what_cannot_be_read(controls, matrix, error, says):
    with pytest.raises(error, match=says) as caught:
        control_positions(controls, matrix)
    assert type(caught.value) is error
