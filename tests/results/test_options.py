from __future__ import annotations

import numpy as np
import pytest

from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from ebayes_lm.results.arguments import choice, confidence, probability, real
from ebayes_lm.results.options import TableOptions, confidence_level, order_column


def options(**changed: object) -> TableOptions:
    given = {
        "number": 10, "adjust_method": "BH", "p_value": 1.0, "fc": None, "lfc": None, "features": None, "columns": (),
    }  # fmt: skip
    return TableOptions.checked(**given | changed)


def test_numbers_of_rows():
    assert [options(number=n).number for n in (None, np.inf, 0, np.int16(3))] == [None, None, 0, 3]


def test_a_fold_change_goes_before_its_logarithm():
    assert options().lfc == 0.0
    assert options(lfc=1).lfc == 1.0
    assert options(fc=4).lfc == 2.0
    assert options(fc=4, lfc=1).lfc == 2.0


def test_names_of_columns():
    assert options(columns="SE").columns == ("SE",)
    assert options(columns=iter(["n", "df"])).columns == ("n", "df")


def test_no_adjustment_method_means_bh():
    assert options(adjust_method=None).adjust_method == "BH"


def test_orders_have_the_names_of_limma():
    assert {o: order_column(o, "sort_by") for o in ("M", "p", "Amean", "T", "none")} == {
        "M": "logFC", "p": "P.Value", "Amean": "AveExpr", "T": "t", "none": "none",
    }  # fmt: skip


@pytest.mark.parametrize(("confint", "level"), [(True, 0.95), (False, None), (np.True_, 0.95), (0.5, 0.5)])
def test_levels(confint, level):
    assert confidence_level(confint) == level


@pytest.mark.parametrize("value", [True, np.True_, "1", None, 1j, [1], np.ones(1)])
def test_what_is_no_number(value):
    with pytest.raises(ArgumentTypeError, match="lfc is a bound, a number; got"):
        real(value, "lfc", "a bound")


def test_numbers_of_every_kind():
    assert [real(v, "x", "a number") for v in (1, 1.5, np.float32(0.5), np.int8(3))] == [1.0, 1.5, 0.5, 3.0]


def test_bounds():
    assert probability(0, "p", "a bound") == 0.0
    with pytest.raises(ArgumentError, match="p is a bound, from 0 to 1; got nan"):
        probability(np.nan, "p", "a bound")
    with pytest.raises(ArgumentError, match="got 1"):
        confidence(1)


def test_choices():
    assert choice("a", ("a", "b"), "x", "'a' or 'b'") == "a"
    with pytest.raises(ArgumentError, match=r"x must be 'alpha', not 'alpa'\. Did you mean 'alpha'\?"):
        choice("alpa", ("alpha",), "x", "'alpha'")
    with pytest.raises(ArgumentTypeError, match="not None"):
        choice(None, ("a",), "x", "'a'")
