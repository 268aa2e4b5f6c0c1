from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import AlignmentError
from ebayes_lm.weights.replicates import avearrays, avedups, avereps
from tests.weights.answers.reader import answers

#: Sums of a few numbers, which R adds up in a wider format.
MEANS = 1e-13

NAMES = [f"s{j}" for j in range(3)]


def held(args, expected):
    """What R was asked about, as an array or, where R held a list, as an EList with all its parts."""
    y = args.pop("E")
    if "first" not in expected:
        return y
    genes = pd.DataFrame({"row": np.arange(len(y)), "more": "x"})
    other = {"o": args.pop("other")} if "other" in args else {}
    return el.EList(y, weights=args.pop("weights", None), genes=genes, other=other)


def check(answer, expected):
    if isinstance(answer, np.ndarray):
        assert_allclose(answer, expected["E"], rtol=MEANS)
        return
    assert_allclose(answer.E.to_numpy(), expected["E"], rtol=MEANS)
    assert_array_equal(answer.genes["row"], expected["first"])
    assert_allclose(answer.weights, expected["weights"], rtol=MEANS)
    if "other" in expected:
        assert_allclose(answer.other["o"], expected["other"], rtol=MEANS)


@answers("avereps", "replicates")
def test_features_are_averaged_as_by_limma(args, expected):
    x = held(args, expected)
    check(avereps(x, **args), expected)


@answers("avearrays", "replicates")
def test_samples_are_averaged_as_by_limma(args, expected):
    x = held(args, expected)
    check(avearrays(x, **args), expected)


@answers("avedups", "replicates")
def test_spots_are_averaged_as_by_limma(args, expected):
    ndups, spacing = int(args.pop("ndups")), int(args.pop("spacing"))
    x = held(args, expected)
    check(avedups(x, ndups=ndups, spacing=spacing, **args), expected)


@pytest.fixture
def arrays():
    genes = pd.DataFrame({"ID": ["b", "a", "b"], "symbol": ["B1", "A", "B2"]}, index=["p1", "p2", "p3"])
    targets = pd.DataFrame({"person": ["Ben", "Ann", "Ben"], "run": [1, 2, 3]}, index=NAMES)
    return el.EList(
        np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 11.0]]),
        genes=genes,
        targets=targets,
        design=pd.DataFrame({"Ann": [0.0, 1, 0], "Ben": [1.0, 0, 1]}, index=NAMES),
    )


def test_features_go_by_the_column_id_of_genes(arrays):
    means = avereps(arrays)
    assert means.E.to_dict("list") == {"s0": [4.0, 4.0], "s1": [5.0, 5.0], "s2": [7.0, 6.0]}
    assert list(means.E.index) == ["b", "a"]
    assert means.genes.to_dict("list") == {"ID": ["b", "a"], "symbol": ["B1", "A"]}
    assert means.targets.equals(arrays.targets)


def test_features_go_by_any_column_or_by_their_labels(arrays):
    assert list(avereps(arrays, "symbol").E.index) == ["B1", "A", "B2"]
    frame = arrays.E.set_axis(["x", "y", "x"])
    assert avereps(frame).to_dict("list") == {"s0": [4.0, 4.0], "s1": [5.0, 5.0], "s2": [7.0, 6.0]}


def test_ids_with_labels_are_matched_by_them(arrays):
    ids = pd.Series(["b", "b", "a"], index=["p3", "p1", "p2"])
    assert list(avereps(arrays, ids).E.index) == ["b", "a"]
    with pytest.raises(AlignmentError, match="missing: 'p3'"):
        avereps(arrays, ids.iloc[1:])


def test_samples_keep_the_table_and_the_design_of_the_first(arrays):
    means = avearrays(arrays, "person")
    assert list(means.E.columns) == ["Ben", "Ann"]
    assert means.targets.to_dict("list") == {"person": ["Ben", "Ann"], "run": [1, 2]}
    assert el.lm_fit(means).coefficients.to_numpy().tolist() == [[2.0, 2.0], [5.0, 5.0], [8.0, 9.0]]
    assert means.genes.equals(arrays.genes)


def test_a_design_of_the_package_goes_along(arrays):
    design = el.model_matrix("~ 0 + person", arrays.targets)
    means = avearrays(el.EList(arrays.E, targets=arrays.targets, design=design), "person")
    assert means.design.terms == design.terms
    assert list(means.design.samples) == ["Ben", "Ann"]
    assert el.lm_fit(means).coefficients.columns.tolist() == ["personAnn", "personBen"]


def test_weights_of_samples_stay_weights_of_samples(arrays):
    weighted = el.EList(arrays.E, weights=np.array([[1.0, 2.0, 3.0]]), genes=arrays.genes)
    means = avearrays(weighted, ["Ben", "Ann", "Ben"])
    assert means.E["Ben"].tolist() == [2.5, 5.5, 10.0]
    assert means.weights.tolist() == [[4.0, 2.0]]
    assert avereps(weighted).weights.tolist() == [[1.0, 2.0, 3.0]]


def test_weights_of_features_are_averaged_over_features(arrays):
    weighted = el.EList(arrays.E, weights=np.array([[1.0], [2.0], [4.0]]), genes=arrays.genes)
    assert avereps(weighted).weights.tolist() == [[2.5], [2.0]]
    assert avearrays(weighted, ["Ben", "Ann", "Ben"]).weights.tolist() == [[2.0, 1.0], [4.0, 2.0], [8.0, 4.0]]


def test_nothing_handed_in_is_changed(arrays):
    before = arrays.E.copy()
    for means in (avereps(arrays), avearrays(arrays, "person"), avedups(arrays, ndups=3)):
        means.E.iloc[:] = -1.0
    assert arrays.E.equals(before)


def test_spots_keep_the_label_of_the_first(arrays):
    means = avedups(arrays, ndups=3)
    assert list(means.E.index) == ["p1"]
    assert means.genes["symbol"].tolist() == ["B1"]
    assert avedups(np.arange(4.0)[:, None]).tolist() == [[0.5], [2.5]]


def test_other_values_of_spots_are_averaged_too(arrays):
    spots = el.EList(arrays.E, other={"background": arrays.E.to_numpy() * 10})
    assert avedups(spots, ndups=3).other["background"].tolist() == [[40.0, 50.0, 200 / 3]]


def test_a_hundred_thousand_ids():
    rng = np.random.default_rng(7)
    ids = rng.integers(0, 60_000, 100_000)
    y = rng.normal(size=(100_000, 3))
    means = avereps(pd.DataFrame(y, columns=NAMES), ids)
    expected = pd.DataFrame(y, columns=NAMES).groupby(ids, sort=False).mean()
    assert means.index.equals(pd.Index(expected.index))
    assert_allclose(means.to_numpy(), expected.to_numpy(), atol=MEANS)


def test_single_precision_is_averaged_in_double():
    y = np.array([[0.1], [0.2]], dtype=np.float32)
    means = avereps(y, ["a", "a"])
    assert means.dtype == np.float64
    assert means[0, 0] == (float(y[0, 0]) + float(y[1, 0])) / 2
