"""Batches, covariates and trends that cannot be removed."""

from __future__ import annotations

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm import covariate_trends, limma, normalize_by_covariate, remove_batch_effect, wsva
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DataError, DesignError, FormulaError
from tests.bad_input.examples import SAMPLES, TABLE, Case, Y, spoiled

PAIRS = list("aabbcc")
LIST = el.EList(Y, targets=TABLE, genes=pd.DataFrame({"length": 1.0}, index=Y.index))
GC = pd.Series(np.linspace(0.3, 0.7, 30), index=Y.index)


def removed(batch="batch", y=Y, samples=TABLE, **options):
    return remove_batch_effect(y, batch, samples=samples, **options)


REMOVAL = [
    Case("no such column", lambda: removed("bach"), ArgumentError, ("batch='bach'", "Did you mean 'batch'")),
    Case("no such second", lambda: removed(batch2="lane"), ArgumentError, ("batch2='lane'", "'group'")),
    Case("no table", lambda: removed(samples=None), ArgumentError, ("batch='batch'", "there is no sample table")),
    Case("too few batches", lambda: removed([1, 2]), DataError, ("batch has 2 entries", "6 samples")),
    Case("one number", lambda: removed(3), ArgumentTypeError, ("batch must be", "not 3")),
    Case("no batch", lambda: removed(["a", None, *"bbcc"]), DataError, ("batch is missing for 's1'",)),
    Case("batch of others", lambda: removed(pd.Series(PAIRS, [*SAMPLES[1:], "x"])), AlignmentError, ("'s0'", "'x'")),
    Case("group and design", lambda: removed(group="group", design="~ group"), ArgumentError, ("group=", "design=")),
    Case("no such group", lambda: removed(group="grp"), ArgumentError, ("group='grp'", "'group'")),
    Case("no such term", lambda: removed(design="~ grp"), FormulaError, ("'grp'", "'group'")),
    Case("another design", lambda: removed(design=np.ones((5, 1))), AlignmentError, ("5 entries", "6 samples")),
    Case("no such covariate", lambda: removed(covariates="agee"), ArgumentError, ("covariates='agee'", "'age'")),
    Case("one covariate of two", lambda: removed(covariates=["age", "rin"]), ArgumentError, ("'rin'", "'age'")),
    Case("text for a covariate", lambda: removed(covariates="group"), DesignError, ("'group'",)),
    Case(
        "missing covariate",
        lambda: removed(covariates=[1, 2, 3, np.nan, 5, 6]),
        DesignError,
        ("for 1 of 6",),
    ),
    Case("short covariate", lambda: removed(covariates=np.arange(4.0)), AlignmentError, ("4 entries", "6 samples")),
    Case("a numbered table", lambda: removed(covariates=TABLE[["age"]].reset_index()), AlignmentError, ("'index'",)),
    Case("a number", lambda: removed(covariates=5), ArgumentTypeError, ("covariates must be", "not 5")),
    Case("infinite covariate", lambda: removed(covariates=[[np.inf, 1]] * 6), DesignError, ("'covariate1' is inf",)),
    Case("covariate of others", lambda: removed(covariates=TABLE["age"].rename({"s1": "x"})), AlignmentError, ("'x'",)),
    Case("infinite values", lambda: removed(y=spoiled(-np.inf, (3, 1))), DataError, ("1 value in 1 feature", "'g3'")),
    Case("infinite what", lambda: removed(inf="drop"), ArgumentError, ("inf must be 'error' or 'missing'", "'drop'")),
    Case("negative weights", lambda: removed(weights=[-1, *[1] * 5]), DataError, ("1 of 6", "'s0'")),
    Case("weights of others", lambda: removed(weights=np.ones((3, 3))), DataError, ("shape (3, 3)", "30 features")),
    Case("a lone correlation", lambda: removed(correlation=0.5), ArgumentError, ("correlation= is given without",)),
    Case(
        "a correlation of each", lambda: removed(block="group", correlation="feature"), ArgumentError, ("is for fits",)
    ),
    Case("a lone block", lambda: removed(block="group"), ArgumentError, ("need correlation=",)),
    Case("a list", lambda: removed(y=[[1.0]]), ArgumentTypeError, ("list", "DataFrame")),
    Case("half a thread", lambda: removed(threads=0.5), ArgumentError, ("threads", "0.5")),
    Case("in limma's order", lambda: limma.removeBatchEffect(Y, "batch"), ArgumentError, ("there is no sample table",)),
]

SURROGATES = [
    Case("missing values", lambda: wsva(spoiled(np.nan, (2, 1)), None), DataError, ("1 feature of 30", "'g2'")),
    Case("infinite", lambda: wsva(spoiled(np.inf, (2, 1), (2, 2)), None), DataError, ("infinite in 1 feature",)),
    Case("none", lambda: wsva(Y, None, n_sv=0), ArgumentError, ("n_sv", "1 at least; got 0")),
    Case("too many", lambda: wsva(Y, None, n_sv=6), ArgumentError, ("n_sv=6", "5 residual degrees")),
    Case("nothing left", lambda: wsva(Y, np.eye(6)), DesignError, ("no residual degrees of freedom",)),
    Case("exact", lambda: wsva(np.ones((9, 6)), None), DataError, ("0 directions",)),
    Case("few features", lambda: wsva(Y.iloc[:2], None, n_sv=3), DataError, ("2 directions", "n_sv=3", "give less")),
    Case("weight by what", lambda: wsva(Y, None, weight_by_sd="sd"), ArgumentTypeError, ("weight_by_sd", "'sd'")),
    Case("a formula alone", lambda: wsva(Y, "~ group"), DesignError, ("samples=",)),
]

TRENDS = [
    Case("no such column", lambda: normalize_by_covariate(LIST, "lenght"), ArgumentError, ("Did you mean 'length'",)),
    Case("no annotation", lambda: normalize_by_covariate(Y, "gc"), ArgumentError, ("'gc'", "there is no annotation")),
    Case("features of others", lambda: covariate_trends(Y, GC.rename({"g0": "x"})), AlignmentError, ("'g0'", "'x'")),
    Case("too few", lambda: normalize_by_covariate(Y, [1.0, 2]), AlignmentError, ("2 entries", "30 features")),
    Case("one number", lambda: normalize_by_covariate(Y, 3), ArgumentTypeError, ("30 features", "not int")),
    Case("two columns", lambda: normalize_by_covariate(Y, np.ones((30, 2))), ArgumentTypeError, ("2 dimensions",)),
    Case("gaps", lambda: normalize_by_covariate(Y, GC.where(GC > 0.31)), DataError, ("missing for 1 feature ", "'g0'")),
    Case("infinite", lambda: normalize_by_covariate(Y, 1 / (GC - 0.3)), DataError, ("infinite for 1 feature ", "'g0'")),
    Case("span", lambda: normalize_by_covariate(Y, GC, span=0), ArgumentError, ("span", "0 to 1; got 0")),
    Case("text for a span", lambda: covariate_trends(Y, GC, span="0.3"), ArgumentTypeError, ("span", "'0.3'")),
    Case("another target", lambda: covariate_trends(Y, GC, target="mode"), ArgumentError, ("'median' or None", "mode")),
    Case("no level", lambda: covariate_trends(Y, "mean", target=None), ArgumentError, ("depends on itself",)),
    Case("endless", lambda: covariate_trends(spoiled(np.inf, (1, 1)), GC), DataError, ("1 value", "'g1'", "put NaN")),
    Case("few in a piece", lambda: normalize_by_covariate(Y, GC, span=0.1), ArgumentError, ("3 of 30", "span=0.17")),
    Case("few at all", lambda: covariate_trends(Y[:4], GC[:4], span=1), DataError, ("4 features", "5 at least")),
    Case("names as types", lambda: normalize_by_covariate(Y, list(Y.index)), ArgumentError, ("30 types", "by itself")),
    Case("text for a number", lambda: limma.wsva(Y, np.ones((Y.shape[1], 1)), n_sv="2"), ArgumentTypeError, ("n_sv",)),
]
