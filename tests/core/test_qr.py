from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm.core.qr import RANK_TOLERANCE, complement, pivoted_qr, spans_constant
from tests.reference import unscaled_covariance

#: Factors are rounded once; products of them add a few roundings per column.
ROUNDED_ONCE = 1e-15
#: Back substitution multiplies rounding by the condition of the designs below, at most 1e3.
SOLVED = 1e-12


def random_design(n=9, p=4, seed=0):
    x = np.random.default_rng(seed).normal(size=(n, p))
    x[:, 0] = 1.0
    return x


def rebuilt(qr):
    return qr.q @ np.ldexp(qr.r, qr.scale)


@pytest.mark.parametrize(("n", "p"), [(1, 1), (2, 2), (9, 4), (50, 12), (4, 6)])
def test_factors_give_the_design_back(n, p):
    x = random_design(n, p)
    qr = pivoted_qr(x)
    assert_allclose(rebuilt(qr), x[:, qr.pivot], rtol=0, atol=p * ROUNDED_ONCE * np.abs(x).max())
    assert_allclose(qr.q.T @ qr.q, np.eye(qr.rank), rtol=0, atol=3 * ROUNDED_ONCE)
    assert_array_equal(np.tril(qr.r, -1), 0)
    assert qr.rank == min(n, p)


def test_basis_is_exact_to_the_last_digit_or_two():
    if np.finfo(np.longdouble).eps == np.finfo(np.float64).eps:
        pytest.skip("this machine has no wider floating point than float64")
    x = np.vander(np.linspace(0.0, 20.0, 21), 6, increasing=True)
    qr = pivoted_qr(x)
    wide = qr.q.astype(np.longdouble)
    # rounding each entry of orthonormal columns moves their products by about half an ulp
    assert np.abs(wide.T @ wide - np.eye(6)).max() < np.finfo(np.float64).eps


def test_solve_is_least_squares():
    x, y = random_design(), np.random.default_rng(1).normal(size=(5, 9))
    qr = pivoted_qr(x)
    assert_allclose(qr.solve(y @ qr.q), np.linalg.lstsq(x, y.T, rcond=None)[0].T, rtol=SOLVED)
    assert qr.solve(y[0] @ qr.q).shape == (4,)


def test_covariance_is_the_inverse_of_the_normal_equations():
    x = random_design() * [1, 100, 0.01, 1]
    qr = pivoted_qr(x)
    assert_allclose(qr.covariance(), unscaled_covariance(x), rtol=SOLVED)
    assert_allclose(qr.covariance_factor() @ qr.covariance_factor().T, qr.covariance(), rtol=SOLVED)


@pytest.mark.parametrize("unit", [2.0**-400, 2.0**400])
def test_units_of_columns_do_not_matter(unit):
    x = random_design()
    plain, scaled = pivoted_qr(x), pivoted_qr(x * [1, unit, 1, 1])
    assert_array_equal(scaled.q, plain.q)
    assert_array_equal(scaled.r, plain.r)
    y = np.random.default_rng(2).normal(size=(3, 9))
    assert_array_equal(scaled.solve(y @ scaled.q)[:, 1] * unit, plain.solve(y @ plain.q)[:, 1])


class TestAliasing:
    def test_the_later_column_loses(self):
        x = random_design(9, 5)
        x[:, 3] = 2 * x[:, 1] - x[:, 0]
        qr = pivoted_qr(x)
        assert_array_equal(qr.pivot, [0, 1, 2, 4, 3])
        assert_array_equal(qr.estimable, [0, 1, 2, 4])
        assert_array_equal(qr.aliased, [3])
        assert_allclose(qr.dependencies(), [[-1, 2, 0, 0]], atol=SOLVED)

    def test_groups_beside_an_intercept(self):
        groups = np.kron(np.eye(3), np.ones((2, 1)))
        qr = pivoted_qr(np.column_stack([np.ones(6), groups]))
        assert_array_equal(qr.aliased, [3])
        assert_allclose(qr.dependencies(), [[1, -1, -1]], atol=SOLVED)

    def test_dependencies_know_units(self):
        x = random_design(9, 3)
        x[:, 1] *= 1e8
        qr = pivoted_qr(np.column_stack([x, 1e-6 * x[:, 1] + 5 * x[:, 2]]))
        assert_allclose(qr.dependencies(), [[0, 1e-6, 5]], atol=1e-13)

    def test_columns_that_come_later_have_no_part_in_it(self):
        x = random_design(9, 4)
        x[:, 2] = x[:, 0] + x[:, 1] + 1e-9 * x[:, 3]
        qr = pivoted_qr(x)
        assert_array_equal(qr.aliased, [2])
        assert_allclose(qr.dependencies(), [[1, 1, 0]], atol=1e-8)
        assert qr.dependencies()[0, 2] == 0

    def test_zero_column(self):
        qr = pivoted_qr(np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 2.0], [1.0, 0.0, 4.0]]))
        assert_array_equal(qr.estimable, [0, 2])
        assert_array_equal(qr.dependencies(), [[0, 0]])

    def test_nothing_but_zeros(self):
        qr = pivoted_qr(np.zeros((4, 2)))
        assert qr.rank == 0
        assert qr.q.shape == (4, 0)
        assert qr.covariance().shape == (0, 0)

    def test_more_columns_than_samples(self):
        qr = pivoted_qr(random_design(3, 5))
        assert qr.rank == 3
        assert_array_equal(qr.aliased, [3, 4])

    @pytest.mark.parametrize(("share", "rank"), [(1.01, 3), (0.99, 2)])
    def test_the_tolerance_is_a_share_of_the_column(self, share, rank):
        rest = share * RANK_TOLERANCE
        x = np.array([[1.0, 0, 1], [0, 1, 0], [0, 0, rest], [0, 0, 0]])
        assert pivoted_qr(x).rank == rank
        assert pivoted_qr(x * [1, 1, 1e12]).rank == rank
        assert pivoted_qr(x, tol=RANK_TOLERANCE / 2).rank == 3


def test_the_design_is_left_alone():
    x = random_design()
    before = x.copy()
    x.flags.writeable = False
    pivoted_qr(x)
    assert_array_equal(x, before)


def test_any_layout_and_type():
    x = np.random.default_rng(3).integers(0, 5, size=(8, 3))
    x[:, 0] = 1
    whole = pivoted_qr(x.astype(float))
    for other in (x, np.asfortranarray(x.astype(float)), np.repeat(x.astype(float), 2, axis=1)[:, ::2]):
        assert_array_equal(pivoted_qr(other).q, whole.q)
        assert_array_equal(pivoted_qr(other).r, whole.r)


def test_a_complement_is_what_a_basis_leaves():
    basis = pivoted_qr(np.random.default_rng(1).normal(size=(6, 2))).q
    rest = complement(basis)
    assert_allclose(rest.T @ rest, np.eye(4), atol=1e-14)
    assert_allclose(basis.T @ rest, 0.0, atol=1e-14)


def test_group_means_span_a_constant():
    means = np.repeat(np.eye(3), 2, axis=0)
    assert spans_constant(means)
    assert not spans_constant(means[:, :2])
