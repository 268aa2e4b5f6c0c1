"""One correlation for all features: of samples in a block, or of duplicate rows of a feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.core.intrablock import blocks_within, intrablock_plan
from ebayes_lm.core.ordering import trimmed_mean
from ebayes_lm.data.blocks import ROW_CELLS, Running
from ebayes_lm.data.duplicates import Duplicates, with_duplicates
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.weights import Weights, matrix_weights
from ebayes_lm.design.boundary import carried_design, matrix_and_table
from ebayes_lm.errors import ArgumentError, DataError, DesignWarning, counted, listing, warn
from ebayes_lm.results.arguments import real, whole_number
from ebayes_lm.results.correlated import Arranged, sample_blocks

#: Cells in a block, several copies of which are made.
_CELLS = 4 * ROW_CELLS
#: Duplicates where nothing is said of them.
_PAIRS = Duplicates(2, 1)


@dataclass(frozen=True, eq=False)
class ConsensusCorrelation:
    """The correlation within blocks, or between duplicates, that features agree on.

    Attributes
    ----------
    consensus : float
        Trimmed mean of the correlations of single features on the atanh scale, as a correlation; NaN where no feature
        can tell.
    atanh_correlations : Series
        By feature, NaN where a feature cannot tell.
    trim : float
        Share of features left out at either end.
    within : str
        What is correlated, in words.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> y = np.array([[1.0, 2.0, 5.0, 6.0, 3.0, 3.5], [1.0, 1.5, 0.0, 2.0, 4.0, 4.5]])
    >>> el.duplicate_correlation(y, block=[1, 1, 2, 2, 3, 3])
    ConsensusCorrelation 0.8637 within 3 blocks of 2 samples, from 2 of 2 features
    middle half of features: 0.823 to 0.882; trim 0.15
    """

    consensus: float
    atanh_correlations: pd.Series[float]
    trim: float
    within: str

    @property
    def consensus_correlation(self) -> float:
        """The consensus under limma's name."""
        return self.consensus

    @property
    def cor(self) -> float:
        """The consensus under limma's other name."""
        return self.consensus

    @property
    def rho(self) -> pd.Series[float]:
        """Correlation of each feature, NaN where it cannot tell."""
        return pd.Series(np.tanh(self.atanh_correlations.to_numpy()), self.atanh_correlations.index, name="rho")

    def __float__(self) -> float:
        return self.consensus

    def __repr__(self) -> str:
        told = self.rho.dropna()
        text = f"ConsensusCorrelation {self.consensus:.4g} within {self.within}"
        if not len(told):
            return f"{text}; none of {counted(len(self.atanh_correlations), 'feature')} can tell"
        low, high = np.quantile(told, [0.25, 0.75])
        of = f"from {len(told):,} of {counted(len(self.atanh_correlations), 'feature')}"
        return f"{text}, {of}\nmiddle half of features: {low:.3g} to {high:.3g}; trim {self.trim:g}"


def duplicate_correlation(
    y: Any,
    design: Any = None,
    *,
    ndups: int = 2,
    spacing: int = 1,
    block: Any = None,
    trim: float = 0.15,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | FeatureMatrix | None = None,
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> ConsensusCorrelation:
    """Estimate the correlation of samples in a block, or of duplicate rows, that all features share.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features), on a log scale for expression data. NaN is missing.
    design : str, Design, DataFrame or array, optional
        As in :func:`lm_fit`: by default what the container carries, else a column of ones. It does not hold the blocks.
    ndups, spacing : int
        Rows that each feature has in y, and how far apart they stand, where no ``block`` is given.
    block : str or (n,) array_like, optional
        Samples that are correlated, such as those of one patient: a column of ``samples`` or one value a sample.
    trim : float
        Share of features left out at either end before correlations are averaged, from 0 to 0.5.
    weights : (n,), (G,) or (G, n) array_like, Series, DataFrame or FeatureMatrix, optional
        As in :func:`lm_fit`; by default those that the container carries. Zero is missing.
    samples : DataFrame, optional
        Sample table, matched to the samples of y by label; by default what the container carries.
    layer : str, optional
        Layer of an AnnData.
    threads, chunk_size : int, optional
        Threads, and features in a block.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    ConsensusCorrelation
        ``lm_fit(..., correlation=)`` takes it whole.

    Raises
    ------
    DataError
        Values are infinite or not numeric, or weights cannot be used.
    AlignmentError
        Labels of samples do not match.
    DesignError
        The design cannot be used.
    ArgumentError
        Arguments that do not go together, or a value outside what is allowed.

    Notes
    -----
    Smyth, Michaud & Scott (2005) Bioinformatics 21, 2067-2075. Each feature has variance components of its own by
    residual maximum likelihood; their correlations, kept a hundredth away from the lowest and the highest possible, are
    averaged on the atanh scale. A feature counts that has three observations more than the design has columns, and at
    least two blocks that are not nearly all single samples. With weights the correlation is one of weighted residuals.

    The correlation is 0, with a warning, where every block has one sample or the design holds the blocks already.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> samples = pd.DataFrame({"group": list("AB") * 6, "patient": np.repeat(list("pqrstu"), 2)})
    >>> y = rng.normal(size=(500, 12)) + np.repeat(rng.normal(size=(500, 6)), 2, axis=1)
    >>> found = el.duplicate_correlation(y, "~ group", samples=samples, block="patient")
    >>> round(found.consensus, 1)
    0.5
    >>> fit = el.lm_fit(y, "~ group", samples=samples, block="patient", correlation=found)
    """
    bound = real(trim, "trim", "the share of features left out at either end")
    if not 0.0 <= bound <= 0.5:
        raise ArgumentError(f"trim is the share of features left out at either end, from 0 to 0.5; got {trim!r}")
    duplicates = Duplicates(
        whole_number(ndups, "ndups", "the number of rows of a feature"),
        whole_number(spacing, "spacing", "the distance of the rows of a feature"),
    )
    running = Running(threads, chunk_size, max_memory, progress)
    matrix, table = matrix_and_table(y, samples, layer=layer)
    x = carried_design(design, matrix, table).matrix
    blocks = None if block is None else sample_blocks(block, matrix, table)
    plain = Arranged(matrix, x, matrix_weights(weights, matrix, running))
    arranged, blocks, within = _arranged(plain, blocks, duplicates)
    reason = _nothing_to_estimate(arranged.x, blocks, of_rows=block is None)
    if reason:
        warn(f"{reason}; the correlation is set to 0", DesignWarning)
        atanh = np.zeros(arranged.matrix.shape[0])
    else:
        atanh = _atanh_correlations(arranged, blocks, running)
        if np.isnan(atanh).all():
            warn(
                "no feature can tell a correlation: each needs three observations more than the design has columns, in "
                "two blocks or more, and residuals that vary within blocks and between; the consensus is NaN",
                DesignWarning,
            )
    atanh.flags.writeable = False
    by_feature = pd.Series(atanh, arranged.matrix.features, name="atanh_correlation", copy=False)
    return ConsensusCorrelation(float(np.tanh(trimmed_mean(atanh, bound))), by_feature, bound, within)


def _arranged(plain: Arranged, blocks: IntArray | None, duplicates: Duplicates) -> tuple[Arranged, IntArray, str]:
    """Measurements in blocks: samples as they are, or the rows of each feature side by side; blocks in words."""
    if blocks is not None:
        if duplicates != _PAIRS:
            raise ArgumentError(
                "block= and ndups= cannot be combined; average duplicates first, or leave one of them out"
            )
        return plain, blocks, _in_words(blocks)
    rows, n = plain.matrix.shape
    if duplicates == _PAIRS and rows % 2:
        raise ArgumentError(
            f"{counted(rows, 'row')} are not pairs of duplicates; block= says which samples are correlated, or ndups= "
            "and spacing= which rows belong to one feature"
        )
    repeated = np.repeat(np.arange(n), duplicates.count)
    matrix = with_duplicates(plain.matrix, duplicates)
    arranged = Arranged(matrix, plain.x[repeated], duplicates.weights(plain.weights, n))
    return arranged, repeated, f"{counted(duplicates.count, 'row')} of a feature"


def _in_words(blocks: IntArray) -> str:
    sizes = np.bincount(blocks)
    low, high = sizes.min(), sizes.max()
    of = counted(high, "sample") if low == high else f"{low} to {counted(high, 'sample')}"
    return f"{counted(len(sizes), 'block')} of {of}"


def _nothing_to_estimate(x: FloatArray, blocks: IntArray, *, of_rows: bool) -> str:
    """Why there is no correlation to take into account; nothing where there may be one."""
    if np.bincount(blocks).max() == 1:
        return "ndups=1: a feature of one row has no duplicates" if of_rows else "every block has one sample"
    # rows of a feature stay correlated whatever the design says of samples: there zero would not be right
    if not of_rows and blocks_within(x, blocks):
        return "the design already tells all blocks apart, and nothing of what they share is left in the residuals"
    return ""


def _atanh_correlations(arranged: Arranged, blocks: IntArray, running: Running) -> FloatArray:
    """Correlation of each feature on the atanh scale, within the bounds that its blocks allow."""
    matrix, each = arranged.matrix, _without_scale(arranged.weights)
    plan = intrablock_plan(arranged.x, blocks, each.samples)

    def block(values: AnyArray, at: slice) -> tuple[FloatArray, AnyArray]:
        infinite = np.isinf(values).sum(axis=1, dtype=np.int32)
        if infinite.any():
            return np.full(len(values), np.nan), infinite
        return plan.correlations(values, None if each.cells is None else each.cells[at]), infinite

    found, infinite = matrix.map_blocks(block, running, ROW_CELLS if each.cells is not None else _CELLS)
    _refuse_infinite(infinite, matrix)
    if arranged.weights.features is not None:
        found[arranged.weights.features == 0] = np.nan
    with np.errstate(invalid="ignore"):
        atanh: FloatArray = np.arctanh(np.clip(found, *plan.bounds))
    return atanh


def _without_scale(weights: Weights) -> Weights:
    """A weight that all observations of a feature share does not change their correlation."""
    return Weights() if weights.features is not None else weights


def _refuse_infinite(infinite: AnyArray, matrix: FeatureMatrix) -> None:
    where = np.flatnonzero(infinite)
    if len(where):
        raise DataError(
            f"infinite: {counted(infinite.sum(), 'value')} in {counted(len(where), 'feature')} "
            f"({listing(matrix.features[where])}); a logarithm of zero is the usual cause. Add an offset before it, or "
            "put NaN in their place"
        )
