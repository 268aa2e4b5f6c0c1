from __future__ import annotations

import numpy as np

from ebayes_lm.core.signs import upright


def test_the_largest_entry_of_a_column_is_positive():
    columns = np.array([[1.0, -1.0, 0.0], [-3.0, 0.5, 0.0], [2.0, -2.0, 0.0]])
    np.testing.assert_array_equal(upright(columns), columns * [-1.0, -1.0, 1.0])
    assert upright(columns[:, :0]).shape == (3, 0)
