"""Residuals of rows that each have a design of their own, in directions whose variances blocks of samples set apart.

A sample's variance is that of its block plus one of its own. Means of blocks and deviations from them are orthogonal,
and deviations know nothing of the blocks, so all but a small problem, of the size of the number of blocks, is settled
by regressing deviations on deviations. Of blocks of one size only as many remain as there are columns.
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
    effects[:rank] = 0.0
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
def _present(
    roots: FloatArray, blocks: IntArray, index: IntArray, at: IntArray, seen: IntArray, sizes: FloatArray
) -> tuple[int, int]:
    """Number of samples with weight and of their blocks; which they are, and each one's block, numbered anew."""
    seen[:] = -1
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
    between[:b] = 0.0
    for j in range(m):
        between[at[j]] += line[j]
    for j in range(m):
        line[j] -= between[at[j]] / sizes[at[j]]
    between[:b] /= np.sqrt(sizes[:b])


@part
def _reduce(
    lines: FloatArray, m: int, at: IntArray, sizes: FloatArray, b: int, small: FloatArray, kept: IntArray,
    effects: FloatArray,
) -> tuple[int, float]:  # fmt: skip
    """Bring lines (r columns, then y) of m samples to b block means and the few directions in which columns deviate.

    Returns the number of these directions, at most m - b, and the sum of squares of y outside all of them.
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
        elif inner < m - b and remaining > _CONSTANT * length:
            small[k, b + inner] = remaining
            lines[k, :m] /= remaining
            kept[inner] = k
            inner += 1
    return inner, rest


@part
def _set_apart(
    small: FloatArray, sizes: FloatArray, b: int, inner: int, which: IntArray, v: FloatArray, apart: FloatArray
) -> int:
    """Turn means of blocks of one size until the r columns know of only r of them; the others leave.

    ``apart`` receives their sizes, which are eigenvalues, and what y has there. Returns how many they are.
    """
    r, left, stay = len(small) - 1, 0, 0
    for first in range(b):
        size, n = sizes[first], 0
        for j in range(first, b):
            if sizes[j] == size:
                which[n], n = j, n + 1
        for k in range(r if n > r and size > 0.0 else 0):
            for j in range(k, n):
                v[j] = small[k, which[j]]
            length = math.sqrt(_dot(v[k:], v[k:], n - k))
            v[k] += length if v[k] > 0.0 else -length
            half = length * abs(v[k])
            for other in range(k, r + 1 if half > 0.0 else k):
                dot = 0.0
                for j in range(k, n):
                    dot += v[j] * small[other, which[j]]
                for j in range(k, n):
                    small[other, which[j]] -= dot / half * v[j]
        for j in range(r, n if size > 0.0 else r):
            apart[0, left], apart[1, left] = size, small[r, which[j]]
            sizes[which[j]] = 0.0
            left += 1
    for j in range(b + inner):
        if j >= b or sizes[j] > 0.0:
            small[:, stay] = small[:, j]
            if j < b:
                sizes[stay] = sizes[j]
            stay += 1
    return left


@part
def _residual_covariance(
    small: FloatArray, tol: float, sizes: FloatArray, b: int, s: int, kept: IntArray, effects: FloatArray,
    spread: FloatArray, work: FloatArray,
) -> int:  # fmt: skip
    """Project the last line and the block variances, ``diag(sizes, 0)``, off the other lines; these lines' rank."""
    spread[:s, :s] = 0.0
    for j in range(b):
        spread[j, j] = sizes[j]
    rank = 0
    r = len(small) - 1
    for k in range(r + 1):
        length = math.sqrt(_dot(small[k], small[k], s))
        remaining = _orthogonal(small[k], small, kept, rank, s, effects)
        if k == r or remaining <= tol * length:
            continue
        small[k, :s] /= remaining
        q = small[k]
        for j in range(s):
            work[j] = _dot(spread[j], q, s)
        half = 0.5 * _dot(work, q, s)
        work[:s] -= half * q[:s]
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
        n, x = s - k - 1, v[k + 1 :]
        x[:n] = matrix[k, k + 1 : s]
        length = math.sqrt(_dot(x, x, n))
        off[k] = -length if x[0] > 0.0 else length
        x[0] -= off[k]
        square = _dot(x, x, n)
        if square == 0.0:
            continue
        factor = 2.0 / square
        for j in range(k + 1, s):
            w[j] = factor * _dot(matrix[j, k + 1 :], x, n)
        half = 0.5 * factor * _dot(w[k + 1 :], x, n)
        turn = factor * _dot(vector[k + 1 :], x, n)
        w[k + 1 : s] -= half * x[:n]
        vector[k + 1 : s] -= turn * x[:n]
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
    v, w, apart = np.empty(most + r), np.empty(most + r), np.empty((2, most))
    for i in range(g):
        m, b = _present(roots[i], blocks, index, at, seen, sizes)
        for j in range(m):
            root = roots[i, index[j]]
            for k in range(r):
                lines[k, j] = columns[k, index[j]] * root
            lines[r, j] = y[i, index[j]] * root
        inner, rest[i] = _reduce(lines, m, at, sizes, b, small, kept, effects)
        left = _set_apart(small, sizes, b, inner, index, v, apart)
        s = b + inner - left
        rank = _residual_covariance(small, tol, sizes, b - left, s, kept, effects, spread, v)
        vector = small[r]
        _tridiagonal(spread, s, vector, off, v, w)
        largest = 1.0
        for j in range(s):
            eigen[j] = spread[j, j]
            if j < b - left:
                largest = max(largest, sizes[j])
        _diagonal(eigen, off, vector, s, _SMALL * largest)
        eigen[s : s + left], vector[s : s + left] = apart[0, :left], apart[1, :left]
        s += left
        _fall(eigen, vector, s)
        counts[i] = s - rank
        for j in range(most):
            values[i, j] = eigen[j] if j < s - rank and eigen[j] > _ZERO else 0.0
            sums[i, j] = vector[j] * vector[j] if j < s - rank else 0.0
        rest[i] += _dot(vector[s - rank :], vector[s - rank :], rank)  # rounding along the columns themselves
        facts[i, 0], facts[i, 1], facts[i, 2], facts[i, 3] = m - b - inner, rank, m, b
