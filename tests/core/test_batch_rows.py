from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.batch_prior import batch_effects
from ebayes_lm.core.batch_rows import BatchModel, adjusted_rows, batch_rows

#: Two ways through least squares of a well-conditioned design.
SAME = 1e-12

CODES = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2])
COVARIATE = np.array([1.0, 2.0, 4.0, 1.0, 0.0, 3.0, 1.0, 5.0, 2.0])[:, None] - 2.0


@pytest.fixture
def y():
    values = np.random.default_rng(1).normal(size=(12, 9)) + CODES
    values[3, 1] = values[4, 7] = values[5, 4] = values[5, 5] = np.nan
    values[6, CODES == 1] = np.nan
    return values


def slowly(row, model):
    """Levels, slopes and sums of squares of one row, batches without values left out."""
    seen = ~np.isnan(row)
    there = [k for k in range(3) if seen[model.codes == k].any()]
    x = np.column_stack([*(model.codes == k for k in there), model.covariates])[seen].astype(float)
    beta = np.linalg.lstsq(x, row[seen], rcond=None)[0]
    levels, scatter = np.full(3, np.nan), np.zeros(3)
    levels[there] = beta[: len(there)]
    squares = (row[seen] - x @ beta) ** 2
    for value, code in zip(squares, model.codes[seen], strict=True):
        scatter[code] += value
    return levels, beta[len(there) :], scatter


@pytest.mark.parametrize("covariates", [np.empty((9, 0)), COVARIATE])
def test_each_row_by_itself(y, covariates):
    model = BatchModel(CODES, covariates)
    rows = batch_rows(y, model)
    for i, row in enumerate(y):
        levels, slopes, scatter = slowly(row, model)
        assert_allclose(rows.levels[i], levels, rtol=SAME)
        assert_allclose(rows.slopes[i], slopes, rtol=SAME)
        assert_allclose(rows.scatter[i], scatter, rtol=SAME, atol=SAME)
        assert_array_equal(rows.counts[i], [(~np.isnan(row[k == CODES])).sum() for k in range(3)])
    assert rows.estimable.all()
    assert not rows.flat.any()


def test_rows_far_from_zero_keep_their_scatter(y):
    model = BatchModel(CODES, COVARIATE)
    # a value at 2**20 carries 2**-32 of its fraction
    near, far = (batch_rows(values, model) for values in (np.round(y * 256) / 256, np.round(y * 256) / 256 + 2.0**20))
    assert_allclose(far.scatter, near.scatter, rtol=1e-8, atol=1e-8)


def test_rows_that_say_nothing_of_variance():
    model = BatchModel(CODES, COVARIATE)
    y = np.random.default_rng(2).normal(size=(6, 9))
    y[0, 3:7] = 5.0
    y[1] = 0.1
    y[2] = 7.3 + CODES + 0.3 * COVARIATE[:, 0]
    y[3, 7:] = [np.nan, 2.0]
    y[4, 3:7] = [5.0, 5.0, np.nan, 5.0]
    assert_array_equal(batch_rows(y, model).flat, [True, True, True, False, False, False])


def test_rows_whose_gaps_hide_the_covariate():
    y = np.random.default_rng(2).normal(size=(3, 9))
    y[0, (COVARIATE != -1.0)[:, 0]] = np.nan
    y[1, 3:] = np.nan
    rows = batch_rows(y, BatchModel(CODES, COVARIATE))
    assert_array_equal(rows.estimable, [False, True, True])
    assert_array_equal(np.isnan(rows.levels[1]), [False, True, True])


def test_infinite_values_are_counted():
    y = np.random.default_rng(2).normal(size=(3, 9))
    y[1, :2] = np.inf, -np.inf
    assert_array_equal(batch_rows(y, BatchModel(CODES, COVARIATE)).n_infinite, [0, 2, 0])


@pytest.mark.parametrize("reference", [None, 1])
@pytest.mark.parametrize("incomplete", [False, True])
def test_standardised_rows(y, reference, incomplete):
    """Effects are means and variances of the batches, of residuals in units of the row's own scatter."""
    y = y[7:] if not incomplete else np.vstack([y[3], y[7:]])
    model = BatchModel(CODES, COVARIATE, reference)
    rows = batch_rows(y, model)
    effects = batch_effects(rows, model, incomplete=incomplete)
    for i, row in enumerate(y):
        levels, slopes, scatter = slowly(row, model)
        own = row - COVARIATE @ slopes
        used = ~np.isnan(row) & ((reference == CODES) | (reference is None))
        centre = levels @ [3 / 9, 4 / 9, 2 / 9] if reference is None else levels[reference]
        scale = np.sqrt(scatter[slice(None) if reference is None else reference].sum() / (used.sum() - incomplete))
        assert_allclose([effects.centre[i], effects.scale[i]], [centre, scale], rtol=SAME)
        for k in range(3):
            z = ((own - centre) / scale)[(k == CODES) & ~np.isnan(row)]
            assert_allclose(effects.location[i, k], z.mean(), rtol=SAME, atol=SAME)
            assert_allclose(effects.spread[i, k], z.var(ddof=1), rtol=SAME)


def test_a_missing_batch_lies_where_it_does_in_other_rows(y):
    model = BatchModel(CODES, np.empty((9, 0)))
    effects = batch_effects(batch_rows(y, model), model, incomplete=True)
    whole = np.delete(np.arange(12), 6)
    typical = effects.location[whole].mean(axis=0)
    assert_allclose(effects.location[6, [0, 2]] @ [3, 2], typical[[0, 2]] @ [3, 2], rtol=SAME)
    assert np.isnan(effects.location[6, 1])


def test_taking_the_effects_out():
    model = BatchModel(CODES, COVARIATE)
    y = np.random.default_rng(4).normal(size=(2, 9))
    slopes, centre = np.array([[0.5], [2.0]]), np.array([1.0, 3.0])
    shift, ratio = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 4.0]]), np.array([[1.0, 2.0, 0.5], [3.0, 1.0, 1.0]])
    found = adjusted_rows(y, model, slopes, centre, shift, ratio)
    moved = adjusted_rows(y, model, slopes, centre, shift, None)
    for i in range(2):
        for j, k in enumerate(CODES):
            expected = centre[i] + COVARIATE[j, 0] * slopes[i, 0]
            assert_allclose(found[i, j], (y[i, j] - expected - shift[i, k]) / ratio[i, k] + expected, rtol=SAME)
            assert_allclose(moved[i, j], y[i, j] - shift[i, k], rtol=SAME)
