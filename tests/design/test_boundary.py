from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.design.boundary import aligned_samples, as_design
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.model import model_matrix
from ebayes_lm.errors import AlignmentError, ArgumentTypeError, DesignError

LABELS = pd.Index(["s1", "s2", "s3"])
TABLE = pd.DataFrame({"g": ["b", "a", "b"], "x": [3.5, 1.5, 2.5]}, index=["s3", "s1", "s2"])
X = [1.5, 2.5, 3.5]


def brought(design, samples=None, labels=LABELS, n=3):
    return as_design(design, samples=samples, sample_labels=labels, n_samples=n)


@pytest.mark.parametrize(
    ("design", "samples"),
    [
        ("~ 0 + x", TABLE),
        ("~ 0 + x", {"x": X}),
        (TABLE[["x"]], None),
        (Design(TABLE[["x"]]), None),
        (model_matrix("~ 0 + x", TABLE), None),
        (model_matrix("~ 0 + x", {"x": X}), None),
        (np.array(X), None),
        (X, None),
        (Design(np.array([X]).T), None),
        (TABLE["x"], None),
    ],
)
def test_every_form_comes_in_the_order_of_the_matrix(design, samples):
    result = brought(design, samples)
    assert result.matrix[:, 0].tolist() == X
    assert result.samples.equals(LABELS)
    assert result.labelled


def test_no_design_is_an_intercept():
    result = brought(None)
    assert result.names == ["(Intercept)"]
    assert result.matrix.tolist() == [[1], [1], [1]]
    assert result.samples.equals(LABELS)
    assert brought(None, labels=None).samples.equals(pd.RangeIndex(3))


def test_a_matrix_without_labels_takes_the_order_as_given():
    result = brought("~ 0 + x", TABLE, labels=None)
    assert result.matrix[:, 0].tolist() == [3.5, 1.5, 2.5]
    assert brought(Design(TABLE[["x"]]), labels=pd.RangeIndex(3)).matrix[:, 0].tolist() == [3.5, 1.5, 2.5]


def test_what_a_design_knows_survives_alignment():
    design = model_matrix("~ g", TABLE, of_interest="g")
    result = brought(design)
    assert result.of_interest == ("g",)
    assert result.apply(TABLE).names == ["(Intercept)", "gb"]


@pytest.mark.parametrize(
    ("design", "samples", "error", "words"),
    [
        ("~ x", None, DesignError, "pass it as samples="),
        ({"x": X}, None, ArgumentTypeError, "not a dict"),
        (np.ones(4), None, AlignmentError, "4 entries and the matrix 3"),
        ("~ x", {"x": [1.5, 2.5]}, AlignmentError, "2 entries"),
        ("~ x", TABLE.iloc[:2], AlignmentError, "missing: 's2'"),
        (TABLE[["x"]].rename({"s1": "t1"}), None, AlignmentError, "missing: 's1'; not in the matrix: 't1'"),
        ("~ x", TABLE.set_axis(["s1", "s1", "s2"]), AlignmentError, "more than once: 's1'"),
        ("~ x", TABLE.reset_index(names="id"), AlignmentError, r"column 'id' .* use set_index\('id'\)"),
        (
            "~ x",
            TABLE.reset_index(drop=True),
            AlignmentError,
            "set its index to the column that holds the sample names",
        ),
        (pd.DataFrame({"x": X}), TABLE.reset_index(names="id"), AlignmentError, "the design is numbered .* 'id'"),
        (model_matrix("~ x", TABLE.reset_index()), None, AlignmentError, "the design is numbered"),
    ],
)
def test_what_does_not_match(design, samples, error, words):
    with pytest.raises(error, match=words):
        brought(design, samples)


def test_the_sample_table_alone():
    table = aligned_samples(TABLE, sample_labels=LABELS, n_samples=3)
    assert table["g"].tolist() == ["a", "b", "b"]
    assert table.index.equals(LABELS)
    assert aligned_samples({"x": X}, sample_labels=None, n_samples=3)["x"].tolist() == X
