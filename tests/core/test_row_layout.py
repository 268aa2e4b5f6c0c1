from __future__ import annotations

import numpy as np
import pytest

from ebayes_lm.core.row_layout import binary_exponents, floats, in_sixes, pieces


def test_pieces_are_all_rows():
    y = np.arange(90_000.0).reshape(-1, 3)
    parts = list(pieces(y))
    assert len(parts) > 1
    np.testing.assert_array_equal(np.concatenate(parts), y)
    assert [len(part) for part in pieces(y[:0])] == [0]


@pytest.mark.parametrize(
    ("given", "laid"), [(np.float32, np.float32), (np.float64, np.float64), (np.int16, np.float64)]
)
def test_rows_keep_the_type_that_loops_know(given, laid):
    y = np.arange(6).reshape(2, 3).astype(given).T
    assert floats(y).dtype == laid
    assert floats(y).flags.c_contiguous
    np.testing.assert_array_equal(floats(y), y)


@pytest.mark.parametrize(("rows", "padded"), [(0, 0), (1, 6), (6, 6), (7, 12)])
def test_a_basis_is_filled_up_with_zeros(rows, padded):
    basis = np.ones((rows, 4))
    assert in_sixes(basis).shape == (padded, 4)
    np.testing.assert_array_equal(in_sixes(basis)[:rows], basis)
    assert not in_sixes(basis)[rows:].any()


def test_rows_over_their_power_of_two_are_below_one():
    y = np.array([[3.0, -5.0], [0.1, 0.0], [0.0, 0.0], [-1e300, 2.0]])
    largest = np.abs(np.ldexp(y, -binary_exponents(y)[:, None])).max(axis=1)
    assert ((largest >= 0.5) & (largest < 1.0)).tolist() == [True, True, False, True]
    assert binary_exponents(np.empty((2, 0))).tolist() == [0, 0]
