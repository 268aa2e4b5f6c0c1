"""A complete matrix with its control features: what methods with negative controls start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.batch.control_features import control_positions
from ebayes_lm.batch.row_passes import RowPasses
from ebayes_lm.core.control_factors import Controls
from ebayes_lm.core.in_order import Sums, added
from ebayes_lm.core.sample_variances import Work
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.errors import DataError, counted, listing


@dataclass(frozen=True, eq=False)
class ScaledRows:
    """Rows of a matrix times a power of two, so that squares of what is large or small are numbers."""

    rows: RowPasses
    unit: float

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of samples."""
        return self.rows.matrix.shape

    def total(self, work: Work) -> Sums:
        """What ``work`` gives for every block, added up in the order of the blocks."""
        return self.rows.folded(lambda y, at: work(y * self.unit, None, at), added)


def rows_and_controls(matrix: FeatureMatrix, controls: Any, running: Running) -> tuple[ScaledRows, Controls]:
    """All rows, and the control features among them.

    Raises
    ------
    DataError
        Values are missing or infinite.
    """
    positions = control_positions(controls, matrix)
    unit = _unit(matrix, running)
    values = matrix.rows_at(positions, running).astype(np.float64) * unit
    return ScaledRows(RowPasses(matrix, running), unit), Controls(values, positions)


def _unit(matrix: FeatureMatrix, running: Running) -> float:
    """The power of two that brings the largest value near one, once all are known to be finite."""

    def survey(y: AnyArray, _: slice) -> tuple[AnyArray, ...]:
        finite = np.isfinite(y)
        return (~finite).sum(axis=1, dtype=np.int32), np.abs(np.where(finite, y, 0)).max(axis=1).astype(np.float64)

    n_wrong, largest = matrix.map_blocks(survey, running)
    wrong = np.flatnonzero(n_wrong)
    if len(wrong):
        raise _gaps(int(n_wrong.sum()), matrix.features[wrong], matrix.shape[0])
    return float(np.ldexp(1.0, int(np.clip(-np.frexp(largest.max())[1], -1000, 1000))))


def _gaps(n_values: int, features: pd.Index, n_features: int) -> DataError:
    return DataError(
        f"{counted(n_values, 'value')} in {len(features):,} of {counted(n_features, 'feature')} ({listing(features)}) "
        "missing or infinite; factors are estimated from complete rows. Leave those features out, as in "
        "y[np.isfinite(y).all(axis=1)], and fit all of them under the design that comes back"
    )
