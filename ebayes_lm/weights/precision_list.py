"""VoomEList and VoomMatrix: log expression with precision weights and the trend that these come from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self, overload

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.containers import EList
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.positions import taken_by_position, two_positions
from ebayes_lm.data.read_rows import ChosenRows
from ebayes_lm.data.sources import Source
from ebayes_lm.data.whole import whole_values


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class VoomEList(EList):
    """An EList whose weights come from a trend of variability over mean; :func:`lm_fit` uses weights and design.

    Made by :func:`voom` and its relatives. Subsets keep the trend of the whole.

    Parameters
    ----------
    E, weights, genes, targets, design, other
        As in :class:`EList`.
    voom_xy : DataFrame
        The points of the trend, one row a feature: ``x``, the mean, and ``y``, the square root of the residual
        standard deviation.
    voom_line : DataFrame
        The trend: ``y`` at rising ``x``.
    span : float
        Share of the points in each window of the trend.
    """

    voom_xy: pd.DataFrame
    voom_line: pd.DataFrame
    span: float


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class VoomMatrix(FeatureMatrix):
    """The same of values that are read in blocks; weights are computed as they are read, and neither is in memory.

    Made by :func:`vooma` and its relatives of what :func:`open_matrix` returns. ``v[:10, :]`` reads some of it, as a
    :class:`VoomEList`.

    Parameters
    ----------
    source, features, samples, annotation, sample_table, design, adjusted
        As of what was read.
    weights : FeatureMatrix
        Precision weights; ``weights.write("weights.zarr")`` keeps them.
    voom_xy, voom_line, span
        As in :class:`VoomEList`.
    """

    voom_xy: pd.DataFrame
    voom_line: pd.DataFrame
    span: float

    @classmethod
    def of(cls, matrix: FeatureMatrix, weights: Source, design: Any, **trend: Any) -> Self:
        """A matrix with weights of the same shape."""
        held = {field.name: getattr(matrix, field.name) for field in fields(FeatureMatrix)}
        labelled = FeatureMatrix(weights, matrix.features, matrix.samples)
        return cls(**(held | {"weights": labelled, "design": design}), **trend)

    @property
    def E(self) -> FeatureMatrix:  # noqa: N802
        """The values alone."""
        held = {field.name: getattr(self, field.name) for field in fields(FeatureMatrix)}
        return FeatureMatrix(**(held | {"weights": None, "design": None}))

    @property
    def genes(self) -> pd.DataFrame | None:
        """Annotation, one row a feature."""
        return self.annotation

    @property
    def targets(self) -> pd.DataFrame | None:
        """Sample table, one row a sample."""
        return self.sample_table

    def __getitem__(self, key: tuple[Any, Any]) -> VoomEList:
        """Positions of features and of samples, two always; their values and weights are read into memory."""
        features, samples = two_positions(key, "a VoomMatrix", "v[features, samples]; use ':' for all")
        part = self.features_at(taken_by_position(features, self.features, "features", "a VoomMatrix"))
        quiet = Running(progress=False)
        E, W = (
            pd.DataFrame(whole_values(held, quiet, "what is taken", np.float64), part.features, part.samples)
            for held in (part, part.weights)
        )
        whole = VoomEList(
            E=E, weights=W, genes=part.genes, targets=part.targets, design=part.design, adjusted=part.adjusted,
            voom_xy=self.voom_xy, voom_line=self.voom_line, span=self.span,
        )  # fmt: skip
        return whole[:, samples]

    def features_at(self, rows: Any) -> Self:
        """Some features by position or by a slice, still to be read; the trend is that of the whole."""
        positions = np.arange(self.shape[0])[rows]
        if np.array_equal(positions, np.arange(self.shape[0])):
            return self
        features = self.features[positions]
        return replace(
            self,
            source=ChosenRows(self.source, positions),
            features=features,
            annotation=None if self.annotation is None else self.annotation.iloc[positions],
            weights=FeatureMatrix(ChosenRows(self.weights.source, positions), features, self.samples),
        )


@overload
def with_sample_weights(elist: VoomEList, weights: FloatArray) -> VoomEList: ...


@overload
def with_sample_weights(elist: VoomMatrix, weights: FloatArray) -> VoomMatrix: ...


def with_sample_weights(elist: VoomEList | VoomMatrix, weights: FloatArray) -> VoomEList | VoomMatrix:
    """The same with weights of samples in the sample table, as ``sample_weights``."""
    samples = elist.samples if isinstance(elist, VoomMatrix) else elist.E.columns
    table = pd.DataFrame(index=samples) if elist.targets is None else elist.targets
    table = table.assign(sample_weights=weights)
    return replace(elist, sample_table=table) if isinstance(elist, VoomMatrix) else replace(elist, targets=table)
