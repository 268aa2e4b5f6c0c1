"""How many directions of the residuals are more than noise."""

from __future__ import annotations

import numpy as np

from ebayes_lm._typing import FloatArray, IntArray

#: Components count up to this permutation p-value.
_LEVEL = 0.10
#: Nested sets of features, and thresholds that are tried on each (Leek 2011; Hallin and Liska 2007).
SETS = 10
_FACTORS = np.linspace(0.0, 2.0, 100)
_POWER = -1.0 / 3.0
#: Where counts begin to differ between the sets, and where they agree again, in units of what rounding does to them.
_DIFFER, _AGREE = 2.0, 0.5


def shares(cross: FloatArray, most: int) -> FloatArray:
    """Shares (most,) of a cross product's first principal components, largest first."""
    sizes = np.maximum(np.linalg.eigvalsh(cross)[::-1][:most], 0.0)
    total = sizes.sum()
    return np.asarray(sizes / total if total > 0 else sizes)


def permutation_count(observed: FloatArray, permuted: FloatArray) -> int:
    """Components whose share (c,) is seldom reached under permutations (b, c) (Buja and Eyuboglu 1992).

    No component counts behind one that does not.
    """
    p = np.maximum.accumulate(np.mean(permuted >= observed, axis=0))
    return int(np.sum(p <= _LEVEL))


def threshold_count(residual: FloatArray, smallest: FloatArray, rows: int, rank: int) -> int:
    """Eigenvalues above a threshold at which nested sets of features agree (Leek 2011).

    Parameters
    ----------
    residual : (10, n - rank) array
        For the first so many ``rows`` times 1 to 10, eigenvalues of the residuals' cross product over their number.
    smallest : (10,) array
        Smallest eigenvalue of the same of the values themselves, an estimate of the variance of noise.
    rows : int
        Features in the smallest set.
    rank : int
        Rank of the design.
    """
    n = residual.shape[1] + rank
    thresholds = _FACTORS[:, None] * n * (rows * np.arange(1.0, SETS + 1.0)) ** _POWER
    above = residual - smallest[:, None]
    counts = (above[None] > thresholds[:, :, None]).sum(axis=2)
    return _agreed(counts, rank)


def _agreed(counts: IntArray, rank: int) -> int:
    """The most frequent count of all features (thresholds, sets) over the second range in which the sets agree.

    At a threshold of zero as many eigenvalues as the design has columns are zero in truth, and above it or not by
    rounding, which is what disagreement is measured by. Here that is about its expectation, so that no answer depends
    on the machine: the variance of the number of positive eigenvalues of a random symmetric matrix, which repel each
    other, is a quarter for one and grows as log(rank) / pi^2.
    """
    unit = 0.25 + np.log((1.0 + rank) / 2.0) / np.pi**2
    variance = np.var(counts, axis=1, ddof=1)
    variance[0] = unit
    differ = int(np.argmax(variance > _DIFFER * unit))
    agree = variance < _AGREE * unit
    agree[: differ + 1] = False
    start = int(np.argmax(agree))
    again = variance > unit
    again[: start + 1] = False
    stop = int(np.argmax(again)) or len(variance) - 1
    values, times = np.unique(counts[start : stop + 1, -1], return_counts=True)
    return int(values[np.argmax(times)])
