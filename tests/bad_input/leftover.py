"""Calls of residual_structure that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np

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
from tests.bad_input.examples import SAMPLES, TABLE, Case, Y, fit_of, spoiled


def looked(name: str, error: type[EbayesLMError], *says: str, y: Any = Y, **options: Any) -> Case:
    return Case(name, lambda: el.residual_structure(fit_of(), y, **{"seed": 1} | options), error, says)


RESIDUALS = [
    Case("no fit", lambda: el.residual_structure(Y, Y), StageError, ("residual_structure() takes", "DataFrame")),
    Case(
        "no residual df",
        lambda: el.residual_structure(fit_of(np.eye(6)), Y),
        DesignError,
        ("no residual degrees of freedom",),
    ),
    looked("k is text", ArgumentTypeError, "k", "'two'", k="two"),
    looked("k is half", ArgumentTypeError, "k", "1.5", k=1.5),
    looked("no components", ArgumentError, "k", "1 at least", k=0),
    looked("permutations", ArgumentError, "n_perm", "0 for none", "-1", n_perm=-1),
    looked("permutations are text", ArgumentTypeError, "n_perm", "'many'", n_perm="many"),
    looked("permutations are True", ArgumentTypeError, "n_perm", "True", n_perm=True),
    looked("seed", ArgumentTypeError, "seed", "'x'", seed="x"),
    looked("a negative seed", ArgumentError, "seed", "-1", seed=-1),
    looked("threads", ArgumentError, "threads", "0", threads=0),
    looked("progress", ArgumentError, "progress", "'yes'", progress="yes"),
    looked("memory", ArgumentError, "max_memory", "'lots'", max_memory="lots"),
    looked("a layer", ArgumentTypeError, "layer='counts'", layer="counts"),
    looked("no matrix", ArgumentTypeError, "NoneType", y=None),
    looked("fewer features", DataError, "y has 9 features and the fit 30", y=Y[:9]),
    looked("other samples", AlignmentError, "'s5'", y=Y.rename(columns={"s5": "s9"})),
    looked("other data", DataError, "not what was fitted", "30 of 30", "fit.elist", y=np.exp(Y)),
    looked("a gap", DataError, "missing values in 1 feature", "'g3'", y=spoiled(np.nan, (3, 2))),
    looked("a short table", AlignmentError, "'s5'", samples=TABLE.drop(index="s5")),
    looked("a table without names", AlignmentError, "numbered", samples=TABLE.reset_index(drop=True)),
    looked("a table that is a list", ArgumentTypeError, "list", samples=[SAMPLES]),
]
