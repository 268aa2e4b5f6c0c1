"""Variances of samples relative to one another, learnt from rows one after the other, or from all at once."""

from __future__ import annotations

import math

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.kernels.policy import compiled, part

#: What is left of a pivot, as a share of its diagonal, below which a matrix counts as singular.
_SINGULAR = 1e-12
#: Conjugate gradients stop at this share of what they began with, of squares; after so many rounds they give up.
_CONVERGED, _MOST_ROUNDS = 1e-30, 30


@part
def _weigh(y: AnyArray, cells: FloatArray, i: int, weights: FloatArray, root: FloatArray, z: FloatArray) -> int:
    """Row ``i`` times the roots of its weights, both zero where a value is missing; the number of values."""
    m = 0
    for j in range(len(z)):
        value = float(y[i, j])
        weight = weights[j] if len(cells) == 0 else weights[j] * cells[i, j]
        there = math.isfinite(value) and weight > 0.0
        root[j] = math.sqrt(weight) if there else 0.0
        z[j] = value * root[j] if there else 0.0
        m += there
    return m


@part
def _basis(columns: FloatArray, root: FloatArray, tol: float, q: FloatArray) -> int:
    """Orthonormal basis (rank, n) of weighted columns by modified Gram-Schmidt; the rank."""
    rank = 0
    for k in range(len(columns)):
        length, rest = 0.0, 0.0
        for j in range(len(root)):
            q[rank, j] = columns[k, j] * root[j]
            length += q[rank, j] * q[rank, j]
        for other in range(rank):
            dot = 0.0
            for j in range(len(root)):
                dot += q[other, j] * q[rank, j]
            for j in range(len(root)):
                q[rank, j] -= dot * q[other, j]
        for j in range(len(root)):
            rest += q[rank, j] * q[rank, j]
        if rest == 0.0 or rest < tol * tol * length:
            continue
        inverse = 1.0 / math.sqrt(rest)
        for j in range(len(root)):
            q[rank, j] *= inverse
        rank += 1
    return rank


@part
def _residual(q: FloatArray, rank: int, root: FloatArray, z: FloatArray, free: FloatArray) -> float:
    """Take out of z what the basis explains; its sum of squares. ``free`` receives 1 - h of each sample."""
    for j in range(len(z)):
        free[j] = 1.0 if root[j] > 0.0 else 0.0
    for k in range(rank):
        dot = 0.0
        for j in range(len(z)):
            dot += q[k, j] * z[j]
        for j in range(len(z)):
            z[j] -= dot * q[k, j]
            free[j] -= q[k, j] * q[k, j]
    rss = 0.0
    for j in range(len(z)):
        rss += z[j] * z[j]
    return rss


@part
def _solve(matrix: FloatArray, side: FloatArray, lower: FloatArray, solution: FloatArray) -> bool:
    """Solve a positive definite system by Cholesky's method; False where it is not. Only the lower half is read."""
    n = len(side)
    for a in range(n):
        value = side[a]
        for b in range(a):
            dot = matrix[a, b]
            for c in range(b):
                dot -= lower[a, c] * lower[b, c]
            lower[a, b] = dot * lower[b, b]
        pivot = matrix[a, a]
        for c in range(a):
            pivot -= lower[a, c] * lower[a, c]
            value -= lower[a, c] * solution[c]
        if not pivot > _SINGULAR * matrix[a, a]:
            return False
        lower[a, a] = 1.0 / math.sqrt(pivot)
        solution[a] = value * lower[a, a]
    for a in range(n - 1, -1, -1):
        solution[a] *= lower[a, a]
        for c in range(a):
            solution[c] -= lower[a, c] * solution[a]
    return True


@part
def _solve_nearly_diagonal(
    matrix: FloatArray, side: FloatArray, solution: FloatArray, rest: FloatArray, way: FloatArray, image: FloatArray
) -> bool:
    """Solve a system by conjugate gradients, divided by its diagonal; False where that takes long."""
    n = len(side)
    size = 0.0
    for a in range(n):
        solution[a], rest[a] = 0.0, side[a]
        way[a] = side[a] / matrix[a, a]
        size += side[a] * way[a]
    before, enough = size, _CONVERGED * size
    for _ in range(_MOST_ROUNDS):
        if before <= enough:
            return True
        along = 0.0
        for a in range(n):
            image[a] = 0.0
            for b in range(n):
                image[a] += matrix[a, b] * way[b]
            along += way[a] * image[a]
        length = before / along
        size = 0.0
        for a in range(n):
            solution[a] += length * way[a]
            rest[a] -= length * image[a]
            size += rest[a] * rest[a] / matrix[a, a]
        for a in range(n):
            way[a] = rest[a] / matrix[a, a] + size / before * way[a]
        before = size
    return False


@part
def _inform(information: FloatArray, free: FloatArray, total: float) -> None:
    """Add what a row tells of each sample's variance, its own variance taken out: D - d d' / sum(d)."""
    for a in range(len(free)):
        share = free[a] / total
        for b in range(len(free)):
            information[a, b] -= share * free[b]
        information[a, a] += free[a]


@part
def _inform_along(
    directions: FloatArray, information: FloatArray, free: FloatArray, total: float, means: FloatArray
) -> None:
    """The same along a few directions (k, n)."""
    for a in range(len(directions)):
        means[a] = 0.0
        for j in range(len(free)):
            means[a] += free[j] * directions[a, j]
        for b in range(a + 1):
            dot = 0.0
            for j in range(len(free)):
                dot += free[j] * directions[a, j] * directions[b, j]
            information[a, b] += dot - means[a] * means[b] / total


@part
def _combine(directions: FloatArray, coefficients: FloatArray, values: FloatArray) -> None:
    for j in range(len(values)):
        values[j] = 0.0
    for a in range(len(directions)):
        for j in range(len(values)):
            values[j] += coefficients[a] * directions[a, j]


@part
def _project(directions: FloatArray, values: FloatArray, coefficients: FloatArray) -> None:
    for a in range(len(directions)):
        coefficients[a] = 0.0
        for j in range(len(values)):
            coefficients[a] += directions[a, j] * values[j]


@compiled
def learn_row_by_row(
    y: AnyArray, cells: FloatArray, columns: FloatArray, directions: FloatArray, tol: float, smallest: float,
    information: FloatArray, log_weights: FloatArray,
) -> bool:  # fmt: skip
    """Let rows (g, n) move the weights of samples one after the other; False where a step is not determined.

    Every row is fitted with the weights as they stand, times its own in ``cells`` (g, n) or (0, n), and then moves
    them by one scoring step of the log variances, along ``directions`` (k, n) or, where there are none (0, n), in all
    directions. ``information`` (k, k) or (n, n), of which the lower half counts, and ``log_weights`` (n,) go on from
    row to row. Rows with a residual variance below ``smallest`` and those with fewer than two residual df are passed
    over.
    """
    n, p, k = y.shape[1], len(columns), len(directions)
    weights, score, step = np.exp(log_weights), np.empty(n), np.empty(n)
    root, z, free = np.empty(n), np.empty(n), np.empty(n)
    along, means, move = np.empty(k), np.empty(k), np.empty(k)
    q, lower = np.empty((p + 1, n)), np.empty(information.shape)
    for i in range(len(y)):
        m = _weigh(y, cells, i, weights, root, z)
        rank = _basis(columns, root, tol, q)
        df = m - rank
        if m <= 2 or df < 2:
            continue
        rss = _residual(q, rank, root, z, free)
        if rss < smallest * df:
            continue
        total = 0.0
        for j in range(n):
            score[j] = z[j] * z[j] * (df / rss) - free[j]
            total += free[j]
        if k == 0:
            _inform(information, free, total)
            determined = _solve_nearly_diagonal(information, score, step, z, free, root)
            if not determined:
                determined = _solve(information, score, lower, step)
        else:
            _inform_along(directions, information, free, total, means)
            _project(directions, score, along)
            determined = _solve(information, along, lower, move)
            _combine(directions, move, step)
        if not determined:
            return False
        for j in range(n):
            log_weights[j] -= step[j]
            weights[j] = math.exp(log_weights[j])
    return True


@compiled
def pool_rows(
    y: AnyArray, cells: FloatArray, columns: FloatArray, weights: FloatArray, tol: float, smallest: float,
    information: FloatArray, score: FloatArray,
) -> None:  # fmt: skip
    """Add up over complete rows (g, n) with weights ``cells`` (g, n) of their own what they tell of the weights (n,).

    ``information`` (n, n) receives ``diag(1 - 2h) + (QQ')^2`` with the row's own variance taken out, its lower half,
    and ``score`` (n,) the squared residuals over the residual variance less 1 - h, for rows whose variance is at least
    ``smallest``.
    """
    n, p = y.shape[1], len(columns)
    root, z, free, q = np.empty(n), np.empty(n), np.empty(n), np.empty((p + 1, n))
    for i in range(len(y)):
        m = _weigh(y, cells, i, weights, root, z)
        rank = _basis(columns, root, tol, q)
        df = float(m - rank)
        rss = _residual(q, rank, root, z, free)
        for a in range(n):
            for b in range(a + 1):
                product = 0.0
                for k in range(rank):
                    product += q[k, a] * q[k, b]
                information[a, b] += product * product - free[a] * free[b] / df
            information[a, a] += 2.0 * free[a] - 1.0
        if rss >= smallest * df:
            for j in range(n):
                score[j] += z[j] * z[j] * (df / rss) - free[j]
