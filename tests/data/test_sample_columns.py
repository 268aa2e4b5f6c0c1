from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.data.sample_columns import table_of_columns
from ebayes_lm.errors import AlignmentError, ArgumentTypeError, DesignError

COUNTS = np.random.default_rng(1).poisson(50, size=(40, 4))
NAMED = pd.DataFrame(COUNTS, columns=list("abcd"))


def test_labels_of_columns_do_not_count():
    table = table_of_columns({"group": list("AB"), "age": pd.Series([1.0, 2.0], index=[5, 6])})
    assert table.to_dict("list") == {"group": ["A", "B"], "age": [1.0, 2.0]}
    assert table.index.tolist() == [0, 1]


def test_counts_take_a_dict_in_their_order():
    for counts in (COUNTS, NAMED):
        listed = el.DGEList(counts, samples={"group": list("BBAA"), "age": [1, 2, 3, 4]})
        assert listed.samples["age"].tolist() == [1, 2, 3, 4]
        assert listed.samples["group"].tolist() == list("BBAA")
        assert el.voom(counts, "~ group", samples={"group": list("BBAA")}).design.names == ["(Intercept)", "groupB"]
    with pytest.raises(AlignmentError, match="3"):
        el.DGEList(NAMED, samples={"group": list("ABB")})


@pytest.mark.parametrize(
    ("samples", "error"),
    [(["A", "B"], ArgumentTypeError), ({"g": "A"}, DesignError), ({"g": [1, 2], "h": [1]}, DesignError)],
)
def test_refusals(samples, error):
    with pytest.raises(error):
        table_of_columns(samples)
