from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import AlignmentError, DataError, DesignWarning, StageError
from tests.reference import least_squares_of_row

#: Sums of a few products, in units of data of size ten.
ARITHMETIC = 1e-12

NAMES = [f"s{i}" for i in range(12)]
RNG = np.random.default_rng(0)
SAMPLES = pd.DataFrame(
    {"group": list("AAAABBBBCCCC"), "batch": list("xyxyxyxyxyxy"), "age": RNG.normal(50, 9, 12)}, index=NAMES
)
Y = pd.DataFrame(RNG.normal(7, 1, size=(15, 12)), index=[f"g{i}" for i in range(15)], columns=NAMES)
WEIGHTS = pd.Series(RNG.uniform(0.3, 3, 12), index=NAMES)


def fitted(formula="~ group + age", **options):
    return el.lm_fit(Y, formula, samples=SAMPLES, **options)


def rss(y, x, weights):
    row = least_squares_of_row(y, x, weights)
    return row.df * row.sigma**2 if row.df else 0.0


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_fitted_and_residuals_add_up(weights):
    fit = fitted(weights=weights)
    values, rest = fit.fitted(), fit.residuals(Y)
    assert_allclose(values + rest, Y, rtol=ARITHMETIC)
    assert list(values.index) == list(Y.index)
    assert list(values.columns) == NAMES
    x = fit.design.matrix
    for i in (0, 7):
        beta = least_squares_of_row(Y.iloc[i], x, weights).coefficients
        assert_allclose(values.iloc[i], x @ beta, rtol=ARITHMETIC)
    w = np.ones(12) if weights is None else weights.to_numpy()
    assert_allclose(np.sqrt((rest**2 @ w) / fit.df_residual), fit.sigma, rtol=ARITHMETIC)


def test_residuals_find_their_samples_by_name():
    order = np.random.default_rng(1).permutation(12)
    pd.testing.assert_frame_equal(fitted().residuals(Y.iloc[:, order]), fitted().residuals(Y))


def test_residuals_of_what_was_fitted_without_names():
    fit = el.lm_fit(Y.to_numpy(), "~ group", samples=SAMPLES)
    assert_array_equal(fit.residuals(Y.to_numpy()), fitted("~ group").residuals(Y))
    assert_array_equal(fit.variance_explained(Y.to_numpy()), fitted("~ group").variance_explained(Y))


def test_residuals_of_other_data():
    with pytest.raises(DataError, match="y has 14 features and the fit 15"):
        fitted().residuals(Y.iloc[1:])
    with pytest.raises(AlignmentError, match="missing: 's3'; not in the matrix: 'x'"):
        fitted().residuals(Y.rename(columns={"s3": "x"}))
    with pytest.raises(DataError, match="y has 11 samples and the fit 12"):
        fitted().residuals(Y.to_numpy()[:, 1:])


def test_of_a_design_without_full_rank():
    x = np.column_stack([np.ones(12), *[(SAMPLES["group"] == g) * 1.0 for g in "ABC"]])
    with pytest.warns(DesignWarning, match="not estimable"):
        fit = el.lm_fit(Y, x)
    assert_allclose(fit.fitted(), fitted("~ group").fitted(), rtol=ARITHMETIC)
    assert_allclose(fit.residuals(Y), fitted("~ group").residuals(Y), rtol=1e-10, atol=ARITHMETIC)


@pytest.mark.parametrize("weights", [None, WEIGHTS, WEIGHTS.where(np.arange(12) % 5 > 0, 0.0)])
def test_variance_explained_is_sequential(weights):
    fit = fitted("~ batch + group + age", weights=weights)
    shares = fit.variance_explained(Y)
    assert list(shares.columns) == ["batch", "group", "age", "residual"]
    assert_allclose(shares.sum(axis=1), 1.0, rtol=ARITHMETIC)
    formulas = ("~ 1", "~ batch", "~ batch + group", "~ batch + group + age")
    designs = [el.model_matrix(f, SAMPLES).matrix for f in formulas]
    for i in (0, 9):
        left = np.array([rss(Y.iloc[i], x, weights) for x in designs])
        assert_allclose(shares.iloc[i, :3], -np.diff(left) / left[0], rtol=1e-10, atol=ARITHMETIC)
    assert_allclose(fit.r_squared(Y), 1 - shares["residual"], rtol=ARITHMETIC)
    assert fit.r_squared(Y).name == "r_squared"


def test_r_squared_without_an_intercept_is_about_zero():
    x = pd.DataFrame({"age": SAMPLES["age"]})
    fit = el.lm_fit(Y, x)
    expected = [1 - rss(row, x, None) / (row @ row) for row in Y.to_numpy()]
    assert_allclose(fit.r_squared(Y), expected, rtol=1e-10)


def test_cells_span_the_mean():
    assert_allclose(fitted("~ 0 + group").r_squared(Y), fitted("~ group").r_squared(Y), rtol=1e-10)


def test_a_constant_feature_has_no_share():
    y = Y.copy()
    y.iloc[2] = 4.0
    fit = el.lm_fit(y, "~ group", samples=SAMPLES)
    assert fit.r_squared(y).drop("g2").between(0, 1).all()


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_predictions_with_standard_errors(weights):
    fit = fitted(weights=weights)
    new = pd.DataFrame({"group": ["C", "A"], "age": [40.0, 61.0]}, index=["p", "q"])
    means, errors = fit.predict(new, se=True)
    pd.testing.assert_frame_equal(fit.predict(new), means)
    assert list(means.columns) == ["p", "q"]
    x = fit.design.matrix
    w = np.ones(12) if weights is None else weights.to_numpy()
    covariance = np.linalg.inv(x.T @ (x * w[:, None]))
    rows = np.array([[1.0, 0, 1, 40], [1, 0, 0, 61]])
    assert_allclose(means, fit.coefficients @ rows.T, rtol=ARITHMETIC)
    spread = np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows))
    assert_allclose(errors, fit.sigma.to_numpy()[:, None] * spread, rtol=1e-10)


def test_predictions_of_the_samples_themselves_are_the_fitted_values():
    assert_allclose(fitted().predict(SAMPLES), fitted().fitted(), rtol=ARITHMETIC)


@pytest.mark.parametrize("call", ["fitted", "residuals", "r_squared", "variance_explained", "predict"])
def test_contrasts_cannot_answer(call):
    fit = fitted().contrast("groupB")
    arguments = {"fitted": (), "predict": (SAMPLES,)}.get(call, (Y,))
    with pytest.raises(StageError, match="needs the coefficients of the design"):
        getattr(fit, call)(*arguments)


def test_rows_without_values():
    y = Y.copy()
    y.iloc[4] = np.nan
    fit = el.lm_fit(y, "~ group", samples=SAMPLES)
    for table in (fit.fitted(), fit.residuals(y), fit.variance_explained(y), fit.predict(SAMPLES)):
        assert table.iloc[4].isna().all()
        assert table.drop(index="g4").notna().all().all()


def test_every_component_in_one_table():
    fit = fitted()
    table = fit.to_frame()
    assert list(table.columns[:2]) == ["coefficients.(Intercept)", "coefficients.groupB"]
    assert_array_equal(table["sigma"], fit.sigma)
    assert len(table) == 15
    wide = fit.ebayes().to_frame()
    assert {"t.groupC", "lods.age", "s2_post", "F_p_value"} <= set(wide.columns)
