"""Blocks, correlations and duplicates that cannot be."""

from __future__ import annotations

from types import SimpleNamespace
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
from tests.bad_input.examples import TABLE, Case, Y, fit_of, spoiled

ONE_EACH = "one value for each of 6 samples"


def blocked(name: str, block: Any, error: type[EbayesLMError], *says: str) -> Case:
    return Case(name, lambda: fit_of(block=block, correlation=0.5), error, says)


BLOCKS = [
    blocked("an unknown column", "patient", ArgumentError, "'patient' is not a column", "'group', 'batch', 'age'"),
    blocked("a mistyped column", "bacth", ArgumentError, "'bacth'", "mean 'batch'"),
    Case("no table", lambda: el.lm_fit(Y, block="batch", correlation=0.5), ArgumentError, ("no sample table",)),
    blocked("NaN", [1, 1, 2, 2, np.nan, 3], DataError, "missing for 's4'", "every sample"),
    blocked("None", ["a", "a", None, "b", None, "c"], DataError, "missing for 's2', 's4'"),
    blocked("short", [1, 1, 2], DataError, "3 entries", "6 samples"),
    blocked("long", list("aabbccd"), DataError, "7 entries", "6 samples"),
    blocked("empty", [], DataError, "0 entries", "6 samples"),
    blocked("names of columns", ["group", "batch"], DataError, "2 entries", "6 samples"),
    blocked("a dict", {"s0": 1}, ArgumentTypeError, ONE_EACH, "{'s0': 1}"),
    blocked("a number", 3, ArgumentTypeError, ONE_EACH, "not 3"),
    blocked("a truth value", True, ArgumentTypeError, ONE_EACH, "not True"),
    blocked("bytes", b"batch", ArgumentTypeError, ONE_EACH, "b'batch'"),
    blocked("a set", {1, 2, 3, 4, 5, 6}, ArgumentTypeError, ONE_EACH),
    blocked("a table", TABLE[["batch"]], ArgumentTypeError, ONE_EACH, "DataFrame of shape (6, 1)"),
    blocked("two columns", np.ones((6, 2)), ArgumentTypeError, ONE_EACH, "ndarray of shape (6, 2)"),
    blocked("lists", [["a"], ["b"]] * 3, ArgumentTypeError, ONE_EACH, "[['a'], ['b']"),
    blocked("other samples", pd.Series(1, list("abcdef")), AlignmentError, "missing: 's0'", "'a'"),
    blocked("numbered", pd.Series(1, range(6)), AlignmentError, "numbered 0 to 5", "'s0'"),
    blocked("a sample twice", pd.Series(1, ["s0", *Y.columns[:5]]), AlignmentError, "more than once: 's0'"),
]


def correlated(name: str, correlation: Any, error: type[EbayesLMError], *says: str) -> Case:
    return Case(name, lambda: fit_of(block="batch", correlation=correlation), error, says)


BOUNDS, NUMBER = "between -1 and 1", "a number"
CORRELATIONS = [
    Case("none", lambda: fit_of(block="batch"), ArgumentError, ("need correlation=", "such as 0.5")),
    correlated("1", 1, ArgumentError, BOUNDS, "got 1"),
    correlated("-1", -1.0, ArgumentError, BOUNDS, "got -1"),
    correlated("2", 2, ArgumentError, BOUNDS, "got 2"),
    correlated("NaN", np.nan, ArgumentError, BOUNDS, "nan"),
    correlated("infinite", np.inf, ArgumentError, BOUNDS, "inf"),
    correlated("text", "0.5", ArgumentTypeError, NUMBER, "'feature'", "'0.5'"),
    correlated("of each gene", "gene", ArgumentTypeError, NUMBER, "'gene'"),
    correlated("a truth value", True, ArgumentTypeError, NUMBER, "True"),
    correlated("a list", [0.5], ArgumentTypeError, NUMBER, "[0.5]"),
    correlated("complex", 0.5j, ArgumentTypeError, NUMBER, "0.5j"),
    correlated("a consensus of 2", SimpleNamespace(consensus=2.0), ArgumentError, BOUNDS, "got 2"),
    correlated("a consensus NaN", SimpleNamespace(consensus=np.nan), ArgumentError, BOUNDS, "nan", "no feature could"),
    correlated("a consensus in words", SimpleNamespace(consensus="high"), ArgumentTypeError, NUMBER, "'high'"),
    correlated("at the bound of three", -0.5, ArgumentError, "not possible within blocks of 3", "-0.5 and 1"),
    correlated("impossible for three", -0.7, ArgumentError, "-0.7 is not possible within blocks of 3", "-0.5 and 1"),
    Case("without blocks", lambda: fit_of(correlation=0.5), ArgumentError, ("without block= or ndups=",)),
    Case("of features without blocks", lambda: fit_of(correlation="feature"), ArgumentError, ("needs block=",)),
]


def mixed(name: str, error: type[EbayesLMError], *says: str, **options: Any) -> Case:
    given = {"y": Y, "design": "~ group", "samples": TABLE, "block": "batch", "correlation": "feature"} | options
    return Case(name, lambda: el.lm_fit(**given), error, says)


MIXED = [
    mixed("duplicates", ArgumentError, "needs block=", "no ndups=", ndups=2),
    mixed("duplicates alone", ArgumentError, "needs block=", ndups=2, block=None),
    mixed("as limma", ArgumentError, "limma has one correlation", "leave out compat=", compat="limma"),
    mixed("robust", ArgumentError, "samples as independent", method="robust"),
    mixed("singletons", DesignError, "every block has one sample", block=list("abcdef")),
    mixed("one block", DesignError, "there is one block", block=list("aaaaaa")),
    mixed("blocks in the design", DesignError, "the design holds the blocks", design="~ group + batch"),
    mixed("blocks as groups", DesignError, "the design holds the blocks", block="group"),
    mixed("infinite", DataError, "infinite: 1 value in 1 feature ('g2')", y=spoiled(np.inf, (2, 1))),
    Case("r squared", lambda: mixed_fit().r_squared(Y), StageError, ("within blocks", "within_variance")),
    Case("terms", lambda: mixed_fit().variance_explained(Y), StageError, ("within blocks", "without block=")),
]


def mixed_fit() -> el.LinearFit:
    return fit_of(block="batch", correlation="feature")


def repeated(name: str, error: type[EbayesLMError], *says: str, **options: Any) -> Case:
    return Case(name, lambda: fit_of(**{"correlation": 0.5} | options), error, says)


DUPLICATES = [
    Case("no correlation", lambda: fit_of(ndups=2), ArgumentError, ("need correlation=", "duplicates")),
    repeated("zero", ArgumentError, "ndups", "1 at least", "got 0", ndups=0),
    repeated("negative", ArgumentError, "ndups", "1 at least", "got -2", ndups=-2),
    repeated("not dividing", ArgumentError, "30 rows do not divide", "ndups * spacing = 4", ndups=4),
    repeated("more than rows", ArgumentError, "30 rows do not divide", "100", ndups=100),
    repeated("a fraction", ArgumentTypeError, "whole number", "2.0", ndups=2.0),
    repeated("text", ArgumentTypeError, "whole number", "'2'", ndups="2"),
    repeated("a truth value", ArgumentTypeError, "whole number", "True", ndups=True),
    repeated("a list", ArgumentTypeError, "whole number", "[2]", ndups=[2]),
    repeated("with blocks", ArgumentError, "block= and ndups= cannot be combined", ndups=2, block="batch"),
    repeated("spacing with blocks", ArgumentError, "cannot be combined", spacing=2, block="batch"),
    repeated("spacing alone", ArgumentError, "spacing= is given without", spacing=2, correlation=None),
    repeated("no spacing", ArgumentError, "spacing", "1 at least", "got 0", ndups=2, spacing=0),
    repeated("spacing not dividing", ArgumentError, "ndups * spacing = 8", "4 apart", ndups=2, spacing=4),
    repeated("spacing too wide", ArgumentError, "ndups * spacing = 60", ndups=2, spacing=30),
    repeated("a fraction of spacing", ArgumentTypeError, "spacing", "1.5", ndups=2, spacing=1.5),
    repeated("spacing by word", ArgumentTypeError, "spacing", "'columns'", ndups=2, spacing="columns"),
    repeated("impossible for three", ArgumentError, "within blocks of 3", ndups=3, correlation=-0.6),
    repeated("correlation of 1", ArgumentError, "between -1 and 1", ndups=2, correlation=1),
]


def consensus_of(name: str, error: type[EbayesLMError], *says: str, y: Any = Y, **options: Any) -> Case:
    given = {"samples": TABLE, "block": "batch"} | options
    return Case(name, lambda: el.duplicate_correlation(y, "~ group", **given), error, says)


CONSENSUS = [
    consensus_of("an unknown column", ArgumentError, "'patient' is not a column", block="patient"),
    consensus_of("a block too few", DataError, "5 entries", "6 samples", block=[1, 1, 2, 2, 3]),
    consensus_of("a sample without block", DataError, "missing for 's1'", block=[1, np.nan, 2, 2, 3, 3]),
    consensus_of("blocks and duplicates", ArgumentError, "block= and ndups= cannot be combined", ndups=3),
    consensus_of("blocks and spacing", ArgumentError, "block= and ndups= cannot be combined", spacing=15),
    consensus_of("neither, and rows that are no pairs", ArgumentError, "29 rows", "block=", y=Y[:29], block=None),
    consensus_of("no rows of a feature", ArgumentError, "ndups", "1 at least", "got 0", block=None, ndups=0),
    consensus_of("half a row", ArgumentTypeError, "ndups", "whole number", "2.5", block=None, ndups=2.5),
    consensus_of("rows left over", ArgumentError, "30 rows do not divide", "= 4", block=None, ndups=4),
    consensus_of("rows too far apart", ArgumentError, "ndups * spacing = 60", block=None, spacing=30),
    consensus_of("a trim of most", ArgumentError, "trim", "from 0 to 0.5", "got 0.6", trim=0.6),
    consensus_of("a negative trim", ArgumentError, "trim", "from 0 to 0.5", "got -0.1", trim=-0.1),
    consensus_of("a trim of NaN", ArgumentError, "trim", "got nan", trim=np.nan),
    consensus_of("a trim in words", ArgumentTypeError, "trim", "a number", "'15%'", trim="15%"),
    consensus_of("negative weights", DataError, "negative", weights=-np.ones(6)),
    consensus_of("weights of NaN", DataError, "180 of 180", weights=np.full((30, 6), np.nan)),
    consensus_of("weights of other samples", DataError, "weights", weights=np.ones(5)),
    consensus_of("infinite values", DataError, "infinite: 1 value in 1 feature", "'g2'", y=spoiled(np.inf, (2, 3))),
    consensus_of("text", ArgumentTypeError, "cannot read a matrix from str", y="counts.csv"),
    consensus_of("no threads", ArgumentError, "threads", "positive", threads=0),
]
