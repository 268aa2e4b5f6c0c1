"""Contrasts that cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.errors import (
    ArgumentError,
    ArgumentTypeError,
    ContrastError,
    DesignError,
    StageError,
)
from tests.bad_input.examples import (
    Case,
    confounded,
    fit_of,
    mod_of,
)

CONTRASTS = [
    Case("nothing", lambda: fit_of().contrast(), ArgumentError, ("needs a contrast", "groupB - groupA")),
    Case("empty text", lambda: fit_of().contrast(""), ContrastError, ("empty",)),
    Case("empty list", lambda: fit_of().contrast([]), ContrastError, ("no contrast",)),
    Case("empty dict", lambda: fit_of().contrast({}), ContrastError, ("no contrast",)),
    Case("all zero", lambda: fit_of().contrast([0, 0]), ContrastError, ("zero in 'C1'",)),
    Case("cancels", lambda: fit_of().contrast("groupA - groupA"), ContrastError, ("zero in 'groupA - groupA'",)),
    Case(
        "unknown",
        lambda: fit_of().contrast("groupC - groupA"),
        ContrastError,
        ("'groupC'", "mean 'groupB'", "character 1"),
    ),
    Case("a product", lambda: fit_of().contrast("groupA*groupB"), ContrastError, ("not linear", "character 7")),
    Case("a constant", lambda: fit_of().contrast("groupA + 1"), ContrastError, ("constant part",)),
    Case("a power", lambda: fit_of().contrast("groupA ** 2"), ContrastError, ("unexpected '*'",)),
    Case("over zero", lambda: fit_of().contrast("groupA/0"), ContrastError, ("division by zero",)),
    Case("overflow", lambda: fit_of().contrast("groupA*1e308*1e308"), ContrastError, ("beyond what a float holds",)),
    Case(
        "code", lambda: fit_of().contrast("__import__('os').system('true')"), ContrastError, ("not part of a contrast",)
    ),
    Case("deep", lambda: fit_of().contrast("(" * 3000 + "groupA" + ")" * 3000), ContrastError, ("deeper than 50",)),
    Case("long", lambda: fit_of().contrast("+".join(["groupA"] * 20_000)), ContrastError, ("139,999 characters",)),
    Case("not closed", lambda: fit_of().contrast("(groupA"), ContrastError, ("not closed",)),
    Case("twice", lambda: fit_of().contrast(["groupA", "groupA"]), ContrastError, ("two contrasts", "'groupA'")),
    Case("a name twice", lambda: fit_of().contrast("x = groupA", x="groupB"), ContrastError, ("more than once: 'x'",)),
    Case("a number", lambda: fit_of().contrast(3), ContrastError, ("text or a vector",)),
    Case("number for text", lambda: fit_of().contrast(a=1), ArgumentTypeError, ("not int",)),
    Case("too many weights", lambda: fit_of().contrast([1, 0, 0]), ContrastError, ("3 rows", "2 coefficients")),
    Case("missing weights", lambda: fit_of().contrast([1, np.nan]), ContrastError, ("'C1'", "use 0")),
    Case(
        "other rows",
        lambda: fit_of().contrast(pd.DataFrame({"x": [1, -1]}, ["groupA", "groupC"])),
        ContrastError,
        ("missing: 'groupB'", "'groupC'"),
    ),
    Case(
        "not estimable",
        lambda: confounded().contrast("batchY"),
        ContrastError,
        ("cannot estimate 'batchY'", "batchY = groupB"),
    ),
    Case(
        "still not estimable",
        lambda: confounded().contrast("batchY - groupB"),
        ContrastError,
        ("because batchY = groupB",),
    ),
    Case(
        "contrasts and coefficients",
        lambda: el.contrasts_fit(fit_of(), "groupA", coefficients=0),
        ArgumentError,
        ("one of the two",),
    ),
    Case("neither of them", lambda: el.contrasts_fit(fit_of()), ArgumentError, ("one of the two",)),
    Case(
        "an unknown coefficient",
        lambda: el.contrasts_fit(fit_of(), coefficients="groupC"),
        ArgumentError,
        ("'groupC'", "mean 'groupB'"),
    ),
    Case("names of nothing", lambda: el.make_contrasts("a", levels=[]), ContrastError, ("no names",)),
    Case("names by number", lambda: el.make_contrasts("a", levels=3), ArgumentTypeError, ("not int",)),
]

CONTRASTS += [
    Case(
        "a table with NaN",
        lambda: fit_of().contrast(pd.DataFrame({"x": [np.nan, 1]}, ["groupA", "groupB"])),
        ContrastError,
        ("'x'", "missing or infinite", "use 0"),
    ),
    Case("infinite weights", lambda: fit_of().contrast([np.inf, 1]), ContrastError, ("'C1'", "infinite")),
    Case("a matrix of texts", lambda: fit_of().contrast(np.array([["a"], ["b"]])), ContrastError, ("<U1", "(2, 1)")),
    Case("three axes", lambda: fit_of().contrast(np.ones((2, 1, 1))), ContrastError, ("(2, 1, 1)",)),
    Case("no column", lambda: fit_of().contrast(np.ones((2, 0))), ContrastError, ("no contrast", "name one")),
    Case("complex weights", lambda: fit_of().contrast(np.ones(2) + 1j), ContrastError, ("complex128",)),
    Case("of tests", lambda: mod_of().contrast("groupB"), ContrastError, ("'groupB' is not a coefficient",)),
    Case("coef outside", lambda: el.contrasts_fit(fit_of(), coefficients=9), ArgumentError, ("coef=9", "0 to 1")),
    Case("fractional coef", lambda: el.contrasts_fit(fit_of(), coefficients=1.5), ArgumentTypeError, ("not 1.5",)),
    Case("pairs of a number", lambda: fit_of("~ age").all_pairwise("age"), DesignError, ("'age' is not a factor",)),
    Case("pairs by number", lambda: fit_of().all_pairwise(3), DesignError, ("3 is not a factor", "'group'")),
    Case("pairs of nothing", lambda: fit_of().all_pairwise(None), DesignError, ("None is not a factor", "'group'")),
    Case("pairs, mistyped", lambda: fit_of().all_pairwise("grop"), DesignError, ("'grop'", "mean 'group'")),
    Case(
        "pairs of a contrast",
        lambda: fit_of().contrast("groupA").all_pairwise("group"),
        StageError,
        ("all_pairwise()", "before contrast()"),
    ),
    Case(
        "pairs of a matrix",
        lambda: fit_of(np.ones((6, 1))).all_pairwise("group"),
        DesignError,
        ("given as numbers", "model_matrix"),
    ),
    Case("rest of a number", lambda: fit_of("~ age").one_vs_rest("age"), DesignError, ("'age' is not a factor",)),
    Case("rest, mistyped", lambda: fit_of().one_vs_rest("grop"), DesignError, ("'grop'", "mean 'group'")),
    Case(
        "rest of a contrast",
        lambda: fit_of().contrast("groupA").one_vs_rest("group"),
        StageError,
        ("one_vs_rest()", "before contrast()"),
    ),
]
