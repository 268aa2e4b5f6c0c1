from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ebayes_lm.core.ols import least_squares
from ebayes_lm.core.residual_rows import ResidualRows

# Two ways through the same sums, of values up to 1e3 times their residuals.
SUMS = 1e-10


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("columns", [1, 5, 6, 7, 13])
def test_it_agrees_with_matrix_products(columns: int, dtype: Any) -> None:
    rng = np.random.default_rng(columns)
    x = np.column_stack([np.ones(30), rng.normal(size=(30, columns - 1))])
    y = (rng.normal(size=(50, 30)) + 100).astype(dtype)
    rows = ResidualRows(least_squares(x, rng.uniform(0.5, 2, size=30)))
    fused, products = (rows.complete(y, use_kernel=kernel) for kernel in (True, False))
    for one, other in zip(fused, products, strict=True):
        np.testing.assert_allclose(one, other, rtol=SUMS, atol=SUMS)


def test_it_writes_where_it_is_told_to() -> None:
    y, room = np.random.default_rng(1).normal(size=(5, 8)), np.full((9, 8), 7.0)
    rows = ResidualRows(least_squares(np.ones((8, 1))))
    found = rows.complete(y, use_kernel=True, room=room)
    assert np.shares_memory(found.residuals, room)
    np.testing.assert_allclose(room[:5], rows.complete(y, use_kernel=False).residuals, rtol=SUMS)
    assert (room[5:] == 7).all()
