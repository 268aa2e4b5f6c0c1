"""Whether numbers look like counts, which a linear model takes as logarithms."""

from __future__ import annotations

import numpy as np

from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.sources import SampleMajor

#: So many rows are looked at, and a largest value like this is no logarithm.
_ROWS, _LARGE = 1_000, 100


def looks_like_counts(matrix: FeatureMatrix) -> bool:
    """Whether the first values are whole, not negative, and some of them large."""
    source, few = matrix.source, min(_ROWS, matrix.shape[0])
    values = source.read_samples(0, 1) if isinstance(source, SampleMajor) else source.read(0, few)
    known = values[np.isfinite(values)]
    return bool(known.size and known.min() >= 0 and known.max() >= _LARGE and not (known % 1).any())
