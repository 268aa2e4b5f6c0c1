from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError
from tests.core.answers.reader import answers

#: The share of nulls is R's to 1e-4: see tests/core/test_true_nulls.py.
SMOOTHER = 1e-4
METHODS = ("lfdr", "mean", "hist", "convest", "smoother")


@answers("q_value", "thresholds")
def test_as_in_qvalue(args, expected):
    assert_allclose(el.q_value(args["p"]), expected["q"], rtol=SMOOTHER)
    assert_allclose(el.q_value(args["p"], pi0=expected["pi0"]), expected["q"], rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_missing_p_values_do_not_count(method):
    p = np.random.default_rng(1).beta(0.5, 1, 200)
    holes = np.insert(p, [0, 7, 200], np.nan)
    assert el.prop_true_null(holes, method=method) == el.prop_true_null(p, method=method)
    q = el.q_value(holes, pi0=method)
    assert np.flatnonzero(np.isnan(q)).tolist() == [0, 8, 202]
    assert_allclose(q[~np.isnan(q)], el.q_value(p, pi0=method))


@pytest.mark.parametrize("method", METHODS)
def test_without_p_values_nothing_is_known(method):
    assert np.isnan(el.prop_true_null([], method=method))
    assert np.isnan(el.q_value([np.nan, np.nan], pi0=method)).all()


def test_labels_are_kept():
    p = pd.Series([0.01, 0.2, np.nan], index=["a", "b", "b"], name="P.Value")
    q = el.q_value(p, pi0=1)
    assert isinstance(q, pd.Series)
    pd.testing.assert_series_equal(q, pd.Series([0.02, 0.2, np.nan], index=["a", "b", "b"], name="P.Value"))
    assert isinstance(el.q_value(p.to_numpy(), pi0=1), np.ndarray)


def test_the_share_scales_the_adjusted_p():
    p = np.random.default_rng(2).beta(0.3, 1, 500)
    assert_allclose(el.q_value(p), el.prop_true_null(p, method="smoother") * el.adjust_p(p), rtol=1e-14)
    assert_allclose(el.q_value(p, pi0="convest"), el.prop_true_null(p, method="convest") * el.adjust_p(p), rtol=1e-14)


def test_refusals():
    with pytest.raises(ArgumentError, match=r"'lfd'.*Did you mean 'lfdr'"):
        el.prop_true_null([0.1], method="lfd")
    with pytest.raises(ArgumentError, match=r"1 of 2 p-values lie outside \[0, 1\] \(first: 1.5\)"):
        el.prop_true_null([0.1, 1.5])
    with pytest.raises(ArgumentError, match="nbins"):
        el.prop_true_null([0.1], nbins=0)
    with pytest.raises(ArgumentError, match="above 0 and at most 1; got 0"):
        el.q_value([0.1], pi0=0)
    with pytest.raises(ArgumentTypeError, match="pi0"):
        el.q_value([0.1], pi0=[1])
    with pytest.raises(DataError, match=r"too few p-values are large; give it as a number, such as pi0=1"):
        el.q_value([0.01, 0.02, 0.03])


def test_adjusted_p_values_keep_their_labels():
    p = pd.Series([0.01, 0.04, np.nan, 0.03], index=list("abcd"), name="groupB")
    for method in ("BH", "holm"):
        pd.testing.assert_series_equal(
            el.adjust_p(p, method), pd.Series(el.adjust_p(p.to_numpy(), method), index=p.index, name="groupB")
        )
