from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.model import model_matrix
from ebayes_lm.errors import ArgumentTypeError, DesignError

SAMPLES = pd.DataFrame({"g": ["a", "b", "c", "a"], "x": [1.5, 2.0, 4.0, 3.0]}, index=["s1", "s2", "s3", "s4"])


def made():
    return model_matrix("~ g + x", SAMPLES, of_interest="g")


def test_a_design_of_a_design_keeps_names_and_what_they_mean():
    again = Design(made())
    assert (again.names, again.terms, again.of_interest) == (made().names, made().terms, ("g",))
    assert again.apply(SAMPLES[:1]).frame.equals(made().frame[:1])
    assert Design(made(), of_interest="x").of_interest == ("x",)
    renamed = Design(made(), terms={"group": ["gb", "gc"]})
    assert (renamed.names, renamed.of_interest, renamed.formula) == (made().names, None, None)
    assert "group" in renamed.terms


def test_parts():
    design = made()
    assert design.names == ["(Intercept)", "gb", "gc", "x"]
    assert design.shape == (4, 4)
    assert len(design) == 4
    assert design.terms == {"(Intercept)": ["(Intercept)"], "g": ["gb", "gc"], "x": ["x"]}
    assert design.levels == {"g": ["a", "b", "c"]}
    assert design.of_interest == ("g",)
    assert design.formula == "~ g + x"
    assert list(design.samples) == ["s1", "s2", "s3", "s4"]
    assert design.frame.loc["s3", "gc"] == 1
    assert design.matrix.dtype == np.float64


def test_levels_are_called_by_what_was_written():
    samples = SAMPLES.assign(**{"my g": SAMPLES["g"]})
    design = model_matrix('~ `my g` + relevel(g, ref = "b")', samples)
    assert design.levels == {"my g": ["a", "b", "c"], 'relevel(g, ref = "b")': ["b", "a", "c"]}


def test_nothing_can_be_changed():
    design = made()
    with pytest.raises(ValueError, match="read-only"):
        design.matrix[0, 0] = 2
    with pytest.raises(AttributeError):
        design.matrix = np.ones((1, 1))
    frame = design.frame
    frame.iloc[0, 0] = 7
    design.names.append("z")
    design.terms["g"].clear()
    assert design.matrix[0, 0] == 1
    assert len(design.names) == 4
    assert design.terms["g"] == ["gb", "gc"]


def test_the_input_is_copied():
    values = np.eye(3)
    design = Design(values)
    values[0, 0] = 5
    assert design.matrix[0, 0] == 1
    assert values.flags.writeable


@pytest.mark.parametrize("again", [copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))])
def test_copies_are_frozen_and_still_code(again):
    design = again(model_matrix("~ g * ns(x, df = 2) + poly(x, 2)", SAMPLES))
    assert not design.matrix.flags.writeable
    assert design.apply(SAMPLES).matrix.tolist() == design.matrix.tolist()


def test_array_protocol():
    design = made()
    assert np.asarray(design) is design.matrix
    assert np.array(design).flags.writeable
    assert np.asarray(design, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="without a copy"):
        np.asarray(design, dtype=np.float32, copy=False)


def test_representations():
    assert repr(made()) == "Design of 4 samples x 4 coefficients from ~ g + x: (Intercept), gb, gc, x; of interest: g"
    hostile = Design(pd.DataFrame({"<script>": [1.0, 2.0]}, index=["<b>", "c"]))
    html = hostile._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("given", "names", "shape", "labelled"),
    [
        (np.ones((3, 2)), ["x1", "x2"], (3, 2), False),
        ([1, 2, 3], ["x1"], (3, 1), False),
        ([[True, False], [True, True]], ["x1", "x2"], (2, 2), False),
        (pd.DataFrame({"a": [1, 2], 3: [1.5, 2]}), ["a", "3"], (2, 2), True),
        (pd.Series([1.0, 2.0], name="dose"), ["dose"], (2, 1), True),
        (pd.DataFrame({"a": pd.array([1, 2], dtype="Int64"), "b": [True, False]}), ["a", "b"], (2, 2), True),
    ],
)
def test_from_numbers(given, names, shape, labelled):
    design = Design(given)
    assert (design.names, design.shape, design.labelled) == (names, shape, labelled)
    assert design.formula is None
    assert design.levels == {}
    assert design.terms == {name: [name] for name in names}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.ones((0, 2)), "at least one sample"),
        (np.ones((2, 0)), "at least one sample"),
        ([], "at least one sample"),
        (np.ones((2, 2, 2)), "two axes"),
        (np.float64(3), "two axes"),
        ([["a", "b"]], "real numbers"),
        (np.array([[1 + 2j]]), "real numbers"),
        (pd.DataFrame({"g": ["a", "b"]}), "'g' holds .* code text with model_matrix"),
        (pd.DataFrame({"g": [1j, 2]}), "'g' holds complex"),
        (pd.DataFrame({"u": [1.0, np.nan], "v": [1.0, 1.0]}, index=["s1", "s2"]), "samples 's2' in the columns 'u'"),
        (pd.DataFrame({"u": pd.array([1, None], dtype="Int64")}), "samples 1 in the columns 'u'"),
        ([[1.0, np.inf]], "samples 0 in the columns 'x2'"),
        (pd.DataFrame([[1.0, 2.0]], columns=["u", "u"]), "columns of one name: 'u'"),
    ],
)
def test_numbers_that_are_no_design(given, words):
    with pytest.raises(DesignError, match=words):
        Design(given)


def test_terms_and_interest():
    design = Design(np.ones((2, 3)), terms={"group": ["x2", "x3"]}, of_interest=["group"])
    assert design.terms == {"group": ["x2", "x3"], "x1": ["x1"]}
    assert design.of_interest == ("group",)
    assert design.with_interest(None).of_interest is None
    with pytest.raises(DesignError, match=r"'gruop' is not a term of the design. Did you mean 'group'\?"):
        design.with_interest("gruop")
    with pytest.raises(DesignError, match="names the column 'x4', which the design does not have"):
        Design(np.ones((2, 3)), terms={"group": ["x4"]})
    with pytest.raises(ArgumentTypeError, match="not int"):
        Design(np.ones((2, 3)), of_interest=1)


def test_samples_that_are_only_numbered_stay_so():
    numbered = Design(np.column_stack([np.ones(4), np.arange(4.0)]))
    assert isinstance(numbered.take(range(4)).samples, pd.RangeIndex)


def test_take_reorders():
    turned = made().take([3, 0])
    assert list(turned.samples) == ["s4", "s1"]
    assert turned.matrix.tolist() == made().matrix[[3, 0]].tolist()
    assert turned.of_interest == ("g",)
    assert turned.apply(SAMPLES).shape == (4, 4)


def test_numbers_cannot_be_applied():
    with pytest.raises(DesignError, match=r"make it with model_matrix\(formula, samples\)"):
        Design([1, 2]).apply(SAMPLES)
