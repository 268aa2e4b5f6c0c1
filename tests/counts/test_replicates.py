from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from tests.counts.answers.reader import answers, count_list

# Sums of a few counts, and geometric means.
SUMS = 1e-14


@answers("sum_tech_reps")
def test_sums_are_those_of_edger(name, args, expected):
    d = el.sum_tech_reps(count_list(name), args["ids"].astype(int))
    got = [d.samples["lib_size"], d.samples["norm_factors"], d.counts.iloc[:10].to_numpy().ravel()]
    assert_allclose(np.concatenate(got), expected, rtol=SUMS)


@pytest.fixture
def d():
    counts = pd.DataFrame(np.arange(12).reshape(3, 4), index=list("abc"), columns=["s1", "s2", "s3", "s4"])
    table = pd.DataFrame({"id": ["p", "o", "p", "o"], "lane": [1, 2, 3, 4]}, index=counts.columns)
    return el.DGEList(counts, samples=table, genes=pd.DataFrame({"x": [1, 2, 3]}, index=counts.index))


def test_ids_are_a_column_or_a_vector(d):
    summed = el.sum_tech_reps(d, "id")
    assert list(summed.counts.columns) == ["p", "o"]
    assert_array_equal(summed.counts, [[2, 4], [10, 12], [18, 20]])
    assert summed.samples["lane"].tolist() == [1, 2]
    pd.testing.assert_frame_equal(summed.genes, d.genes)
    for ids in (["p", "o", "p", "o"], d.samples["id"].iloc[::-1], np.array(list("popo")), tuple("popo")):
        pd.testing.assert_frame_equal(el.sum_tech_reps(d, ids).counts, summed.counts, check_names=False)


def test_offsets_of_a_sum_are_those_of_summed_libraries(d):
    sizes = np.arange(1.0, 13).reshape(3, 4)
    made = el.sum_tech_reps(el.DGEList(d.counts, offset=np.log(sizes)), list("popo"))
    assert_allclose(np.exp(made.offset), np.column_stack([sizes[:, 0] + sizes[:, 2], sizes[:, 1] + sizes[:, 3]]))


def test_small_integers_do_not_overflow():
    large = np.full((2, 4), 2**31 - 1, dtype=np.int32)
    assert el.sum_tech_reps(large, [1, 1, 1, 1]).counts.iloc[0, 0] == 4 * (2**31 - 1)


def test_replicates_of_none_change_nothing(d):
    pd.testing.assert_frame_equal(el.sum_tech_reps(d, list(d.counts.columns)).counts, d.counts)
