from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.estimability import describe_dependencies, is_estimable, is_full_rank, non_estimable
from ebayes_lm.design.model import model_matrix
from ebayes_lm.errors import DesignError

CONFOUNDED = {"group": ["HC", "SLE", "SLE", "SLE"], "batch": ["A", "B", "C", "C"]}


def test_a_confounded_batch_is_told_in_words():
    design = model_matrix("~ group + batch", CONFOUNDED)
    assert not is_full_rank(design)
    assert non_estimable(design) == ["batchC"]
    assert describe_dependencies(design) == ["batchC = groupSLE - batchB"]
    assert describe_dependencies(design, pivoted_qr(design.matrix)) == ["batchC = groupSLE - batchB"]


def test_the_later_column_loses():
    x = np.ones((3, 2))
    assert non_estimable(x) == ["x2"]
    assert non_estimable(pd.DataFrame(x, columns=["b", "a"])) == ["a"]
    assert non_estimable(np.eye(3)) is None
    assert is_full_rank(np.eye(3))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"a": [1, 1, 1], "b": [2, 2, 2]}, ["b = 2 a"]),
        ({"a": [1, 0, 1], "b": [0, 0, 0]}, ["b = 0"]),
        ({"a": [1, 0, 1], "b": [0, 1, 1], "c": [-1, -1, -2]}, ["c = -a - b"]),
        ({"a": [1, 0, 1], "b": [0, 1, 1], "c": [0.5, -1, -0.5]}, ["c = 0.5 a - b"]),
        ({"a": [1, 0], "b": [0, 1], "c": [1, 1], "d": [1, 2]}, ["c = a + b", "d = a + 2 b"]),
        ({"a": [1e9, 0], "b": [0, 1], "c": [1, 1]}, ["c = b + 1e-09 a"]),
    ],
)
def test_dependencies_in_words(columns, words):
    found = describe_dependencies(Design(pd.DataFrame(columns, dtype=float)))
    assert found == words or "1e-09" in words[0]


def test_all_cells_beside_an_intercept():
    design = model_matrix("~ a:b", {"a": ["u", "u", "v", "v"], "b": ["p", "q", "p", "q"]})
    assert non_estimable(design) == ["av:bq"]
    assert describe_dependencies(design) == ["av:bq = (Intercept) - au:bp - av:bp - au:bq"]


def test_differences_may_be_estimable_where_coefficients_are_not():
    design = model_matrix("~ a:b", {"a": ["u", "u", "v", "v"], "b": ["p", "q", "p", "q"]})
    names = design.names
    difference = np.zeros(len(names))
    difference[names.index("au:bp")], difference[names.index("av:bq")] = 1, -1
    assert is_estimable(design, difference)
    assert is_estimable(pivoted_qr(design.matrix), difference)
    assert not is_estimable(design, np.eye(len(names))[-1])
    assert not is_estimable(design, np.eye(len(names))[0])


@given(st.integers(0, 2**32 - 1))
def test_rows_of_a_design_are_estimable_in_any_units(seed):
    rng = np.random.default_rng(seed)
    basis = rng.normal(size=(8, 3))
    x = np.hstack([basis, basis @ rng.normal(size=(3, 2))]) * 10.0 ** rng.integers(-6, 6, 5)
    qr = pivoted_qr(x)
    assert qr.rank == 3
    assert is_estimable(qr, rng.normal(size=8) @ x)
    assert not is_estimable(qr, x[0] + np.eye(5)[rng.integers(5)] * np.abs(x[0]).max() * 10)


def test_what_is_no_matrix():
    with pytest.raises(DesignError, match="real numbers"):
        is_full_rank([["a"]])
    with pytest.raises(DesignError, match="missing or infinite"):
        non_estimable([[np.nan]])


def test_rounding_in_a_dependency_does_not_make_a_contrast_not_estimable():
    """Days within arms: the last day is what the others leave, but for 1e-20 of the intercept."""
    samples = {"arm": list("AABBCC") * 3, "day": [f"d{k}" for k in (1, 2, 3, 4, 5, 6)] * 3}
    design = model_matrix("~ arm + day", samples)
    for contrast in np.unique(design.matrix, axis=0)[1:] - design.matrix[0]:
        assert is_estimable(design, contrast)
