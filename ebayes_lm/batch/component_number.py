"""How many surrogate variables the residuals of a design call for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch.row_passes import RowPasses
from ebayes_lm.batch.row_permutations import RowPermutations
from ebayes_lm.core.component_counts import SETS, permutation_count, shares, threshold_count
from ebayes_lm.core.ols import ZERO_VARIANCE
from ebayes_lm.core.qr import complement, pivoted_qr
from ebayes_lm.core.row_layout import squared_lengths
from ebayes_lm.data.blocks import Running, blas_threads
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.design.boundary import carried_design, matrix_and_table
from ebayes_lm.errors import ArgumentError, DataError, DesignError, counted
from ebayes_lm.results.arguments import choice, whole_number

#: Cells of cross products that are summed up at a time, 128 MB.
_CELLS = 1 << 24
METHODS = {
    "be": "by permutation (Buja and Eyuboglu 1992)",
    "leek": "by thresholds of eigenvalues (Leek 2011)",
}


def num_sv(
    y: Any,
    design: Any,
    *,
    method: str = "be",
    n_perm: int = 20,
    seed: int | None = None,
    n_features: int | None = None,
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> int:
    """Count the surrogate variables that the residuals of a design call for.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features), complete.
    design : str, Design, DataFrame or array
        The design, with all that is known.
    method : {"be", "leek"}
        Permutations of the residuals of every feature, or thresholds of eigenvalues.
    n_perm : int, optional
        Permutations of each feature.
    seed : int, optional
        Another seed draws other permutations; without one they are always the same.
    n_features : int, optional
        Only so many features, those of the largest variance.
    samples : DataFrame, optional
        Sample table, by default what the container carries.
    layer : str, optional
        Layer of an AnnData.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    threads, chunk_size : int, optional
        Threads, and features in a block. Neither changes what is drawn.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    int

    Raises
    ------
    DataError
        Values are missing, infinite or not numeric.
    DesignError
        The design cannot be used.
    ArgumentError
        A value outside what is allowed.

    Notes
    -----
    Buja and Eyuboglu (1992) Multivariate Behavioral Research 27, 509-540: a component counts where its share of the
    residual variance is reached in at most a tenth of the permutations, and those before it count. Leek (2011)
    Biometrics 67, 344-352: eigenvalues above a threshold at which ten nested sets of features agree. That answer
    depends on the order of features, and in R on rounding, too: there it may change where values move by 1e-7.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> hidden = np.outer(rng.normal(size=500), rng.normal(size=12))
    >>> group = np.repeat([0, 1], 6)
    >>> el.num_sv(rng.normal(size=(500, 12)) + hidden, np.column_stack([np.ones(12), group]), seed=1)
    1
    """
    choice(method, METHODS, "method", "'be' or 'leek'")
    number = whole_number(n_perm, "n_perm", "how often each feature is permuted")
    running = Running(threads, chunk_size, max_memory, progress)
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    basis = pivoted_qr(carried_design(design, matrix, table).matrix).q
    rows = RowPasses.of(matrix, running)
    if n_features is not None:
        rows = _most_variable(rows, whole_number(n_features, "n_features", "how many features count"))
    with blas_threads(1):
        return component_number(rows, basis, method=method, n_perm=number, seed=checked_seed(seed))


def component_number(rows: RowPasses, basis: FloatArray, *, method: str, n_perm: int = 20, seed: int) -> int:
    """Components of what an orthonormal basis (n, p) of the design leaves."""
    n, p = basis.shape
    if n - p < 1:
        raise DesignError(f"the design leaves no residual degree of freedom of {counted(n, 'sample')}")
    return _by_permutation(rows, basis, n_perm, seed) if method == "be" else _by_threshold(rows, basis)


def checked_seed(seed: Any) -> int:
    """A seed; without one, always the same, so that an analysis run twice has one answer."""
    if seed is None:
        return 0
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ArgumentError(f"seed is a whole number, 0 or more; got {seed!r}")
    return int(seed)


def _by_permutation(rows: RowPasses, basis: FloatArray, n_perm: int, seed: int) -> int:
    n, p = basis.shape
    left = complement(basis)
    most = max(0, min(rows.matrix.shape[0], n) - p)
    cross = rows.cross_product(lambda y: y @ left)
    (size_of_rows,) = rows.each(lambda y, _: (squared_lengths(y),))
    if np.trace(cross) <= ZERO_VARIANCE**2 * size_of_rows.sum():
        return 0
    observed = shares(cross, most)
    permutations = RowPermutations(seed, n_perm, n)
    size = max(1, _CELLS // (n * n))
    null: list[FloatArray] = []
    for start in range(0, n_perm, size):
        crosses = _permuted_products(rows, left, permutations, range(start, min(n_perm, start + size)))
        # residuals of permuted residuals: their cross product is projected, not each row
        null += [shares(left.T @ one @ left, most) for one in crosses]
    return permutation_count(observed, np.array(null))


def _permuted_products(rows: RowPasses, left: FloatArray, permutations: RowPermutations, which: range) -> FloatArray:
    """Cross products (b, n, n) of residuals, each row permuted on its own."""

    def products(y: FloatArray, at: slice) -> FloatArray:
        residuals = (y @ left) @ left.T
        drawn = (permutations.drawn(residuals, at.start, k) for k in which)
        return np.stack([z.T @ z for z in drawn])

    return rows.total(products)


def _by_threshold(rows: RowPasses, basis: FloatArray) -> int:
    features, n = rows.matrix.shape
    if features < SETS:
        raise DataError(f"method='leek' compares {SETS} sets of features, and there are {features}; use method='be'")
    size = features // SETS

    def products(y: FloatArray, at: slice) -> FloatArray:
        parts = np.zeros((SETS, n, n))
        for k in range(at.start // size, min(SETS - 1, (at.stop - 1) // size) + 1):
            z = y[max(0, k * size - at.start) : max(0, (k + 1) * size - at.start)]
            parts[k] = z.T @ z
        return parts

    sets = np.cumsum(rows.total(products), axis=0) / (size * np.arange(1.0, SETS + 1.0))[:, None, None]
    left = complement(basis)
    residual = np.asarray(np.linalg.eigvalsh(left.T @ sets @ left), dtype=np.float64)
    return threshold_count(residual, np.linalg.eigvalsh(sets)[:, 0], size, basis.shape[1])


def _most_variable(rows: RowPasses, number: int) -> RowPasses:
    """The rows of largest variance, in their order."""
    features = rows.matrix.shape[0]
    if number > features:
        raise ArgumentError(f"n_features is how many features count, {features:,} at most; got {number:,}")
    (variance,) = rows.each(lambda y, _: (y.var(axis=1),))
    chosen = np.sort(np.argsort(-variance, kind="stable")[:number])
    matrix, values = rows.matrix, rows.matrix.rows_at(chosen, rows.running)
    return RowPasses(FeatureMatrix(ArraySource(values), matrix.features[chosen], matrix.samples), rows.running)
