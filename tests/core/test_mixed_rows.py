from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.mixed_rows import mixed_designs, satterthwaite
from ebayes_lm.core.reml_profile import LEAST_BETWEEN
from tests.core.answers.reader import answers
from tests.reference import best_correlation, generalised_least_squares_of_row, mixed_row, satterthwaite_df

#: The same estimates by other arithmetic.
SAME = 1e-9
#: lme4 and gls stop their searches where the deviance no longer changes, at roots of the machine epsilon.
SEARCHED = 1e-5
#: lmerTest and the oracle differentiate by differences.
DIFFERENCES = 1e-4
#: A minimum found without derivatives is good to half the digits.
HALF_THE_DIGITS = 3e-7

RNG = np.random.default_rng(1)
BLOCKS = np.array([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 0, 1, 5, 5, 6, 7])
N = len(BLOCKS)
X = np.column_stack([np.ones(N), BLOCKS % 2, np.arange(N) % 3 == 0, RNG.normal(size=N)]).astype(np.float64)
EFFECTS = RNG.choice([0.0, 0.5, 1.0, 2.0], 25)[:, None] * RNG.normal(size=(25, 8))
Y = RNG.normal(5, 1, (25, N)) + EFFECTS[:, BLOCKS]
CONTRASTS = np.column_stack([np.eye(4), [0.0, 1, -1, 0]])
GAPS = (RNG.random(Y.shape) > 0.15).astype(np.float64)
UNEVEN = np.exp(RNG.normal(size=Y.shape)) * (RNG.random(Y.shape) > 0.1)
KINDS = {"complete": None, "gaps": GAPS, "weights": UNEVEN}

every_kind = pytest.mark.parametrize("weights", KINDS.values(), ids=KINDS)


def fitted(x, blocks, y, weights, contrasts, **options):
    """Fits with estimates, standard errors and df of contrasts."""
    designs = mixed_designs(x, blocks)
    fits = designs.fit(y, weights, **options)
    stdev, slope = designs.contrasts(weights, np.nan_to_num(fits.rho), contrasts)
    df = satterthwaite(stdev, slope, fits.parameter_cov)
    return fits, fits.coefficients @ contrasts, stdev * fits.sigma[:, None], df


def stored(args, *others):
    """Rows, design, blocks, and weights that are zero where a value is missing, or None where all are one."""
    blocks = args["blocks"].astype(np.intp)
    y, x = args["y"].reshape(-1, len(blocks)), args["x"].reshape(len(blocks), -1)
    weights = args["weights"].reshape(y.shape) if "weights" in args else np.ones(y.shape)
    weights = np.where(np.isnan(y), 0.0, weights)
    return x, blocks, np.nan_to_num(y), None if (weights == 1).all() else weights


@answers("random_intercepts", "mixed")
def test_as_lmer(args, expected):
    x, blocks, y, weights = stored(args)
    contrasts = args["contrasts"].reshape(-1, x.shape[1]).T
    fits, estimate, se, df = fitted(x, blocks, y, weights, contrasts)
    wanted = {key: expected[key].reshape(se.shape) for key in ("estimate", "se", "df")}
    assert_allclose(fits.rho, expected["rho"], atol=SEARCHED)
    assert_allclose(fits.sigma, expected["sigma"], rtol=SEARCHED)
    assert_allclose(se, wanted["se"], rtol=SEARCHED)
    assert_allclose((estimate - wanted["estimate"]) / se, 0, atol=SEARCHED)
    assert_allclose(df, wanted["df"], rtol=DIFFERENCES)


@answers("compound_symmetry", "mixed")
def test_as_gls(args, expected):
    """Correlations of either sign, and weights."""
    x, blocks, y, weights = stored(args)
    fits, estimate, se, _ = fitted(x, blocks, y, weights, np.eye(x.shape[1]))
    assert_allclose(fits.rho, expected["rho"], atol=SEARCHED)
    assert_allclose(fits.sigma, expected["sigma"], rtol=SEARCHED)
    assert_allclose(se, expected["se"].reshape(se.shape), rtol=SEARCHED)
    assert_allclose((estimate - expected["estimate"].reshape(se.shape)) / se, 0, atol=SEARCHED)


@every_kind
def test_as_by_dense_matrices(weights):
    fits, estimate, se, df = fitted(X, BLOCKS, Y, weights, CONTRASTS)
    w = np.ones(Y.shape) if weights is None else weights
    clipped = 0
    for i in range(0, len(Y), 2):
        row = Y[i]
        expected = mixed_row(row, X, w[i], BLOCKS, fits.rho[i])
        assert_allclose(fits.coefficients[i], expected.coefficients, rtol=SAME, atol=SAME)
        assert_allclose(fits.sigma[i], expected.sigma, rtol=SAME)
        covariance = CONTRASTS.T @ expected.covariance @ CONTRASTS
        assert_allclose(se[i], np.sqrt(np.diag(covariance)) * expected.sigma, rtol=SAME)
        assert_allclose(estimate[i], expected.coefficients @ CONTRASTS, rtol=SAME, atol=SAME)
        assert_allclose(fits.rho[i], best_correlation(row, X, w[i], BLOCKS), atol=HALF_THE_DIGITS)
        largest = np.bincount(BLOCKS[w[i] > 0]).max()
        if 1.0 + fits.rho[i] * (largest - 1) <= LEAST_BETWEEN * (1 + SAME):
            clipped += 1
            continue
        assert_allclose(df[i], satterthwaite_df(row, X, w[i], BLOCKS, fits.rho[i], CONTRASTS), rtol=DIFFERENCES)
    assert clipped < 4


@every_kind
def test_slopes_are_those_of_the_variances(weights):
    designs, step = mixed_designs(X, BLOCKS), 1e-5
    rho = np.linspace(-0.2, 0.9, len(Y))
    _, slope = designs.contrasts(weights, rho, CONTRASTS)
    above, below = (np.square(designs.contrasts(weights, rho + s, CONTRASTS)[0]) for s in (step, -step))
    assert_allclose(slope, (above - below) / (2 * step), rtol=1e-6, atol=1e-6)


def test_complete_rows_as_rows_with_weights_of_one():
    ones, designs = np.ones(Y.shape), mixed_designs(X, BLOCKS)
    for together, singly in zip(designs.fit(Y, None), designs.fit(Y, ones), strict=True):
        assert_allclose(together, singly, rtol=SAME, atol=SAME)
    rho = designs.fit(Y, None).rho
    both = designs.contrasts(None, rho, CONTRASTS), designs.contrasts(ones, rho, CONTRASTS)
    assert_allclose(*both, rtol=SAME)


@pytest.mark.parametrize("zero", [[], [3], [0, 1, 2, 3, 4]])
def test_weights_of_samples(zero):
    """Also where a sample has none, or where what is left has fewer columns."""
    weights = np.exp(np.random.default_rng(5).normal(size=N))
    weights[zero] = 0
    x = X if len(zero) < 5 else np.column_stack([X[:, :3], np.arange(N) == 1])
    designs = mixed_designs(x, BLOCKS, sample_weights=weights)
    assert (designs.shared is None) == (len(zero) == 5)
    same, contrasts = np.tile(weights, (len(Y), 1)), np.eye(4)
    together, singly = designs.fit(Y, None), mixed_designs(x, BLOCKS).fit(Y, same)
    for a, b in zip(together, singly, strict=True):
        assert_allclose(a, b, rtol=SAME, atol=SAME)
    assert_allclose(designs.contrasts(None, together.rho, contrasts), designs.contrasts(same, singly.rho, contrasts))
    assert designs.not_estimable(None).tolist() == [[False, False, False, len(zero) == 5]]


def test_samples_without_weight_may_leave_nothing_to_estimate():
    """The design tells apart the blocks that are left, and weights alone say nothing of a correlation."""
    x = np.column_stack([np.eye(8)[BLOCKS][:, [0, 1, 5]], X[:, 0]])
    weights = np.exp(RNG.normal(size=N)) * np.isin(BLOCKS, [0, 1, 5, 7])
    designs = mixed_designs(x, BLOCKS, sample_weights=weights)
    assert designs.estimable
    assert designs.shared is not None
    assert np.isnan(designs.fit(Y, None).rho).all()
    assert np.isnan(designs.fit(Y, np.tile(weights, (len(Y), 1))).rho).all()


class TestBalanced:
    """Nine blocks of four in three groups: mean squares have a closed form, and each contrast the df of its own."""

    BLOCKS = np.repeat(np.arange(9), 4)
    TIME = np.tile(np.eye(4)[:, 1:], (9, 1))
    X = np.column_stack([np.ones(36), np.repeat(np.eye(3)[:, 1:], 12, axis=0), TIME])
    CONTRASTS = np.eye(6)[:, 1:]

    @pytest.mark.parametrize("spread", [0.0, 1.0, 30.0])
    def test_mean_squares(self, spread):
        rng = np.random.default_rng(2)
        y = rng.normal(size=(50, 36)) + spread * np.repeat(rng.normal(size=(50, 9)), 4, axis=1)
        fits, _, se, df = fitted(self.X, self.BLOCKS, y, None, self.CONTRASTS)
        cube = y.reshape(50, 3, 3, 4)
        means = cube.mean(axis=3)
        between = 4 * np.square(means - means.mean(axis=2, keepdims=True)).sum(axis=(1, 2)) / 6
        inner = cube - means[..., None]
        within = np.square(inner - inner.mean(axis=(1, 2), keepdims=True)).sum(axis=(1, 2, 3)) / 24
        assert_allclose(fits.rho, (between - within) / (between + 3 * within), rtol=SAME, atol=SAME)
        assert_allclose(fits.sigma**2, (between + 3 * within) / 4, rtol=SAME)
        assert_allclose(se[:, :2] ** 2, np.tile(between[:, None] * 2 / 12, 2), rtol=SAME)
        assert_allclose(se[:, 2:] ** 2, np.tile(within[:, None] * 2 / 9, 3), rtol=SAME)
        assert_allclose(df, np.tile([6.0, 6, 24, 24, 24], (50, 1)), rtol=1e-6)


class TestWithoutCorrelation:
    """Where nothing is known of the correlation, coefficients are those at another one."""

    @pytest.mark.parametrize("weights", [None, np.ones(Y.shape), UNEVEN], ids=["complete", "ones", "uneven"])
    @pytest.mark.parametrize("design", ["single block", "no block", "blocks in the design", "no contrast within"])
    def test_designs(self, design, weights):
        blocks, x = BLOCKS, X[:, [0, 2]]
        if design == "single block":
            blocks = np.zeros(N, dtype=np.intp)
        elif design == "no block":
            blocks = np.arange(N)
        elif design == "blocks in the design":
            x = np.eye(8)[BLOCKS]
        else:
            blocks = np.repeat(np.arange(10), 2)
            x = np.column_stack([np.ones(N), np.eye(10)[blocks] * (np.arange(N) % 2)[:, None]])
        fits, _, _, df = fitted(x, blocks, Y, weights, np.eye(x.shape[1]))
        assert np.isnan(fits.rho).all()
        assert np.isnan(fits.sigma).all()
        assert np.isnan(fits.parameter_cov).all()
        assert_array_equal(df, 0)
        w = np.ones(Y.shape) if weights is None else weights
        for i in range(0, 25, 6):
            if np.isfinite(fits.coefficients[i]).all():
                expected = generalised_least_squares_of_row(Y[i], x, w[i]).coefficients
                assert_allclose(fits.coefficients[i], expected, rtol=SAME, atol=SAME)

    def test_rows(self):
        w = GAPS[:4].copy()
        w[0, BLOCKS != 0] = 0  # one block is left
        w[1] = 0
        w[2] = np.eye(N)[4]
        fits = mixed_designs(X[:, :1], BLOCKS).fit(Y[:4], w, fallback=0.5)
        assert np.isnan(fits.rho).tolist() == [True, True, True, False]
        assert np.isnan(fits.coefficients[:, 0]).tolist() == [False, True, False, False]
        assert fits.n_fitted.tolist() == [*w.sum(axis=1)]
        assert fits.rank.tolist() == [1, 0, 1, 1]

    @pytest.mark.parametrize("weights", [None, np.ones(Y.shape)])
    def test_another_correlation(self, weights):
        x, others = np.eye(8)[BLOCKS], np.linspace(-0.9, 0.9, 25)
        x[:, 0] = X[:, 3]
        designs = mixed_designs(x, np.repeat(np.arange(5), 4)[:N])
        constant = np.broadcast_to(3.0, Y.shape) + 0 * Y
        fits = designs.fit(np.vstack([constant[:5], Y[:20]]), None if weights is None else weights, fallback=others)
        assert np.isnan(fits.rho[:5]).all()
        assert np.isfinite(fits.coefficients).all()
        assert np.isfinite(fits.rho[5:]).all()


class TestZeroVariance:
    @pytest.mark.parametrize("weights", [None, GAPS, UNEVEN], ids=list(KINDS))
    def test_what_the_design_or_the_blocks_explain(self, weights):
        y = Y.copy()
        y[0], y[1], y[2] = 7.0, X @ [1.0, 2, 3, 4], 0.0
        y[3] = X @ [1.0, 2, 3, 4] + EFFECTS[3][BLOCKS] + BLOCKS
        if weights is UNEVEN:  # the effect of a block is one of weighted residuals
            y[3] = X @ [1.0, 2, 3, 4] + BLOCKS / np.sqrt(np.where(UNEVEN[3] > 0, UNEVEN[3], 1.0))
        fits, _, _, df = fitted(X, BLOCKS, y, weights, CONTRASTS)
        assert fits.zero_variance.tolist() == [True] * 4 + [False] * 21
        assert np.isnan(fits.rho).tolist() == fits.zero_variance.tolist()
        assert_allclose(fits.coefficients[1], [1, 2, 3, 4], rtol=SAME)
        assert_array_equal(df[:4], 0)

    @pytest.mark.parametrize("weights", [None, np.ones(Y.shape)])
    def test_small_deviations_are_not_zero(self, weights):
        means = EFFECTS[:, BLOCKS] + BLOCKS
        fits, *_ = fitted(X, BLOCKS, means + 1e-4 * RNG.normal(size=Y.shape), weights, CONTRASTS)
        assert not fits.zero_variance.any()
        assert_allclose(fits.sigma**2 * (1 - fits.rho), 1e-8, rtol=2)

    @pytest.mark.parametrize("weights", [None, np.ones(Y.shape)])
    @pytest.mark.parametrize("rounding", [0.0, 1e-7])
    def test_means_of_blocks_that_do_not_vary(self, rounding, weights):
        """As in data centred block by block: no variance of a mean is the best one."""
        blocks = np.repeat(np.arange(10), 2)
        x = np.column_stack([np.ones(N), np.arange(N) % 2])
        y = Y - np.repeat(Y.reshape(25, 10, 2).mean(axis=2), 2, axis=1) + rounding * Y
        fits, estimate, _, df = fitted(x, blocks, y, weights, np.eye(2))
        assert fits.zero_variance.all()
        assert np.isnan(fits.rho).all()
        assert_allclose(estimate[:, 1], (y[:, 1::2] - y[:, ::2]).mean(axis=1), rtol=SAME, atol=SAME)
        assert_array_equal(df, 0)


@every_kind
def test_a_correlation_that_nothing_holds_back(weights):
    """Where residuals do not know of the mean of the largest block, its variance stays off zero."""
    blocks = np.append(np.zeros(5, dtype=np.intp), 1 + np.arange(N - 5) // 2)
    x = np.column_stack([np.ones(N), blocks == 0, X[:, 3]])
    y = Y - 0.9 * (Y @ (blocks[:, None] == np.unique(blocks)) / np.bincount(blocks))[:, blocks]
    w = weights if weights is None else (weights > 0) * 1.0
    fits, _, _, df = fitted(x, blocks, y, w, np.eye(3))
    largest = np.bincount(blocks).max() if w is None else np.array([np.bincount(blocks[r > 0]).max() for r in w])
    at_end = np.isclose(1 + fits.rho * (largest - 1), LEAST_BETWEEN, rtol=1e-6)
    assert at_end.mean() > 0.9
    assert np.isfinite(df).all()
    for i in np.flatnonzero(at_end)[:5]:
        row = np.ones(N) if w is None else w[i]
        deviance = [mixed_row(y[i], x, row, blocks, fits.rho[i] + s).deviance for s in (0, 1e-3)]
        assert deviance[0] < deviance[1]


@every_kind
@pytest.mark.parametrize("exponent", [-1000, -600, 520, 1000])
def test_rows_of_any_scale(exponent, weights):
    plain, scaled = (mixed_designs(X, BLOCKS).fit(np.ldexp(Y, e), weights) for e in (0, exponent))
    assert_allclose(np.ldexp(scaled.coefficients, -exponent), plain.coefficients, rtol=SAME)
    assert_allclose(np.ldexp(scaled.sigma, -exponent), plain.sigma, rtol=SAME)
    assert_allclose(scaled.rho, plain.rho, rtol=SAME, atol=SAME)
    assert_allclose(scaled.parameter_cov, plain.parameter_cov, rtol=1e-6)
    assert not scaled.zero_variance.any()


@every_kind
def test_columns_in_any_unit(weights):
    units = np.array([1e-200, 1.0, 1e150, 3e4])
    plain, scaled = (fitted(X * u, BLOCKS, Y, weights, np.diag(u)) for u in (np.ones(4), units))
    assert_allclose(scaled[0].coefficients * units, plain[0].coefficients, rtol=SAME, atol=SAME)
    for a, b in zip(plain[1:], scaled[1:], strict=True):
        assert_allclose(b, a, rtol=SAME)


@every_kind
def test_nearly_collinear_columns(weights):
    near = np.column_stack([X, X[:, 3] + 1e-5 * X[:, 2] + 1e-5 * np.arange(N) % 7])
    fits, _, se, _ = fitted(near, BLOCKS, Y, weights, np.eye(5))
    w = np.ones(Y.shape) if weights is None else weights
    for i in range(5):
        expected = mixed_row(Y[i], near, w[i], BLOCKS, fits.rho[i])
        # normal equations of the oracle square a condition of 1e6
        assert_allclose(se[i], np.sqrt(np.diag(expected.covariance)) * expected.sigma, rtol=1e-3)
        assert_allclose((fits.coefficients[i] - expected.coefficients) / se[i], 0, atol=1e-3)


def test_rows_that_cannot_estimate_everything():
    x = np.column_stack([np.eye(3)[BLOCKS % 3], X[:, 3]])
    w = np.ones((2, N))
    w[0, BLOCKS % 3 == 1] = 0
    fits, _, se, df = fitted(x, BLOCKS, Y[:2], w, np.array([[-1.0, 0, 1, 0], [-1, 1, 0, 0]]).T)
    assert np.isnan(fits.coefficients[0]).tolist() == [False, True, False, False]
    assert fits.rank.tolist() == [3, 4]
    assert np.isnan(se).tolist() == [[False, True], [False, False]]
    keep = np.flatnonzero(w[0])
    blocks = np.unique(BLOCKS[keep], return_inverse=True)[1]
    alone, *rest = fitted(x[keep][:, [0, 2, 3]], blocks, Y[:1, keep], None, np.array([[-1.0, 1, 0]]).T)
    assert_allclose(fits.rho[0], alone.rho[0], rtol=SAME)
    for a, b in zip((se, df), rest[1:], strict=True):
        assert_allclose(a[0, 0], b[0, 0], rtol=1e-6)


def test_f_of_one_and_of_several():
    designs = mixed_designs(X, BLOCKS)
    fits, estimate, se, _ = fitted(X, BLOCKS, Y, GAPS, CONTRASTS)
    f, df1 = designs.f(GAPS, fits.rho, CONTRASTS[:, 1:], (estimate / se)[:, 1:])
    assert_array_equal(df1, 3)
    for i in range(len(Y)):
        expected = mixed_row(Y[i], X, GAPS[i], BLOCKS, fits.rho[i])
        beta, covariance = fits.coefficients[i, 1:], expected.covariance[1:, 1:] * fits.sigma[i] ** 2
        assert_allclose(f[i], beta @ np.linalg.solve(covariance, beta) / 3, rtol=SAME)
    whole = designs.fit(Y, None)
    stdev, _ = designs.contrasts(None, whole.rho, CONTRASTS)
    t = whole.coefficients @ CONTRASTS / stdev / whole.sigma[:, None]
    assert_allclose(designs.f(None, whole.rho, CONTRASTS[:, :1], t[:, :1])[0], t[:, 0] ** 2, rtol=SAME)


def test_a_large_study():
    rng = np.random.default_rng(4)
    blocks = np.sort(rng.integers(0, 120, 500))
    blocks = np.unique(blocks, return_inverse=True)[1]
    x = np.column_stack([np.ones(500), rng.normal(size=(500, 9))])
    y = rng.normal(size=(4, 500)) + rng.normal(size=(4, 120))[:, blocks]
    w = (rng.random(y.shape) > 0.1).astype(np.float64)
    fits = mixed_designs(x, blocks).fit(y, w)
    expected = mixed_row(y[0], x, w[0], blocks, fits.rho[0])
    assert_allclose(fits.coefficients[0], expected.coefficients, rtol=SAME, atol=SAME)
    assert_allclose(fits.sigma[0], expected.sigma, rtol=SAME)
    nearby = [mixed_row(y[0], x, w[0], blocks, fits.rho[0] + step).deviance for step in (-1e-4, 1e-4)]
    assert expected.deviance < min(nearby)


@pytest.mark.parametrize("weights", [None, np.empty((0, N))])
def test_no_row(weights):
    designs = mixed_designs(X, BLOCKS)
    fits = designs.fit(np.empty((0, N)), weights)
    assert fits.coefficients.shape == (0, 4)
    stdev, slope = designs.contrasts(weights, fits.rho, CONTRASTS)
    assert satterthwaite(stdev, slope, fits.parameter_cov).shape == (0, 5)


def test_nothing_is_changed():
    y, w = Y.copy(), GAPS.copy()
    mixed_designs(X, BLOCKS).fit(y, w)
    mixed_designs(X, BLOCKS).fit(y, None)
    assert_array_equal(y, Y)
    assert_array_equal(w, GAPS)
