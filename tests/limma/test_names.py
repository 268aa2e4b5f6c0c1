"""Names of R that are not here say what to write."""

from __future__ import annotations

import re

import numpy as np
import pytest

import ebayes_lm as el
from ebayes_lm import limma
from ebayes_lm.limma.names import HERE, NOT_HERE


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("camera", "Gene set tests are not part of this package"),
        ("normalizeBetweenArrays", "values come here normalised"),
        ("plotMDS", r"In place of plotMDS\(\) write el.plot.mds"),
    ],
)
def test_a_name_of_r_says_what_to_write(name, said):
    with pytest.raises(ImportError, match=said):
        exec(f"from ebayes_lm.limma import {name}")
    with pytest.raises(AttributeError, match=said):
        getattr(el, name)


def test_any_other_name_is_no_attribute():
    assert not hasattr(limma, "nonsense")
    with pytest.raises(AttributeError, match="Did you mean 'lmFit'"):
        _ = limma.lmfit
    with pytest.raises(AttributeError, match=r"has no attribute '_nonsense'.$"):
        _ = el._nonsense


@pytest.mark.parametrize("text", [*HERE.values(), *NOT_HERE.values()])
def test_what_is_named_in_their_place_is_there(text):
    for path in re.findall(r"\bel\.([\w.]+)\(", text):
        place = el
        for part in path.split("."):
            place = getattr(place, part)
    for name in re.findall(r"(?<![\w.])([a-z]+[A-Z]\w*)\(", text):
        assert name in limma.__all__


def test_no_name_that_is_here_is_said_not_to_be():
    assert not (HERE.keys() | NOT_HERE.keys()) & {*limma.__all__} - {"ebayes"}


def test_names_of_fits_in_r():
    fit = el.lm_fit(np.random.default_rng(1).normal(size=(50, 6)), "~ group", samples={"group": list("AAABBB")})
    for name, said in {"Amean": "'amean'", "genes": "'features'", "t": "call .ebayes() first", "nonsense": "."}.items():
        with pytest.raises(AttributeError, match=re.escape(said)):
            getattr(fit, name)
    for name, said in {"B": "'lods'", "residuals": "Its .fit has residuals"}.items():
        with pytest.raises(AttributeError, match=said):
            getattr(fit.ebayes(), name)
    with pytest.raises(AttributeError, match=r"\.fit\.ebayes\(\) has lods"):
        getattr(fit.treat(), "lods")  # noqa: B009 - a type checker knows that it is not there
    counts = np.random.default_rng(1).poisson(50, size=(50, 6))
    moderated = el.voom_lm_fit(counts, np.ones((6, 1))).ordinary()
    with pytest.raises(AttributeError, match=r"Its \.fit has elist"):
        getattr(moderated, "elist")  # noqa: B009
