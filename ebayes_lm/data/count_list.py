"""DGEList: counts with their library sizes and everything that belongs to their features and samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.count_samples import complete_samples, library_sizes, warn_of_product, with_factors
from ebayes_lm.data.marks import MARK
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.data.positions import taken_by_position, two_positions
from ebayes_lm.data.whole import in_memory
from ebayes_lm.errors import ArgumentTypeError, DataError, counted, listing, warn

#: Rows below the counts of htseq-count, and above those of STAR.
_TOTALS = (
    "__no_feature", "__ambiguous", "__too_low_aQual", "__not_aligned", "__alignment_not_unique",
    "N_unmapped", "N_multimapping", "N_noFeature", "N_ambiguous",
)  # fmt: skip


@dataclass(frozen=True, eq=False, init=False)
class DGEList:
    """Counts of features x samples, with library sizes and what else belongs to either.

    Parameters
    ----------
    counts : array, DataFrame, scipy sparse matrix, AnnData, dask array or what open_matrix() returns
        Not negative, and whole numbers or not; features x samples, or samples x features in an AnnData. Becomes a
        DataFrame in memory, never written to.
    samples : DataFrame or dict of columns, optional
        Sample table, aligned to the counts by label; a dict has none, and is in their order. Columns ``group``,
        ``lib_size`` and ``norm_factors`` serve as such, also under R's names ``lib.size`` and ``norm.factors``.
    genes : DataFrame, optional
        Annotation, one row a feature, aligned to the counts by label.
    group : str or (samples,) array_like, optional
        A column of the sample table, or a group for each sample; one group without it.
    lib_size : (samples,) array_like, optional
        Library sizes; by default the column sums.
    norm_factors : (samples,) array_like, optional
        Positive factors that turn library sizes into effective ones; 1 by default.
    offset : (features, samples) or (samples,) array_like, optional
        Logarithms (base e) of library sizes of single observations.
    layer : str, optional
        Layer of an AnnData to read in place of X.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features and are not samples.

    Raises
    ------
    DataError
        Counts that are negative, missing or infinite, or something that does not have their shape.
    AlignmentError
        Labels do not match.

    Examples
    --------
    >>> import numpy as np
    >>> d = DGEList(np.array([[5, 0, 7], [15, 20, 3]]), group=["a", "a", "b"])
    >>> d.samples
      group  lib_size  norm_factors
    0     a      20.0           1.0
    1     a      20.0           1.0
    2     b      10.0           1.0
    >>> d[[0], 1:].counts.to_numpy()
    array([[0, 7]])
    """

    counts: pd.DataFrame
    samples: pd.DataFrame
    genes: pd.DataFrame | None
    offset: FloatArray | None

    def __init__(
        self,
        counts: Any,
        *,
        samples: pd.DataFrame | None = None,
        genes: pd.DataFrame | None = None,
        group: Any = None,
        lib_size: Any = None,
        norm_factors: Any = None,
        offset: Any = None,
        layer: str | None = None,
        feature_columns: str | Sequence[str] | None = None,
    ) -> None:
        if isinstance(counts, DGEList):
            raise ArgumentTypeError("counts are a DGEList already; take its .counts, or use it as it is")
        matrix = as_feature_matrix(counts, layer=layer, feature_columns=feature_columns)
        values = counts_in_memory(matrix, Running()).source.read(0, matrix.shape[0])
        features = _labels(matrix.features, genes, len(values))
        columns = _labels(matrix.samples, samples, values.shape[1])
        _check(values, features, columns)
        _note_totals(features)
        table = matrix.sample_table if samples is None else samples
        given = {"group": group, "lib_size": lib_size, "norm_factors": norm_factors}
        table_of_counts = pd.DataFrame(values, index=features, columns=columns, copy=False)
        table_of_counts.attrs = {MARK: matrix.adjusted} if matrix.adjusted else {}
        self._set(
            table_of_counts,
            complete_samples(table, columns, _sums(values), **given),
            _annotation(matrix.annotation if genes is None else genes, features),
            _offset(offset, features, columns),
        )
        if norm_factors is not None:
            warn_of_product(self.samples["norm_factors"])

    def _set(self, counts: Any, samples: Any, genes: Any, offset: Any) -> None:
        for name, value in (("counts", counts), ("samples", samples), ("genes", genes), ("offset", offset)):
            object.__setattr__(self, name, value)

    def _copy(self, **changed: Any) -> DGEList:
        """Another one of parts that have been checked."""
        made = object.__new__(type(self))
        made._set(*(changed.get(name, getattr(self, name)) for name in ("counts", "samples", "genes", "offset")))
        return made

    @property
    def shape(self) -> tuple[int, int]:
        """Number of features and of samples."""
        return (len(self.counts.index), len(self.counts.columns))

    @property
    def effective_lib_sizes(self) -> pd.Series[float]:
        """Library sizes times normalisation factors, one a sample."""
        return (self.samples["lib_size"] * self.samples["norm_factors"]).rename("lib_size")

    def __getitem__(self, key: tuple[Any, Any]) -> DGEList:
        """Positions (integers, slices, boolean masks) of features and of samples; two, always. Library sizes stay."""
        written = "d[features, samples]; use ':' for all, or d.subset(features), which counts library sizes again"
        features, samples = two_positions(key, "a DGEList", written)
        rows = taken_by_position(features, self.counts.index, "features", "a DGEList")
        cols = taken_by_position(samples, self.counts.columns, "samples", "a DGEList")
        return self._taken(rows, cols)

    def subset(self, rows: Any, keep_lib_sizes: bool = False) -> DGEList:
        """Some of the features, library sizes counted again from those.

        Parameters
        ----------
        rows : integers, slice or mask
            Positions of features, or a mask of them such as :func:`filter_by_expr` gives.
        keep_lib_sizes : bool
            Keep library sizes as they are, as ``d[rows, :]`` does.

        Returns
        -------
        DGEList
        """
        taken = self[rows, :]
        if keep_lib_sizes:
            return taken
        sizes = library_sizes(None, _sums(taken.counts.to_numpy()), taken.counts.columns)
        return taken._copy(samples=taken.samples.assign(lib_size=sizes))

    def with_samples(self, samples: pd.DataFrame) -> DGEList:
        """The same counts beside another sample table.

        Parameters
        ----------
        samples : DataFrame
            Aligned to the counts by label. Library sizes and factors stay, and groups where it has no column of these.

        Returns
        -------
        DGEList
        """
        sizes, factors = self.samples["lib_size"].to_numpy(), self.samples["norm_factors"].to_numpy()
        grouped = isinstance(samples, pd.DataFrame) and "group" in samples.columns
        given = {"group": None if grouped else self.samples["group"], "lib_size": sizes, "norm_factors": factors}
        return self._copy(samples=complete_samples(samples, self.counts.columns, sizes, **given))

    def with_norm_factors(self, norm_factors: Any) -> DGEList:
        """The same counts under other normalisation factors.

        Parameters
        ----------
        norm_factors : (samples,) array_like or Series
            Positive.

        Returns
        -------
        DGEList
        """
        return self._copy(samples=with_factors(self.samples, norm_factors))

    def _taken(self, rows: IntArray, cols: IntArray) -> DGEList:
        values = self.counts.to_numpy()[np.ix_(rows, cols)]
        index, columns = self.counts.index[rows], self.counts.columns[cols]
        counts = pd.DataFrame(values, index=index, columns=columns, copy=False)
        counts.attrs = dict(self.counts.attrs)
        samples = self.samples.iloc[cols]
        return self._copy(
            counts=counts,
            samples=samples.assign(group=samples["group"].cat.remove_unused_categories()),
            genes=None if self.genes is None else self.genes.iloc[rows],
            offset=None if self.offset is None else self.offset[np.ix_(rows, cols)],
        )

    def __repr__(self) -> str:
        parts = ["counts", "samples", *(name for name in ("genes", "offset") if getattr(self, name) is not None)]
        return f"DGEList of {self.shape[0]:,} features x {self.shape[1]:,} samples ({', '.join(parts)})"


def counts_in_memory(matrix: FeatureMatrix, running: Running) -> FeatureMatrix:
    """A matrix of counts over an array in memory; truth values become numbers."""
    features, samples = matrix.shape
    dtype = np.dtype(np.int64) if matrix.dtype.kind == "b" else matrix.dtype
    return in_memory(matrix, running, f"a DGEList of {features:,} features on {samples:,} samples", dtype)


def _sums(values: AnyArray) -> FloatArray:
    # wide sums, as in R: ties between counts over library sizes hang on the last digit
    wide = np.longdouble if values.dtype.kind == "f" else np.float64
    sums: FloatArray = values.sum(axis=0, dtype=wide).astype(np.float64)
    return sums


def _check(values: AnyArray, features: pd.Index, columns: pd.Index) -> None:
    """Counts are finite and not negative; the message says where they are not."""
    least, most = values.min(), values.max()  # NaN where there is one
    if least >= 0 and most < np.inf:
        return
    wrong = ~((values >= 0) & (values < np.inf))
    row, col = np.argwhere(wrong)[0]
    missing = np.isnan(values[wrong]).any()
    advice = "fill in what is missing, or leave such features out" if missing else "values on a log scale are no counts"
    raise DataError(
        f"{counted(int(wrong.sum()), 'count')} of {wrong.size:,} cannot be, the first {values[row, col]} of feature "
        f"{features[row]!r} in sample {columns[col]!r}; counts are finite and not negative: {advice}"
    )


def _note_totals(features: pd.Index) -> None:
    """Say where rows are totals that htseq-count or STAR append to their counts."""
    totals = features[features.isin(_TOTALS)]
    if len(totals):
        verb = "holds" if len(totals) == 1 else "hold"
        warn(
            f"{counted(len(totals), 'row')} {verb} reads without a feature: {listing(totals)}; they count in library "
            "sizes and tests, so leave them out"
        )


def _labels(own: pd.Index, table: Any, length: int) -> pd.Index:
    """Labels of the counts; those of the table, where only that has any."""
    named = isinstance(table, pd.DataFrame) and len(table) == length and not is_positional(table.index)
    return table.index if named and is_positional(own) else own


def _annotation(genes: Any, features: pd.Index) -> pd.DataFrame | None:
    if genes is None:
        return None
    if not isinstance(genes, pd.DataFrame):
        raise ArgumentTypeError(f"genes must be a DataFrame, not {type(genes).__name__}")
    order = align(genes.index, features, len(features), what="genes", axis="features", table=genes)
    return genes.iloc[order].set_axis(features)


def _offset(offset: Any, features: pd.Index, columns: pd.Index) -> FloatArray | None:
    if offset is None:
        return None
    shape = (len(features), len(columns))
    if isinstance(offset, pd.DataFrame):
        rows = align(offset.index, features, shape[0], what="offset", axis="features")
        offset = offset.iloc[rows, align(offset.columns, columns, shape[1], what="offset")]
    values = np.asarray(offset)
    if values.dtype.kind not in "biuf":
        raise ArgumentTypeError(f"offset must be numbers, logarithms of library sizes; got {values.dtype} values")
    if values.shape not in (shape, (shape[1],), (1, shape[1])):
        raise DataError(
            f"offset has shape {values.shape} and the counts {shape}; it is of their shape, or one number a sample"
        )
    if not np.isfinite(values).all():
        raise DataError("offset is NaN or infinite in places; it holds logarithms of library sizes, all finite")
    return np.broadcast_to(values.astype(np.float64, copy=False), shape)


def refuse_counts(y: Any) -> None:
    """Refuse a DGEList where values on a log scale are wanted."""
    if isinstance(y, DGEList):
        raise ArgumentTypeError(
            "y is a DGEList of counts, and their variance grows with their mean: use voom(y), which adds weights, or "
            "cpm(y, log=True); y.counts takes them as they are"
        )
