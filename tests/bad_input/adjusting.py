"""Batches that cannot be brought together."""

from __future__ import annotations

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm import combat
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DataError, DesignError
from tests.bad_input.examples import SAMPLES, TABLE, Case, Y, spoiled

HALVES = list("XXXYYY")


def adjusted(batch="batch", design=None, y=Y, samples=TABLE, **options):
    return combat(y, batch, design, samples=samples, **options)


def gone(features):
    """The batch Y has no value in all but so many features."""
    y = Y.to_numpy().copy()
    y[features:, 1::2] = np.nan
    return pd.DataFrame(y, Y.index, Y.columns)


COMBAT = [
    Case("no such column", lambda: adjusted("bach"), ArgumentError, ("batch='bach'", "Did you mean 'batch'")),
    Case("no table", lambda: adjusted(samples=None), ArgumentError, ("batch='batch'", "there is no sample table")),
    Case("too few batches", lambda: adjusted([1, 2]), DataError, ("batch has 2 entries", "6 samples")),
    Case("nothing", lambda: adjusted(None), ArgumentTypeError, ("batch must be", "not None")),
    Case("a hole", lambda: adjusted(["a", None, *"bbcc"]), DataError, ("batch is missing for 's1'",)),
    Case("of others", lambda: adjusted(pd.Series(HALVES, [*SAMPLES[1:], "x"])), AlignmentError, ("'s0'", "'x'")),
    Case("one batch", lambda: adjusted(["a"] * 6), ArgumentError, ("one batch, 'a'", "nothing to bring together")),
    Case("batch is the group", lambda: adjusted(HALVES, "~ group"), DesignError, ("groupB = batch Y", "'groupB'")),
    Case("batch in the design", lambda: adjusted(design="~ batch"), DesignError, ("batchY = batch Y",)),
    Case(
        "a group within a batch",
        lambda: adjusted(list("xxyyzz"), np.array([[0, 0, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0]]).T),
        DesignError,
        ("= batch z", "no adjustment"),
    ),
    Case("no residuals", lambda: adjusted(list("aabbcc"), "~ group + age + C(batch)"), DesignError, ("leave nothing",)),
    Case("a formula without a table", lambda: combat(Y, HALVES, "~ group"), DesignError, ("needs the sample table",)),
    Case("design of others", lambda: adjusted(design=np.ones((4, 1))), AlignmentError, ("4 entries", "6 samples")),
    Case("no such reference", lambda: adjusted(reference_batch="Z"), ArgumentError, ("'Z' is none", "'X', 'Y'")),
    Case("reference by place", lambda: adjusted(reference_batch=0), ArgumentError, ("0 is none", "'X', 'Y'")),
    Case("reference in a list", lambda: adjusted(reference_batch=["X"]), ArgumentError, ("['X'] is none",)),
    Case("a lone reference", lambda: adjusted(list("xyyyyy"), reference_batch="x"), ArgumentError, ("one sample",)),
    Case("infinite", lambda: adjusted(y=spoiled(np.inf, (2, 1), (7, 0))), DataError, ("2 values in 2", "'g2', 'g7'")),
    Case("means in words", lambda: adjusted(mean_only="yes"), ArgumentTypeError, ("mean_only must be", "'yes'")),
    Case("parametric by number", lambda: adjusted(parametric=0), ArgumentTypeError, ("parametric must be", "not 0")),
    Case("counts", lambda: combat(el.DGEList(np.ones((3, 4))), list("aabb")), ArgumentTypeError, ("cpm(y, log=True)",)),
    Case("texts", lambda: adjusted(y=Y.astype(str)), DataError, ("6 columns",)),
    Case("one feature", lambda: adjusted(y=Y[:1]), DataError, ("1 feature of 1 can be adjusted", "two are needed")),
    Case("two batches of one", lambda: combat(Y.iloc[:, :2], list("ab")), DesignError, ("leave nothing of 2 samples",)),
    Case("no values", lambda: adjusted(y=Y * np.nan), DataError, ("0 features of 30",)),
    Case("constant", lambda: adjusted(y=Y * 0), DataError, ("0 features of 30", "vary within every batch")),
    Case(
        "a batch of one feature",
        lambda: combat(pd.concat([gone(1), Y.add_prefix("t")], axis=1), list("xyxyxyzzzzzz")),
        DataError,
        ("batch 'y' has values of fewer than two",),
    ),
]
