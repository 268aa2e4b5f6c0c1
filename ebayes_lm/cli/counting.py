"""Counts from the user's files: what is left out, and how library sizes are made comparable."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.cli.memory import require_memory
from ebayes_lm.data.count_like import looks_like_counts
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DataError, DesignWarning, warn
from ebayes_lm.reporting.preparation import Preparation

if TYPE_CHECKING:
    from ebayes_lm.data.count_list import DGEList

#: So many rows are looked at.
_ROWS = 1_000
#: Two to this power is more than there are reads in a library.
_LOGARITHM = 40
#: Totals that differ by less than this share were made equal, but for rounding in the file.
_SAME_TOTAL = 1e-4


def with_counts(arguments: Namespace, inputs: Inputs, design: Design) -> tuple[Inputs, Preparation | None]:
    """The inputs as counts, where the method takes these, and what was done to them."""
    if arguments.method == "ls":
        _note_counts(inputs.matrix)
        return inputs, None
    from ebayes_lm import DGEList, EList, filter_by_expr, norm_lib_sizes

    _require_memory(inputs.matrix, arguments)
    counts = DGEList(inputs.data, samples=inputs.samples)
    _note_values(counts)
    every, n_read = counts.counts.index, counts.shape[0]
    filtered = every[:0]
    if arguments.filter:
        keep = filter_by_expr(counts, design)
        if not keep.any():
            raise DataError("--filter leaves no feature; are the data counts, and library sizes as they should be?")
        filtered = every[~keep.to_numpy()]
        counts = counts.subset(keep.to_numpy())
    if arguments.normalize is not None:
        counts = norm_lib_sizes(counts, method=arguments.normalize)
    kept = EList(counts.counts, genes=counts.genes)
    done = Preparation(arguments.method, arguments.normalize, n_read, counts.shape[0], arguments.filter)
    return replace(inputs, data=kept, shape=kept.shape, counts=counts, filtered=filtered), done


def _note_values(counts: DGEList) -> None:
    """Say where what should be counts looks like values on a log scale, or like rates."""
    values, sizes = counts.counts.to_numpy(), counts.samples["lib_size"].to_numpy()
    if values.max() < _LOGARITHM and (values[:_ROWS] % 1).any():
        warn(
            "the data look like values on a log scale, and are taken for counts; --method ls is for values on a log "
            "scale",
            DesignWarning,
        )
    elif len(sizes) > 1 and np.ptp(sizes) < _SAME_TOTAL * sizes.max():
        warn(
            f"every sample adds up to {sizes[0]:,.0f}, as rates such as counts per million or TPM do; give counts "
            "themselves, whose sizes tell how precise they are",
            DesignWarning,
        )


def _require_memory(matrix: FeatureMatrix, arguments: Namespace) -> None:
    """Counts are held in memory, with logarithms and, but for trend, weights of every one."""
    features, samples = matrix.shape
    kept = matrix.dtype.itemsize + 8 * (1 if arguments.method == "trend" else 2)
    require_memory(
        features * samples * kept,
        f"--method {arguments.method} of {features:,} features on {samples:,} samples",
        arguments.max_memory,
        "leave out samples with --exclude, or features with hardly any counts from the file; --method ls takes log "
        "ratios of any size",
    )


def _note_counts(matrix: FeatureMatrix) -> None:
    """Say where data that are taken for logarithms look like counts."""
    if looks_like_counts(matrix):
        warn(
            "the data look like counts, and are fitted as they are; --method voom or --method trend is for counts",
            DesignWarning,
        )
