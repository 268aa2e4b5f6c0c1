from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import ebayes_lm as el
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.errors import AlignmentError

NAMES = pd.Index(["s1", "s2", "s3", "s4"])


class TestAlign:
    def test_another_order(self):
        order = align(pd.Index(["s3", "s1", "s4", "s2"]), NAMES, 4, what="the table")
        assert_array_equal(order, [1, 3, 0, 2])

    def test_the_same_order(self):
        assert_array_equal(align(NAMES, NAMES, 4, what="the table"), range(4))

    @pytest.mark.parametrize(
        ("labels", "wanted"),
        [
            (None, NAMES),
            (None, None),
            (NAMES, None),
            (NAMES, pd.RangeIndex(4)),
            (pd.RangeIndex(4), None),
            (pd.RangeIndex(4), pd.RangeIndex(4)),
        ],
    )
    def test_by_position_where_one_side_has_no_labels(self, labels, wanted):
        assert_array_equal(align(labels, wanted, 4, what="the table"), range(4))

    @pytest.mark.parametrize("labels", [pd.RangeIndex(3), NAMES[:3]])
    def test_positions_need_equal_lengths(self, labels):
        with pytest.raises(AlignmentError, match=r"the table has 3 entries and the matrix 4 samples"):
            align(labels, None, 4, what="the table")

    def test_a_mismatch_lists_both_sides(self):
        with pytest.raises(AlignmentError, match=r"missing: 's2'; not in the matrix: 'x', 'y'$"):
            align(pd.Index(["s1", "x", "s3", "y", "s4"]), NAMES, 4, what="the table")

    def test_a_matrix_that_lies_the_other_way(self):
        with pytest.raises(AlignmentError, match=r"not one is shared. .* hand in y.T"):
            align(pd.Index([f"g{i}" for i in range(9)]), NAMES, 4, what="the table")

    def test_positions_of_a_matrix_that_lies_the_other_way(self):
        with pytest.raises(AlignmentError, match=r"equal in number. Features are the rows .*orientation='samples'"):
            align(pd.RangeIndex(8), None, 900, what="the design")

    def test_only_some_are_listed(self):
        many = pd.Index([f"x{i}" for i in range(1000)])
        with pytest.raises(AlignmentError, match=r"'x0', 'x1', 'x2', 'x3', 'x4' and 995 more$"):
            align(many.append(NAMES), NAMES, 4, what="the table")

    def test_a_label_too_many(self):
        with pytest.raises(AlignmentError, match=r"not in the matrix: 's5'$"):
            align(NAMES.append(pd.Index(["s5"])), NAMES, 4, what="the table")

    @pytest.mark.parametrize("side", ["the table", "the matrix"])
    def test_duplicated_labels_in_another_order(self, side):
        twice, once = pd.Index(["s1", "s2", "s2", "s4"]), NAMES[::-1]
        labels, wanted = (twice, once) if side == "the table" else (once, twice)
        with pytest.raises(AlignmentError, match=f"{side} holds sample labels more than once: 's2'"):
            align(labels, wanted, 4, what="the table")

    def test_duplicated_labels_in_the_same_order_are_no_riddle(self):
        twice = pd.Index(["s1", "s2", "s2", "s4"])
        assert_array_equal(align(twice, twice.copy(), 4, what="the table"), range(4))

    def test_numbers_are_not_their_names(self):
        with pytest.raises(AlignmentError, match=r"missing: '1', '2'; not in the matrix: 1, 2"):
            align(pd.Index([1, 2]), pd.Index(["1", "2"]), 2, what="the table")

    def test_numbers_in_another_order_are_labels(self):
        assert_array_equal(align(pd.Index([2, 0, 1]), pd.Index([0, 1, 2]), 3, what="the table"), [1, 2, 0])

    def test_a_numbering_beside_names(self):
        with pytest.raises(
            AlignmentError,
            match=r"the table is numbered 0 to 3 while the samples of the matrix have names \('s1', 's2', 's3'\): "
            "set its index to the column that holds the sample names",
        ):
            align(pd.RangeIndex(4), NAMES, 4, what="the table")

    @pytest.mark.parametrize("column", ["id", "second"])
    def test_a_numbering_beside_names_names_the_column_that_holds_them(self, column):
        table = pd.DataFrame({"group": list("AABB"), "other": [["a"], {}, 1, None], column: NAMES[::-1]})
        with pytest.raises(AlignmentError, match=rf"column '{column}' holds them: use set_index\('{column}'\)"):
            align(table.index, NAMES, 4, what="the table", table=table)

    def test_features_are_called_features(self):
        with pytest.raises(AlignmentError, match=r"do not name the same features; missing: 's1'"):
            align(pd.Index(["x"]), NAMES[:1], 1, what="trend", axis="features")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (pd.RangeIndex(3), True),
        (pd.RangeIndex(0), True),
        (pd.RangeIndex(1, 4), False),
        (pd.RangeIndex(0, 6, 2), False),
        (pd.RangeIndex(3, name="sample"), False),
        (pd.Index([0, 1, 2]), False),
        (pd.Index(["0", "1"]), False),
    ],
)
def test_what_is_a_plain_numbering(labels, expected):
    assert is_positional(labels) is expected


class TestThroughTheFit:
    rng = np.random.default_rng(0)
    names = tuple(f"p{i}" for i in range(12))
    y = pd.DataFrame(rng.normal(size=(30, 12)), columns=list(names))
    table = pd.DataFrame({"group": list("AAAABBBBCCCC"), "age": rng.normal(50, 9, 12)}, index=list(names))

    @pytest.mark.parametrize("seed", range(5))
    def test_the_order_of_the_sample_table_changes_no_bit(self, seed):
        order = np.random.default_rng(seed).permutation(12)
        weights = pd.Series(np.linspace(0.5, 2, 12), index=list(self.names))
        plain = el.lm_fit(self.y, "~ group + age", samples=self.table, weights=weights)
        shuffled = el.lm_fit(self.y, "~ group + age", samples=self.table.iloc[order], weights=weights.iloc[order[::-1]])
        for name in plain.record.declared_axes():
            assert_array_equal(getattr(plain.record, name), getattr(shuffled.record, name))
        design = el.model_matrix("~ group + age", self.table)
        for given in (design.frame.iloc[order], el.model_matrix("~ group + age", self.table.iloc[order])):
            other = el.lm_fit(self.y, given, weights=weights)
            assert_array_equal(other.record.coefficients, plain.record.coefficients)

    def test_mismatches_list_ids(self):
        with pytest.raises(AlignmentError, match=r"missing: 'p11'; not in the matrix: 'extra'"):
            el.lm_fit(self.y, "~ group", samples=self.table.rename(index={"p11": "extra"}))
        with pytest.raises(AlignmentError, match=r"weights and the matrix do not name the same samples; missing: 'p0'"):
            el.lm_fit(self.y, "~ group", samples=self.table, weights=pd.Series(1.0, index=list(self.names[1:])))

    def test_a_numbered_sample_table_names_the_column_to_use(self):
        table = self.table.rename_axis("patient").reset_index().iloc[::-1].reset_index(drop=True)
        with pytest.raises(AlignmentError, match=r"column 'patient'.* holds them"):
            el.lm_fit(self.y, "~ group", samples=table)
        with pytest.raises(AlignmentError, match="set its index to the column that holds the sample names"):
            el.lm_fit(self.y, "~ group", samples=table.drop(columns="patient"))

    def test_a_bare_array_takes_the_order_of_the_table(self):
        fit = el.lm_fit(self.y.to_numpy(), "~ group + age", samples=self.table)
        assert tuple(fit.design.samples) == self.names
        assert_array_equal(
            fit.record.coefficients, el.lm_fit(self.y, "~ group + age", samples=self.table).record.coefficients
        )

    def test_cells_that_hold_lists_are_only_looked_past(self):
        table = self.table.rename_axis("patient").reset_index().assign(notes=[["a"]] * len(self.table))
        table = table[["notes", *table.columns.drop("notes")]]
        with pytest.raises(AlignmentError, match=r"column 'patient'.* holds them"):
            el.lm_fit(self.y, "~ group", samples=table)
