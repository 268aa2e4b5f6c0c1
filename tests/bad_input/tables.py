"""Tables, decisions and subsets that cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.errors import (
    AlignmentError,
    ArgumentError,
    ArgumentTypeError,
    DataError,
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

TABLES = [
    Case("unknown coef", lambda: two_terms().top_table("gropB"), ArgumentError, ("'gropB'", "mean 'groupB'")),
    Case("a term", lambda: two_terms().top_table("group"), ArgumentError, ("is a term", "'groupB'", "test('group')")),
    Case("coef in capitals", lambda: two_terms().top_table("GROUPB"), ArgumentError, ("mean 'groupB'",)),
    Case("coef by truth", lambda: two_terms().top_table(True), ArgumentTypeError, ("0-based position", "True")),
    Case("coef by truths", lambda: two_terms().top_table([True, False]), ArgumentTypeError, ("0-based", "True")),
    Case("coef outside", lambda: two_terms().top_table(3), ArgumentError, ("coef=3", "0 to 2")),
    Case("coef outside, from the end", lambda: two_terms().top_table(-4), ArgumentError, ("coef=-4", "0 to 2")),
    Case("fractional coef", lambda: two_terms().top_table(1.0), ArgumentTypeError, ("0-based", "1.0")),
    Case("no coef", lambda: two_terms().top_table([]), ArgumentError, ("empty",)),
    Case("coef in bytes", lambda: two_terms().top_table(b"groupB"), ArgumentTypeError, ("b'groupB'",)),
    Case("negative number", lambda: mod_of().top_table(number=-1), ArgumentError, ("number", "-1", "None for all")),
    Case("fractional number", lambda: mod_of().top_table(number=2.5), ArgumentTypeError, ("number", "2.5")),
    Case("number by word", lambda: mod_of().top_table(number="all"), ArgumentTypeError, ("'all'", "None for all")),
    Case("number by truth", lambda: mod_of().top_table(number=True), ArgumentTypeError, ("number", "True")),
    Case(
        "unknown order",
        lambda: mod_of().top_table(sort_by="pvalue"),
        ArgumentError,
        ("sort_by", "AveExpr, t, P, B", "mean 'P.Value'"),
    ),
    Case("order of several", lambda: mod_of().top_table(sort_by="F"), ArgumentError, ("sort_by", "'F'")),
    Case("list of orders", lambda: mod_of().top_table(sort_by=["P"]), ArgumentTypeError, ("sort_by", "['P']")),
    Case("unknown second order", lambda: mod_of().top_table(resort_by="zz"), ArgumentError, ("resort_by", "'zz'")),
    Case(
        "second order none", lambda: mod_of().top_table(resort_by="none"), ArgumentError, ("resort_by", "leave it out")
    ),
    Case(
        "order of one",
        lambda: two_terms().top_table([1, 2], sort_by="logFC"),
        ArgumentError,
        ("'F' or 'none'", "'logFC'"),
    ),
    Case(
        "second order of several",
        lambda: two_terms().top_table([1, 2], resort_by="P"),
        ArgumentError,
        ("one coefficient",),
    ),
    Case("limits of several", lambda: two_terms().top_table([1, 2], confint=True), ArgumentError, ("one coefficient",)),
    Case(
        "columns of several", lambda: two_terms().top_table([1, 2], columns=["SE"]), ArgumentError, ("one coefficient",)
    ),
    Case("confidence of 1.5", lambda: mod_of().top_table(confint=1.5), ArgumentError, ("between 0 and 1", "1.5")),
    Case("confidence of 0", lambda: mod_of().top_table(confint=0.0), ArgumentError, ("between 0 and 1", "0.0")),
    Case("confidence in percent", lambda: mod_of().conf_int(95), ArgumentError, ("0.95", "got 95")),
    Case("confidence by word", lambda: mod_of().top_table(confint="yes"), ArgumentTypeError, ("'yes'",)),
    Case(
        "unknown adjustment",
        lambda: mod_of().top_table(adjust_method="bonferonni"),
        ArgumentError,
        ("mean 'bonferroni'",),
    ),
    Case("p of 2", lambda: mod_of().top_table(p_value=2), ArgumentError, ("p_value", "from 0 to 1", "2")),
    Case("p by word", lambda: mod_of().top_table(p_value="a"), ArgumentTypeError, ("p_value", "'a'")),
    Case("fold change below 1", lambda: mod_of().top_table(fc=0.5), ArgumentError, ("at least 1", "lfc=")),
    Case("fold change by word", lambda: mod_of().top_table(fc="2"), ArgumentTypeError, ("fc", "'2'")),
    Case("negative log fold change", lambda: mod_of().top_table(lfc=-1), ArgumentError, ("lfc", "-1")),
    Case("log fold change NaN", lambda: mod_of().top_table(lfc=np.nan), ArgumentError, ("lfc", "nan")),
    Case("unknown column", lambda: mod_of().top_table(columns=["se"]), ArgumentError, ("'se'", "mean 'SE'")),
    Case("columns by number", lambda: mod_of().top_table(columns=3), ArgumentTypeError, ("SE, df", "3")),
    Case("short annotation", lambda: mod_of().top_table(features=["a"]), ArgumentError, ("1 feature ", "30")),
    Case("annotation by word", lambda: mod_of().top_table(features="symbol"), ArgumentTypeError, ("'symbol'",)),
    Case(
        "other annotation",
        lambda: mod_of().top_table(features=pd.DataFrame({"a": [1]}, ["x"])),
        AlignmentError,
        ("features", "'x'"),
    ),
    Case("unknown method", lambda: mod_of().decide_tests(method="seperate"), ArgumentError, ("mean 'separate'",)),
    Case("method by number", lambda: mod_of().decide_tests(method=1), ArgumentTypeError, ("'separate', 'global'",)),
    Case("decisions at p of 5", lambda: mod_of().decide_tests(p_value=5), ArgumentError, ("p_value", "5")),
    Case(
        "F of thresholds", lambda: treated().decide_tests(method="nestedF"), StageError, ("rests on F", ".fit.ebayes()")
    ),
    Case("F table of thresholds", lambda: el.top_table_f(treated()), StageError, ("top_table_f()", "threshold")),
    Case("log odds of thresholds", lambda: treated().top_table(sort_by="B"), ArgumentError, ("no log odds", "'B'")),
    Case("table of no thresholds", lambda: el.top_treat(mod_of()), StageError, ("treat()", "ModeratedFit")),
    Case("thresholds of tests", lambda: el.treat(mod_of()), StageError, ("moderated already", ".fit")),
    Case("thresholds once more", lambda: treated().treat(), StageError, ("moderated already", ".fit")),
    Case("threshold by word", lambda: fit_of().treat(lfc="1"), ArgumentTypeError, ("lfc", "'1'")),
    Case("negative fold change", lambda: fit_of().treat(fc=-2), ArgumentError, ("fc", "-2", "lfc=")),
    Case("infinite threshold", lambda: fit_of().treat(lfc=np.inf), ArgumentError, ("finite", "inf")),
    Case("upshot by number", lambda: fit_of().treat(upshot=1), ArgumentTypeError, ("upshot", "True or False")),
    Case(
        "adjustment within features",
        lambda: mod_of().decide_tests(method="nestedF", adjust_method="hommel"),
        ArgumentError,
        ("none, bonferroni, holm, BH, fdr, BY", "'hommel'"),
    ),
    Case("cube of t", lambda: el.classify_tests_f(np.ones((2, 2, 2))), ArgumentError, ("(2, 2, 2)",)),
    Case(
        "correlation of others",
        lambda: el.classify_tests_f(np.ones((4, 2)), cor_matrix=np.eye(3)),
        ArgumentError,
        ("(3, 3)", "(2, 2)"),
    ),
    Case(
        "covariance for correlation",
        lambda: el.classify_tests_f(np.ones((4, 2)), cor_matrix=2 * np.eye(2)),
        ArgumentError,
        ("ones on its diagonal",),
    ),
    Case("df of others", lambda: el.classify_tests_f(np.ones((4, 2)), df=[1, 2]), ArgumentError, ("(2,)", "4 rows")),
    Case("df of zero", lambda: el.classify_tests_f(np.ones((4, 2)), df=0), ArgumentError, ("positive",)),
    Case("df of a fit", lambda: el.classify_tests_f(mod_of(), df=3), ArgumentError, ("a fit knows", "df=")),
    Case("classified before tests", lambda: el.classify_tests_f(fit_of()), StageError, ("needs tests", ".ebayes()")),
    Case("decisions at negative lfc", lambda: mod_of().decide_tests(lfc=-1), ArgumentError, ("lfc", "-1")),
]

SUBSETS = [
    Case("fractional row", lambda: fit_of()[1.0], ArgumentTypeError, ("whole-number position", "1.0", "select(")),
    Case("row by label", lambda: fit_of()["g1"], ArgumentTypeError, ("'g1'", "select(")),
    Case("rows by label", lambda: fit_of()["g1":"g3"], ArgumentTypeError, ("slice", "select(")),
    Case("row outside", lambda: fit_of()[30], ArgumentError, ("30 features", "0 to 29", "30")),
    Case("row outside, from the end", lambda: fit_of()[-31], ArgumentError, ("not at -31",)),
    Case("short mask", lambda: fit_of()[np.array([True, False])], ArgumentError, ("length 30", "(2,)")),
    Case("three positions", lambda: fit_of()[0, 0, 0], ArgumentTypeError, ("3 positions",)),
    Case("a square of positions", lambda: fit_of()[np.zeros((2, 2), int)], ArgumentTypeError, ("position",)),
    Case("unknown coef", lambda: two_terms()[:, ["groupC"]], ArgumentError, ("'groupC'", "mean 'groupB'")),
    Case("coef outside", lambda: two_terms()[:, 7], ArgumentError, ("3 coefficients", "0 to 2")),
    Case("unknown feature", lambda: fit_of().select("gene1"), ArgumentError, ("'gene1'",)),
    Case("no coef", lambda: fit_of().select(coefs=[]), ArgumentError, ("empty",)),
    Case("EList row by label", lambda: el.EList(Y)["g1"], ArgumentTypeError, ("two positions",)),
    Case("EList sample outside", lambda: el.EList(Y)[:, 100], ArgumentError, ("samples", "0 to 5", "100")),
    Case("EList of texts", lambda: el.EList(Y.to_numpy().astype(str)), DataError, ("<U",)),
    Case("EList of nothing", lambda: el.EList(None), DataError, ("NoneType",)),
    Case("EList of a vector", lambda: el.EList(np.arange(3.0)), DataError, ("(3,)",)),
    Case("EList annotation", lambda: el.EList(Y, genes=["a"] * 30), ArgumentTypeError, ("DataFrame", "list")),
    Case(
        "EList other samples", lambda: el.EList(Y, targets=TABLE.set_axis(list("abcdef"))), AlignmentError, ("targets",)
    ),
    Case("EList other shape", lambda: el.EList(Y, other={"x": np.ones(3)}), DataError, ("'x'", "(3,)")),
    Case("EList other list", lambda: el.EList(Y, other=[1]), ArgumentTypeError, ("list",)),
]

VECTORS = [
    Case("unknown method", lambda: el.adjust_p([0.1], "zz"), ArgumentError, ("'zz'", "'BH'")),
    Case("no probability", lambda: el.adjust_p([1.5]), ArgumentError, ("1 of 1", "1.5")),
    Case("no variances", lambda: el.squeeze_var([], 3), ArgumentError, ("empty",)),
    Case("df of other length", lambda: el.squeeze_var(np.ones(5), np.ones(4)), ArgumentError, ("(4,)", "5 variances")),
    Case("square of variances", lambda: el.fit_f_dist(np.ones((2, 2)), 3), ArgumentError, ("2 dimensions",)),
]
