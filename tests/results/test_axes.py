from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from ebayes_lm.results.axes import Labels, positions_of

LABELS = Labels(pd.Index(["a", "b", "a", "c"]), pd.Index(["(Intercept)", "groupB", "age"]))


class TestCoefficients:
    @pytest.mark.parametrize(("coef", "position"), [("groupB", 1), (0, 0), (-1, 2), (np.int64(2), 2), (np.uint8(1), 1)])
    def test_by_name_or_position(self, coef, position):
        assert LABELS.coef_position(coef) == position
        assert LABELS.coef_positions(coef) == [position]

    @pytest.mark.parametrize(
        ("coefs", "positions"),
        [
            (["age", 0], [2, 0]),
            (("groupB", 1, "groupB"), [1]),
            (range(3), [0, 1, 2]),
            (np.array([2, 1]), [2, 1]),
            (pd.Index(["age"]), [2]),
        ],
    )
    def test_several_each_once_in_the_order_given(self, coefs, positions):
        assert LABELS.coef_positions(coefs) == positions

    def test_unknown_names_have_a_neighbour(self):
        with pytest.raises(ArgumentError, match=r"no coefficient 'groupb'; there are .*Did you mean 'groupB'\?"):
            LABELS.coef_position("groupb")

    @pytest.mark.parametrize("coef", [3, -4, 10**30])
    def test_outside(self, coef):
        with pytest.raises(ArgumentError, match=r"outside the 3 coefficients, 0 to 2"):
            LABELS.coef_position(coef)

    @pytest.mark.parametrize("coef", [True, 1.0, None, np.True_, ("age",)])
    def test_neither_name_nor_position(self, coef):
        with pytest.raises(ArgumentTypeError, match="coef must be a name or a 0-based position"):
            LABELS.coef_position(coef)

    def test_several_of_none(self):
        with pytest.raises(ArgumentError, match="coef is empty"):
            LABELS.coef_positions([])
        for coefs in (1.5, b"age"):
            with pytest.raises(ArgumentTypeError):
                LABELS.coef_positions(coefs)


class TestFeatures:
    @pytest.mark.parametrize(
        ("features", "positions"), [("b", [1]), ("a", [0, 2]), (["c", "a"], [3, 0, 2]), (pd.Index(["c"]), [3])]
    )
    def test_by_label(self, features, positions):
        assert_array_equal(LABELS.feature_positions(features), positions)

    def test_whole_numbers_are_labels_here(self):
        labels = Labels(pd.Index([7, 1, 0]), LABELS.coefs)
        assert_array_equal(labels.feature_positions([0, 7]), [2, 0])
        assert_array_equal(labels.feature_positions(1), [1])

    def test_unknown_ones_are_listed(self):
        with pytest.raises(ArgumentError, match=r"no such feature.*'x', 'y'"):
            LABELS.feature_positions(["a", "x", "y"])


class TestPositions:
    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            (slice(1, 3), [1, 2]),
            (slice(None, None, -1), [3, 2, 1, 0]),
            (2, [2]),
            (-1, [3]),
            ([3, 0, 0], [3, 0, 0]),
            (np.array([False, True, False, True]), [1, 3]),
            ([True, False, False, False], [0]),
            ([], []),
            (pd.Series([1, 2], index=["x", "y"]), [1, 2]),
            (np.array([1], dtype=np.uint8), [1]),
        ],
    )
    def test_of_every_kind(self, key, expected):
        assert_array_equal(np.arange(4)[positions_of(key, 4, "features")], expected)

    @pytest.mark.parametrize("key", [4, -5, [0, 9], [True], np.ones(5, dtype=bool), np.ones((2, 2), dtype=bool)])
    def test_outside(self, key):
        with pytest.raises(ArgumentError):
            positions_of(key, 4, "features")

    @pytest.mark.parametrize("key", ["a", ["a"], 1.0, [0.5], None, slice("a", "b"), (1, 2, 3), [[1, 2], [3, 0]]])
    def test_never_labels(self, key):
        with pytest.raises(ArgumentTypeError):
            positions_of(key, 4, "features")


class TestFit:
    rng = np.random.default_rng(0)
    samples = pd.DataFrame({"group": list("AAABBB"), "age": rng.normal(size=6)})
    fit = el.lm_fit(pd.DataFrame(rng.normal(size=(5, 6)), index=[10, 20, 0, 1, 2]), "~ group + age", samples=samples)

    def test_whole_numbers_are_positions_whatever_the_labels(self):
        assert list(self.fit[[0, 2]].coefficients.index) == [10, 0]
        assert list(self.fit.select(features=[0, 2]).coefficients.index) == [0, 2]

    @pytest.mark.parametrize("columns", [["age", "groupB"], [2, 1], np.array([2, 1])])
    def test_coefficients_by_name_or_position(self, columns):
        part = self.fit[1:3, columns]
        assert part.coef_names == ["age", "groupB"]
        pd.testing.assert_frame_equal(part.coefficients, self.fit.coefficients.iloc[1:3, [2, 1]])
        assert list(part.cov_coefficients.columns) == ["age", "groupB"]

    def test_labels_go_with_the_numbers(self):
        labels = LABELS.take(np.array([3, 0]), [1])
        assert list(labels.features) == ["c", "a"]
        assert list(labels.coefs) == ["groupB"]
        frame = labels.frame(np.zeros((2, 1)))
        assert list(frame.index) == ["c", "a"]
        assert labels.series(np.zeros(2), "t").name == "t"
