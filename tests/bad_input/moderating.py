"""Stages out of order, and priors that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.errors import (
    AlignmentError,
    ArgumentError,
    ArgumentTypeError,
    DataError,
    DesignError,
    EbayesLMError,
    StageError,
)
from tests.bad_input.examples import (
    TABLE,
    Case,
    Y,
    fit_of,
    mod_of,
    treated,
    two_terms,
)

STAGES = [
    Case("table before tests", lambda: el.top_table(fit_of()), StageError, ("call .ebayes()",)),
    Case("F table before tests", lambda: el.top_table_f(fit_of()), StageError, ("call .ebayes()",)),
    Case("decisions before tests", lambda: el.decide_tests(fit_of()), StageError, ("call .ebayes()",)),
    Case("table of a linear fit", lambda: fit_of().top_table(), StageError, ("call .ebayes()",)),
    Case("decisions of a linear fit", lambda: fit_of().decide_tests(p_value=0.1), StageError, ("call .ebayes()",)),
    Case("moderated twice", lambda: el.ebayes(mod_of()), StageError, ("moderated already", ".fit")),
    Case("moderated again", lambda: mod_of().ebayes(trend=True), StageError, ("moderated already", ".fit")),
    Case("ordinary after moderation", lambda: mod_of().ordinary(), StageError, ("moderated already", ".fit")),
    Case("moderation of a matrix", lambda: el.ebayes(Y), StageError, ("lm_fit()", "DataFrame")),
    Case("ordinary of nothing", lambda: el.ordinary(None), StageError, ("lm_fit()", "NoneType")),
    Case("table of a matrix", lambda: el.top_table(Y.to_numpy()), StageError, ("ebayes()", "ndarray")),
    Case("contrast of a matrix", lambda: el.contrasts_fit(Y, "a"), StageError, ("lm_fit()", "DataFrame")),
    Case(
        "fitted after contrasts",
        lambda: fit_of().contrast("groupB - groupA").fitted(),
        StageError,
        ("before contrast()",),
    ),
    Case("term after contrasts", lambda: mod_of().test("group"), StageError, ("before contrast()",)),
    Case("unknown term", lambda: two_terms().test("grup"), ArgumentError, ("'grup'", "mean 'group'")),
    Case("several terms", lambda: two_terms().test(["group"]), ArgumentError, ("['group']",)),
    Case("another matrix", lambda: fit_of().residuals(Y[:4]), DataError, ("4 features", "30")),
    Case("other samples", lambda: fit_of().residuals(Y.iloc[:, :4]), AlignmentError, ("missing: 's4', 's5'",)),
    Case(
        "an unknown level", lambda: fit_of().predict(pd.DataFrame({"group": ["Z"]})), DesignError, ("'Z'", "'A', 'B'")
    ),
    Case(
        "a design of numbers",
        lambda: fit_of(np.ones((6, 1))).predict(TABLE),
        DesignError,
        ("given as numbers", "model_matrix"),
    ),
]

MODERATION = [
    Case(
        "share of 0", lambda: fit_of().ebayes(proportion=0), ArgumentError, ("proportion", "between 0 and 1", "got 0")
    ),
    Case("share of 1", lambda: fit_of().ebayes(proportion=1.0), ArgumentError, ("proportion", "1.0")),
    Case("share NaN", lambda: fit_of().ebayes(proportion=np.nan), ArgumentError, ("proportion", "nan")),
    Case("share by word", lambda: fit_of().ebayes(proportion="a"), ArgumentTypeError, ("proportion", "'a'")),
    Case("falling limits", lambda: fit_of().ebayes(stdev_coef_lim=(4, 0.1)), ArgumentError, ("rising", "(4, 0.1)")),
    Case("one limit", lambda: fit_of().ebayes(stdev_coef_lim=3), ArgumentTypeError, ("two positive", "got 3")),
    Case("three limits", lambda: fit_of().ebayes(stdev_coef_lim=(1, 2, 3)), ArgumentTypeError, ("(1, 2, 3)",)),
    Case("limits by word", lambda: fit_of().ebayes(stdev_coef_lim=("a", "b")), ArgumentTypeError, ("'a'",)),
    Case("short trend", lambda: fit_of().ebayes(trend=np.ones(4)), ArgumentError, ("(4,)", "30 features")),
    Case(
        "trend with NaN",
        lambda: fit_of().ebayes(trend=np.where(np.arange(30) == 3, np.nan, 1)),
        DataError,
        ("1 feature", "'g3'"),
    ),
    Case(
        "trend of other features",
        lambda: fit_of().ebayes(trend=pd.Series(1.0, range(1, 31))),
        AlignmentError,
        ("trend", "missing: 'g0'"),
    ),
    Case("trend by word", lambda: fit_of().ebayes(trend="yes"), ArgumentTypeError, ("True, False", "'yes'")),
    Case("trend by number", lambda: fit_of().ebayes(trend=1), ArgumentTypeError, ("True, False", "got 1")),
    Case("no trend", lambda: fit_of().ebayes(trend=None), ArgumentTypeError, ("True, False", "None")),
    Case("ragged trend", lambda: fit_of().ebayes(trend=[[1], [1, 2]]), ArgumentTypeError, ("different lengths",)),
    Case(
        "saturated",
        lambda: fit_of(np.eye(6)).ebayes(),
        DataError,
        ("residual degrees of freedom", "fewer coefficients"),
    ),
    Case("saturated, ordinary", lambda: fit_of(np.eye(6)).ordinary(), DataError, ("fewer coefficients",)),
]


def moderated(name: str, error: type[EbayesLMError], *says: str, **options: Any) -> list[Case]:
    """The same mistake in both verbs that moderate."""
    return [
        Case(f"{name}, ebayes", lambda: fit_of().ebayes(**options), error, says),
        Case(f"{name}, treat", lambda: fit_of().treat(**options), error, says),
    ]


SHARE, PAIR, HALF = "share of the features", "two shares such as (0.05, 0.1)", "below 0.5"
PRIORS = [
    *moderated("span of 0", ArgumentError, SHARE, "got 0", span=0),
    *moderated("negative span", ArgumentError, SHARE, "got -1", trend=True, span=-1),
    *moderated("span of 2", ArgumentError, SHARE, "up to 1", "got 2", trend=True, span=2),
    *moderated("span NaN", ArgumentError, SHARE, "nan", trend=True, span=np.nan),
    *moderated("span by word", ArgumentTypeError, SHARE, "'auto'", trend=True, span="auto"),
    *moderated("span by truth", ArgumentTypeError, SHARE, "True", trend=True, span=True),
    *moderated("span of moments", ArgumentError, "legacy=False", "leave out", trend=True, span=0.5, legacy=True),
    *moderated("robust by number", ArgumentTypeError, "robust", "True or False", "got 1", robust=1),
    *moderated("robust by word", ArgumentTypeError, "robust", "'yes'", robust="yes"),
    *moderated("robust None", ArgumentTypeError, "robust", "None", robust=None),
    *moderated("three tails", ArgumentTypeError, PAIR, "(0.1, 0.2, 0.3)", robust=True, winsor_tail_p=(0.1, 0.2, 0.3)),
    *moderated("negative tail", ArgumentError, HALF, "(-0.1, 0.1)", robust=True, winsor_tail_p=(-0.1, 0.1)),
    *moderated("half a tail", ArgumentError, HALF, "(0.5, 0.1)", robust=True, winsor_tail_p=(0.5, 0.1)),
    *moderated("tail NaN", ArgumentError, HALF, "nan", robust=True, winsor_tail_p=(np.nan, 0.1)),
    *moderated("tails by word", ArgumentTypeError, PAIR, "('a', 'b')", robust=True, winsor_tail_p=("a", "b")),
    *moderated("no tails", ArgumentTypeError, PAIR, "None", robust=True, winsor_tail_p=None),
    *moderated("tails unused", ArgumentError, HALF, "(2, 3)", winsor_tail_p=(2, 3)),
    *moderated("legacy by number", ArgumentTypeError, "legacy", "True, False or None", "got 1", legacy=1),
    *moderated("legacy by word", ArgumentTypeError, "legacy", "'auto'", legacy="auto"),
    *moderated("zero variances None", ArgumentTypeError, "'limma' or 'exclude'", "None", zero_variance=None),
    *moderated("zero variances dropped", ArgumentError, "'limma' or 'exclude'", "'drop'", zero_variance="drop"),
    *moderated("trend with two columns", ArgumentError, "(30, 2)", "30 features", trend=np.ones((30, 2))),
    *moderated("trend as dict", ArgumentTypeError, "30 features", "{'a': 1}", trend={"a": 1}),
    *moderated("trend of texts", ArgumentTypeError, "must be numbers", "<U1", trend=["a"] * 30),
    *moderated("complex trend", ArgumentTypeError, "complex128", trend=np.ones(30, dtype=complex)),
]

THRESHOLDS = [
    Case("lfc NaN", lambda: fit_of().treat(lfc=np.nan), ArgumentError, ("finite", "lfc=nan")),
    Case("lfc by truth", lambda: fit_of().treat(lfc=True), ArgumentTypeError, ("lfc", "a number", "True")),
    Case("two lfc", lambda: fit_of().treat(lfc=[1, 2]), ArgumentTypeError, ("lfc", "[1, 2]")),
    Case("fc of 0", lambda: fit_of().treat(fc=0), ArgumentError, ("positive", "not 0", "lfc=")),
    Case("fc NaN", lambda: fit_of().treat(fc=np.nan), ArgumentError, ("fc", "nan")),
    Case("fc infinite", lambda: fit_of().treat(fc=np.inf), ArgumentError, ("finite", "fc=inf")),
    Case("fc by word", lambda: fit_of().treat(fc="2"), ArgumentTypeError, ("fc", "'2'")),
    Case("fc None", lambda: fit_of().treat(fc=None), ArgumentTypeError, ("fc", "None")),
    Case("upshot None", lambda: fit_of().treat(upshot=None), ArgumentTypeError, ("upshot", "None")),
    Case("upshot by word", lambda: fit_of().treat(upshot="no"), ArgumentTypeError, ("upshot", "'no'")),
    Case("of a matrix", lambda: el.treat(Y), StageError, ("lm_fit()", "DataFrame")),
    Case("of thresholds", lambda: el.ebayes(treated()), StageError, ("TreatFit",)),
    Case("table before them", lambda: el.top_treat(fit_of()), StageError, ("treat()", "LinearFit")),
    Case("two coefs", lambda: fit_of().treat().top_table([0, 1]), ArgumentError, ("no F for several", "coef=")),
    Case("two coefs by function", lambda: el.top_treat(fit_of().treat(), coef=[0, 1]), ArgumentError, ("no F",)),
    Case("an unknown coef", lambda: fit_of().treat().top_table("groupC"), ArgumentError, ("mean 'groupB'",)),
    Case("an unknown order", lambda: fit_of().treat().top_table(sort_by="x"), ArgumentError, ("sort_by", "'x'")),
    Case("hierarchical", lambda: treated().decide_tests(method="hierarchical"), StageError, ("rests on F", "ebayes()")),
    Case("classified by F", lambda: el.classify_tests_f(treated()), StageError, ("rests on F", "threshold")),
    Case(
        "without residuals",
        lambda: fit_of(np.eye(6)).treat(),
        DataError,
        ("residual degrees of freedom", "fewer coefficients"),
    ),
    Case(
        "without data",
        lambda: el.lm_fit(Y * np.nan, "~ group", samples=TABLE).ebayes(),
        DataError,
        ("no feature has residual degrees of freedom", "observed"),
    ),
]
