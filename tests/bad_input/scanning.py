"""Scans that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm import scan
from ebayes_lm.errors import (
    AlignmentError,
    ArgumentError,
    ArgumentTypeError,
    DataError,
    DesignError,
    EbayesLMError,
    FormulaError,
)
from tests.bad_input.examples import SAMPLES, TABLE, Case, Y, spoiled

AGE = TABLE["age"]


def scanned(
    name: str, error: type[EbayesLMError], *says: str, y: Any = Y, outcome: Any = "age", **options: Any
) -> Case:
    return Case(name, lambda: scan(y, outcome, **{"samples": TABLE} | options), error, says)


SCANS = [
    scanned("no such outcome", FormulaError, "'agee'", "'age'", outcome="agee"),
    scanned("one outcome of two", FormulaError, "'rin'", outcome=["age", "rin"]),
    scanned("no table", ArgumentError, "'age'", "samples=", samples=None),
    scanned("text as an outcome", DataError, "'group' is not", "1 in one of them", outcome="group"),
    scanned("dates", DataError, "is not", outcome=pd.Series(pd.date_range("2026-01-01", periods=6), SAMPLES)),
    scanned("complex numbers", DataError, "is not", outcome=AGE * 1j),
    scanned("no outcome", ArgumentTypeError, "outcome is a column", "None", outcome=None),
    scanned("one number", ArgumentTypeError, "outcome is a column", "got 3", outcome=3),
    scanned("no outcomes", ArgumentTypeError, "outcome is a column", "[]", outcome=[]),
    scanned("uneven lists", ArgumentTypeError, "outcome is a column", outcome=[[1, 2], [3]]),
    scanned("a cube", ArgumentTypeError, "outcome is a column", outcome=np.ones((6, 1, 1))),
    scanned("too few numbers", DataError, "shape (5,)", "6 samples", outcome=np.arange(5.0)),
    scanned("outcomes in rows", DataError, "samples x outcomes", "transpose", "(6, 3)", outcome=np.ones((3, 6))),
    scanned("a table of outcomes in rows", DataError, "samples in its columns", "outcome.T", outcome=Y[:3]),
    scanned("outcomes of others", AlignmentError, "'s5'", "'x'", outcome=AGE.rename({"s5": "x"})),
    scanned("a numbered outcome", AlignmentError, "numbered", outcome=AGE.reset_index(drop=True)),
    scanned("an infinite outcome", DataError, "infinite", "'s2'", outcome=AGE.replace(58.0, np.inf)),
    scanned("nothing but gaps", DataError, "no value", "'age'", outcome=AGE * np.nan),
    scanned("an outcome that is constant", DataError, "nothing is left to explain", "'age'", outcome=AGE * 0 + 3),
    scanned("an outcome among covariates", DataError, "covariates determine", "'age'", covariates="~ age"),
    scanned("outcomes of one name", DataError, "same name", "'age'", outcome=["age", "age"]),
    scanned("too many covariates", DesignError, "no residual degrees", "6 samples", covariates=np.eye(6)),
    scanned("too many gaps", DesignError, "no residual degrees", "2 samples", outcome=AGE.where(AGE > 43)),
    scanned("no such covariate", FormulaError, "'agee'", covariates="~ agee"),
    scanned("no formula", FormulaError, "'group'", "~", covariates="group"),
    scanned("no such columns", FormulaError, "'rin'", covariates=["group", "rin"]),
    scanned("covariates of others", AlignmentError, "5 entries", "6 samples", covariates=np.ones((5, 1))),
    scanned("missing covariates", DesignError, "missing", "'age'", outcome=Y.loc["g0"], covariates="~ age",
            samples=TABLE.replace(58.0, np.nan)),
    scanned("a covariate NaN", DesignError, "finite", covariates=[np.nan, 1, 2, 3, 4, 5]),
    scanned("no such interaction", FormulaError, "'sex'", interaction="sex"),
    scanned("a constant interaction", DesignError, "same in all samples", interaction=np.ones(6)),
    scanned("interaction twice", DesignError, "depend on one another", interaction=np.arange(6.0)[:, None] * [1, 2]),
    scanned("keep_p of 2", ArgumentError, "keep_p", "from 0 to 1", "2", keep_p=2),
    scanned("keep_p of 0", ArgumentError, "keep_p=0 keeps nothing", "1e-5", keep_p=0),
    scanned("keep_p by word", ArgumentTypeError, "keep_p", "'few'", keep_p="few"),
    scanned("keep_p NaN", ArgumentError, "keep_p", "nan", keep_p=np.nan),
    scanned("out by number", ArgumentTypeError, "path", "got 3", out=3),
    scanned("checkpoint by number", ArgumentTypeError, "checkpoint=", "not 3", checkpoint=3),
    scanned("blocks where the table goes", ArgumentError, "apart from one another", out="a.csv", checkpoint="a.csv"),
    scanned("out of no format", ArgumentError, "'hits.xlsx'", "'.parquet'", out="hits.xlsx"),
    scanned("out nowhere", DataError, "folder that is not there", out="no/such/folder/hits.csv"),
    scanned("infinite features", DataError, "infinite: 1 value in 1 feature ('g3')", y=spoiled(np.inf, (3, 2))),
    scanned("no matrix", ArgumentTypeError, "NoneType", y=None),
    scanned("a layer", ArgumentTypeError, "layer='raw'", layer="raw"),
    scanned("no threads", ArgumentError, "threads", "not 0", threads=0),
    scanned("no memory", ArgumentError, "max_memory", "'lots'", max_memory="lots"),
    scanned("a scheduler by number", ArgumentTypeError, "scheduler=", "int", scheduler=3),
    scanned("more tests than a table holds", ArgumentError, "60,000,000 tests", "keep_p=1e-5", "out=",
            y=np.zeros((60_000, 6)), outcome=np.zeros((6, 1000)) + np.arange(6.0)[:, None]),
]  # fmt: skip
