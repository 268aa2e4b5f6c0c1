import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.core.numeric import float_array
from ebayes_lm.errors import ArgumentTypeError


def test_floats_are_not_copied():
    values = np.arange(3.0)
    assert np.shares_memory(float_array(values, "x"), values)


@pytest.mark.parametrize(
    "values", [[1, 2], [True, False], np.float32([1, 0]), pd.Series([1, None], dtype="Int64"), [1, None]]
)
def test_numbers(values):
    assert float_array(values, "x").dtype == np.float64


@pytest.mark.parametrize("values", [["a"], "a", [1 + 2j], [np.datetime64("2020-01-01")], [[1], "b"], [object()]])
def test_everything_else_is_refused(values):
    values = np.array(values, dtype=object) if isinstance(values, list) and isinstance(values[0], list) else values
    with pytest.raises(ArgumentTypeError, match="x must be numbers"):
        float_array(values, "x")


@pytest.mark.parametrize(
    "call",
    [
        lambda: el.adjust_p(["a"]),
        lambda: el.squeeze_var(["a", "b", "c"], 3),
        lambda: el.squeeze_var([1.0, 2.0, 3.0], "many"),
        lambda: el.fit_f_dist([1.0, 2.0], 3, covariate=["a", "b"]),
        lambda: el.trigamma_inverse("a"),
    ],
)
def test_functions_of_numbers_say_so(call):
    with pytest.raises(ArgumentTypeError, match="must be numbers, NaN where there is none"):
        call()
