"""Calls of ruv and ruvg that cannot be."""

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
)
from tests.bad_input.examples import FEATURES, TABLE, Case, Y, spoiled

CONTROLS = FEATURES[:10]
COUNTS = pd.DataFrame(np.random.default_rng(2).poisson(20, size=Y.shape), index=Y.index, columns=Y.columns)
LIST = el.EList(Y, genes=pd.DataFrame({"spike": Y.index.isin(CONTROLS), "kind": "x"}, index=Y.index))


def hidden(name: str, error: type[EbayesLMError], *says: str, y: Any = Y, **options: Any) -> Case:
    given = {"design": "~ group", "controls": CONTROLS, "k": 1, "samples": TABLE} | options
    return Case(name, lambda: el.ruv(y, **given), error, says)


def counted(name: str, error: type[EbayesLMError], *says: str, y: Any = COUNTS, **options: Any) -> Case:
    return Case(name, lambda: el.ruvg(y, **{"controls": CONTROLS, "k": 1} | options), error, says)


RUV = [
    hidden("method", ArgumentError, "'RUV4', 'RUVinv' or 'RUV2'", "Did you mean 'RUV4'", method="RUV-4"),
    hidden("method is a number", ArgumentTypeError, "method", "4", method=4),
    hidden("corrected", ArgumentTypeError, "corrected must be True or False", "1", corrected=1),
    hidden("no k", ArgumentError, "RUV2 needs k", "num_sv(y, design)", k=None, method="RUV2"),
    hidden("k of none", ArgumentError, "k is the number of factors", "1 at least", "0", k=0),
    hidden("half a factor", ArgumentTypeError, "k is the number of factors", "1.5", k=1.5),
    hidden("k is text", ArgumentTypeError, "k is the number of factors", "'auto'", k="auto"),
    hidden("k of samples", ArgumentError, "k=4 is too large", "at most 3", "4 residual degrees of freedom", k=4),
    hidden("k of controls", ArgumentError, "k=3", "at most 2 with 3 controls", k=3, controls=CONTROLS[:3]),
    hidden("one control", DesignError, "no factor to find", "1 control", controls=CONTROLS[:1]),
    hidden("few for the inverse", ArgumentError, "needs 5 controls", "4", method="RUVinv", controls=CONTROLS[:4]),
    hidden("more in the inverse", ArgumentError, "k=3", "at most 2", method="RUVinv", k=3),
    hidden("unknown controls", AlignmentError, "2 of 10 controls", "'x1', 'x2'", controls=["x1", "x2", *FEATURES[:8]]),
    hidden("positions beside names", AlignmentError, "2 of 2", "y.index[positions]", controls=[0, 1]),
    hidden("positions outside", AlignmentError, "1 of 2", "outside: 30", y=Y.to_numpy(), controls=[3, 30]),
    hidden("a short mask", AlignmentError, "2 values", "30 features", controls=[True, False]),
    hidden("mask of others", AlignmentError, "'q'", controls=pd.Series([True] * 30, [*FEATURES[:29], "q"])),
    hidden("a mask with gaps", ArgumentError, "missing for 1 feature", controls=[None, *[True] * 29]),
    hidden("no control", ArgumentError, "none of 30 features", controls=[False] * 30),
    hidden("no such column", ArgumentError, "'spik'", "Did you mean 'spike'", y=LIST, controls="spik"),
    hidden("no annotation", ArgumentError, "'spike'", "no annotation", controls="spike"),
    hidden("a column of text", ArgumentTypeError, "truth values", "genes['kind'] ==", y=LIST, controls="kind"),
    hidden("a table of controls", ArgumentTypeError, "controls is", controls=Y),
    hidden("gaps", DataError, "2 values in 1 of 30 features ('g3')", "isfinite", y=spoiled(np.nan, (3, 2), (3, 4))),
    hidden("infinite values", DataError, "1 value in 1 of 30 features ('g0')", y=spoiled(np.inf, (0, 0))),
    hidden("no column of interest", DesignError, "design ~ 1 has", "ruvg()", design="~ 1"),
    hidden("no residual", DesignError, "RUV4", "0 residual degrees of freedom", design=np.eye(6), samples=None),
    hidden("no table", DesignError, "'~ group'", "samples=", samples=None),
    hidden("counts", ArgumentTypeError, "DGEList", "voom(y)", y=el.DGEList(COUNTS)),
    hidden("threads", ArgumentError, "threads", "0", threads=0),
]
RUVG = [
    counted("k of samples", ArgumentError, "k=5 is too large", "at most 4", "5 residual df", k=5),
    counted("no k", ArgumentTypeError, "k is the number of factors", "None", k=None),
    counted("log", ArgumentTypeError, "log must be True or False", "'auto'", log="auto"),
    counted("logs of logs", DataError, "log scale are no counts", y=Y, log=True),
    counted("logs of an EList", ArgumentError, "log=True", "logarithms already", y=LIST, log=True),
    counted("a DGEList of logs", ArgumentError, "log=False", "holds counts", y=el.DGEList(COUNTS), log=False),
    counted("a layer", ArgumentTypeError, "layer=", "DGEList", y=el.DGEList(COUNTS), layer="raw"),
    counted("gaps", DataError, "1 value in 1 of 30 features ('g3')", y=spoiled(np.nan, (3, 2))),
    counted("constant controls", DataError, "the same in all samples", y=Y * 0.0 + 2.5),
    counted("unknown controls", AlignmentError, "1 of 1 control is", "'x'", controls=["x"]),
    counted("a full design", DesignError, "0 residual df", design=np.eye(6)),
]
