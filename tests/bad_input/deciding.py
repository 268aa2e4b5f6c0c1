"""Decisions, shares and vectors of p-values that cannot be."""

from __future__ import annotations

import numpy as np

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, StageError
from tests.bad_input.examples import Case, Y, mod_of

T = np.ones((4, 2))
DECISIONS = [
    Case("of a matrix", lambda: el.decide_tests(Y), StageError, ("ebayes()", "DataFrame")),
    Case("no method", lambda: mod_of().decide_tests(method=None), ArgumentTypeError, ("'separate'", "None")),
    Case("a list of methods", lambda: mod_of().decide_tests(method=["global"]), ArgumentTypeError, ("['global']",)),
    Case("p NaN", lambda: mod_of().decide_tests(p_value=np.nan), ArgumentError, ("from 0 to 1", "nan")),
    Case("p below 0", lambda: mod_of().decide_tests(p_value=-1), ArgumentError, ("from 0 to 1", "-1")),
    Case("p by word", lambda: mod_of().decide_tests(p_value=".05"), ArgumentTypeError, ("p_value", "'.05'")),
    Case("lfc NaN", lambda: mod_of().decide_tests(lfc=np.nan), ArgumentError, ("lfc", "nan")),
    Case("lfc by word", lambda: mod_of().decide_tests(lfc="1"), ArgumentTypeError, ("lfc", "'1'")),
    Case("unknown adjustment", lambda: mod_of().decide_tests(adjust_method="x"), ArgumentError, ("'x'", "'holm'")),
    Case("adjustment by number", lambda: mod_of().decide_tests(adjust_method=3), ArgumentError, ("3", "'BH'")),
    Case(
        "mistyped adjustment within features",
        lambda: mod_of().decide_tests(method="hierarchical", adjust_method="holmes"),
        ArgumentError,
        ("mean 'holm'",),
    ),
]

CLASSES = [
    Case("of a number", lambda: el.classify_tests_f(3.0), ArgumentError, ("shape ()", "a row for each feature")),
    Case("of text", lambda: el.classify_tests_f(["a"]), ArgumentTypeError, ("must be numbers", "'a'")),
    Case("of nothing", lambda: el.classify_tests_f(None), ArgumentError, ("shape ()",)),
    Case("complex", lambda: el.classify_tests_f(T + 0j), ArgumentTypeError, ("complex128",)),
    Case("cor not square", lambda: el.classify_tests_f(T, cor_matrix=np.ones((2, 3))), ArgumentError, ("(2, 3)",)),
    Case("cor by word", lambda: el.classify_tests_f(T, cor_matrix="x"), ArgumentTypeError, ("cor_matrix", "'x'")),
    Case(
        "cor with NaN",
        lambda: el.classify_tests_f(T, cor_matrix=[[1, np.nan], [np.nan, 1]]),
        ArgumentError,
        ("symmetric", "diagonal"),
    ),
    Case(
        "cor not symmetric",
        lambda: el.classify_tests_f(T, cor_matrix=[[1, 0.5], [0.1, 1]]),
        ArgumentError,
        ("symmetric", "diagonal"),
    ),
    Case("cor beyond one", lambda: el.classify_tests_f(T, cor_matrix=[[1, 3], [3, 1]]), ArgumentError, ("negative",)),
    Case("t of two lengths", lambda: el.classify_tests_f([[1.0], [1, 2]]), ArgumentTypeError, ("different lengths",)),
    Case("cor of a fit", lambda: el.classify_tests_f(mod_of(), cor_matrix=np.eye(1)), ArgumentError, ("a fit knows",)),
    Case("df NaN", lambda: el.classify_tests_f(T, df=np.nan), ArgumentError, ("df must be positive",)),
    Case("df negative", lambda: el.classify_tests_f(T, df=-3), ArgumentError, ("df must be positive",)),
    Case("df by word", lambda: el.classify_tests_f(T, df="x"), ArgumentTypeError, ("df", "'x'")),
    Case("p of 2", lambda: el.classify_tests_f(T, p_value=2), ArgumentError, ("p_value", "from 0 to 1", "2")),
    Case("p NaN", lambda: el.classify_tests_f(T, p_value=np.nan), ArgumentError, ("p_value", "nan")),
    Case("p by word", lambda: el.classify_tests_f(T, p_value="a"), ArgumentTypeError, ("p_value", "'a'")),
]

P = [0.1, 0.5]
SHARES = [
    Case("p above 1", lambda: el.prop_true_null([0.1, 1.2]), ArgumentError, ("1 of 2", "1.2", "[0, 1]")),
    Case("p below 0", lambda: el.prop_true_null([0.1, -0.2]), ArgumentError, ("1 of 2", "-0.2")),
    Case("p infinite", lambda: el.prop_true_null([np.inf]), ArgumentError, ("1 of 1", "inf")),
    Case("p in words", lambda: el.prop_true_null(["a"]), ArgumentTypeError, ("must be numbers", "'a'")),
    Case("of a fit", lambda: el.prop_true_null(mod_of()), ArgumentTypeError, ("must be numbers", "ModeratedFit")),
    Case("mistyped method", lambda: el.prop_true_null(P, method="lfd"), ArgumentError, ("mean 'lfdr'",)),
    Case("no method", lambda: el.prop_true_null(P, method=None), ArgumentTypeError, ("lfdr, mean", "None")),
    Case("no bins", lambda: el.prop_true_null(P, method="hist", nbins=0), ArgumentError, ("nbins", "got 0")),
    Case("part of a bin", lambda: el.prop_true_null(P, method="hist", nbins=1.5), ArgumentError, ("nbins", "1.5")),
    Case("q of p above 1", lambda: el.q_value([0.1, 1.2]), ArgumentError, ("1 of 2", "1.2")),
    Case("q of words", lambda: el.q_value(["a"]), ArgumentTypeError, ("must be numbers", "'a'")),
    Case("q of few", lambda: el.q_value([0.1, 0.2]), DataError, ("share of true hypotheses", "pi0=1")),
    Case("share of 2", lambda: el.q_value(P, pi0=2), ArgumentError, ("pi0", "at most 1", "got 2")),
    Case("share of 0", lambda: el.q_value(P, pi0=0), ArgumentError, ("pi0", "above 0", "got 0")),
    Case("share NaN", lambda: el.q_value(P, pi0=np.nan), ArgumentError, ("pi0", "nan")),
    Case("share by truth", lambda: el.q_value(P, pi0=True), ArgumentTypeError, ("pi0", "True")),
    Case("adjusted p below 0", lambda: el.adjust_p([-0.1]), ArgumentError, ("1 of 1", "-0.1")),
    Case("adjusted p of two axes", lambda: el.adjust_p(np.full((2, 2), 0.4)), ArgumentError, ("2 dimensions",)),
    Case("adjusted in words", lambda: el.adjust_p(["a"]), ArgumentTypeError, ("must be numbers", "'a'")),
]

X3, Y3 = [1.0, 2.0, 4.0], [1.0, 2.0, 3.0]
CURVES = [
    Case("y of other length", lambda: el.lowess(X3, Y3[:2], span=0.5), ArgumentError, ("(3,)", "(2,)")),
    Case("negative span", lambda: el.lowess(X3, Y3, span=-1), ArgumentError, ("span", "got -1")),
    Case("x with NaN", lambda: el.lowess([1, 2, np.nan], Y3, span=0.5), ArgumentError, ("1 of 3", "position 2")),
    Case("negative passes", lambda: el.lowess(X3, Y3, span=0.5, iterations=-1), ArgumentError, ("iterations", "-1")),
    Case("part of a pass", lambda: el.lowess(X3, Y3, span=0.5, iterations=1.5), ArgumentTypeError, ("iterations",)),
    Case("negative distance", lambda: el.lowess(X3, Y3, span=0.5, delta=-1), ArgumentError, ("delta", "-1")),
    Case("one weight", lambda: el.weighted_lowess(X3, Y3, weights=[1]), ArgumentError, ("(1,)", "3 points")),
    Case("a negative weight", lambda: el.weighted_lowess(X3, Y3, weights=[1, -1, 1]), ArgumentError, ("1 of 3",)),
    Case("no weight", lambda: el.weighted_lowess(X3, Y3, weights=[0, 0, 0]), ArgumentError, ("all weights are 0",)),
    Case("loess of two lengths", lambda: el.loess_fit(Y3[:2], X3), ArgumentError, ("(3,)", "(2,)")),
    Case("loess with a negative span", lambda: el.loess_fit(Y3, X3, span=-1), ArgumentError, ("span", "-1")),
]

VARIANCES = [
    Case("texts", lambda: el.squeeze_var(["a"], 3), ArgumentTypeError, ("var", "'a'")),
    Case("no df", lambda: el.squeeze_var(X3, -3), DataError, ("none of 3 variances", "replicates")),
    Case("short trend", lambda: el.squeeze_var(X3, 3, covariate=[1, 2]), ArgumentError, ("(2,)", "3 variances")),
    Case("trend with NaN", lambda: el.squeeze_var(X3, 3, covariate=[1, 2, np.nan]), ArgumentError, ("position 2",)),
    Case("robust by word", lambda: el.squeeze_var(X3, 3, robust="x"), ArgumentTypeError, ("robust", "'x'")),
    Case("two df for three", lambda: el.fit_f_dist_robustly(X3, [3, 4]), ArgumentError, ("(2,)", "3 variances")),
    Case("tails of 1", lambda: el.fit_f_dist_robustly(X3, 3, winsor_tail_p=(1, 1)), ArgumentError, ("(1, 1)",)),
    Case(
        "one prior weight",
        lambda: el.fit_f_dist_unequal_df1(X3, 3, prior_weights=[1]),
        ArgumentError,
        ("(1,)", "3 variances"),
    ),
    Case(
        "a negative prior weight",
        lambda: el.fit_f_dist_unequal_df1(X3, 3, prior_weights=[1, -1, 1]),
        ArgumentError,
        ("1 of 3", "position 1"),
    ),
    Case("trigamma of text", lambda: el.trigamma_inverse("a"), ArgumentTypeError, ("x must be numbers", "'a'")),
]
