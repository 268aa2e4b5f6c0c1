"""Numbers and labels survive the way between Python and R."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd

from tests.parity.exchange import RTable, r_literal, read


def test_an_r_literal_keeps_every_bit_and_label() -> None:
    frame = pd.DataFrame([[0.1, np.nan], [-np.inf, 1e-310]], index=["a", 'b"'], columns=["x", "y"])
    words = f"{(0.1).hex()} -Inf NA {(1e-310).hex()}"
    assert r_literal(frame) == f'numbers("{words}", c(2, 2), c("a", "b\\""), c("x", "y"))'


def test_an_r_literal_of_a_problem_is_a_list() -> None:
    problem = {"kind": ["model"], "trend": True, "none": None, "tables": [{"coef": ["b"]}]}
    assert r_literal(problem) == (
        'list(`kind` = c("model"), `trend` = TRUE, `none` = NULL, `tables` = list(list(`coef` = c("b"))))'
    )


def test_reading_restores_arrays_matrices_and_tables(tmp_path: Path) -> None:
    content = {
        "numbers": {"hex": "0x1.8p+0 NA Inf"},
        "matrix": {"hex": "0x1p+0 0x1p+1", "dim": [1, 2], "rows": ["a"], "columns": ["x", "y"]},
        "bare": {"hex": "0x1p+0 0x1p+1", "dim": [2, 1]},
        "named": {"texts": ["1", "2"], "names": ["a", "b"]},
        "table": {"row_names": ["g1"], "frame": {"t": {"hex": "0x1p+0"}, "symbol": ["A"]}},
    }
    with gzip.open(tmp_path / "content.json.gz", "wt") as file:
        json.dump(content, file)
    found = read(tmp_path / "content.json.gz")
    np.testing.assert_array_equal(found["numbers"], [1.5, np.nan, np.inf])
    pd.testing.assert_frame_equal(found["matrix"], pd.DataFrame([[1.0, 2.0]], ["a"], ["x", "y"]))
    np.testing.assert_array_equal(found["bare"], [[1.0], [2.0]])
    assert found["named"] == {"a": "1", "b": "2"}
    assert isinstance(found["table"], RTable)
    assert found["table"].row_names == ["g1"]
    assert found["table"].columns["symbol"] == ["A"]
