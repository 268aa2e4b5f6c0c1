from __future__ import annotations

import inspect
import re
import warnings

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm import errors
from ebayes_lm.errors import counted, listing, nearest, warn

CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, (Exception, Warning)) and kind.__module__ == errors.__name__
}


def test_one_root_each():
    for kind in CLASSES.values():
        assert issubclass(kind, errors.EbayesLMError) != issubclass(kind, errors.EbayesLMWarning)
    assert issubclass(errors.EbayesLMWarning, UserWarning)


def test_every_error_is_also_a_builtin_one():
    for kind in CLASSES.values():
        if issubclass(kind, errors.EbayesLMError) and kind is not errors.EbayesLMError:
            assert issubclass(kind, (ValueError, TypeError, ImportError, OSError))


def test_the_tree_in_the_docstring_is_the_tree():
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for indent, name in re.findall(r"^( +)(\w+(?:Error|Warning))\b", errors.__doc__, flags=re.M):
        while above and above[-1][0] >= len(indent):
            above.pop()
        if above:
            drawn[name] = above[-1][1]
        above.append((len(indent), name))
    real = {name: kind.__bases__[0].__name__ for name, kind in CLASSES.items() if kind.__bases__[0] in CLASSES.values()}
    assert drawn == real


class TestWarn:
    def test_is_seen_at_the_callers_line(self):
        x = np.column_stack([np.ones(4), np.ones(4)])
        with pytest.warns(errors.DesignWarning) as caught:
            el.lm_fit(np.random.default_rng(0).normal(size=(3, 4)), x)
        assert [w.filename for w in caught] == [__file__]

    def test_from_a_method(self):
        y = np.random.default_rng(0).normal(size=(30, 6))
        y[:3] = 1.0
        fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
        with pytest.warns(errors.VarianceWarning) as caught:
            fit.ebayes()
        assert [w.filename for w in caught] == [__file__]

    def test_from_outside_the_package(self):
        with pytest.warns(errors.EbayesLMWarning, match="careful") as caught:
            warn("careful")
        assert caught[0].filename == __file__

    def test_filters_are_left_alone(self):
        before = list(warnings.filters)
        with pytest.warns(errors.EbayesLMWarning):
            warn("careful")
        assert warnings.filters == before


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], ""),
        (["a"], "'a'"),
        ([1, "1"], "1, '1'"),
        (list("abcde"), "'a', 'b', 'c', 'd', 'e'"),
        (list("abcdefg"), "'a', 'b', 'c', 'd', 'e' and 2 more"),
        (range(5000), "0, 1, 2, 3, 4 and 4,995 more"),
        (pd.Index(["x", "y"]), "'x', 'y'"),
    ],
)
def test_listing(items, expected):
    assert listing(items) == expected


def test_listing_of_more():
    assert listing(range(8), 7) == "0, 1, 2, 3, 4, 5, 6 and 1 more"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gruopB", " Did you mean 'groupB'?"),
        ("GROUPB", " Did you mean 'groupB'?"),
        ("B", " Did you mean 'groupB'?"),
        ("e", " Did you mean 'age'?"),
        ("zzz", ""),
        (3, ""),
    ],
)
def test_nearest(name, expected):
    assert nearest(name, ["(Intercept)", "groupB", "age"]) == expected


def test_nearest_of_nothing():
    assert nearest("a", []) == ""


@pytest.mark.parametrize(("number", "expected"), [(0, "0 samples"), (1, "1 sample"), (2000, "2,000 samples")])
def test_counted(number, expected):
    assert counted(number, "sample") == expected
