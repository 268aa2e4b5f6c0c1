"""Surrogate variables that cannot be."""

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
from tests.bad_input.examples import TABLE, Case, Y, spoiled

COUNTS = pd.DataFrame(np.random.default_rng(2).poisson(20, Y.shape), Y.index, Y.columns)


def sought(
    name: str, error: type[EbayesLMError], *says: str, y: Any = Y, design: Any = "~ group", **options: Any
) -> Case:
    given = {"samples": TABLE, "n_sv": 1} | options
    return Case(name, lambda: el.surrogate_variables(y, design, **given), error, says)


def counted(
    name: str, error: type[EbayesLMError], *says: str, y: Any = Y, design: Any = "~ group", **options: Any
) -> Case:
    return Case(name, lambda: el.num_sv(y, design, **{"samples": TABLE} | options), error, says)


def of_counts(name: str, error: type[EbayesLMError], *says: str, counts: Any = COUNTS, **options: Any) -> Case:
    given = {"samples": TABLE, "n_sv": 1} | options
    return Case(name, lambda: el.svaseq(counts, "~ group", **given), error, says)


SURROGATES = [
    sought("missing values", DataError, "missing values in 2 features of 30 ('g2', 'g7')", "y.dropna()", "impute",
           y=spoiled(np.nan, (2, 1), (7, 0))),
    sought("infinite values", DataError, "('g4')", "add an offset", y=spoiled(np.inf, (4, 2))),
    sought("text", ArgumentTypeError, "cannot read a matrix from str", y="values.csv"),
    sought("counts", ArgumentTypeError, "DGEList", y=el.DGEList(COUNTS)),
    sought("too many", ArgumentError, "n_sv=4 is more than the 3", "give 3 at most", n_sv=4),
    sought("fewer than none", ArgumentError, "n_sv", "0 at least; got -1", n_sv=-1),
    sought("half a one", ArgumentTypeError, "n_sv", "whole number", "1.5", n_sv=1.5),
    sought("a truth value", ArgumentTypeError, "n_sv", "whole number", "True", n_sv=True),
    sought("an unknown method", ArgumentError, "'irw', 'two-step' or 'supervised'", "'twostep'", method="twostep"),
    sought("no method", ArgumentTypeError, "'irw', 'two-step' or 'supervised'", "None", method=None),
    sought("an unknown way to count", ArgumentError, "number_method", "'be' or 'leek'", "'bic'", number_method="bic"),
    sought("no rounds", ArgumentError, "iterations", "1 at least", "got 0", iterations=0),
    sought("a seed in words", ArgumentError, "seed", "whole number", "'one'", seed="one"),
    sought("a negative seed", ArgumentError, "seed", "0 or more", "-1", seed=-1),
    sought("a formula without table", DesignError, "needs the sample table", samples=None),
    sought("an unknown column", FormulaError, "grup", "mean 'group'", design="~ grup"),
    sought("nothing of interest", DesignError, "holds all of the design", design="~ 1"),
    sought("a null design that is all", DesignError, "holds all of the design", null_design="~ group"),
    sought("a null design of other terms", DesignError, "not part of the design", "'~ batch'", null_design="~ age"),
    sought("no residual df", DesignError, "leaves 0 residual degrees of freedom", design=np.eye(6)),
    sought("one residual df", DesignError, "leaves 1 residual degree of freedom", design=np.eye(6)[:, :5]),
    sought("a design of other samples", AlignmentError, "design", design=pd.DataFrame({"x": 1.0}, list("abcdef"))),
    sought("controls without need", ArgumentError, "controls=", "method='supervised'", controls=["g1"]),
    sought("no controls", ArgumentTypeError, "needs controls=", method="supervised"),
    sought("unknown controls", AlignmentError, "gene", method="supervised", controls=["gene"]),
    sought("controls beyond 1", ArgumentError, "from 0 to 1", method="supervised", controls=np.full(30, 2.0)),
    sought("too few numbers", ArgumentError, "3 numbers", "30 features", method="supervised", controls=np.ones(3)),
    sought("controls of 0", ArgumentError, "0 for all features", method="supervised", controls=np.zeros(30)),
    sought("fewer controls than wanted", ArgumentError, "hold 1 direction", "2 are wanted", method="supervised",
           controls=["g1"], n_sv=2),
    sought("no threads", ArgumentError, "threads", "positive", threads=0),
]  # fmt: skip

COMPONENTS = [
    counted("missing values", DataError, "missing values in 1 feature", y=spoiled(np.nan, (2, 1))),
    counted("an unknown method", ArgumentError, "'be' or 'leek'", "'BE'", method="BE"),
    counted("no permutations", ArgumentError, "n_perm", "1 at least", "got 0", n_perm=0),
    counted("more features than there are", ArgumentError, "30 at most", "got 31", n_features=31),
    counted("no features", ArgumentError, "n_features", "1 at least", n_features=0),
    counted("too few features for ten sets", DataError, "10 sets", "there are 9", y=Y[:9], method="leek"),
    counted("no residual df", DesignError, "no residual degree of freedom", design=np.eye(6)),
    counted("a seed of a half", ArgumentError, "seed", "0.5", seed=0.5),
]

COUNTED_SURROGATES = [
    of_counts("negative counts", DataError, "negative", counts=-COUNTS),
    of_counts("logarithms", ArgumentTypeError, "logarithms already", counts=el.EList(Y)),
    of_counts("no constant", ArgumentError, "constant", "above 0", "got 0", constant=0),
    of_counts("a constant in words", ArgumentTypeError, "constant", "a number", "'one'", constant="one"),
    of_counts("an infinite constant", ArgumentError, "constant", "inf", constant=np.inf),
    of_counts("too many", ArgumentError, "n_sv=9 is more than the 3", n_sv=9),
]
