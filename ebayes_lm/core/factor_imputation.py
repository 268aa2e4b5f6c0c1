"""Gaps in rows that follow a design and hidden factors, filled by what both say."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray

#: Coefficients of a row count as known where its gaps leave this much of every direction.
_KNOWN = 1e-6
#: Entries of the matrices that are held at once.
_CELLS = 1 << 22


def filled(y: FloatArray, missing: BoolArray, basis: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Rows (g, n) with each gap at its fitted value, by least squares of what is there on an orthonormal basis (n, q).

    Also whether what is there tells all coefficients of a row; other rows are as they were.
    """
    q = basis.shape[1]
    squares = np.einsum("ij,ik->ijk", basis, basis).reshape(len(basis), q * q)
    y, known = y.copy(), np.zeros(len(y), dtype=np.bool_)
    step = max(1, _CELLS // max(q * q, len(basis)))
    for start in range(0, len(y), step):
        at = slice(start, start + step)
        gaps = missing[at]
        left = np.eye(q) - (gaps.astype(np.float64) @ squares).reshape(-1, q, q)
        known[at] = np.linalg.eigvalsh(left)[:, 0] > _KNOWN if q else True
        left[~known[at]] = np.eye(q)
        sides = np.where(gaps, 0.0, y[at]) @ basis
        fitted = np.linalg.solve(left, sides[:, :, None])[:, :, 0] @ basis.T
        y[at] = np.where(gaps & known[at][:, None], fitted, y[at])
    return y, known
