from __future__ import annotations

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import DataError, DesignWarning
from tests.weights.answers.reader import answers

#: limma's and this package's climbs take the same steps; only rounding differs.
SAME_STEPS = 1e-10
#: statmod's climb stops where a step promises less than 1e-6 of deviance.
EARLY_STOP = 2e-3
#: A row among complete ones and the same row on its own: two routes to the same eigenvectors.
ROUTES = 1e-9

RNG = np.random.default_rng(12)
SAMPLES = pd.DataFrame(
    {"group": list("AABB") * 4, "patient": list("ppqqrrssttuuvvww")}, index=[f"s{i}" for i in range(16)]
)
PATIENT = np.repeat(np.arange(8), 2)
Y = pd.DataFrame(
    RNG.normal(size=(40, 16)) + RNG.normal(size=(40, 8))[:, PATIENT],
    index=[f"g{i}" for i in range(40)],
    columns=SAMPLES.index,
)


def found_in(y=Y, design="~ group", **options):
    return el.duplicate_correlation(y, design, **{"samples": SAMPLES, "block": "patient"} | options)


def agree(found, expected):
    assert_allclose(found.consensus, expected["consensus"][0], rtol=0, atol=SAME_STEPS)
    rho = np.tanh(expected["atanh"])
    assert_allclose(found.rho, rho, rtol=0, atol=SAME_STEPS)


@answers("blocks", "correlation")
def test_samples_in_blocks(args, expected):
    options = {"block": args["block"], "trim": args["trim"], "weights": args.get("weights")}
    agree(el.duplicate_correlation(args["y"], args["x"], **options), expected)


@answers("duplicates", "correlation")
def test_duplicate_rows(args, expected):
    options = {"ndups": int(args["ndups"]), "spacing": int(args["spacing"]), "weights": args.get("weights")}
    agree(el.duplicate_correlation(args["y"], args["x"], **options), expected)


def test_a_mixed_model_by_other_hands():
    """statsmodels' REML, row by row, where blocks are not balanced and the correlation is positive."""
    mixed = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    block = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 4, 4, 5, 5, 5, 5])
    x = np.column_stack([np.ones(16), np.tile([0.0, 1], 8), RNG.normal(size=16)])
    y = RNG.normal(size=(12, 16)) + 1.5 * RNG.normal(size=(12, 6))[:, block]
    rho = el.duplicate_correlation(y, x, block=block).rho
    for row, got in zip(y, rho, strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # statsmodels tells of variances near zero
            fit = mixed.MixedLM(row, x, groups=block).fit(reml=True)
        expected = fit.cov_re[0, 0] / (fit.cov_re[0, 0] + fit.scale)
        if 0.05 < expected < 0.95:
            assert_allclose(got, expected, atol=EARLY_STOP)
    assert (rho > 0.05).sum() >= 5


def test_balanced_blocks_by_analysis_of_variance():
    """The difference of mean squares between and within, in a sample of pairs."""
    found = el.duplicate_correlation(Y, block=PATIENT, trim=0)
    y = Y.to_numpy().reshape(40, 8, 2)
    between, within = 2 * y.mean(axis=2).var(axis=1, ddof=1), y.var(axis=2, ddof=1).mean(axis=1)
    rho = np.clip((between - within) / (between + within), -0.99, 0.99)
    assert_allclose(found.rho, rho, rtol=SAME_STEPS)
    assert_allclose(np.arctanh(found.consensus), np.arctanh(rho).mean())


def test_a_fit_takes_it_whole():
    found = found_in()
    options = {"samples": SAMPLES, "block": "patient"}
    fit = el.lm_fit(Y, "~ group", correlation=found, **options)
    assert_array_equal(fit.sigma, el.lm_fit(Y, "~ group", correlation=found.consensus, **options).sigma)
    rows = el.duplicate_correlation(Y, ndups=2, spacing=20)
    assert len(el.lm_fit(Y, ndups=2, spacing=20, correlation=rows).sigma) == 20


def test_what_it_says():
    found = found_in()
    assert float(found) == found.consensus == found.consensus_correlation == found.cor
    assert_array_equal(found.atanh_correlations.index, Y.index)
    assert_array_equal(found.rho.index, Y.index)
    text = repr(found)
    assert f"{found.consensus:.4g} within 8 blocks of 2 samples, from 40 of 40 features" in text
    assert "within 2 rows of a feature" in repr(el.duplicate_correlation(Y))
    again = pickle.loads(pickle.dumps(found))
    assert_array_equal(again.atanh_correlations, found.atanh_correlations)


def test_its_numbers_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        found_in().atanh_correlations.to_numpy()[0] = 1


def test_blocks_and_samples_go_by_name():
    plain = found_in()
    order = RNG.permutation(16)
    turned = found_in(Y.iloc[:, order])
    assert_allclose(turned.consensus, plain.consensus, rtol=ROUTES)
    assert_array_equal(found_in(block=SAMPLES["patient"].iloc[order]).rho, plain.rho)
    assert_array_equal(found_in(block=PATIENT).rho, plain.rho)


def test_a_container_brings_weights_design_and_samples():
    w = RNG.uniform(0.3, 2, Y.shape)
    design = el.model_matrix("~ group", SAMPLES)
    carried = el.EList(Y, weights=w, design=design, targets=SAMPLES)
    expected = found_in(weights=w)
    assert_array_equal(el.duplicate_correlation(carried, block="patient").rho, expected.rho)
    assert np.abs(expected.rho - found_in().rho).max() > 0.01
    other = el.duplicate_correlation(carried, "~ 1", block="patient", weights=np.ones(16))
    assert_allclose(other.rho, found_in(design="~ 1").rho, rtol=ROUTES, atol=ROUTES)


def test_weights_of_features_do_not_matter_but_for_zero():
    w = pd.Series(RNG.uniform(0.3, 2, 40), index=Y.index)
    w.iloc[[3, 8]] = 0
    found, plain = found_in(weights=w), found_in()
    assert found.rho.isna().sum() == 2
    assert_array_equal(found.rho.drop(["g3", "g8"]), plain.rho.drop(["g3", "g8"]))
    rows = {"ndups": 2, "spacing": 20, "block": None}
    in_pairs = w.where(w > 0, 1.0).to_numpy(copy=True)
    in_pairs[20:] = in_pairs[:20]
    weighted = found_in(weights=in_pairs[:, None], **rows)
    assert_allclose(weighted.rho, found_in(**rows).rho, rtol=ROUTES, atol=ROUTES)


@pytest.mark.parametrize("weights", [None, RNG.uniform(0.3, 2, Y.shape)])
def test_blocks_of_rows_and_threads_change_nothing(weights):
    y = Y.mask(RNG.random(Y.shape) < 0.05)
    expected = found_in(y, weights=weights)
    for options in ({"chunk_size": 7, "threads": 2}, {"chunk_size": 1, "threads": 1}, {"max_memory": 40_000}):
        found = found_in(y, weights=weights, progress=False, **options)
        assert_allclose(found.rho, expected.rho, rtol=ROUTES, atol=ROUTES)


def test_nothing_of_the_caller_changes():
    y, w = Y.mask(Y > 1.5), RNG.uniform(0.3, 2, Y.shape)
    before = y.copy(), w.copy()
    found_in(y, weights=w)
    pd.testing.assert_frame_equal(y, before[0])
    assert_array_equal(w, before[1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"block": np.arange(16)}, "every block has one sample; the correlation is set to 0"),
        ({"design": "~ group + patient"}, "the design already tells all blocks apart"),
        ({"design": "~ 0 + patient"}, "the design already tells all blocks apart"),
        ({"block": None, "ndups": 1}, "ndups=1: a feature of one row has no duplicates; the correlation is set to 0"),
    ],
)
def test_no_correlation_to_take_into_account(options, message):
    with pytest.warns(DesignWarning, match=message):
        found = found_in(**options)
    assert found.consensus == 0
    assert_array_equal(found.atanh_correlations, np.zeros(40))


@pytest.mark.parametrize(
    ("y", "options"),
    [
        (Y * 0, {}),
        (Y * np.nan, {}),
        (Y, {"block": None, "design": np.eye(16)}),
        (Y, {"design": np.column_stack([np.ones(16), np.kron(np.eye(8), [1, -1]).T])}),
    ],
)
def test_no_feature_can_tell(y, options):
    with pytest.warns(DesignWarning, match="no feature can tell a correlation"):
        found = found_in(y, **options)
    assert np.isnan(found.consensus)
    assert found.atanh_correlations.isna().all()
    assert "can tell" in repr(found)


def test_infinite_values_are_named():
    y = Y.copy()
    y.iloc[7, 3], y.iloc[9, [1, 2]] = np.inf, -np.inf
    with pytest.raises(DataError, match=r"infinite: 3 values in 2 features \('g7', 'g9'\)"):
        found_in(y)
