from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebayes_lm.design.contrasts import as_contrast_matrix, make_contrasts
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.model import model_matrix
from ebayes_lm.errors import ArgumentTypeError, ContrastError, EbayesLMError

NAMES = ["(Intercept)", "groupB", "age", "groupB:age", "`my f`B", "poly(age, 2)1"]
ABC = ["A", "B", "C"]


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("groupB", {"groupB": 1}),
        ("-groupB", {"groupB": -1}),
        ("groupB:age - age", {"groupB:age": 1, "age": -1}),
        ("(Intercept) + groupB", {"(Intercept)": 1, "groupB": 1}),
        ("Intercept/2", {"(Intercept)": 0.5}),
        ("2*(groupB - 0.5*age)/4", {"groupB": 0.5, "age": -0.25}),
        ("groupB - -age + +age*(1 + 2)", {"groupB": 1, "age": 4}),
        ("`poly(age, 2)1` - `groupB`", {"poly(age, 2)1": 1, "groupB": -1}),
        ("`my fB`", {"`my f`B": 1}),
        ("groupB + 1 - 1", {"groupB": 1}),
        ("age*1e-3 - .5*groupB", {"age": 1e-3, "groupB": -0.5}),
        ("age - (age - groupB)", {"groupB": 1}),
    ],
)
def test_expressions(text, weights):
    result = make_contrasts(text, levels=NAMES)
    assert list(result.index) == NAMES
    assert list(result.columns) == [text]
    assert {name: w for name, w in result[text].items() if w} == weights


def test_names_of_contrasts():
    assert list(make_contrasts(["B-A", " x.1 = C - A ", "`my name` = B"], levels=ABC)) == ["B-A", "x.1", "my name"]
    assert list(make_contrasts({"B vs A": "B - A"}, levels=ABC)) == ["B vs A"]
    assert make_contrasts([], levels=ABC).shape == (3, 0)


@pytest.mark.parametrize(
    "levels",
    [
        iter(ABC),
        pd.Categorical(["B", "A"], categories=ABC),
        pd.Series(["B", "A", "C", None]),
        pd.Series(["B", "A"], dtype=pd.CategoricalDtype(ABC)),
        pd.DataFrame(np.ones((2, 3)), columns=ABC),
        Design(pd.DataFrame(np.ones((2, 3)), columns=ABC)),
        SimpleNamespace(design=Design(pd.DataFrame(np.ones((2, 3)), columns=ABC))),
        np.array(ABC),
    ],
)
def test_levels_in_any_form(levels):
    assert make_contrasts("C - A", levels=levels)["C - A"].to_dict() == {"A": -1, "B": 0, "C": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the contrast is empty"),
        ("   ", "the contrast is empty"),
        ("x = ", "the contrast is empty"),
        ("1", "no constant part, and 1 is left over"),
        ("A - 1", "no constant part, and -1 is left over"),
        ("1 - 1", "no coefficient is named"),
        ("A * B", "a product of coefficients is not linear, at character 3"),
        ("1 / A", "division by a coefficient is not linear, at character 3"),
        ("A / 0", "division by zero, at character 3"),
        ("A / (1 - 1)", "division by zero"),
        ("A -", "something is missing, at character 4"),
        ("* A", r"unexpected '\*', at character 1"),
        ("(A - B", "a parenthesis is not closed, at character 1"),
        ("A - B)", r"unexpected '\)', at character 6"),
        ("A B", "unexpected 'B', at character 3"),
        ("A = B = C", "unexpected '='"),
        ("A == B", "unexpected '='"),
        ("2A", "'2' is not part of a contrast, at character 1"),
        ("A ** 2", r"unexpected '\*'"),
        ("A ^ 2", r"'\^' is not part"),
        ("A.B", "'A.B' is not a coefficient"),
        ("__import__('os')", '"\'" is not part'),
        ("__import__(os)", "'__import__' is not a coefficient|unexpected"),
        ("A\x00", "is not part"),
        ("`A", "'`' is not part"),
        ("A if B else C", "unexpected 'if'"),
        ("[A]", r"'\[' is not part"),
        ("lambda: A", "':' is not part"),
        ("(" * 5000 + "A" + ")" * 5000, "more|characters|nesting"),
        ("(" * 60 + "A" + ")" * 60, "nesting deeper than 50"),
        ("-" * 60 + "A", "nesting deeper than 50"),
        ("A" * 10_001, "10,001 characters; at most 10,000"),
        ("A*1e300*1e300", "beyond what a float holds"),
        ("A*1e999", "beyond what a float holds"),
    ],
)
def test_what_is_no_contrast(text, words):
    with pytest.raises(ContrastError, match=words):
        make_contrasts(text, levels=ABC)


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ContrastError, match=r"'groupC'.*of the contrast.*Did you mean 'groupB'\? There are"):
        make_contrasts("groupC - age", levels=NAMES)


def test_long_sums_are_no_depth():
    assert make_contrasts(" + ".join(["A"] * 2000), levels=ABC).iloc[0, 0] == 2000


def test_names_have_to_differ():
    with pytest.raises(ContrastError, match="two contrasts are called 'B - A'"):
        make_contrasts(["B - A", "B - A"], levels=ABC)
    with pytest.raises(ContrastError, match="repeat: 'A'"):
        make_contrasts("A", levels=["A", "A"])
    with pytest.raises(ContrastError, match="no names"):
        make_contrasts("A", levels=[])


@pytest.mark.parametrize("contrasts", [3, [3], {"a": 3}, None])
def test_what_is_not_text(contrasts):
    with pytest.raises(ArgumentTypeError):
        make_contrasts(contrasts, levels=ABC)


@pytest.mark.parametrize("levels", ["A", 3])
def test_levels_that_have_no_names(levels):
    with pytest.raises(ArgumentTypeError, match="levels is a design, a fit, a factor or a list"):
        make_contrasts("A", levels=levels)


@given(st.text(alphabet="ABC 012.+-*/()=`:_e\x00'", max_size=40))
def test_any_text_is_a_contrast_or_an_error_of_ours(text):
    try:
        result = make_contrasts(text, levels=ABC)
    except EbayesLMError:
        return
    assert np.isfinite(result.to_numpy()).all()


@given(st.lists(st.tuples(st.sampled_from(ABC), st.integers(-5, 5), st.integers(1, 8)), min_size=1, max_size=8))
def test_sums_add_up(parts):
    text = " + ".join(f"({name}*{factor})/{divisor}" for name, factor, divisor in parts)
    expected = dict.fromkeys(ABC, 0.0)
    for name, factor, divisor in parts:
        expected[name] += factor / divisor
    assert make_contrasts(text, levels=ABC)[text].to_dict() == pytest.approx(expected, abs=1e-14)


class TestAsMatrix:
    def test_text(self):
        for given_ in ("B - A", ["B - A"], {"B - A": "B - A"}, iter(["B - A"]), np.array(["B - A"]).tolist()):
            assert as_contrast_matrix(given_, ABC)["B - A"].tolist() == [-1, 1, 0]

    def test_arrays(self):
        assert as_contrast_matrix([-1, 1, 0], ABC)["C1"].tolist() == [-1, 1, 0]
        assert as_contrast_matrix(np.eye(3), ABC).columns.tolist() == ["C1", "C2", "C3"]

    def test_rows_are_matched_by_label(self):
        frame = pd.DataFrame({"d": [1, -1, 0]}, index=["B", "A", "C"])
        assert as_contrast_matrix(frame, ABC)["d"].tolist() == [-1, 1, 0]
        assert as_contrast_matrix(frame["d"], ABC)["d"].tolist() == [-1, 1, 0]
        assert as_contrast_matrix(frame.reset_index(drop=True), ABC)["d"].tolist() == [1, -1, 0]

    def test_intercept_and_its_synonym(self):
        frame = pd.DataFrame({"d": [1, 2]}, index=["B", "Intercept"])
        assert as_contrast_matrix(frame, ["(Intercept)", "B"])["d"].tolist() == [2, 1]

    @pytest.mark.parametrize(
        ("contrasts", "words"),
        [
            (np.ones(2), "2 rows and the fit 3 coefficients: 'A', 'B', 'C'"),
            (np.ones((3, 1, 1)), "of shape"),
            (np.array([1j, 0, 0]), "complex"),
            ([np.nan, 0, 0], "'C1' hold missing or infinite"),
            (pd.DataFrame({"d": [1, 2, None]}, index=ABC), "'d' hold missing"),
            (pd.DataFrame({"d": [1, 2, 3]}, index=["A", "B", "D"]), "missing: 'C'; not a coefficient: 'D'"),
            (pd.DataFrame({"d": [1, 2, 3, 4]}, index=["A", "B", "C", "C"]), "a row name repeats"),
            (pd.DataFrame({"d": ["1", "2", "3"]}, index=ABC), "not numbers"),
            (pd.DataFrame([[1, 2]] * 3, index=ABC, columns=["d", "d"]), "one name"),
        ],
    )
    def test_what_cannot_be_contrasts(self, contrasts, words):
        with pytest.raises(ContrastError, match=words):
            as_contrast_matrix(contrasts, ABC)


def test_a_design_gives_its_names():
    design = model_matrix("~ 0 + g", {"g": ["A", "B"]})
    assert make_contrasts("gB - gA", levels=design)["gB - gA"].tolist() == [-1, 1]


def test_weights_go_by_name_beside_text():
    weights = pd.Series({"B": 1.0, "A": -1.0, "C": 0.0})
    names = ["A", "B", "C"]
    wanted = make_contrasts({"one": "B - A", "two": "C - A"}, levels=names)
    made = as_contrast_matrix({"one": weights, "two": "C - A"}, names)
    pd.testing.assert_frame_equal(made, wanted)
    made = as_contrast_matrix([weights.rename("one"), pd.Series([-1.0, 0.0, 1.0], names, name="two")], names)
    pd.testing.assert_frame_equal(made, wanted)
    assert list(as_contrast_matrix([weights, weights], names).columns) == ["C1", "C2"]
    for wrong, words in (
        ({"one": np.eye(3)}, "'one' is given 3 contrasts"),
        ([weights.rename("one"), weights.rename("one")], "two contrasts have one name"),
        ([weights, weights.drop("A")], "missing: 'A'"),
    ):
        with pytest.raises(ContrastError, match=words):
            as_contrast_matrix(wrong, names)


def test_a_list_holds_text_beside_weights_by_label():
    names = ["A", "B", "C"]
    made = as_contrast_matrix(["B - A", pd.Series({"C": 1.0, "B": 0.0, "A": -1.0})], names)
    assert made.columns.tolist() == ["B - A", "C2"]
    assert made.to_numpy().T.tolist() == [[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]]


@pytest.mark.parametrize("labels", [["A", "A", "B"], ["A", "B"], ["A", "B", "D"]])
def test_weights_in_a_list_have_each_coefficient_once(labels):
    weights = pd.Series(1.0, index=labels)
    with pytest.raises(ContrastError, match="the rows of the contrasts are not the coefficients"):
        as_contrast_matrix([pd.Series({"A": -1.0, "B": 1.0, "C": 0.0}), weights], ["A", "B", "C"])


def test_a_list_with_weights_by_label_holds_nothing_but_these_and_text():
    with pytest.raises(ArgumentTypeError, match="a contrast is text such as 'B - A', not list"):
        as_contrast_matrix([pd.Series({"A": -1.0, "B": 1.0}), [0.0, 1.0]], ["A", "B"])
