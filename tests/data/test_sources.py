from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from ebayes_lm.data.sources import ArraySource, SparseSource

VALUES = np.arange(20.0).reshape(5, 4) * (np.arange(4) != 2)


@pytest.mark.parametrize(
    "source",
    [
        ArraySource(VALUES),
        ArraySource(np.asfortranarray(VALUES)),
        ArraySource(VALUES.astype(np.float32)),
        SparseSource(sparse.csr_matrix(VALUES)),
        SparseSource(sparse.csr_array(VALUES.astype(np.float32))),
    ],
)
@pytest.mark.parametrize("bounds", [(0, 5), (1, 3), (4, 5), (2, 2)])
def test_rows_come_dense_and_contiguous(source, bounds):
    rows = source.read(*bounds)
    assert source.shape == (5, 4)
    assert rows.dtype == source.dtype
    assert rows.flags.c_contiguous
    assert type(rows) is np.ndarray
    assert_array_equal(rows, VALUES[slice(*bounds)])


def test_rows_that_lie_one_after_another_are_not_copied():
    assert np.shares_memory(ArraySource(VALUES).read(1, 3), VALUES)
