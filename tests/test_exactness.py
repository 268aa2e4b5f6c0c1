"""Weights, missing values and correlation: every feature as if it were fitted alone, in every coding of the design."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import EstimabilityWarning, PriorSwitchWarning
from tests.reference import generalised_least_squares_of_row

#: Least squares of one row by two methods, condition below 100.
EXACT = 1e-10
SAMPLES = pd.DataFrame(
    {"group": list("AAAABBBBCCCC"), "patient": list("uvwxuvwxuvwx"), "age": np.linspace(-1, 1, 12) ** 3},
    index=[f"s{i}" for i in range(12)],
)
RNG = np.random.default_rng(7)
Y = pd.DataFrame(RNG.normal(7, 1, (60, 12)), columns=SAMPLES.index, index=[f"g{i}" for i in range(60)])
CONTRASTS = {"BvA": "groupB - groupA", "CvA": "groupC - groupA", "CvB": "groupC - groupB"}
pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.PriorSwitchWarning")


def with_gaps(share: float, seed: int = 3) -> pd.DataFrame:
    return Y.mask(np.random.default_rng(seed).random(Y.shape) < share)


def uneven(seed: int = 5) -> np.ndarray:
    return np.exp(np.random.default_rng(seed).normal(0, 2, Y.shape))


KINDS = {
    "missing": {"y": with_gaps(0.15)},
    "weights": {"weights": uneven()},
    "zero weights": {"weights": uneven() * (np.random.default_rng(8).random(Y.shape) > 0.15)},
    "weights and missing": {"y": with_gaps(0.1), "weights": uneven()},
    "sample weights and missing": {"y": with_gaps(0.1), "weights": uneven()[0]},
    "feature weights and missing": {"y": with_gaps(0.1), "weights": uneven()[:, 0]},
    "blocks": {"block": "patient", "correlation": 0.4},
    "blocks and sample weights": {"block": "patient", "correlation": -0.2, "weights": uneven()[0]},
    "blocks and missing": {"y": with_gaps(0.15), "block": "patient", "correlation": 0.4},
    "blocks, weights, missing": {"y": with_gaps(0.1), "block": "patient", "correlation": -0.25, "weights": uneven()},
}


def fit(design, **given):
    given = dict(given)
    return el.lm_fit(given.pop("y", Y), design, samples=SAMPLES, **given)


def rows_of(given):
    """Values, weights and correlation of each row, as the reference takes them."""
    y = given.get("y", Y).to_numpy()
    weights = np.asarray(given.get("weights", np.ones(12)))
    weights = weights[:, None] if weights.shape == (60,) else weights
    weights = np.broadcast_to(weights, y.shape)
    blocks = SAMPLES["patient"].to_numpy()
    correlation = np.where(blocks[:, None] == blocks, given.get("correlation", 0.0), 0.0)
    np.fill_diagonal(correlation, 1.0)
    return zip(y, weights, itertools.repeat(correlation))


@pytest.mark.parametrize("name", KINDS)
def test_every_feature_as_if_alone(name):
    given = KINDS[name]
    linear = fit("~ 0 + group + age", **given)
    contrasted = linear.contrast(**CONTRASTS, mixed="groupA + groupB/2 - 3*age")
    x, c = linear.design.matrix, contrasted.contrast_matrix
    assert (linear.status == "ok").all()
    for i, (y, w, correlation) in enumerate(rows_of(given)):
        row = generalised_least_squares_of_row(y, x, w, correlation)
        assert_allclose(linear.coefficients.iloc[i], row.coefficients, rtol=EXACT, atol=EXACT)
        assert_allclose(linear.stdev_unscaled.iloc[i], np.sqrt(np.diag(row.covariance)), rtol=EXACT)
        assert_allclose(linear.sigma.iloc[i], row.sigma, rtol=EXACT)
        assert linear.df_residual.iloc[i] == row.df
        assert linear.n_observed.iloc[i] == row.df + 4
        assert_allclose(contrasted.coefficients.iloc[i], row.coefficients @ c, rtol=EXACT, atol=10 * EXACT)
        assert_allclose(contrasted.stdev_unscaled.iloc[i], np.sqrt(np.diag(c.T @ row.covariance @ c)), rtol=EXACT)


@pytest.mark.parametrize("name", KINDS)
def test_f_of_every_feature_as_if_alone(name):
    """Also of contrasts that follow from one another."""
    given = KINDS[name]
    contrasted = fit("~ 0 + group + age", **given).contrast(**CONTRASTS)
    mod = contrasted.ordinary()
    x, c = contrasted.design.matrix, contrasted.contrast_matrix
    for i, (y, w, correlation) in enumerate(rows_of(given)):
        row = generalised_least_squares_of_row(y, x, w, correlation)
        b, v = row.coefficients @ c, c.T @ row.covariance @ c
        f = b @ np.linalg.pinv(v, rcond=1e-8) @ b / 2 / row.sigma**2
        assert_allclose(mod.F.iloc[i], f, rtol=EXACT)


@pytest.mark.parametrize("name", KINDS)
def test_codings_agree(name):
    given = KINDS[name]
    cells = fit("~ 0 + group + age", **given).contrast(BvA="groupB - groupA", CvA="groupC - groupA").ebayes()
    treatment = fit("~ group + age", **given).contrast(BvA="groupB", CvA="groupC").ebayes()
    assert_allclose(cells.t, treatment.t, rtol=EXACT, atol=EXACT)
    assert_allclose(cells.p_value, treatment.p_value, rtol=EXACT)
    assert_allclose(cells.F, treatment.F, rtol=EXACT)
    assert_allclose(cells.F_p_value, treatment.F_p_value, rtol=EXACT)
    assert_allclose(cells.df_total, treatment.df_total, rtol=EXACT)
    terms = fit("~ group + age", **given).ebayes().test("group").loc[Y.index]
    assert_allclose(terms["F"], cells.F, rtol=EXACT)


class TestAGroupThatIsMissing:
    """Features 0 and 1 lack group A, feature 2 lacks B; feature 3 has no value at all."""

    @pytest.fixture
    def y(self):
        y = Y.copy()
        y.iloc[:2, :4] = np.nan
        y.iloc[2, 4:8] = np.nan
        y.iloc[3] = np.nan
        return y

    def test_treatment_coefficients(self, y):
        with pytest.warns(EstimabilityWarning, match="3 features \\('g0', 'g1', 'g2'\\)"):
            linear = fit("~ group", y=y)
        assert linear.status.iloc[:5].tolist() == [*["not_estimable"] * 3, "all_missing", "ok"]
        known = linear.coefficients.notna().iloc[:4].to_numpy().tolist()
        assert known == [[False] * 3, [False] * 3, [True, False, True], [False] * 3]
        assert linear.df_residual.iloc[:4].tolist() == [6, 6, 6, 0]
        assert_array_equal(linear.stdev_unscaled.isna(), linear.coefficients.isna())

    @pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EstimabilityWarning")
    @pytest.mark.parametrize("design", ["~ group", "~ 0 + group", "~ C(group, contr.sum)"])
    def test_the_same_contrast_in_every_coding(self, y, design):
        linear = fit(design, y=y)
        means = {g: el.cond(linear.design, group=g) for g in "ABC"}
        made = pd.DataFrame({f"{b}v{a}": means[b] - means[a] for b, a in ("BA", "CA", "CB")}, index=linear.design.names)
        mod = linear.contrast(made).ebayes()
        effects = mod.coefficients.iloc[:4]
        assert effects.notna().to_numpy().tolist() == [
            [False, False, True], [False, False, True], [False, True, False], [False] * 3
        ]  # fmt: skip
        assert_allclose(effects.iloc[0, 2], y.iloc[0, 8:].mean() - y.iloc[0, 4:8].mean(), rtol=EXACT)
        assert_allclose(mod.fit.stdev_unscaled.iloc[0, 2], np.sqrt(0.5), rtol=EXACT)
        assert mod.fit.status.iloc[:4].tolist() == [*["not_estimable"] * 3, "all_missing"]
        assert mod.fit.contrast("CvB").status.iloc[:4].tolist() == ["ok", "ok", "not_estimable", "all_missing"]
        assert_array_equal(mod.F.isna().iloc[:5], [True, True, True, True, False])
        assert_array_equal(mod.t.isna(), mod.coefficients.isna())

    @pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EstimabilityWarning")
    def test_subsets_keep_it(self, y):
        linear = fit("~ group", y=y)
        whole = linear.contrast(CvB="groupC - groupB")
        part = linear[[5, 1, 2]].contrast(CvB="groupC - groupB")
        assert_array_equal(part.coefficients, whole.coefficients.iloc[[5, 1, 2]])
        assert_array_equal(part.stdev_unscaled, whole.stdev_unscaled.iloc[[5, 1, 2]])
        assert part.status.tolist() == ["ok", "ok", "not_estimable"]

    @pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EstimabilityWarning")
    @pytest.mark.parametrize("compat", [None, "limma"])
    def test_status_goes_by_the_coefficients_that_are_there(self, y, compat):
        linear = fit("~ 0 + group", y=y, compat=compat)
        for part in (linear.select(coefs="groupC"), linear[:, ["groupC"]], linear.contrast("groupC")):
            assert part.status.iloc[:5].tolist() == ["ok", "ok", "ok", "all_missing", "ok"]
        assert linear.contrast("groupB - groupC").status.iloc[:3].tolist() == ["ok", "ok", "not_estimable"]


class TestWhatCountsAsObserved:
    def test_infinite_values_as_missing(self):
        y = with_gaps(0.1)
        infinite = y.fillna(-np.inf)
        a, b = fit("~ group", y=y), fit("~ group", y=infinite, inf="missing")
        assert_array_equal(a.coefficients, b.coefficients)
        assert_array_equal(a.amean, b.amean)
        assert_array_equal(a.n_observed, b.n_observed)

    def test_the_fewest_observations(self):
        y = with_gaps(0.3)
        linear = fit("~ group", y=y, min_observed=9)
        few = y.notna().sum(axis=1) < 9
        assert few.any()
        assert_array_equal(linear.status == "few_observed", few)
        assert linear.coefficients[few.to_numpy()].isna().all(axis=None)
        assert_array_equal(linear.n_observed, y.notna().sum(axis=1))
        assert (linear.df_residual[few.to_numpy()] == 0).all()
        assert_allclose(linear.amean, y.mean(axis=1), rtol=EXACT)

    def test_a_sample_without_values_is_a_sample_left_out(self):
        y = Y.assign(s3=np.nan)
        a, b = fit("~ group", y=y), el.lm_fit(Y.drop(columns="s3"), "~ group", samples=SAMPLES.drop(index="s3"))
        for name in ("coefficients", "stdev_unscaled", "sigma", "df_residual"):
            assert_allclose(getattr(a, name), getattr(b, name), rtol=EXACT, atol=EXACT)

    def test_duplicates_are_correlated_samples(self):
        halves = fit("~ group", ndups=2, spacing=30, correlation=0.6)
        beside = np.hstack([Y.to_numpy()[:30], Y.to_numpy()[30:]])
        samples = pd.concat([SAMPLES, SAMPLES], ignore_index=True)
        joined = el.lm_fit(beside, "~ group", samples=samples, block=np.tile(np.arange(12), 2), correlation=0.6)
        assert_array_equal(halves.labels.features, Y.index[:30])
        for name in ("coefficients", "stdev_unscaled", "sigma", "df_residual", "amean"):
            assert_allclose(getattr(halves, name), getattr(joined, name), rtol=EXACT, atol=EXACT)


class TestLimmasNumbers:
    def test_approximate_errors_are_announced(self):
        with pytest.warns(el.errors.ContrastApproximationWarning, match="of the features more than 5% off"):
            approximate = fit("~ group + age", weights=uneven(), compat="limma").contrast("groupC - groupB")
        exact = fit("~ group + age", weights=uneven()).contrast("groupC - groupB")
        error = approximate.stdev_unscaled / exact.stdev_unscaled - 1
        assert_allclose(approximate.contrast_error(), error, rtol=EXACT, atol=EXACT)
        assert error.abs().max(axis=None) > 0.05
        assert (exact.contrast_error() == 0).all(axis=None)

    def test_exact_where_the_design_is_orthogonal(self):
        approximate = fit("~ 0 + group", weights=uneven(), compat="limma").contrast(**CONTRASTS)
        exact = fit("~ 0 + group", weights=uneven()).contrast(**CONTRASTS)
        assert_allclose(approximate.stdev_unscaled, exact.stdev_unscaled, rtol=EXACT)


def test_one_missing_value_is_told_to_change_the_estimator():
    with pytest.warns(PriorSwitchWarning):
        fit("~ group", y=with_gaps(0.1)).ebayes()


def test_weights_that_were_changed_since_are_refused():
    weights = uneven()
    linear = fit("~ group + age", weights=weights)
    before = linear.contrast("groupC - groupB")
    weights *= 2
    with pytest.raises(el.errors.DataError, match="has changed since the fit"):
        linear.contrast("groupC - groupB")
    with pytest.raises(el.errors.DataError, match="has changed since the fit"):
        _ = before.ordinary().F


@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.ContrastApproximationWarning")
def test_errors_of_approximations_are_not_told_of_changed_weights():
    weights = uneven()
    contrasted = fit("~ group + age", weights=weights, compat="limma").contrast("groupC - groupB")
    weights *= 2
    with pytest.raises(el.errors.DataError, match="has changed since the fit"):
        contrasted.contrast_error()


def test_infinite_values_leave_no_residual():
    y = Y.copy()
    y.iloc[0, 3] = np.inf
    assert fit("~ group", y=y, inf="missing").residuals(y).isna().to_numpy().nonzero()[1].tolist() == [3]
