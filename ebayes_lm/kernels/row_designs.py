"""Least squares of rows that each have a design of their own: other weights, other missing values."""

from __future__ import annotations

import math

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.kernels.policy import compiled, part

#: A direction that keeps less than this of its length adds nothing to an F test.
_NEW_DIRECTION = 1e-4


@part
def _present(
    roots: FloatArray, blocks: IntArray, rho: float, index: IntArray, lines: FloatArray, sums: FloatArray
) -> int:
    """Number of samples with weight; ``index`` receives which, ``lines`` their roots and what whitening multiplies by.

    Within a block all correlations are ``rho``: given k earlier values of its block, a value has the mean
    rho / (1 + (k - 1) rho) times their sum, and the variance 1 - k rho^2 / (1 + (k - 1) rho).
    """
    m = 0
    sums[:] = 0.0
    for j in range(roots.shape[0]):
        if roots[j] > 0.0:
            index[m] = j
            lines[0, m] = roots[j]
            if rho != 0.0:
                k = sums[blocks[j]]
                spread = 1.0 + (k - 1.0) * rho
                lines[1, m] = rho / spread if k > 0.0 else 0.0
                lines[2, m] = 1.0 / math.sqrt(1.0 - k * rho * lines[1, m])
                sums[blocks[j]] = k + 1.0
            m += 1
    return m


@part
def _whiten(values: FloatArray, m: int, index: IntArray, lines: FloatArray, blocks: IntArray, sums: FloatArray) -> None:
    """Take out of scaled values what earlier ones of their block foretell."""
    sums[:] = 0.0
    for j in range(m):
        block = blocks[index[j]]
        value = values[j]
        values[j] = (value - lines[1, j] * sums[block]) * lines[2, j]
        sums[block] += value


@part
def _slope(
    values: FloatArray, m: int, index: IntArray, lines: FloatArray, blocks: IntArray, rho: float, sums: FloatArray
) -> float:
    """What the variance of a combination of whitened samples, ``values``, gains with the correlation.

    In terms of the samples before whitening it is the sum of the products of different samples of one block.
    """
    sums[:] = 0.0
    total = 0.0
    for j in range(m - 1, -1, -1):  # the transpose of whitening
        block = blocks[index[j]]
        value = values[j]
        if rho != 0.0:
            value *= lines[2, j]
            values[j] = value - sums[block]
            sums[block] += lines[1, j] * value
        total -= values[j] * values[j]
    sums[:] = 0.0
    for j in range(m):
        sums[blocks[index[j]]] += values[j]
    for j in range(len(sums)):
        total += sums[j] * sums[j]
    return total


@part
def _factor(
    columns: FloatArray, tol: float, m: int, index: IntArray, lines: FloatArray, blocks: IntArray, rho: float,
    sums: FloatArray, q: FloatArray, upper: FloatArray, kept: IntArray,
) -> int:  # fmt: skip
    """Factor the design of one row, ``whitened X = q' upper``, by modified Gram-Schmidt; the number of columns kept.

    Columns (r, n) stay in order; one of which its predecessors leave less than ``tol`` is passed over. ``kept``
    receives the positions of the others.
    """
    rank = 0
    upper[:] = 0.0
    for k in range(columns.shape[0]):
        for j in range(m):
            q[rank, j] = columns[k, index[j]] * lines[0, j]
        if rho != 0.0:
            _whiten(q[rank], m, index, lines, blocks, sums)
        length = _length(q[rank], m)
        for other in range(rank):
            upper[other, k] = _take_out(q[other], q[rank], m)
        remaining = _length(q[rank], m)
        if remaining == 0.0 or remaining < tol * length:
            continue
        upper[rank, k] = remaining
        inverse = 1.0 / remaining
        for j in range(m):
            q[rank, j] *= inverse
        kept[rank] = k
        rank += 1
    return rank


@part
def _length(values: FloatArray, m: int) -> float:
    total = 0.0
    for j in range(m):
        total += values[j] * values[j]
    return math.sqrt(total)


@part
def _take_out(direction: FloatArray, values: FloatArray, m: int) -> float:
    """Take out of values what a direction of length one explains, and return that."""
    dot = 0.0
    for j in range(m):
        dot += direction[j] * values[j]
    for j in range(m):
        values[j] -= dot * direction[j]
    return dot


@part
def _forward(upper: FloatArray, kept: IntArray, rank: int, side: FloatArray, solution: FloatArray) -> float:
    """Solve ``upper' solution = side`` over the kept columns; the length of the solution."""
    length = 0.0
    for k in range(rank):
        total = side[kept[k]]
        for other in range(k):
            total -= upper[other, kept[k]] * solution[other]
        solution[k] = total / upper[k, kept[k]]
        length += solution[k] * solution[k]
    return math.sqrt(length)


@part
def _is_implied(
    upper: FloatArray, kept: IntArray, rank: int, side: FloatArray, solution: FloatArray, tol: float
) -> bool:
    """Whether a combination weighs the aliased columns just as their dependencies ask, so that it is estimable."""
    size = 0.0
    for k in range(side.shape[0]):
        size = max(size, abs(side[k]))
    at = 0
    for k in range(side.shape[0]):
        if at < rank and kept[at] == k:
            at += 1
            continue
        implied = 0.0
        for other in range(rank):
            implied += solution[other] * upper[other, k]
        if not abs(side[k] - implied) <= tol * size:
            return False
    return True


@part
def _project(q: FloatArray, rank: int, m: int, z: FloatArray, effects: FloatArray) -> float:
    """Take out of z (m,) what the basis q explains; the length of what is left. ``effects`` receives the former."""
    effects[:rank] = 0.0
    for _ in range(2):  # the second pass removes what rounding left of the first
        for k in range(rank):
            effects[k] += _take_out(q[k], z, m)
    return _length(z, m)


@compiled
def fit_row_designs(
    y: FloatArray, roots: FloatArray, columns: FloatArray, tol: float, noise: float,
    blocks: IntArray, rho: FloatArray, coefficients: FloatArray, stdev: FloatArray, effects: FloatArray,
    sigma: FloatArray, rank: IntArray, zero: BoolArray,
) -> None:  # fmt: skip
    """Weighted least squares of rows y (g, n), each on the samples to which it gives weight.

    ``roots`` (g, n) are those of the weights, zero where a value is missing; ``rho`` (g,) or (1,) is the correlation
    within blocks, of each row or of all. ``coefficients`` and ``stdev`` (g, r)
    receive the estimates of the columns that a row keeps and their unscaled standard deviations, NaN elsewhere;
    ``effects`` (g, r) what each explains beyond those before it, as the root of a sum of squares. ``sigma`` (g,) is NaN
    without residual df, and ``rank`` (g,) is that of the row's design. A row is ``zero`` where sigma is below ``noise``
    times its root mean square.
    """
    g, n = y.shape
    r = columns.shape[0]
    index, kept = np.empty(n, np.intp), np.empty(r, np.intp)
    lines, sums = np.empty((3, n)), np.empty(n)
    q, z = np.empty((r + 1, n)), np.empty(n)
    upper = np.empty((r, r))
    solution, unit, column = np.empty(r), np.empty(r), np.empty(r)
    for i in range(g):
        own = rho[i if len(rho) > 1 else 0]
        m = _present(roots[i], blocks, own, index, lines, sums)
        found = _factor(columns, tol, m, index, lines, blocks, own, sums, q, upper, kept)
        for j in range(m):
            z[j] = y[i, index[j]] * lines[0, j]
        if own != 0.0:
            _whiten(z, m, index, lines, blocks, sums)
        size = _length(z, m)
        rest = _project(q, found, m, z, solution)
        rank[i] = found
        sigma[i] = math.nan
        zero[i] = False
        if m > found:
            deviation = rest / math.sqrt(m - found)
            sigma[i] = deviation
            zero[i] = deviation <= noise * size / math.sqrt(m)
        coefficients[i], stdev[i], effects[i] = math.nan, math.nan, 0.0
        for k in range(found):
            effects[i, kept[k]] = solution[k]
        for k in range(found - 1, -1, -1):
            value = solution[k]
            for other in range(k + 1, found):
                value -= upper[k, kept[other]] * solution[other]
            solution[k] = value / upper[k, kept[k]]
            coefficients[i, kept[k]] = solution[k]
        for k in range(found):
            unit[:] = 0.0
            unit[kept[k]] = 1.0
            stdev[i, kept[k]] = _forward(upper, kept, found, unit, column)


@compiled
def combine_row_designs(
    roots: FloatArray, columns: FloatArray, tol: float, blocks: IntArray, rho: FloatArray,
    contrasts: FloatArray, stdev: FloatArray, slope: FloatArray,
) -> None:  # fmt: skip
    """Unscaled standard deviations (g, k) of combinations of coefficients, given as ``contrasts`` (k, r).

    ``roots`` (g, n) are those of the weights. ``slope`` (g, k) or (0, k) receives by how much their squares rise with
    the correlation. NaN where the samples to which a row gives weight cannot estimate the combination.
    """
    g, n = roots.shape
    r = columns.shape[0]
    index, kept = np.empty(n, np.intp), np.empty(r, np.intp)
    lines, sums, q, z = np.empty((3, n)), np.empty(n), np.empty((r + 1, n)), np.empty(n)
    upper, column = np.empty((r, r)), np.empty(r)
    for i in range(g):
        own = rho[i if len(rho) > 1 else 0]
        m = _present(roots[i], blocks, own, index, lines, sums)
        rank = _factor(columns, tol, m, index, lines, blocks, own, sums, q, upper, kept)
        for c in range(len(contrasts)):
            length = _forward(upper, kept, rank, contrasts[c], column)
            estimable = rank == r or _is_implied(upper, kept, rank, contrasts[c], column, tol)
            stdev[i, c] = length if estimable else math.nan
            if len(slope):
                for j in range(m):
                    z[j] = 0.0
                    for k in range(rank):
                        z[j] += column[k] * q[k, j]
                slope[i, c] = _slope(z, m, index, lines, blocks, own, sums) if estimable else math.nan


@compiled
def f_row_designs(
    roots: FloatArray, columns: FloatArray, tol: float, blocks: IntArray, rho: FloatArray,
    contrasts: FloatArray, t: FloatArray, f: FloatArray, df1: FloatArray,
) -> None:  # fmt: skip
    """F (g,) of combinations (k, r) of coefficients from their t statistics (g, k), and its numerator df (g,).

    The combinations are made orthogonal one after the other, and t with them; one that follows from those before it
    adds nothing.
    """
    g, n = roots.shape
    r, k = columns.shape[0], len(contrasts)
    index, kept = np.empty(n, np.intp), np.empty(r, np.intp)
    lines, sums, q = np.empty((3, n)), np.empty(n), np.empty((r + 1, n))
    upper = np.empty((r, r))
    directions, scores = np.empty((k, r)), np.empty(k)
    for i in range(g):
        own = rho[i if len(rho) > 1 else 0]
        m = _present(roots[i], blocks, own, index, lines, sums)
        rank = _factor(columns, tol, m, index, lines, blocks, own, sums, q, upper, kept)
        found = 0
        f[i] = 0.0
        for c in range(k):
            length = _forward(upper, kept, rank, contrasts[c], directions[found])
            if math.isnan(t[i, c]):
                f[i] = math.nan
            if length == 0.0:
                continue
            for j in range(rank):
                directions[found, j] /= length
            score = t[i, c]
            for other in range(found):
                score -= _take_out(directions[other], directions[found], rank) * scores[other]
            rest = _length(directions[found], rank)
            if rest < _NEW_DIRECTION:
                continue
            for j in range(rank):
                directions[found, j] /= rest
            scores[found] = score / rest
            f[i] += scores[found] * scores[found]
            found += 1
        df1[i] = found
        f[i] = f[i] / found
