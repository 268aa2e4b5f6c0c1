from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm import array_weights, array_weights_quick
from ebayes_lm.errors import ConvergenceWarning, DesignWarning, EbayesLMWarning
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


TABLE = pd.DataFrame({"group": list("AAAABBBB"), "age": [31.0, 42, 58, 29, 37, 44, 51, 60]}, index=list("stuvwxyz"))


@pytest.fixture
def y():
    values = 6 + np.random.default_rng(5).normal(size=(300, 8)) * [1, 1, 2, 1, 1, 0.7, 1, 1]
    return pd.DataFrame(values, index=[f"g{i}" for i in range(300)], columns=TABLE.index)


@pytest.fixture
def gaps(y):
    return y.mask(np.random.default_rng(6).random(y.shape) < 0.1)


def test_weights_carry_the_names_of_samples(y):
    weights = array_weights(y, "~ group", samples=TABLE[::-1])
    assert list(weights.index) == list(y.columns)
    assert weights.name == "weight"
    assert_allclose(np.log(weights).sum(), 0.0, atol=ROUNDING)
    assert weights.idxmin() == "u"
    fit = el.lm_fit(y, "~ group", samples=TABLE, weights=weights)
    assert fit.sigma.notna().all()


def test_every_kind_of_input(y, gaps):
    for data in (y, gaps):
        expected = array_weights(data, "~ group", samples=TABLE)
        for given in (data.to_numpy(), np.asfortranarray(data), el.EList(data)):
            assert_array_equal(array_weights(given, "~ group", samples=TABLE), expected)
    assert_array_equal(array_weights(el.EList(y, targets=TABLE), "~ group"), array_weights(y, "~ group", samples=TABLE))
    single = y.astype(np.float32)
    assert_allclose(
        array_weights(single, "~ group", samples=TABLE),
        array_weights(single.astype(float), "~ group", samples=TABLE), rtol=ROUNDING,
    )  # fmt: skip


@pytest.mark.parametrize("method", ["genebygene", "reml"])
@pytest.mark.parametrize("weighted", [False, True])
def test_blocks_and_threads_change_nothing(y, method, weighted):
    w = np.random.default_rng(7).uniform(0.5, 2, y.shape) if weighted else None
    options = {"weights": w, "method": method, "samples": TABLE}
    expected = array_weights(y, "~ group", **options)
    for running in ({"chunk_size": 7}, {"chunk_size": 7, "threads": 1}, {"max_memory": "40KB", "threads": 2}):
        assert_allclose(array_weights(y, "~ group", **options, **running), expected, rtol=ROUNDING)
    one, two = (array_weights(y, "~ group", **options, chunk_size=11, threads=t) for t in (1, 2))
    assert_array_equal(one, two)


def test_nothing_that_comes_in_is_changed(gaps):
    w, before = np.full(gaps.shape, 2.0), gaps.copy()
    array_weights(gaps, "~ group", samples=TABLE, weights=w)
    pd.testing.assert_frame_equal(gaps, before)
    assert (w == 2.0).all()


def test_what_variances_depend_on(y):
    by_group = array_weights(y, "~ group", samples=TABLE, var_group="group")
    assert by_group.nunique() == 2
    assert_allclose(by_group, array_weights(y, "~ group", samples=TABLE, var_group=list(TABLE["group"])), rtol=0)
    assert_allclose(by_group, array_weights(y, "~ group", samples=TABLE, var_design="~ group"), rtol=1e-9)
    by_age = array_weights(y, "~ group", samples=TABLE, var_design="~ age")
    line = np.polyfit(TABLE["age"], np.log(by_age), 1)
    assert_allclose(np.polyval(line, TABLE["age"]), np.log(by_age), atol=ROUNDING)
    assert_allclose(array_weights(y, "~ group", samples=TABLE, var_design=TABLE["age"]), by_age, rtol=ROUNDING)


def test_weights_of_samples_and_features(y):
    of_samples = pd.Series(np.linspace(0.5, 2, 8), TABLE.index)
    spread = np.broadcast_to(of_samples, y.shape)
    a, b = (array_weights(y, "~ group", samples=TABLE, weights=w) for w in (of_samples, spread))
    assert_array_equal(a, b)
    of_features = pd.Series(np.linspace(0.5, 2, 300), y.index)
    plain = array_weights(y, "~ group", samples=TABLE, method="genebygene")
    assert_allclose(array_weights(y, "~ group", samples=TABLE, weights=of_features), plain, rtol=1e-9)
    carried = array_weights(el.EList(y, weights=spread), "~ group", samples=TABLE)
    assert_array_equal(carried, a)


def test_a_design_that_is_not_used_is_told_of(y):
    carried = el.EList(y, targets=TABLE, design="~ group")
    with pytest.warns(DesignWarning, match="pass it as design="):
        weights = array_weights(carried)
    assert_array_equal(weights, array_weights(y))


def test_infinite_values(y):
    y.iloc[3, 4] = np.inf
    missing = array_weights(y, inf="missing")
    assert_array_equal(missing, array_weights(y.replace(np.inf, np.nan)))


def test_what_reml_leaves_out_is_told(gaps):
    complete = gaps.dropna()
    with pytest.warns(EbayesLMWarning, match=rf"leaves out {300 - len(complete)} features"):
        weights = array_weights(gaps, "~ group", samples=TABLE, method="reml")
    assert_allclose(weights, array_weights(complete, "~ group", samples=TABLE), rtol=ROUNDING)


def test_too_little_to_learn_from(y):
    with pytest.warns(EbayesLMWarning, match="1 residual degree of freedom"):
        assert (array_weights(y, np.eye(8)[:, :7]) == 1).all()
    with pytest.warns(EbayesLMWarning, match="fewer than two features"):
        assert (array_weights(y[:1]) == 1).all()


def test_a_row_with_a_group_of_its_own_has_no_quick_weight(y):
    quick = array_weights_quick(y, el.lm_fit(y, np.eye(8)[:, [0]] + [[0.0, 1.0]]))
    assert quick.isna().tolist() == [True] + [False] * 7
    assert list(quick.index) == list(y.columns)


def test_quick_weights_take_moderated_fits(y):
    fit = el.lm_fit(y, "~ group", samples=TABLE)
    assert_array_equal(array_weights_quick(y, fit.ebayes()), array_weights_quick(y, fit))


def test_rows_that_are_constant_but_for_rounding_have_no_say_in_quick_weights(y):
    constant = y.copy()
    constant.iloc[[3, 7]] = 5.1
    cells = np.random.default_rng(2).uniform(0.2, 3.0, y.shape)
    for weights in (None, cells):
        fit = quietly(el.lm_fit, constant, "~ group", samples=TABLE, weights=weights)
        kept = np.delete(np.arange(len(y)), [3, 7])
        without = None if weights is None else weights[kept]
        alone = quietly(el.lm_fit, y.iloc[kept], "~ group", samples=TABLE, weights=without)
        expected = array_weights_quick(y.iloc[kept], alone)
        assert_allclose(array_weights_quick(constant, fit), expected, rtol=ROUNDING)
