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


class TestFeaturesOnTheirOwn:
    """Each feature as if it had been fitted alone, on the samples that it has."""

    WEIGHTS = np.random.default_rng(4).uniform(0.2, 3, Y.shape)
    GAPS = Y.mask(np.random.default_rng(5).random(Y.shape) < 0.15)

    def cells(self, weights):
        weights = weights[:, None] if weights.shape == (15,) else weights
        return pd.DataFrame(np.broadcast_to(weights, Y.shape), Y.index, NAMES)

    @pytest.mark.parametrize("weights", [None, WEIGHTS, WEIGHTS[0], WEIGHTS[:, 0]])
    def test_as_if_alone(self, weights):
        fit = el.lm_fit(self.GAPS, "~ group + age", samples=SAMPLES, weights=weights)
        explained, r2, rest = (
            f(self.GAPS) for f in (fit.variance_explained, fit.r_squared, fit.residuals)
        )  # fmt: skip
        means, errors = fit.predict(SAMPLES, se=True)
        assert_allclose(means + rest, self.GAPS, rtol=ARITHMETIC)
        assert_allclose(explained.sum(axis=1), 1, rtol=ARITHMETIC)
        for i in (0, 3, 8):
            there = self.GAPS.columns[self.GAPS.iloc[i].notna()]
            one = None if weights is None else self.cells(weights).iloc[i][there]
            alone = el.lm_fit(self.GAPS.iloc[[i]][there], "~ group + age", samples=SAMPLES.loc[there], weights=one)
            assert_allclose(explained.iloc[[i]], alone.variance_explained(self.GAPS.iloc[[i]][there]), rtol=1e-10)
            assert_allclose(r2.iloc[[i]], alone.r_squared(self.GAPS.iloc[[i]][there]), rtol=1e-10)
            assert_allclose(errors.iloc[[i]], alone.predict(SAMPLES, se=True)[1], rtol=1e-10)

    def test_nothing_is_predicted_for_a_group_without_samples(self):
        y = Y.copy()
        y.iloc[0, :4] = np.nan
        with pytest.warns(DesignWarning):
            fit = el.lm_fit(y, "~ group", samples=SAMPLES)
        means, errors = fit.predict(SAMPLES.iloc[[0, 4, 8]], se=True)
        assert means.iloc[0].isna().tolist() == [True, False, False]
        assert errors.iloc[0].isna().tolist() == [True, False, False]
        assert_allclose(means.iloc[0, 1:], [y.iloc[0, 4:8].mean(), y.iloc[0, 8:].mean()], rtol=ARITHMETIC)
        assert fit.fitted().iloc[0].isna().tolist() == [True] * 4 + [False] * 8
        assert_allclose(fit.fitted().iloc[1:], el.lm_fit(Y.iloc[1:], "~ group", samples=SAMPLES).fitted())

    def test_duplicates_lie_side_by_side(self):
        twice = pd.concat([Y, Y + 1])
        fit = el.lm_fit(twice, "~ group", samples=SAMPLES, ndups=2, spacing=15, correlation=0.3)
        rest = fit.residuals(twice)
        assert rest.shape == (15, 24)
        assert_allclose(rest.to_numpy()[:, 1::2] - rest.to_numpy()[:, ::2], 1, rtol=1e-10)
        assert_allclose(fit.variance_explained(twice).sum(axis=1), 1, rtol=ARITHMETIC)

    def test_blocks(self):
        fit = el.lm_fit(Y, "~ group", samples=SAMPLES, block="batch", correlation=0.3)
        gaps = el.lm_fit(Y.assign(s0=np.nan), "~ group", samples=SAMPLES, block="batch", correlation=0.3)
        without = el.lm_fit(Y.iloc[:, 1:], "~ group", samples=SAMPLES[1:], block="batch", correlation=0.3)
        assert_allclose(fit.variance_explained(Y).sum(axis=1), 1, rtol=ARITHMETIC)
        assert_allclose(
            gaps.variance_explained(Y.assign(s0=np.nan)), without.variance_explained(Y.iloc[:, 1:]), rtol=1e-9
        )
