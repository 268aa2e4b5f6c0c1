"""Counts from the user's files: what is left out, and how library sizes are made comparable."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

import numpy as np

from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DataError, DesignWarning, warn
from ebayes_lm.reporting.preparation import Preparation

#: So many rows are looked at, and a largest value like this is no logarithm.
_ROWS, _LARGE = 1_000, 100


def with_counts(arguments: Namespace, inputs: Inputs, design: Design) -> tuple[Inputs, Preparation | None]:
    """The inputs as counts, where the method takes these, and what was done to them."""
    if arguments.method == "ls":
        _note_counts(inputs, arguments.layer)
        return inputs, None
    from ebayes_lm import DGEList, EList, filter_by_expr, norm_lib_sizes

    data = inputs.data.E if isinstance(inputs.data, EList) else inputs.data
    genes = inputs.data.genes if isinstance(inputs.data, EList) else None
    counts = DGEList(data, samples=inputs.samples, genes=genes, layer=arguments.layer)
    n_read = counts.shape[0]
    if arguments.filter:
        keep = filter_by_expr(counts, design)
        if not keep.any():
            raise DataError("--filter leaves no feature; are the data counts, and library sizes as they should be?")
        counts = counts.subset(keep.to_numpy())
    if arguments.normalize is not None:
        counts = norm_lib_sizes(counts, method=arguments.normalize)
    kept = EList(counts.counts, genes=counts.genes)
    done = Preparation(arguments.method, arguments.normalize, n_read, counts.shape[0], arguments.filter)
    return replace(inputs, data=kept, shape=kept.shape, counts=counts), done


def _note_counts(inputs: Inputs, layer: str | None) -> None:
    """Say where data that are taken for logarithms look like counts."""
    matrix = as_feature_matrix(inputs.data, layer=layer)
    rows = matrix.source.read(0, min(_ROWS, matrix.shape[0]))
    known = rows[np.isfinite(rows)]
    if known.size and known.min() >= 0 and known.max() >= _LARGE and not (known % 1).any():
        warn(
            "the data look like counts, and are fitted as they are; --method voom or --method trend is for counts",
            DesignWarning,
        )
