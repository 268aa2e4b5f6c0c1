"""Counts and log values whose precision weights cannot be learnt: voom, vooma and their relatives."""

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
    FormulaError,
)
from tests.bad_input.examples import FEATURES, SAMPLES, TABLE, Case, Y, spoiled

COUNTS = pd.DataFrame(np.random.default_rng(1).poisson(30, (30, 6)), FEATURES, SAMPLES)


def with_cell(value: float) -> pd.DataFrame:
    counts = COUNTS.astype(float)
    counts.iloc[3, 2] = value
    return counts


def voomed(name: str, error: type[EbayesLMError], *says: str, counts: Any = COUNTS, **options: Any) -> Case:
    return Case(name, lambda: el.voom(counts, **options), error, says)


VOOM = [
    voomed("a negative count", DataError, "1 count of 180", "-1.0", "'g3'", "'s2'", counts=with_cell(-1)),
    voomed("a missing count", DataError, "nan of feature 'g3'", "fill in", counts=with_cell(np.nan)),
    voomed("an infinite count", DataError, "inf of feature 'g3'", counts=with_cell(np.inf)),
    voomed("counts of text", DataError, "not numeric", counts=COUNTS.astype(str)),
    voomed("logarithms", ArgumentTypeError, "logarithms already", counts=el.EList(Y)),
    voomed("one feature", DataError, "1 feature tells no trend", "two or more", counts=COUNTS[:1]),
    voomed("no feature", DataError, "0 features", counts=COUNTS[:0]),
    voomed("nothing", ArgumentTypeError, "NoneType", counts=None),
    voomed("three axes", DataError, "two dimensions", counts=np.ones((2, 3, 4))),
    voomed("an unknown way", ArgumentError, "'quantiles'", "Did you mean 'quantile'", normalize_method="quantiles"),
    voomed("no way", ArgumentTypeError, "not None", "'none'", normalize_method=None),
    voomed("two ways", ArgumentTypeError, "['scale']", normalize_method=["scale"]),
    voomed("medians of zero", DataError, "not positive", "'quantile'", counts=np.eye(30)[:, :6] * 1e9,
           normalize_method="scale"),
    voomed("a span of zero", ArgumentError, "above 0 and up to 1; got 0", span=0, adaptive_span=False),
    voomed("a span above one", ArgumentError, "got 1.5", span=1.5, adaptive_span=False),
    voomed("a span of text", ArgumentTypeError, "span must be a number", span="half", adaptive_span=False),
    voomed("adaptive as a number", ArgumentTypeError, "adaptive_span must be True or False, not 1", adaptive_span=1),
    voomed("a formula without a table", DesignError, "needs the sample table", "samples=", design="~ group"),
    voomed("another column", FormulaError, "'grup'", "Did you mean 'group'", design="~ grup", samples=TABLE),
    voomed("a short design", AlignmentError, "5 entries", "6 samples", design=np.ones((5, 1))),
    voomed("a short table", AlignmentError, "missing: 's5'", design="~ group", samples=TABLE[:5]),
    voomed("some library sizes", DataError, "lib_size has shape (3,)", "6 samples", lib_size=[1, 2, 3]),
    voomed("negative library sizes", DataError, "lib_size is negative", "'s0'", lib_size=[-1.0] * 6),
    voomed("libraries of nothing", DataError, "lib_size is 0", "where there are counts", lib_size=np.zeros(6)),
    voomed("library sizes of text", ArgumentTypeError, "got 'big'", lib_size="big"),
    voomed("other libraries", AlignmentError, "missing: 's0'", lib_size=pd.Series(1e3, list("abcdef"))),
    voomed("a small offset", DataError, "offset has shape (3, 3)", "(30, 6)", "lib_size=", offset=np.ones((3, 3))),
    voomed("a missing offset", DataError, "NaN or infinite for 1 count", offset=with_cell(np.nan)),
    voomed("an offset of text", ArgumentTypeError, "offset must be numbers", offset="x"),
    voomed("a ragged offset", ArgumentTypeError, "different lengths", offset=[[1, 2], [3]]),
    voomed("other features", AlignmentError, "missing: 'g3'", offset=COUNTS.rename(index={"g3": "h"})),
    voomed("an offset a sample", DataError, "offset_prior has shape (6,)", offset_prior=np.ones(6)),
    voomed("sizes for logarithms", DataError, "up to 3e+06", "not the sizes", offset=np.full((30, 6), 3e6)),
    voomed("both offsets", ArgumentError, "both given", "give one", offset=COUNTS, offset_prior=COUNTS),
    voomed("a correlation alone", ArgumentError, "without block=", correlation=0.5),
    voomed("an unknown block", ArgumentError, "'pair' is not a column", block="pair", correlation=0.5),
    voomed("a block alone", ArgumentError, "need correlation=", block="group", samples=TABLE),
    voomed("negative weights", DataError, "6 of 6", "not negative", weights=-np.ones(6)),
    voomed("a feature without weight", DataError, "1 feature ('g4') cannot be fitted", "leave such features out",
           weights=np.repeat(np.arange(30) != 4, 6).reshape(30, 6) * 1.0),
    voomed("no threads", ArgumentError, "threads must be a positive integer", threads=0),
    voomed("a layer of a table", ArgumentTypeError, "layer='x'", layer="x"),
]  # fmt: skip


def quality(name: str, error: type[EbayesLMError], *says: str, **options: Any) -> Case:
    return Case(name, lambda: el.voom_with_quality_weights(COUNTS, samples=TABLE, **options), error, says)


def fitted(name: str, error: type[EbayesLMError], *says: str, counts: Any = COUNTS, **options: Any) -> Case:
    return Case(name, lambda: el.voom_lm_fit(counts, **options), error, says)


COUNT_FITS = [
    quality("an unknown method", ArgumentError, "'genebygene'", "'fast'", method="fast"),
    quality("an unknown group", ArgumentError, "var_group='run' is not a column", var_group="run"),
    quality("two models of variance", ArgumentError, "give one of them", var_group="batch", var_design="~ batch"),
    quality("no iterations", ArgumentError, "max_iter is the most iterations", max_iter=0),
    quality("a negative tolerance", ArgumentError, "tol is the gain", tol=-1),
    fitted("a negative count", DataError, "-2.0 of feature 'g3'", counts=with_cell(-2)),
    fitted("seven prior weights", DataError, "(7,)", "30 features x 6 samples", prior_weights=np.ones(7)),
    fitted("weights for a switch", ArgumentTypeError, "True or False", "prior_weights=", sample_weights=np.zeros(6)),
    fitted(
        "prior and sample weights", ArgumentError, "known beforehand", prior_weights=np.ones(6), sample_weights=True
    ),
    fitted("a negative prior_n", ArgumentError, "prior_n is", "got -1", prior_n=-1, sample_weights=True),
    fitted("an unknown compat", ArgumentError, "None or 'limma'", "'edger'", compat="edger"),
    fitted("a short block", DataError, "block has 2 entries", block=[1, 2]),
]


def of_logs(name: str, error: type[EbayesLMError], *says: str, y: Any = Y, **options: Any) -> Case:
    return Case(name, lambda: el.vooma(y, **options), error, says)


def by_group(name: str, group: Any, error: type[EbayesLMError], *says: str) -> Case:
    return Case(name, lambda: el.vooma_by_group(Y, group), error, says)


VOOMA = [
    of_logs("a predictor of seven", DataError, "predictor has shape (7,)", "(30, 6)", predictor=np.ones(7)),
    of_logs("a predictor of text", ArgumentTypeError, "predictor must be numbers", predictor="x"),
    of_logs("a predictor with a gap", DataError, "1 feature ('g3')", "may only lack", predictor=with_cell(np.nan)),
    of_logs("a predictor of others", AlignmentError, "missing: 's1'", predictor=COUNTS.rename(columns={"s1": "z"})),
    of_logs("a negative span", ArgumentError, "got -1", span=-1),
    of_logs("a span of text", ArgumentTypeError, "must be a number", span="x"),
    of_logs("a legacy of text", ArgumentTypeError, "legacy_span must be True or False", legacy_span="yes"),
    of_logs("one feature", DataError, "1 feature tells no trend", y=Y[:1]),
    of_logs("infinite values", DataError, "infinite: 1 value in 1 feature ('g3')", y=spoiled(np.inf, (3, 2))),
    of_logs("no values", DataError, "('g3') cannot be fitted", y=Y.where(np.arange(30)[:, None] != [3] * 6)),
    of_logs("a block alone", ArgumentError, "need correlation=", block=[1, 1, 2, 2, 3, 3]),
    by_group("no table", "group", ArgumentError, "group='group' is not a column"),
    by_group("a short group", [1, 2], DataError, "group has 2 entries"),
    by_group("no group", None, ArgumentTypeError, "not None"),
    by_group("a sample without group", [1, 1, 1, None, 2, 2], DataError, "group is missing for 's3'"),
    Case("a fit, a switch of text", lambda: el.vooma_lm_fit(Y, sample_weights="yes"), ArgumentTypeError, ("'yes'",)),
    Case("a fit, an unknown compat", lambda: el.vooma_lm_fit(Y, compat="r"), ArgumentError, ("None or 'limma'",)),
]  # fmt: skip

SPANS = [
    Case("no count", lambda: el.choose_lowess_span(2.5), ArgumentTypeError, ("whole number", "2.5")),
    Case("a negative count", lambda: el.choose_lowess_span(-1), ArgumentError, ("0 or more", "-1")),
    Case("no smallest span", lambda: el.choose_lowess_span(9, min_span=0), ArgumentError, ("min_span", "got 0")),
    Case("a power of text", lambda: el.choose_lowess_span(9, power="1"), ArgumentTypeError, ("power", "'1'")),
    Case("an endless set", lambda: el.choose_lowess_span(9, small_n=np.inf), ArgumentError, ("small_n", "inf")),
]
