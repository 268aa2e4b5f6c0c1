from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.core.factor_analysis import LEAST_NOISE, ROUGHLY_AT_REST, HeldRows, cross_product, factor_analysis
from ebayes_lm.core.squeeze import squeeze_var

#: Iteration ends where spaces share all but 1e-9, so that directions agree to its root.
AT_REST = 1e-4
#: The same sums in another order.
ROUNDING = 1e-12


def drawn(g=1500, m=14, k=2, seed=1, spread=4.0):
    rng = np.random.default_rng(seed)
    noise = np.sqrt(spread / rng.chisquare(spread, g))
    loadings, scores = rng.normal(size=(g, k)), rng.normal(size=(m, k))
    return loadings @ scores.T + noise[:, None] * rng.normal(size=(g, m)), scores, noise


def same_space(a, b):
    """Cosine of the largest angle between two column spaces."""
    return np.linalg.svd(np.linalg.qr(a)[0].T @ np.linalg.qr(b)[0])[1].min()


def test_scores_and_variances_are_each_other_s():
    rows, _, _ = drawn()
    found = factor_analysis(rows, 2)
    assert found.converged
    m = rows.shape[1]
    assert_allclose(found.scores.T @ found.scores, m * np.eye(2), atol=ROUNDING * m)
    assert_allclose(found.loadings, np.linalg.lstsq(found.scores, rows.T, rcond=None)[0].T, rtol=0, atol=1e-10)
    rest = np.square(rows - found.loadings @ found.scores.T).sum(axis=1)
    assert_allclose(found.variances, squeeze_var(rest / (m - 2), m - 2).var_post, rtol=1e-10)
    capped = np.maximum(found.variances, LEAST_NOISE * np.square(rows).mean(axis=1))
    weighted = rows / np.sqrt(capped)[:, None]
    vectors = np.linalg.svd(weighted, full_matrices=False)[2][:2].T
    assert_allclose(np.abs(found.scores / np.sqrt(m)), np.abs(vectors), atol=AT_REST)


def test_noisy_rows_count_less_than_in_principal_components():
    rows, scores, _ = drawn(g=400, spread=2.2, seed=3)
    plain = np.linalg.svd(rows, full_matrices=False)[2][:2].T
    found = factor_analysis(rows, 2)
    assert same_space(found.scores, scores) > 0.99
    assert same_space(plain, scores) < same_space(found.scores, scores)


def test_variances_are_those_of_the_noise():
    rows, _, noise = drawn(m=60)
    found = factor_analysis(rows, 2)
    assert abs(np.log(found.variances / noise**2).mean()) < 0.03


def test_a_factor_does_not_follow_one_row():
    rng = np.random.default_rng(5)
    scores = rng.normal(size=(10, 1))
    rows = rng.normal(size=(500, 1)) @ scores.T * 0.7 + rng.normal(size=(500, 10))
    rows[7] *= 30.0
    assert same_space(factor_analysis(rows, 1).scores, scores) > 0.98


def test_units_and_order_do_not_matter():
    rows, _, _ = drawn()
    found = factor_analysis(rows, 2)
    order = np.random.default_rng(2).permutation(len(rows))
    other = factor_analysis(8.0 * rows[order], 2)
    assert_allclose(other.scores, found.scores, atol=AT_REST)
    assert_allclose(other.loadings, 8.0 * found.loadings[order], atol=AT_REST)


@pytest.mark.parametrize("k", [0, 1, 3])
def test_shapes(k):
    rows, _, _ = drawn(g=100, m=8)
    found = factor_analysis(rows, k)
    assert (found.scores.shape, found.loadings.shape, found.variances.shape) == ((8, k), (100, k), (100,))
    largest = np.abs(found.scores).argmax(axis=0)
    assert (found.scores[largest, np.arange(k)] > 0).all()


def test_lost_degrees_of_freedom_raise_variances():
    rows, _, _ = drawn()
    lost = np.zeros(len(rows))
    lost[:700] = 6.0
    plain, fewer = factor_analysis(rows, 2), factor_analysis(rows, 2, lost=lost)
    assert np.median(fewer.variances[:700] / plain.variances[:700]) > 1.3


def test_a_rough_answer_has_the_strong_factors_after_few_steps():
    rows, _, _ = drawn(m=22)
    steps = []

    def counted(rows, weights):
        steps[-1] += 1
        return cross_product(rows, weights)

    answers = []
    for at_rest in (AT_REST**2, ROUGHLY_AT_REST):
        steps.append(0)
        answers.append(factor_analysis(HeldRows(rows, counted), 4, at_rest=at_rest))
    fine, rough = answers
    assert rough.converged
    assert steps[1] < steps[0] / 2
    assert same_space(fine.scores[:, :2], rough.scores[:, :2]) > 1 - ROUGHLY_AT_REST


@pytest.mark.parametrize("telling", [0, 2])
def test_factors_that_tell_nothing_are_not_waited_for(telling):
    rows, scores, _ = drawn(m=22)
    steps = []

    def counted(rows, weights):
        steps[-1] += 1
        return cross_product(rows, weights)

    for which in (None, telling):
        steps.append(0)
        found = factor_analysis(HeldRows(rows, counted), 4, telling=which)
    assert found.converged
    assert steps[1] < steps[0] / 2
    assert same_space(found.scores[:, :2], scores) > 0.99
