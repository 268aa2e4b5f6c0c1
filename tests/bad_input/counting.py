"""Counts that cannot be, and what is asked of them in vain."""

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
from tests.bad_input.examples import FEATURES, SAMPLES, TABLE, Case, Y

COUNTS = pd.DataFrame(np.random.default_rng(3).poisson(20, (30, 6)) + 1, index=FEATURES, columns=SAMPLES)
GENES = pd.DataFrame({"length": 1000, "coding_length": 900}, index=FEATURES)
LISTED = el.DGEList(COUNTS, samples=TABLE, genes=GENES)


def holding(value: float) -> pd.DataFrame:
    counts = COUNTS.astype(float)
    counts.iloc[3, 2] = value
    return counts


def listing(name: str, error: type[EbayesLMError], *says: str, counts: Any = COUNTS, **given: Any) -> Case:
    return Case(name, lambda: el.DGEList(counts, **given), error, says)


LISTS = [
    listing("negative", DataError, "1 count of 180", "-1.0 of feature 'g3' in sample 's2'", counts=holding(-1)),
    listing("NaN", DataError, "nan of feature 'g3'", "fill in what is missing", counts=holding(np.nan)),
    listing("infinite", DataError, "inf of feature 'g3'", "finite and not negative", counts=holding(np.inf)),
    listing("logged", DataError, "of 180 cannot be", "values on a log scale are no counts", counts=Y),
    listing("texts", DataError, "6 columns", counts=COUNTS.astype(str)),
    listing("a list of lists", ArgumentTypeError, "matrix from list", counts=[[1, 2], [3, 4]]),
    listing("nothing", ArgumentTypeError, "NoneType", counts=None),
    listing("an empty table", DataError, "0 features and 0 samples", counts=pd.DataFrame()),
    listing("a DGEList", ArgumentTypeError, "a DGEList already", ".counts", counts=LISTED),
    listing("a sample twice", DataError, "more than once: 's0'", counts=COUNTS.rename(columns={"s1": "s0"})),
    listing("a layer of a table", ArgumentTypeError, "layer='x'", layer="x"),
    listing(
        "samples are a list", ArgumentTypeError, "the sample table is a list", "a dict of columns", samples=["a"] * 6
    ),
    listing("other samples", AlignmentError, "missing: 's0'", samples=TABLE.set_axis(list("abcdef"))),
    listing("numbered samples", AlignmentError, "numbered 0 to 5", samples=TABLE.reset_index(drop=True)),
    listing("too few samples", AlignmentError, "missing: 's4', 's5'", samples=TABLE[:4]),
    listing(
        "a column under both names",
        DataError,
        "columns more than once: 'lib_size'",
        "rename",
        samples=TABLE.assign(lib_size=1.0, **{"lib.size": 1.0}),
    ),
    listing("genes are a list", ArgumentTypeError, "genes must be a DataFrame", genes=FEATURES),
    listing("other genes", AlignmentError, "genes", "missing: 'g29'", genes=GENES[:29]),
    listing("an unknown group", ArgumentError, "group='grup'", "mean 'group'", samples=TABLE, group="grup"),
    listing("a group without a table", ArgumentError, "group='sex'", "it has none", group="sex"),
    listing("few groups", DataError, "3 entries", "6 samples", group=[1, 2, 3]),
    listing("one group for all", ArgumentTypeError, "group must be a column", "not 3", group=3),
    listing("groups in lists", ArgumentTypeError, "one name or number for each", group=[[1]] * 6),
    listing("groups of other samples", AlignmentError, "group", "missing", group=pd.Series(1, list("abcdef"))),
    listing("few library sizes", DataError, "lib_size has shape (2,)", "6 samples", lib_size=[1.0, 2]),
    listing("a negative library", DataError, "negative, NaN or infinite for 's1'", lib_size=[1, -1, 1, 1, 1, 1]),
    listing("a library of NaN", DataError, "for 's1'", "finite", lib_size=[1, np.nan, 1, 1, 1, 1]),
    listing("an empty library", DataError, "0 for 's1', where there are counts", lib_size=[1, 0, 1, 1, 1, 1]),
    listing("library sizes in words", ArgumentTypeError, "lib_size must be numbers", lib_size=list("abcdef")),
    listing("a factor of zero", DataError, "norm_factors is 0 for 's0'", "positive", norm_factors=[0, 1, 1, 1, 1, 1]),
    listing("a negative factor", DataError, "norm_factors is negative", "'s0'", norm_factors=[-1, 1, 1, 1, 1, 1]),
    listing("one factor", DataError, "norm_factors has shape ()", norm_factors=1.0),
    listing("offsets of another shape", DataError, "(3, 3)", "(30, 6)", offset=np.ones((3, 3))),
    listing("offsets of NaN", DataError, "NaN or infinite", "logarithms", offset=np.full(6, np.nan)),
    listing("offsets in words", ArgumentTypeError, "offset must be numbers", offset=list("abcdef")),
    Case("with_norm_factors: a negative one", lambda: LISTED.with_norm_factors([-1] * 6), DataError, ("norm_factors",)),
    Case("with_samples: few", lambda: LISTED.with_samples(TABLE[:4]), AlignmentError, ("missing: 's4'",)),
    Case("one position", lambda: LISTED[3], ArgumentTypeError, ("two positions", "':' for all")),
    Case("a position beyond", lambda: LISTED[40, :], ArgumentError, ("0 to 29", "40")),
    Case("subset: labels", lambda: LISTED.subset(["g1"]), ArgumentError, ("by position", "'g1'")),
    Case("subset: a short mask", lambda: LISTED.subset([True, False]), ArgumentError, ("mask",)),
    Case("logs wanted", lambda: el.lm_fit(LISTED), ArgumentTypeError, ("voom(y)", "cpm(y, log=True)")),
]


def normalized(name: str, error: type[EbayesLMError], *says: str, counts: Any = LISTED, **given: Any) -> Case:
    return Case(name, lambda: el.norm_lib_sizes(counts, **given), error, says)


NORMALIZATION = [
    normalized("an EList", ArgumentTypeError, "logarithms already", counts=el.EList(Y)),
    normalized("logged", DataError, "cannot be", counts=Y),
    normalized("an unknown method", ArgumentError, "method must be one of TMM", "mean 'TMM'", method="TMN"),
    normalized("a method of no name", ArgumentTypeError, "method must be one of", method=3),
    normalized("a sample that is not there", ArgumentError, "'s9' is no sample", ref_column="s9"),
    normalized("a position beyond", ArgumentError, "ref_column=6", "0 to 5", ref_column=6),
    normalized("half a position", ArgumentTypeError, "position or the name", "1.5", ref_column=1.5),
    normalized("a truth for a position", ArgumentTypeError, "not True", ref_column=True),
    normalized("all trimmed", ArgumentError, "logratio_trim", "below 0.5", logratio_trim=0.5),
    normalized("trimmed by less than nothing", ArgumentError, "sum_trim", "from 0", sum_trim=-0.1),
    normalized("trimmed by NaN", ArgumentError, "sum_trim", "from 0", sum_trim=np.nan),
    normalized("trimmed by words", ArgumentTypeError, "logratio_trim", "a number", logratio_trim="0.3"),
    normalized("weighed by 1", ArgumentTypeError, "do_weighting must be True or False", do_weighting=1),
    normalized("a cutoff in words", ArgumentTypeError, "a_cutoff", a_cutoff="low"),
    normalized("a quantile of 75", ArgumentError, "p is the quantile", "0 to 1", p=75, method="upperquartile"),
    normalized(
        "zeros in every feature", DataError, "no feature has counts in every sample", counts=np.eye(6), method="RLE"
    ),
    normalized(
        "quantiles of zero", DataError, "the 0.75 quantile", "raise p", counts=np.eye(6), method="upperquartile"
    ),
]


def filtered(name: str, error: type[EbayesLMError], *says: str, counts: Any = LISTED, **given: Any) -> Case:
    return Case(name, lambda: el.filter_by_expr(counts, **given), error, says)


FILTERS = [
    filtered("an EList", ArgumentTypeError, "logarithms already", counts=el.EList(Y)),
    filtered("an unknown term", FormulaError, "'grup'", "mean 'group'", design="~ grup"),
    filtered("few rows", AlignmentError, "4", "6 samples", design=np.ones((4, 1))),
    filtered("a design of NaN", DesignError, "'x1'", design=np.full(6, np.nan)),
    filtered("an unknown column", ArgumentError, "group='grup'", "mean 'group'", group="grup"),
    filtered("few groups", DataError, "3 entries", group=[1, 2, 3]),
    filtered("a sample without a group", DataError, "group is missing for 's1'", group=["a", None, *"abab"]),
    filtered("an empty library", DataError, "lib_size is not positive", "'s1'", lib_size=[1, 0, 1, 1, 1, 1]),
    filtered("few libraries", DataError, "lib_size has shape (2,)", lib_size=[1, 2]),
    filtered("a negative count", ArgumentError, "min_count", "not negative", min_count=-1),
    filtered("a count in words", ArgumentTypeError, "min_count", "'10'", min_count="10"),
    filtered("a total of NaN", ArgumentError, "min_total_count", "finite", min_total_count=np.nan),
    filtered("a large n of none", ArgumentTypeError, "large_n", "None", large_n=None),
    filtered("a share of two", ArgumentError, "min_prop", "from 0 to 1", min_prop=2),
]


def scaled(name: str, error: type[EbayesLMError], *says: str, counts: Any = LISTED, **given: Any) -> Case:
    return Case(name, lambda: el.cpm(counts, **given), error, says)


def by_length(name: str, error: type[EbayesLMError], *says: str, length: Any, counts: Any = LISTED) -> Case:
    return Case(name, lambda: el.rpkm(counts, length), error, says)


RATES = [
    scaled("an EList", ArgumentTypeError, "logarithms already", counts=el.EList(Y)),
    scaled("negative", DataError, "cannot be", counts=-COUNTS),
    scaled("log of 2", ArgumentTypeError, "log must be True or False", log=2),
    scaled("a negative prior", ArgumentError, "prior_count", "not negative", prior_count=-1),
    scaled("a prior in words", ArgumentTypeError, "prior_count", "'2'", prior_count="2"),
    scaled("a library of zero", DataError, "not positive and finite for 's0'", lib_size=0),
    scaled("a library of NaN", DataError, "for 's2'", lib_size=[1, 1, np.nan, 1, 1, 1]),
    scaled("libraries of features", DataError, "(30,)", "6 samples", lib_size=np.ones(30)),
    scaled("libraries of others", AlignmentError, "lib_size", "missing", lib_size=pd.Series(1.0, list("abcdef"))),
    by_length("two columns of lengths", ArgumentError, "several columns", "'coding_length'", length=None),
    by_length("no lengths", ArgumentError, "no such column", length=None, counts=COUNTS),
    by_length(
        "an unknown column", ArgumentError, "'lenght' is not a column of genes", "mean 'length'", length="lenght"
    ),
    by_length("a column of nothing", ArgumentError, "there is none", length="length", counts=COUNTS),
    by_length("few lengths", DataError, "(2,)", "30 features", length=[100, 200]),
    by_length("a length of zero", DataError, "not positive and finite for 'g0'", length=np.arange(30)),
    by_length("lengths in words", ArgumentTypeError, "gene_length must be numbers", length=["a"] * 30),
]

ABUNDANCE = [
    Case("an EList", lambda: el.ave_log_cpm(el.EList(Y)), ArgumentTypeError, ("logarithms already",)),
    Case("a negative prior", lambda: el.ave_log_cpm(LISTED, prior_count=-1), ArgumentError, ("prior_count",)),
    Case("a prior of NaN", lambda: el.ave_log_cpm(LISTED, prior_count=np.nan), ArgumentError, ("prior_count",)),
    Case("a negative dispersion", lambda: el.ave_log_cpm(LISTED, dispersion=-0.1), DataError, ("0 or more", "-0.1")),
    Case("dispersions of NaN", lambda: el.ave_log_cpm(LISTED, dispersion=np.nan), DataError, ("NaN",)),
    Case("few dispersions", lambda: el.ave_log_cpm(LISTED, dispersion=[1, 2]), DataError, ("(2,)", "each feature")),
    Case("a dispersion in words", lambda: el.ave_log_cpm(LISTED, dispersion="x"), ArgumentTypeError, ("'x'",)),
]

REPLICATES = [
    Case("an EList", lambda: el.sum_tech_reps(el.EList(Y), SAMPLES), ArgumentTypeError, ("logarithms already",)),
    Case("an unknown column", lambda: el.sum_tech_reps(LISTED, "bach"), ArgumentError, ("ids='bach'", "mean 'batch'")),
    Case("few ids", lambda: el.sum_tech_reps(LISTED, list("ab")), DataError, ("2 entries", "6 samples")),
    Case("a missing id", lambda: el.sum_tech_reps(LISTED, [None, *"abcde"]), DataError, ("missing for 's0'",)),
    Case("a number", lambda: el.sum_tech_reps(LISTED, 3), ArgumentTypeError, ("one value for each of 6",)),
]
