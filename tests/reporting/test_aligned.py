"""Tables that fit a terminal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm.reporting.aligned import aligned


def test_numbers_to_the_right_and_texts_to_the_left():
    table = pd.DataFrame({"logFC": [1.5, np.nan], "P.Value": [0.25, 1e-300], "n": [1200, 3]}, index=["a", "long"])
    assert aligned(table, index_name="id") == [
        "id    logFC   P.Value      n",
        "a       1.5     0.250  1,200",
        "long     NA  1.0e-300      3",
    ]


def test_lines_keep_their_width():
    table = pd.DataFrame({f"column{j}": np.arange(3) * 1e4 for j in range(30)}, index=["x" * 200, "y", "z"])
    lines = aligned(table, width=80)
    assert max(len(line) for line in lines[:-1]) <= 80
    assert lines[1].startswith("x" * 22 + "..")
    assert lines[-1].startswith("(not shown for want of room: column")


def test_names_cannot_break_a_line():
    (_, row) = aligned(pd.DataFrame({"x": [1]}, index=["a\nb\x1b[31m"]))
    assert row.startswith("a b [31m")
