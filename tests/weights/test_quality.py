from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import ConvergenceWarning, DesignWarning, EbayesLMWarning
from ebayes_lm.weights.quality import array_weights, array_weights_quick
from tests.weights.answers.reader import answers

#: Both go through the same steps, which amplify rounding: samples alike by symmetry differ by 3e-11 in R at the worst.
STEPS = 1e-10
#: Fits by two QR implementations.
FITS = 1e-12
#: The same sums in another order.
ROUNDING = 1e-12
#: Scoring stops one step earlier or later where its criterion is rounding: here the step is of that size, too.
TOLERANCE_OF_ZERO = 1e-7


def quietly(call, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EbayesLMWarning)
        return call(*args, **kwargs)


@answers("array_weights", "quality")
def test_as_in_limma(args, expected):
    args = dict(args)
    told = {"max_iter=": args.pop("limit"), "stopped short": args.pop("stalled")}
    if "max_iter" in args:
        args["max_iter"] = int(args["max_iter"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        weights = array_weights(**args)
    agreement = TOLERANCE_OF_ZERO if args.get("tol") == 0.0 else STEPS
    assert_allclose(weights, expected["weights"], rtol=agreement)
    if args.get("tol") != 0.0:
        texts = [str(w.message) for w in caught if w.category is ConvergenceWarning]
        assert [any(words in text for text in texts) for words in told] == list(told.values())


@answers("array_weights_quick", "quality")
def test_quick_as_in_limma(args, expected):
    fit = quietly(el.lm_fit, args["y"], args["design"], weights=args.get("weights"))
    assert_allclose(array_weights_quick(args["y"], fit), expected["weights"], rtol=FITS)
