from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from ebayes_lm.data import memory
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.duplicates import Duplicates, with_duplicates
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.memory import available_memory, require_memory
from ebayes_lm.data.whole import in_memory, whole_values
from ebayes_lm.errors import DataError
from tests.data.sample_stores import matrix_of, sampled

VALUES = np.random.default_rng(3).poisson(2.0, (300, 7)).astype(np.float32)
#: Blocks of a few rows.
SHORT = Running(threads=2, chunk_size=11, progress=False)


def test_values_of_an_array_are_shared_where_type_and_order_are_as_wanted():
    matrix = as_feature_matrix(VALUES)
    assert np.shares_memory(whole_values(matrix, SHORT, "y"), VALUES)
    turned = whole_values(as_feature_matrix(np.asfortranarray(VALUES)), SHORT, "y", np.float64)
    assert turned.flags.c_contiguous
    assert turned.dtype == np.float64
    assert_array_equal(turned, VALUES)


def test_sparse_rows_are_filled_up_block_by_block(monkeypatch):
    matrix = as_feature_matrix(sparse.csr_matrix(VALUES))
    largest, read = [], type(matrix.source).read
    monkeypatch.setattr(type(matrix.source), "read", lambda s, a, b: largest.append(b - a) or read(s, a, b))
    assert_array_equal(whole_values(matrix, SHORT, "y", np.float64), VALUES)
    assert max(largest) == 11


def test_samples_are_read_once_and_rows_never():
    matrix = sampled(VALUES)
    found = in_memory(matrix, Running(chunk_size=90, progress=False), "y").source.array
    assert_array_equal(found, VALUES)
    assert sorted(matrix.source.reads) == [(k, min(k + 2, 7)) for k in range(0, 7, 2)]
    assert matrix.source.rows_read == []


def test_duplicates_that_lie_far_apart_are_read_apart():
    matrix = sampled(VALUES)
    laid = with_duplicates(matrix, Duplicates(2, 150)).source.read(10, 14)
    assert matrix.source.rows_read == [(10, 14), (160, 164)]
    assert_array_equal(laid[:, ::2], VALUES[10:14])
    assert_array_equal(laid[:, 1::2], VALUES[160:164])


def test_what_the_machine_cannot_hold_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 1_000)
    matrix = matrix_of(sampled(VALUES).source)
    with pytest.raises(DataError, match=r"the table takes about 8.4 kB of memory, and 1.0 kB are free; work with"):
        whole_values(matrix, SHORT, "the table")
    assert matrix.source.reads == []
    require_memory(1_000, "as much as there is", "")
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    require_memory(10**18, "where nobody knows", "")


def test_memory_of_machines_and_containers(tmp_path):
    free = available_memory()
    assert free is None or free > 0
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:      5 kB\n")
    assert memory._system(tmp_path / "meminfo") == 5 * 1024
    assert memory._system(tmp_path / "none") is None
    for name, text in (("memory.max", "900"), ("memory.current", "500"), ("memory.stat", "anon 3\ninactive_file 100")):
        (tmp_path / name).write_text(text)
    assert memory._control_group(tmp_path) == 500
    (tmp_path / "memory.max").write_text("max")
    assert memory._control_group(tmp_path) is None
