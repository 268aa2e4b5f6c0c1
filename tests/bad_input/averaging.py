"""Replicates that cannot be told, or averaged."""

from __future__ import annotations

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DataError
from tests.bad_input.examples import SAMPLES, TABLE, Case, Y

PAIRS = list("aabbcc")
LIST = el.EList(Y, targets=TABLE, genes=pd.DataFrame({"symbol": "x"}, index=Y.index))

REPLICATES = [
    Case("features without names", lambda: el.avereps(np.ones((2, 3))), ArgumentError, ("features have no names",)),
    Case("samples without names", lambda: el.avearrays(np.ones((2, 3))), ArgumentError, ("samples have no names",)),
    Case("no such column", lambda: el.avereps(LIST, "symbl"), ArgumentError, ("'symbl'", "genes", "'symbol'")),
    Case("no such table", lambda: el.avereps(Y, "symbol"), ArgumentError, ("'symbol'", "there is no such table")),
    Case("a column of targets", lambda: el.avearrays(LIST, "grup"), ArgumentError, ("targets", "'group'")),
    Case("missing id", lambda: el.avearrays(Y, ["a", None, *"bbcc"]), DataError, ("ids of 1 sample ", "'s1'", "leave")),
    Case("too few ids", lambda: el.avearrays(Y, ["a", "b"]), DataError, ("2 ids", "6 samples")),
    Case("one id", lambda: el.avereps(Y, 7), ArgumentTypeError, ("30 features", "not 7")),
    Case("ids of others", lambda: el.avearrays(Y, pd.Series(PAIRS, [*SAMPLES[1:], "s9"])), AlignmentError, ("'s9'",)),
    Case("a list of lists", lambda: el.avereps([[1.0]]), ArgumentTypeError, ("list", "EList")),
    Case("counts", lambda: el.avearrays(el.DGEList(Y.abs()), PAIRS), ArgumentTypeError, ("DGEList", "sum_tech_reps()")),
    Case("negative weights", lambda: el.avearrays(Y, PAIRS, weights=[-1, *[1] * 5]), DataError, ("1 of 6", "'s0'")),
    Case("spots that do not divide", lambda: el.avedups(Y, ndups=4), ArgumentError, ("30 rows", "= 4")),
    Case("no duplicates", lambda: el.avedups(Y, ndups=0), ArgumentError, ("ndups", "1 at least")),
    Case("half a row apart", lambda: el.avedups(Y, spacing=0.5), ArgumentTypeError, ("spacing", "0.5")),
]
