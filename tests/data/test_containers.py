from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DataError

E = pd.DataFrame(np.arange(12.0).reshape(4, 3), index=list("abcd"), columns=["s1", "s2", "s3"])
GENES = pd.DataFrame({"symbol": list("ABCD")}, index=list("abcd"))
TARGETS = pd.DataFrame({"group": list("xyx")}, index=["s1", "s2", "s3"])


def elist(**changed):
    given = {
        "weights": np.arange(12.0).reshape(4, 3) + 1,
        "genes": GENES,
        "targets": TARGETS,
        "design": np.array([[1.0, 0], [1, 1], [1, 0]]),
        "other": {"background": np.arange(12).reshape(4, 3)},
    }
    return el.EList(E, **(given | changed))


SUBSETS = [
    (slice(1, 3), slice(None)),
    ([3, 0], [2, 1]),
    (np.array([True, False, True, False]), [0]),
    (slice(None, None, -1), np.array([True, True, False])),
    (2, 1),
    (-1, slice(None)),
    ([], [0]),
]


@pytest.mark.parametrize(("rows", "columns"), SUBSETS)
def test_indexing_takes_everything_along(rows, columns):
    whole = elist()
    part = whole[rows, columns]
    i, j = np.atleast_1d(np.arange(4)[rows]).astype(int), np.atleast_1d(np.arange(3)[columns])
    assert part.shape == (len(i), len(j))
    pd.testing.assert_frame_equal(part.E, E.iloc[i, j])
    assert_array_equal(part.weights, whole.weights[np.ix_(i, j)])
    assert_array_equal(part.other["background"], whole.other["background"][np.ix_(i, j)])
    pd.testing.assert_frame_equal(part.genes, GENES.iloc[i])
    pd.testing.assert_frame_equal(part.targets, TARGETS.iloc[j])
    assert_array_equal(part.design, whole.design[j])


@pytest.mark.parametrize("square", [False, True])
@pytest.mark.parametrize("kind", ["sample vector", "sample row", "feature column", "frame"])
def test_weights_of_every_shape_are_subset_along_their_own_axis(kind, square):
    values = np.arange(9.0).reshape(3, 3) if square else np.arange(12.0).reshape(4, 3)
    g = len(values)
    weights = {
        "sample vector": np.array([1.0, 2, 3]),
        "sample row": np.array([[1.0, 2, 3]]),
        "feature column": np.arange(1.0, g + 1)[:, None],
        "frame": pd.DataFrame(values + 1),
    }[kind]
    if square and kind == "sample vector":
        with pytest.raises(ArgumentError, match=r"could belong to the features or to the samples"):
            el.EList(values, weights=weights)
        return
    part = el.EList(values, weights=weights)[[2, 0], [1, 2]]
    full = np.broadcast_to(np.asarray(weights), values.shape)[np.ix_([2, 0], [1, 2])]
    assert_array_equal(np.broadcast_to(part.weights, (2, 2)), full)


def test_weights_of_features():
    part = el.EList(np.zeros((4, 3)), weights=np.array([1.0, 2, 3, 4]))[[2, 0], [1, 2]]
    assert_array_equal(part.weights, [[3], [1]])


@pytest.mark.parametrize("axis", [0, 1])
def test_weights_keep_their_axis_where_a_subset_is_square(axis):
    weights = np.arange(1.0, (4, 3)[axis] + 1)
    part = el.EList(np.zeros((4, 3)), weights=weights)[:3, :]
    assert part.weights.shape == ((3, 1), (1, 3))[axis]
    assert part[[2], :].weights.shape == ((1, 1), (1, 3))[axis]


@pytest.mark.parametrize(
    "design", ["~ group", pd.DataFrame({"x": [1.0, 2, 3]}, index=TARGETS.index), el.model_matrix("~ group", TARGETS)]
)
def test_designs_of_every_kind_are_subset(design):
    part = elist(design=design)[:, [2, 0]]
    if isinstance(design, str):
        assert part.design == design
    else:
        frame = part.design if isinstance(part.design, pd.DataFrame) else part.design.frame
        assert list(frame.index) == ["s3", "s1"]


@pytest.mark.parametrize("key", [0, slice(None), [1, 2], (0, 0, 0)])
def test_two_positions_always(key):
    with pytest.raises(ArgumentTypeError, match="two positions"):
        elist()[key]


@pytest.mark.parametrize("key", [("a", 0), (4, 0), ([0.5], 0), (np.array([True]), 0), (0, ["s1"])])
def test_positions_only(key):
    with pytest.raises(ArgumentError, match="of an EList are taken by position"):
        elist()[key]


def test_tables_are_aligned_by_label():
    shuffled = elist(genes=GENES.iloc[[2, 0, 3, 1]], targets=TARGETS.iloc[[2, 0, 1]])
    pd.testing.assert_frame_equal(shuffled.genes, GENES)
    pd.testing.assert_frame_equal(shuffled.targets, TARGETS)


def test_an_array_takes_labels_from_its_tables():
    e = el.EList(E.to_numpy(), genes=GENES, targets=TARGETS)
    pd.testing.assert_frame_equal(e.E, E)


def test_numbered_tables_beside_a_bare_array():
    e = el.EList(E.to_numpy(), targets=TARGETS.reset_index(drop=True))
    assert list(e.targets.index) == [0, 1, 2]


def test_mismatches():
    with pytest.raises(AlignmentError, match=r"targets.*missing: 's3'; not in the matrix: 's9'"):
        elist(targets=TARGETS.rename(index={"s3": "s9"}))
    with pytest.raises(AlignmentError, match="genes has 3 entries and the matrix 4 features"):
        el.EList(np.zeros((4, 3)), genes=GENES.iloc[:3])
    with pytest.raises(AlignmentError, match=r"targets is numbered.*column 'id' holds them"):
        elist(targets=TARGETS.rename_axis("id").reset_index())


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"genes": [1, 2, 3, 4]}, ArgumentTypeError),
        ({"targets": {"group": [1, 2, 3]}}, ArgumentTypeError),
        ({"other": {"background": np.zeros((4, 2))}}, DataError),
        ({"other": [1]}, ArgumentTypeError),
        ({"weights": np.ones((3, 4))}, DataError),
        ({"weights": np.ones(5)}, DataError),
    ],
)
def test_what_does_not_belong(changed, error):
    with pytest.raises(error):
        elist(**changed)


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros((2, 2, 2)), [["a", "b"]], 1.0])
def test_what_is_no_matrix(values):
    with pytest.raises(DataError, match="E must be numbers in two dimensions"):
        el.EList(values)


def test_nothing_is_copied_or_changed():
    values = np.arange(12.0).reshape(4, 3)
    e = el.EList(values)
    assert np.shares_memory(e.E.to_numpy(), values)
    other = {"a": np.zeros((4, 3))}
    kept = el.EList(values, other=other)
    other["b"] = None
    assert list(kept.other) == ["a"]
    with pytest.raises(AttributeError):
        e.E = None


def test_repr_says_what_it_holds():
    assert repr(elist()) == "EList of 4 features x 3 samples (E, weights, genes, targets, design, background)"


def test_a_fit_uses_what_the_container_carries():
    rng = np.random.default_rng(0)
    values, groups = rng.normal(size=(20, 6)), pd.DataFrame({"group": list("AAABBB")})
    weights = np.linspace(0.5, 1.5, 6)
    carried = el.lm_fit(el.EList(values, targets=groups, design="~ group", weights=weights))
    plain = el.lm_fit(values, "~ group", samples=groups, weights=weights)
    assert_array_equal(carried.record.coefficients, plain.record.coefficients)
    given = el.lm_fit(el.EList(values, targets=groups, design="~ group"), "~ 0 + group")
    assert given.coef_names == ["groupA", "groupB"]
