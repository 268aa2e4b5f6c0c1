"""model_matrix against R, and what it does with sample tables that R would not take or would take silently."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.design.model import model_matrix
from ebayes_lm.errors import ArgumentTypeError, DesignError, DesignWarning, FormulaError

ANSWERS = json.loads((Path(__file__).parent / "answers" / "model_matrix.json").read_text())

#: Codings, arithmetic and polynomials: a few roundings of numbers near 1.
EXACT = 1e-12
#: Splines: R and SciPy sum the B-splines in different orders.
SPLINE = 1e-10


def numbers(hexes):
    return np.array([float.fromhex(h) for h in hexes])


def column(values):
    if isinstance(values, dict):
        return pd.Categorical(values["values"], categories=values["ordered"], ordered=True)
    return values if isinstance(values[0], bool) or not values[0].lstrip("-").startswith("0x") else numbers(values)


def table(name):
    return pd.DataFrame({key: column(values) for key, values in ANSWERS[name].items()})


SAMPLES, NEW = table("samples"), table("new")
WEIGHTS = numbers(ANSWERS["weights"])


def tolerance(formula):
    return SPLINE if "s(" in formula.replace("cos(", "") else EXACT


def assert_close(ours, theirs, tol, scale=1.0):
    theirs = np.asarray(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=tol, atol=tol * scale)


@pytest.mark.parametrize("answer", ANSWERS["coded"], ids=lambda a: a["formula"])
def test_names_and_values_are_those_of_r(answer):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "bs.*beyond the boundary knots", DesignWarning)
        design = model_matrix(answer["formula"], SAMPLES)
    assert design.names == answer["names"]
    assert_close(design.matrix, np.column_stack([numbers(c) for c in answer["values"]]), tolerance(answer["formula"]))


@pytest.mark.parametrize("answer", ANSWERS["summed"], ids=lambda a: a["formula"])
def test_random_formulas_are_coded_as_in_r(answer):
    design = model_matrix(answer["formula"], SAMPLES)
    assert design.names == answer["names"]
    # A sum over samples carries the rounding of its terms.
    scale = np.abs(WEIGHTS) @ np.abs(design.matrix).max(axis=1)
    assert_close(WEIGHTS @ design.matrix, numbers(answer["values"]), EXACT, scale)


@pytest.mark.parametrize("answer", ANSWERS["applied"], ids=lambda a: a["formula"])
def test_new_samples_are_coded_as_the_first_ones_were(answer):
    design = model_matrix(answer["formula"], SAMPLES)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "bs.*beyond the boundary knots", DesignWarning)
        new = design.apply(NEW)
    assert new.names == answer["names"]
    # Beyond the boundary, terms of a polynomial cancel.
    assert_close(
        new.matrix, np.column_stack([numbers(c) for c in answer["values"]]), tolerance(answer["formula"]), 100.0
    )


def test_applying_to_the_same_samples_changes_nothing():
    formula = "~ group * ns(age, df = 3) + scale(bmi) + poly(age, 3) + bs(bmi, df = 4) + center(log(age))"
    design = model_matrix(formula, SAMPLES)
    assert np.array_equal(design.apply(SAMPLES).matrix, design.matrix)


def test_codings_are_remembered():
    # R forgets them here, and codes by treatments.
    assert model_matrix("~ C(group, contr.sum)", SAMPLES).apply(NEW).matrix[:, 1:].tolist() == [
        [-1, -1],
        [0, 1],
        [0, 1],
    ]


def test_polynomials_beyond_the_boundary_draw_a_warning():
    design = model_matrix("~ bs(age, df = 4)", SAMPLES)
    with pytest.warns(DesignWarning, match="1 samples lie beyond the boundary knots 27 and 71"):
        design.apply({"age": [80.0]})


def test_centre_is_remembered():
    design = model_matrix("~ center(age)", SAMPLES)
    assert design.names == ["(Intercept)", "center(age)"]
    assert design.apply({"age": [SAMPLES["age"].mean()]}).matrix[0, 1] == 0


SMALL = {"group": ["B", "A", "B", "A"], "age": [1.5, 2.5, 3.0, 4.0], "batch": [1, 2, 2, 1], "case": [0, 1, 1, 0]}


def test_text_sorts_by_code_point():
    assert model_matrix("~ 0 + g", {"g": ["b", "B", "a", "A", "é"]}).names == ["gA", "gB", "ga", "gb", "gé"]


def test_categoricals_keep_their_order():
    group = pd.Categorical(["a", "b", "c"], categories=["c", "a", "b"])
    assert model_matrix("~ g", {"g": group}).names == ["(Intercept)", "ga", "gb"]


def test_unused_levels_are_dropped_with_a_note():
    group = pd.Categorical(["a", "b", "a"], categories=["a", "b", "zebra"])
    with pytest.warns(DesignWarning, match="'g': no sample has the level 'zebra'; dropped"):
        assert model_matrix("~ g", {"g": group}).names == ["(Intercept)", "gb"]


def test_codes_of_groups_draw_a_warning():
    with pytest.warns(DesignWarning, match=r"'batch' .* 2 distinct values .* write C\(batch\)"):
        model_matrix("~ batch", SMALL)


@pytest.mark.parametrize("formula", ["~ C(batch)", "~ I(batch^2)", "~ log(batch)", "~ case", "~ age", "~ case:group"])
def test_no_warning_where_the_meaning_is_clear(formula):
    model_matrix(formula, SMALL)


def test_many_distinct_whole_numbers_draw_no_warning():
    model_matrix("~ x", {"x": np.arange(11)})


@pytest.mark.parametrize(
    "values",
    [
        pd.array([1.5, 2.0, 4.0], dtype="Float64"),
        np.array([1.5, 2.0, 4.0], dtype=np.float32),
        pd.Series([1.5, 2.0, 4.0], dtype=object),
        [1.5, 2, 4],
    ],
)
def test_numbers_in_any_dress(values):
    assert model_matrix("~ 0 + x", {"x": values}).matrix[:, 0].tolist() == [1.5, 2.0, 4.0]


@pytest.mark.parametrize(
    "values",
    [
        pd.array([True, False], dtype="boolean"),
        pd.Series([True, False], dtype=object),
        np.array([True, False]),
        [True, False],
    ],
)
def test_truth_in_any_dress(values):
    assert model_matrix("~ x", {"x": values}).names == ["(Intercept)", "xTRUE"]


@pytest.mark.parametrize("dtype", ["str", "object", "category", "string"])
def test_text_in_any_dress(dtype):
    assert model_matrix("~ x", {"x": pd.Series(["b", "a"], dtype=dtype)}).names == ["(Intercept)", "xb"]


def test_levels_of_numbers_are_written_as_r_writes_them():
    whole = model_matrix("~ 0 + C(x)", {"x": [100000, 2]})
    real = model_matrix("~ 0 + C(x)", {"x": [100000.0, 2.0]})
    assert whole.names == ["C(x)2", "C(x)100000"]
    assert real.names == ["C(x)2", "C(x)1e+05"]


class TestReference:
    def test_moves_a_level_first(self):
        assert model_matrix("~ group", SMALL, reference={"group": "B"}).names == ["(Intercept)", "groupA"]
        assert model_matrix("~ C(batch)", SMALL, reference={"batch": 2}).names == ["(Intercept)", "C(batch)1"]

    def test_unknown_column(self):
        with pytest.raises(DesignError, match=r"'gruop', which is not a column.*Did you mean 'group'\?"):
            model_matrix("~ group", SMALL, reference={"gruop": "B"})

    def test_unknown_level(self):
        samples = {"cancer": ["Normal", "Tumour"]}
        with pytest.raises(DesignError, match=r"'normal'.*Did you mean 'Normal'\?"):
            model_matrix("~ cancer", samples, reference={"cancer": "normal"})

    def test_of_a_number(self):
        with pytest.raises(DesignError, match=r"'case' enters as a number.*C\(case\)"):
            model_matrix("~ case", SMALL, reference={"case": 1})

    def test_of_trends(self):
        with pytest.raises(DesignError, match="'dose' is ordered"):
            model_matrix("~ dose", SAMPLES, reference={"dose": "hi"})


@pytest.mark.parametrize(
    ("samples", "error", "words"),
    [
        ({"g": ["a", "a"]}, DesignError, r"g has the single level 'a'"),
        ({"g": [1.0, np.inf]}, DesignError, r"'g' is infinite for samples 1"),
        ({"g": [1 + 2j, 2]}, DesignError, "'g' is complex"),
        ({"g": pd.to_datetime(["2020-01-01", "2021-01-01"])}, DesignError, "'g' holds datetime"),
        ({"g": ["a", 1]}, DesignError, "'g' holds values of several types"),
        ({"g": [("a",), {"b": 1}]}, DesignError, "'g' holds values of several types"),
        ({"g": "ab"}, DesignError, "'g' .* is a single value"),
        ({"g": [1.0, 2.0], "h": [1.0]}, DesignError, "differ in length"),
        ({"g": np.ones((2, 2))}, DesignError, "one-dimensional"),
        ({}, DesignError, "no rows"),
        ({"gg": [1.5, 2.5]}, FormulaError, r"'g' is not a column of the sample table. Did you mean 'gg'"),
        ([1, 2], ArgumentTypeError, "a DataFrame or a dict"),
        (pd.DataFrame([[1.5, 2.5]], columns=["g", "g"]), DesignError, "2 columns named 'g'"),
    ],
)
def test_sample_tables_that_cannot_serve(samples, error, words):
    with pytest.raises(error, match=words):
        model_matrix("~ g", samples)


def test_missing_covariates_are_all_named():
    samples = pd.DataFrame(
        {"g": ["a", None, "b"], "x": [1.0, 2.0, np.nan], "unused": [None] * 3}, index=["s1", "s2", "s3"]
    )
    with pytest.raises(DesignError, match=r"'g' for 1 of 3 samples \('s2'\); 'x' for 1 of 3 samples \('s3'\)"):
        model_matrix("~ g + x", samples)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("~ log(age - 1.5)", r"log\(age - 1.5\) is not a finite number for the samples 0"),
        ("~ poly(age, 4)", "degree 4 but only 4 distinct"),
        ("~ poly(log(age - 1.5), 2)", "not a finite number for the samples 0"),
        ("~ ns(age, knots = 9)", "do not lie strictly between"),
        ("~ bs(age, df = 2)", "df has to be at least 3"),
        ("~ scale(age - age)", "only values that differ can be scaled"),
        ("~ 0", "no column"),
        ("~ group - group - 1", "no column"),
        ("~ log(group)", "'group' holds text"),
        ("~ age + age:group:C(case):C(batch) + C(group) + factor(group) + `group`", None),
    ],
)
def test_formulas_that_these_samples_do_not_allow(formula, words):
    if words is None:
        assert model_matrix(formula, SMALL).shape[0] == 4
        return
    with pytest.raises(DesignError, match=words):
        model_matrix(formula, SMALL)


def test_columns_are_counted_before_they_are_made():
    many = {"a": [f"a{i}" for i in range(300)], "b": [f"b{i}" for i in range(300)]}
    with pytest.raises(DesignError, match="needs 90,001 columns; at most 10,000"):
        model_matrix("~ a:b", many)


def test_columns_of_one_name():
    with pytest.raises(DesignError, match="columns of one name: 'a1'"):
        model_matrix("~ a + a1", {"a": ["0", "1", "0"], "a1": [1.5, 2.5, 3.0]})


def test_samples_are_left_as_they_are():
    before = SAMPLES.copy(deep=True)
    model_matrix("~ group * age + scale(bmi)", SAMPLES)
    pd.testing.assert_frame_equal(SAMPLES, before)


def test_an_unknown_level_of_new_samples_is_named():
    design = model_matrix("~ group", SMALL)
    with pytest.raises(
        DesignError, match=r"'group' has the level 'C', which the design does not know; its levels are 'A', 'B'"
    ):
        design.apply({"group": ["A", "C"]})
