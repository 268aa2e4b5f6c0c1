from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import statsmodels.api as sm

import ebayes_lm as el
from ebayes_lm.errors import DesignWarning

# Two solvers of one well-conditioned least squares problem.
SAME = 1e-10
# Sums in another order, as blocks of other sizes make them.
BLOCKS = 1e-13
# float32 data hold 24 bits; a difference of two values near 10 keeps about 5 digits.
SINGLE = 1e-4

SAMPLES = pd.DataFrame({"group": list("AAABBB"), "age": [31.0, 42, 58, 29, 37, 44]}, index=[f"s{i}" for i in range(6)])
Y = pd.DataFrame(
    np.random.default_rng(4).normal(8.0, 1.0, size=(50, 6)), index=[f"g{i}" for i in range(50)], columns=SAMPLES.index
)
EXPECTED = el.lm_fit(Y, "~ group + age", samples=SAMPLES)


def same(fit: el.LinearFit, rtol: float = SAME) -> None:
    """Numbers of the fit of all inputs that hold the same numbers."""
    np.testing.assert_allclose(fit.coefficients, EXPECTED.coefficients, rtol=rtol, atol=rtol)
    np.testing.assert_allclose(fit.sigma, EXPECTED.sigma, rtol=rtol)
    np.testing.assert_allclose(fit.amean, EXPECTED.amean, rtol=rtol)
    assert fit.coef_names == EXPECTED.coef_names


@pytest.mark.parametrize(
    "y",
    [
        Y.to_numpy(),
        np.asfortranarray(Y.to_numpy()),
        Y.to_numpy().astype(">f8"),
        np.ma.masked_array(Y.to_numpy()),
        scipy.sparse.csr_matrix(Y.to_numpy()),
        scipy.sparse.coo_array(Y.to_numpy()),
        Y.astype("Float64"),
        Y.iloc[:, ::-1],
        el.EList(Y),
        el.EList(Y.to_numpy()),
    ],
    ids=["C", "Fortran", "bytes swapped", "masked", "csr", "coo", "nullable", "reversed", "EList", "EList of array"],
)
def test_every_kind_of_matrix_gives_the_same_fit(y):
    table = SAMPLES.loc[y.columns] if isinstance(y, pd.DataFrame) and y.columns[0] != "s0" else SAMPLES
    same(el.lm_fit(y, "~ group + age", samples=table))


def test_float32_is_read_as_it_is():
    fit = el.lm_fit(Y.astype(np.float32), "~ group + age", samples=SAMPLES)
    same(fit, SINGLE)
    assert fit.record.coefficients.dtype == np.float64


def test_whole_numbers_and_truths_are_numbers():
    counts = np.random.default_rng(1).integers(0, 9, size=(5, 6))
    for y in (counts.astype(np.int8), counts.astype(np.uint64), counts > 4):
        np.testing.assert_allclose(el.lm_fit(y).coefficients.iloc[:, 0], y.mean(axis=1), rtol=SAME, atol=SAME)


def test_a_memory_map_is_fitted(tmp_path):
    np.save(tmp_path / "y.npy", Y.to_numpy())
    same(el.lm_fit(np.load(tmp_path / "y.npy", mmap_mode="r"), "~ group + age", samples=SAMPLES))


@pytest.mark.parametrize(
    "design",
    [
        EXPECTED.design,
        EXPECTED.design.frame,
        EXPECTED.design.frame.iloc[[3, 1, 5, 0, 2, 4]],
        EXPECTED.design.take([3, 1, 5, 0, 2, 4]),
    ],
    ids=["Design", "DataFrame", "DataFrame in another order", "Design in another order"],
)
def test_every_kind_of_design_gives_the_same_fit(design):
    same(el.lm_fit(Y, design))


def test_an_array_names_its_coefficients_by_number():
    fit = el.lm_fit(Y, EXPECTED.design.matrix)
    assert fit.coef_names == ["x1", "x2", "x3"]
    np.testing.assert_allclose(fit.coefficients, EXPECTED.coefficients, rtol=SAME, atol=SAME)


def test_the_sample_table_is_matched_by_name():
    same(el.lm_fit(Y, "~ group + age", samples=SAMPLES.iloc[[5, 0, 3, 1, 4, 2]]))
    same(el.lm_fit(Y.to_numpy(), "~ group + age", samples=SAMPLES.reset_index(drop=True)))
    same(el.lm_fit(Y, "~ group + age", samples={"group": list("AAABBB"), "age": SAMPLES["age"].tolist()}))


def test_an_array_takes_its_sample_names_from_the_table():
    fit = el.lm_fit(Y.to_numpy(), "~ group", samples=SAMPLES)
    assert list(fit.fitted().columns) == list(SAMPLES.index)


def test_without_a_design_the_mean_is_fitted():
    fit = el.lm_fit(Y)
    assert fit.coef_names == ["(Intercept)"]
    np.testing.assert_allclose(fit.coefficients["(Intercept)"], Y.mean(axis=1), rtol=SAME)
    np.testing.assert_allclose(fit.sigma, Y.std(axis=1), rtol=SAME)


def test_a_container_brings_what_belongs_to_it():
    genes = pd.DataFrame({"symbol": [f"S{i}" for i in range(50)]}, index=Y.index)
    weights = np.array([1.0, 2, 1, 1, 2, 1])
    elist = el.EList(Y, targets=SAMPLES, genes=genes, design="~ group + age", weights=weights)
    fit = el.lm_fit(elist)
    expected = el.lm_fit(Y, "~ group + age", samples=SAMPLES, weights=weights)
    pd.testing.assert_frame_equal(fit.coefficients, expected.coefficients)
    pd.testing.assert_frame_equal(fit.features, genes)
    same(el.lm_fit(elist, weights=np.ones(6)))
    assert el.lm_fit(elist, "~ group").coef_names == ["(Intercept)", "groupB"]


def test_weights_of_samples_in_every_form():
    weights = pd.Series([1.0, 2, 0.5, 1, 3, 1], index=SAMPLES.index)
    expected = el.lm_fit(Y, "~ group", samples=SAMPLES, weights=weights)
    other = sm.WLS(Y.loc["g7"].to_numpy(), expected.design.matrix, weights.to_numpy()).fit()
    np.testing.assert_allclose(expected.coefficients.loc["g7"], other.params, rtol=SAME)
    shuffled = weights.sample(frac=1, random_state=2)
    for form in (weights.to_numpy(), weights.tolist(), weights.to_numpy()[None, :], shuffled):
        fit = el.lm_fit(Y, "~ group", samples=SAMPLES, weights=form)
        pd.testing.assert_frame_equal(fit.coefficients, expected.coefficients)
    square = el.lm_fit(Y[:6], "~ group", samples=SAMPLES, weights=weights)
    pd.testing.assert_frame_equal(square.coefficients, expected.coefficients[:6])


def test_weight_zero_leaves_a_sample_out():
    fit = el.lm_fit(Y, "~ group", samples=SAMPLES, weights=[1, 1, 1, 1, 1, 0])
    without = el.lm_fit(Y.iloc[:, :5], "~ group", samples=SAMPLES[:5])
    pd.testing.assert_frame_equal(fit.coefficients, without.coefficients)
    pd.testing.assert_series_equal(fit.sigma, without.sigma)
    assert set(fit.n_observed) == {5}


def test_blocks_and_threads_do_not_matter():
    whole = el.lm_fit(Y, "~ group", samples=SAMPLES)
    for options in ({"chunk_size": 7}, {"chunk_size": 1, "threads": 2}, {"max_memory": "2KB", "threads": 1}):
        fit = el.lm_fit(Y, "~ group", samples=SAMPLES, **options)
        np.testing.assert_allclose(fit.coefficients, whole.coefficients, rtol=BLOCKS, atol=BLOCKS)
        np.testing.assert_allclose(fit.sigma, whole.sigma, rtol=BLOCKS)
    one, two = (el.lm_fit(Y, chunk_size=7, threads=n).sigma for n in (1, 2))
    pd.testing.assert_series_equal(one, two, check_exact=True)


def test_tolerance_decides_what_is_aliased():
    nearly = np.c_[np.ones(6), np.ones(6) + 1e-5 * np.arange(6)]
    assert el.lm_fit(Y, nearly).rank == 2
    with pytest.warns(DesignWarning, match="not estimable: 'x2', because x2 = "):
        assert el.lm_fit(Y, nearly, tol=1e-3).rank == 1


def test_contrasts_fit_is_contrast_or_select():
    pd.testing.assert_frame_equal(
        el.contrasts_fit(EXPECTED, "groupB - age").coefficients, EXPECTED.contrast("groupB - age").coefficients
    )
    assert el.contrasts_fit(EXPECTED, coefficients=[2, "groupB"]).coef_names == ["age", "groupB"]
    assert el.contrasts_fit(EXPECTED, coefficients=-1).coef_names == ["age"]


def test_shares_of_the_variance_sum_to_one():
    shares = EXPECTED.variance_explained(Y)
    assert list(shares.columns) == ["group", "age", "residual"]
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=SAME)
    np.testing.assert_allclose(EXPECTED.r_squared(Y), 1 - shares["residual"], rtol=SAME)
    other = sm.OLS(Y.loc["g3"].to_numpy(), EXPECTED.design.matrix).fit()
    assert EXPECTED.r_squared(Y)["g3"] == pytest.approx(other.rsquared, rel=SAME)


def test_fitted_and_residuals_add_up():
    np.testing.assert_allclose(EXPECTED.fitted() + EXPECTED.residuals(Y), Y, rtol=SAME)
    pd.testing.assert_frame_equal(EXPECTED.residuals(Y.iloc[:, ::-1]), EXPECTED.residuals(Y))


def test_predictions_have_the_errors_of_statsmodels():
    means, errors = EXPECTED.predict(pd.DataFrame({"group": ["B"], "age": [50.0]}, index=["new"]), se=True)
    other = sm.OLS(Y.loc["g3"].to_numpy(), EXPECTED.design.matrix).fit().get_prediction([1.0, 1.0, 50.0])
    assert means.loc["g3", "new"] == pytest.approx(other.predicted_mean[0], rel=SAME)
    assert errors.loc["g3", "new"] == pytest.approx(other.se_mean[0], rel=SAME)


def test_one_feature_and_one_sample_more_than_coefficients():
    fit = el.lm_fit(Y[:1].iloc[:, :2])
    assert fit.shape == (1, 1)
    assert fit.ordinary().p_value.notna().all(axis=None)


def test_a_vector_is_one_feature():
    assert el.lm_fit(np.array([1.0, 2.0, 4.0])).coefficients.to_numpy() == pytest.approx(7 / 3)


def test_the_pipeline_reads_as_the_analysis():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = el.lm_fit(Y, "~ 0 + group", samples=SAMPLES)
        table = fit.contrast("groupB - groupA").ebayes(trend=True).top_table()
    by_verbs = el.top_table(el.ebayes(el.contrasts_fit(fit, "groupB - groupA"), trend=True))
    pd.testing.assert_frame_equal(table, by_verbs)


def test_samples_without_weight_are_no_observations_to_count():
    """Also of complete features, which share one design."""
    weights = np.zeros(Y.shape[1])
    weights[[0, 1, -2, -1]] = 1.0
    fit = el.lm_fit(Y, weights=weights, min_observed=5)
    assert (fit.status == "few_observed").all()
    assert fit.coefficients.isna().all(axis=None)


def test_more_observations_than_samples_cannot_be_asked_for():
    with pytest.raises(el.errors.ArgumentError, match=f"than the {Y.shape[1]} that a feature can have"):
        el.lm_fit(Y, min_observed=Y.shape[1] + 1)
