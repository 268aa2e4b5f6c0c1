from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.weights.matrix_rows import MatrixRows

Y = np.random.default_rng(1).normal(size=(50, 4))
CELLS = np.random.default_rng(2).uniform(size=(50, 4))


@pytest.mark.parametrize("cells", [None, CELLS])
@pytest.mark.parametrize("size", [1, 7, 50, 90])
def test_blocks_are_all_rows_in_order(cells, size):
    rows = MatrixRows(as_feature_matrix(Y), cells, Running(chunk_size=size))
    blocks = list(rows.in_order())
    assert_array_equal(np.concatenate([values for values, _ in blocks]), Y)
    assert all(len(values) <= size for values, _ in blocks)
    assert rows.weighted == (cells is not None)
    if cells is not None:
        assert_array_equal(np.concatenate([weights for _, weights in blocks]), CELLS)


def test_blocks_hold_what_is_stored_together():
    """A chunk is unpacked once, though blocks of single rows would be smaller."""

    @dataclass(frozen=True, eq=False)
    class Chunks(ArraySource):
        grain = 40_000

    matrix = replace(as_feature_matrix(np.zeros((100_000, 4))), source=Chunks(np.zeros((100_000, 4))))
    rows = MatrixRows(matrix, None, Running(progress=False))
    assert [len(values) for values, _ in rows.in_order()] == [40_000, 40_000, 20_000]


def test_totals_are_sums_over_blocks():
    rows = MatrixRows(as_feature_matrix(Y), CELLS, Running(chunk_size=7, threads=2))
    total, seen = rows.total(lambda y, w, at: ((y * w).sum(axis=0), np.array(at.stop - at.start)))
    assert_allclose(total, (Y * CELLS).sum(axis=0), rtol=1e-12)
    assert seen == 50
