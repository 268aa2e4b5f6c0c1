"""Lines of a summary."""

from __future__ import annotations

import pandas as pd

import ebayes_lm as el
from ebayes_lm.cli.summary import group_lines


def test_counts_of_levels_cannot_be_taken_for_levels():
    samples = pd.DataFrame({"batch": list("1121")})
    assert group_lines(el.model_matrix("~ batch", samples), samples) == ["  batch: 1 (3), 2 (1)."]
    wide = pd.DataFrame({"plate": [f"p{k:02}" for k in range(13)] * 2})
    assert group_lines(el.model_matrix("~ plate", wide), wide)[-1].endswith("and 1 more level.")
