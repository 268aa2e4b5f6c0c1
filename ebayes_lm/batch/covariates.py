"""What an adjustment for batches has to keep: columns of the design beside those of the batches."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.estimability import describe_dependencies
from ebayes_lm.errors import DesignError, counted, listing


def kept_covariates(design: Design | None, batches: IntArray, names: pd.Index) -> FloatArray:
    """Columns of a design that are neither constant nor sums of the others and of a constant.

    They come centred and in units of their largest entry.

    Parameters
    ----------
    design : Design or None
        In the order of the samples.
    batches : (n,) integer array
    names : Index
        Of the batches.

    Returns
    -------
    (n, k) array

    Raises
    ------
    DesignError
        A batch and a covariate, or several, cannot be told apart, or nothing is left of the samples.
    """
    n = len(batches)
    matrix = np.empty((n, 0)) if design is None else design.matrix
    varying = np.flatnonzero((matrix != matrix[:1]).any(axis=0))
    centred = matrix[:, varying] - matrix[:, varying].mean(axis=0)
    kept = np.sort(pivoted_qr(centred).estimable) if len(varying) else np.empty(0, dtype=np.intp)
    if design is not None:
        _refuse_confounded(design, varying[kept], centred[:, kept], batches, names)
    if n <= len(names) + len(kept):
        raise DesignError(
            f"{len(names)} batches and {counted(len(kept), 'covariate')} leave nothing of {counted(n, 'sample')} to "
            "tell how much values scatter; leave covariates out, or join batches"
        )
    scaled: FloatArray = centred[:, kept] / np.abs(centred[:, kept]).max(axis=0)
    return scaled


def _refuse_confounded(
    design: Design, columns: IntArray, centred: FloatArray, batches: IntArray, names: pd.Index
) -> None:
    """Refuse columns of a design that batches determine; where numbers begin, as centred ones tell, is no matter."""
    indicators = {f"batch {name}": (batches == k).astype(np.float64) for k, name in enumerate(names) if k}
    covariates = {design.names[j]: design.matrix[:, j] for j in columns}
    frame = pd.DataFrame({"a constant": np.ones(len(batches))} | indicators | covariates)
    known = frame.shape[1] - len(columns)
    if pivoted_qr(np.column_stack([frame.to_numpy()[:, :known], centred])).rank < frame.shape[1]:
        qr = pivoted_qr(frame.to_numpy())
        told = describe_dependencies(Design(frame), qr)
        aliased = [frame.columns[j] for j in sorted(qr.aliased)]
        raise DesignError(
            f"{listing(aliased)} of the design cannot be told from the batches: {'; '.join(told)}. "
            "Left out of design=, it is removed along with them; no adjustment can separate what the samples do not"
        )
