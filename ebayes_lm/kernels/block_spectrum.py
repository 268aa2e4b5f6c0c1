"""Residuals of rows that each have a design of their own, in directions whose variances blocks of samples set apart.

A sample's variance is that of its block plus one of its own. Means of blocks and deviations from them are orthogonal,
and deviations know nothing of the blocks, so all but a small problem, of the size of the number of blocks, is settled
by regressing deviations on deviations.
"""

from __future__ import annotations

import math

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.kernels.policy import compiled, part

#: A column counts as constant within blocks where its deviations are below this share of its length.
_CONSTANT = 1e-12
#: A vector that keeps less than this of its length is made orthogonal a second time.
_CANCELLED = 0.3
#: Eigenvalues below this are zero; those of whole blocks are at least one.
_ZERO = 1e-10
#: Off the diagonal, what is below this share of the largest block counts as zero.
_SMALL = 1e-16


@part
def _dot(a: FloatArray, b: FloatArray, m: int) -> float:
    total = 0.0
    for j in range(m):
        total += a[j] * b[j]
    return total


@part
def _orthogonal(line: FloatArray, basis: FloatArray, kept: IntArray, rank: int, m: int, effects: FloatArray) -> float:
    """Take out of a line what the kept lines of the basis explain; the length of what is left."""
    for k in range(rank):
        effects[k] = 0.0
    length = math.sqrt(_dot(line, line, m))
    for _ in range(3):
        for k in range(rank):
            q = basis[kept[k]]
            dot = _dot(q, line, m)
            effects[k] += dot
            for j in range(m):
                line[j] -= dot * q[j]
        remaining = math.sqrt(_dot(line, line, m))
        if remaining > _CANCELLED * length:
            break
        length = remaining
    return remaining


@part
def _scale(line: FloatArray, by: float, m: int) -> None:
    for j in range(m):
        line[j] *= by


@part
def _present(
    roots: FloatArray, blocks: IntArray, index: IntArray, at: IntArray, seen: IntArray, sizes: FloatArray
) -> tuple[int, int]:
    """Number of samples with weight and of their blocks; which they are, and each one's block, numbered anew."""
    for k in range(len(seen)):
        seen[k] = -1
    m, b = 0, 0
    for j in range(len(roots)):
        if roots[j] > 0.0:
            if seen[blocks[j]] < 0:
                seen[blocks[j]] = b
                sizes[b] = 0.0
                b += 1
            index[m], at[m] = j, seen[blocks[j]]
            sizes[at[m]] += 1.0
            m += 1
    return m, b


@part
def _split(line: FloatArray, m: int, at: IntArray, sizes: FloatArray, b: int, between: FloatArray) -> None:
    """Leave in a line its deviations from block means, and in ``between`` these means, at the length that they had."""
    for k in range(b):
        between[k] = 0.0
    for j in range(m):
        between[at[j]] += line[j]
    for j in range(m):
        line[j] -= between[at[j]] / sizes[at[j]]
    for k in range(b):
        between[k] /= math.sqrt(sizes[k])


@part
def _reduce(
    lines: FloatArray, m: int, at: IntArray, sizes: FloatArray, b: int, small: FloatArray, kept: IntArray,
    effects: FloatArray,
) -> tuple[int, float]:  # fmt: skip
    """Bring lines (r columns, then y) of m samples to b block means and the few directions in which columns deviate.

    Returns the number of these directions, and the sum of squares of y outside all of them.
    """
    inner, rest = 0, 0.0
    r = len(lines) - 1
    for k in range(r + 1):
        length = math.sqrt(_dot(lines[k], lines[k], m))
        _split(lines[k], m, at, sizes, b, small[k])
        remaining = _orthogonal(lines[k], lines, kept, inner, m, effects)
        for other in range(r):
            small[k, b + other] = effects[other] if other < inner else 0.0
        if k == r:
            rest = remaining * remaining
        elif remaining > _CONSTANT * length:
            small[k, b + inner] = remaining
            _scale(lines[k], 1.0 / remaining, m)
            kept[inner] = k
            inner += 1
    return inner, rest


@part
def _residual_covariance(
    small: FloatArray, tol: float, sizes: FloatArray, b: int, s: int, kept: IntArray, effects: FloatArray,
    spread: FloatArray, work: FloatArray,
) -> int:  # fmt: skip
    """Project the last line and the block variances, ``diag(sizes, 0)``, off the other lines; these lines' rank."""
    for j in range(s):
        for k in range(s):
            spread[j, k] = 0.0
        if j < b:
            spread[j, j] = sizes[j]
    rank = 0
    r = len(small) - 1
    for k in range(r + 1):
        length = math.sqrt(_dot(small[k], small[k], s))
        remaining = _orthogonal(small[k], small, kept, rank, s, effects)
        if k == r or remaining <= tol * length:
            continue
        _scale(small[k], 1.0 / remaining, s)
        q = small[k]
        for j in range(s):
            work[j] = _dot(spread[j], q, s)
        half = 0.5 * _dot(work, q, s)
        for j in range(s):
            work[j] -= half * q[j]
        for j in range(s):
            for other in range(s):
                spread[j, other] -= work[j] * q[other] + q[j] * work[other]
        kept[rank] = k
        rank += 1
    return rank


@part
def _tridiagonal(matrix: FloatArray, s: int, vector: FloatArray, off: FloatArray, v: FloatArray, w: FloatArray) -> None:
    """Householder reflections bring a symmetric matrix to three diagonals and turn a vector along with it."""
    for k in range(s - 2):
        length = 0.0
        for j in range(k + 1, s):
            v[j] = matrix[k, j]
            length += v[j] * v[j]
        length = math.sqrt(length)
        off[k] = -length if v[k + 1] > 0.0 else length
        v[k + 1] -= off[k]
        square = 0.0
        for j in range(k + 1, s):
            square += v[j] * v[j]
        if square == 0.0:
            continue
        factor = 2.0 / square
        half, turn = 0.0, 0.0
        for j in range(k + 1, s):
            total = 0.0
            for other in range(k + 1, s):
                total += matrix[j, other] * v[other]
            w[j] = factor * total
            half += w[j] * v[j]
            turn += v[j] * vector[j]
        half *= 0.5 * factor
        turn *= factor
        for j in range(k + 1, s):
            w[j] -= half * v[j]
            vector[j] -= turn * v[j]
        for j in range(k + 1, s):
            for other in range(k + 1, s):
                matrix[j, other] -= v[j] * w[other] + w[j] * v[other]
    if s > 1:
        off[s - 2] = matrix[s - 2, s - 1]


@part
def _diagonal(values: FloatArray, off: FloatArray, vector: FloatArray, s: int, small: float) -> None:
    """Eigenvalues of three diagonals by QR steps with Wilkinson's shift (Golub & Van Loan, section 8.3)."""
    high = s - 1
    for _ in range(60 * s):
        while high > 0 and abs(off[high - 1]) <= small:
            high -= 1
        if high <= 0:
            return
        low = high - 1
        while low > 0 and abs(off[low - 1]) > small:
            low -= 1
        delta = 0.5 * (values[high - 1] - values[high])
        e = off[high - 1]
        root = math.sqrt(delta * delta + e * e)
        x = values[low] - values[high] + e * e / (delta + (root if delta >= 0.0 else -root))
        z = off[low]
        for k in range(low, high):
            length = math.sqrt(x * x + z * z)
            c, sine = (x / length, z / length) if length > 0.0 else (1.0, 0.0)
            if k > low:
                off[k - 1] = length
            a, e, d = values[k], off[k], values[k + 1]
            values[k] = c * c * a + 2.0 * c * sine * e + sine * sine * d
            values[k + 1] = sine * sine * a - 2.0 * c * sine * e + c * c * d
            off[k] = (c * c - sine * sine) * e + c * sine * (d - a)
            if k < high - 1:
                x, z = off[k], sine * off[k + 1]
                off[k + 1] *= c
            vector[k], vector[k + 1] = c * vector[k] + sine * vector[k + 1], c * vector[k + 1] - sine * vector[k]


@part
def _fall(values: FloatArray, vector: FloatArray, s: int) -> None:
    """Sort values, the largest first, and a vector along with them."""
    for j in range(1, s):
        value, along = values[j], vector[j]
        k = j
        while k > 0 and values[k - 1] < value:
            values[k], vector[k] = values[k - 1], vector[k - 1]
            k -= 1
        values[k], vector[k] = value, along


@compiled
def row_spectra(
    y: FloatArray, roots: FloatArray, columns: FloatArray, tol: float, blocks: IntArray,
    values: FloatArray, sums: FloatArray, counts: IntArray, rest: FloatArray, facts: IntArray,
) -> None:  # fmt: skip
    """Squared residuals of rows y (g, n) in directions of known variance, each row on the samples it gives weight to.

    ``roots`` (g, n) are those of the weights, zero where a value is missing; they multiply y and the columns (r, n) of
    the design, not the ``blocks`` (n,). ``values`` and ``sums`` (g, blocks) receive in their first ``counts`` (g,)
    places eigenvalues of the residual block matrix, falling, and the squared residual along each; zeros follow.
    ``rest`` (g,) is the residual sum of squares outside these directions, where the eigenvalue is zero. ``facts``
    (g, 4) are its df, the rank of the row's design, its samples and its blocks.
    """
    g, n = y.shape
    r, most = columns.shape[0], values.shape[1]
    index, at = np.empty(n, np.intp), np.empty(n, np.intp)
    seen, kept = np.empty(most, np.intp), np.empty(r + 1, np.intp)
    sizes, effects = np.empty(most), np.empty(r + 1)
    lines, small = np.empty((r + 1, n)), np.empty((r + 1, most + r))
    spread, eigen, off = np.empty((most + r, most + r)), np.empty(most + r), np.empty(most + r)
    v, w = np.empty(most + r), np.empty(most + r)
    for i in range(g):
        m, b = _present(roots[i], blocks, index, at, seen, sizes)
        for j in range(m):
            root = roots[i, index[j]]
            for k in range(r):
                lines[k, j] = columns[k, index[j]] * root
            lines[r, j] = y[i, index[j]] * root
        inner, rest[i] = _reduce(lines, m, at, sizes, b, small, kept, effects)
        s = b + inner
        rank = _residual_covariance(small, tol, sizes, b, s, kept, effects, spread, v)
        vector = small[r]
        _tridiagonal(spread, s, vector, off, v, w)
        largest = 1.0
        for j in range(s):
            eigen[j] = spread[j, j]
            if j < b:
                largest = max(largest, sizes[j])
        _diagonal(eigen, off, vector, s, _SMALL * largest)
        _fall(eigen, vector, s)
        counts[i] = s - rank
        for j in range(most):
            values[i, j] = eigen[j] if j < s - rank and eigen[j] > _ZERO else 0.0
            sums[i, j] = vector[j] * vector[j] if j < s - rank else 0.0
        for j in range(s - rank, s):  # along the columns themselves nothing is left but rounding
            rest[i] += vector[j] * vector[j]
        facts[i, 0], facts[i, 1], facts[i, 2], facts[i, 3] = m - b - inner, rank, m, b
