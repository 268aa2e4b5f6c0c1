"""The input boundary: the only place that asks what it was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, IntArray
from ebayes_lm.core.rooms import MEMORY
from ebayes_lm.data.alignment import is_positional
from ebayes_lm.data.blocks import BLOCK_CELLS, Laid, Running, in_bytes, run_source
from ebayes_lm.data.containers import EList
from ebayes_lm.data.dask_array import dask_source, is_dask_array
from ebayes_lm.data.engines import Parts, Work
from ebayes_lm.data.mapped import mapped
from ebayes_lm.data.marks import joined_notes, mark_key, note_in
from ebayes_lm.data.real_values import frame_values, real, real_numbers
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import ArraySource, Source, SparseSource
from ebayes_lm.data.tables import split_annotation
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, counted

if TYPE_CHECKING:
    from pathlib import Path

    from ebayes_lm.data.plan import ReadingPlan


@dataclass(frozen=True, eq=False)
class FeatureMatrix:
    """Features x samples with their labels, read block by block; ``np.asarray`` reads all of it.

    Attributes
    ----------
    source : Source
        Rows by position.
    features, samples : Index
        Labels; a plain numbering where there are none.
    annotation : DataFrame or None
        One row a feature.
    sample_table : DataFrame or None
        One row a sample.
    design, weights : object or None
        What the container carried for a fit.
    adjusted : str or None
        What was removed from the values beforehand, in words.
    """

    source: Source
    features: pd.Index
    samples: pd.Index
    annotation: pd.DataFrame | None = None
    sample_table: pd.DataFrame | None = None
    design: Any = None
    weights: Any = None
    adjusted: str | None = None
    ndim = 2

    @property
    def shape(self) -> tuple[int, int]:
        """Number of features and of samples."""
        return self.source.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.source.dtype

    @property
    def nbytes(self) -> int:
        """Size of the values in memory, if they were all read."""
        return self.source.nbytes

    def __repr__(self) -> str:
        features, samples = self.shape
        about = f"{self.dtype}, {in_bytes(self.nbytes)}" + (f", adjusted ({self.adjusted})" if self.adjusted else "")
        return f"{type(self).__name__} of {features:,} features x {samples:,} samples, {about}"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> AnyArray:
        from ebayes_lm.data.whole import whole_values

        values = whole_values(self, Running(progress=False), repr(self), dtype)
        return values.copy() if copy else values

    @property
    def in_memory(self) -> bool:
        """Whether values are held in memory, so that what is as large as these may be, too."""
        return isinstance(self.source, (ArraySource, SparseSource))

    @property
    def has_sample_names(self) -> bool:
        """Whether the samples have names of their own."""
        return not is_positional(self.samples)

    @property
    def sample_labels(self) -> pd.Index | None:
        """Names of the samples; None where they are only numbered."""
        return self.samples if self.has_sample_names else None

    def map_blocks(
        self,
        fit: Callable[[AnyArray, slice], tuple[AnyArray, ...]],
        running: Running | None = None,
        cells: int = BLOCK_CELLS,
    ) -> tuple[AnyArray, ...]:
        """Apply a function to blocks of rows, in threads, and lay its arrays end to end.

        ``fit`` takes a block (rows, samples) of about so many ``cells`` and where it lies, and returns arrays whose
        first axis is the row.
        """
        here = replace(running or Running(), engine=None, room=MEMORY)
        source = by_features(self.source, here)
        return run_source(lambda values, at: Parts(fit(values, at)), source, here, cells)[0]

    def map_parts(self, work: Work, running: Running, cells: int = BLOCK_CELLS) -> Laid:
        """The same by the engine and in the room that are wanted, and with what only some rows have."""
        return run_source(work, by_features(self.source, running), running, cells)

    def rows_at(self, positions: IntArray, running: Running) -> AnyArray:
        """Rows (v, samples) at positions in any order; what is stored together is read once, and nothing besides."""
        return by_features(self.source, running).rows_at(positions)

    def map(self, fn: Callable[[AnyArray], AnyArray]) -> FeatureMatrix:
        """The matrix with a function applied to its values, as they are read.

        Parameters
        ----------
        fn : callable
            Takes an array of any shape and returns one of that shape, each value from its own: ``np.log2``, or what
            turns beta values of methylation into M values.

        Returns
        -------
        FeatureMatrix
        """
        return replace(self, source=mapped(self.source, fn))

    def plan(
        self,
        *,
        coefficients: int = 2,
        threads: int | None = None,
        chunk_size: int | None = None,
        max_memory: int | str | None = None,
    ) -> ReadingPlan:
        """What a fit will read and hold, without reading any value.

        Parameters
        ----------
        coefficients : int
            Of the design that will be fitted, for the size of the results.
        threads, chunk_size, max_memory : optional
            As for the fit.

        Returns
        -------
        ReadingPlan
            Blocks, passes, bytes to read and memory, for a fit by least squares without weights of observations; it
            prints in words.
        """
        from ebayes_lm.data.plan import reading_plan

        return reading_plan(self.source, Running(threads, chunk_size, max_memory), coefficients)

    def write(
        self, path: str | Path, *, max_memory: int | str | None = None, progress: bool | None = None
    ) -> FeatureMatrix:
        """Write the matrix so that features are cheap to read, whatever it came from.

        Parameters
        ----------
        path : str or Path
            Of a new file: .zarr keeps the values compressed, with checksums, names and the mark of adjusted values;
            .npy keeps the values alone.
        max_memory : int or str, optional
            Room for blocks, such as "1GB".
        progress : bool, optional
            As for a fit.

        Returns
        -------
        FeatureMatrix
            The same matrix, read from there from now on.
        """
        from ebayes_lm.data.stores.writing import write_matrix

        return write_matrix(self, path, Running(max_memory=max_memory, progress=progress))


def as_feature_matrix(
    y: Any, *, layer: str | None = None, feature_columns: str | Sequence[str] | None = None
) -> FeatureMatrix:
    """Whatever holds features x samples, as a FeatureMatrix.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix, dask array, EList or FeatureMatrix
        Features x samples; AnnData is samples x features and is turned round.
    layer : str, optional
        Layer of an AnnData to read in place of X.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features and are not samples.

    Raises
    ------
    ArgumentTypeError
        A type that cannot be read, or an option that the type does not have.
    DataError
        Not two-dimensional, empty, or not numeric.
    """
    if isinstance(y, FeatureMatrix):
        matrix = y
    elif is_anndata(y):
        matrix = _from_anndata(y, layer)
    elif isinstance(y, EList):
        matrix = _from_elist(y)
    elif isinstance(y, pd.DataFrame):
        matrix = _from_frame(y, feature_columns)
    elif _is_sparse(y):
        matrix = _from_source(SparseSource(real(y.tocsr())))
    elif isinstance(y, np.ndarray):
        matrix = _from_source(ArraySource(real_numbers(y)))
    elif is_dask_array(y):
        matrix = _from_source(dask_source(y))
    else:
        from ebayes_lm.data.count_list import refuse_counts

        refuse_counts(y)
        raise ArgumentTypeError(
            f"cannot read a matrix from {type(y).__name__}; give a NumPy array, DataFrame, AnnData, "
            "scipy sparse matrix, dask array or EList of features x samples; open_matrix() opens a file"
        )
    if layer is not None and not is_anndata(y):
        raise ArgumentTypeError(f"layer={layer!r} names a layer of an AnnData, and y is {type(y).__name__}")
    if feature_columns is not None and not isinstance(y, pd.DataFrame):
        raise ArgumentTypeError(f"feature_columns= names columns of a DataFrame, and y is {type(y).__name__}")
    if 0 in matrix.shape:
        size = f"{counted(matrix.shape[0], 'feature')} and {counted(matrix.shape[1], 'sample')}"
        raise DataError(f"the matrix has {size}; it needs one of each at least")
    return matrix


def _from_elist(y: EList) -> FeatureMatrix:
    values = _from_frame(y.E, None)
    return replace(
        values, annotation=y.genes, sample_table=y.targets, design=y.design, weights=y.weights,
        adjusted=joined_notes(y.adjusted, values.adjusted),
    )  # fmt: skip


def _from_source(source: Source) -> FeatureMatrix:
    features, samples = source.shape
    return FeatureMatrix(source, pd.RangeIndex(features), pd.RangeIndex(samples))


def _from_frame(frame: pd.DataFrame, feature_columns: str | Sequence[str] | None) -> FeatureMatrix:
    values, features, annotation = split_annotation(frame, feature_columns)
    source = ArraySource(real_numbers(frame_values(values)))
    return FeatureMatrix(source, features, values.columns, annotation, adjusted=note_in(frame.attrs))


def _is_sparse(y: Any) -> bool:
    # views of an AnnData are classes of its own
    return hasattr(y, "tocsr") and any(base.__module__.startswith("scipy.sparse") for base in type(y).__mro__)


def is_anndata(y: Any) -> bool:
    """Whether this is an AnnData, without importing the package."""
    return any(base.__module__.startswith("anndata") and base.__name__ == "AnnData" for base in type(y).__mro__)


def _from_anndata(adata: Any, layer: str | None) -> FeatureMatrix:
    """AnnData holds samples x features: rows of the matrix are its variables."""
    if layer is not None and layer not in adata.layers:
        raise ArgumentError(f"this AnnData has no layer {layer!r}; it has {sorted(adata.layers)}")
    if layer is None and adata.isbacked and not adata.is_view:  # a part of one is read as it is
        from ebayes_lm.data.stores.anndata_file import backed_source

        source = backed_source(adata)
    else:
        source = _anndata_values(adata.X if layer is None else adata.layers[layer])
    annotation = adata.var if len(adata.var.columns) else None
    note = note_in(adata.uns, mark_key(layer))
    return FeatureMatrix(source, adata.var_names, adata.obs_names, annotation, adata.obs, adjusted=note)


def _anndata_values(values: Any) -> Source:
    if values is None:
        raise DataError("this AnnData has no X; name one of its layers with layer=")
    if _is_sparse(values):
        return SparseSource(real(values.T.tocsr()))
    if is_dask_array(values):
        return dask_source(values.T)
    return ArraySource(real_numbers(np.asarray(values).T))
