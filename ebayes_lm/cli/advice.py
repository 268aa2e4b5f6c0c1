"""What is worth saying of values before they are fitted, from as many as are quickly read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm._typing import AnyArray
from ebayes_lm.cli.choices import Choices
from ebayes_lm.data.blocks import BLOCK_CELLS, Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.sample_blocks import reads_by_samples
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import ArgumentError, DataError, VarianceWarning, warn

#: Factors of more levels have groups too small to compare their variances.
_MOST_LEVELS = 6
#: Matrices beyond this many bytes are not read once more for advice, or for a plan.
MOST_BYTES = 200_000_000
#: Places of a large matrix that are looked at.
_FEWEST_BANDS, _MOST_BANDS = 8, 64


def is_quickly_read(matrix: FeatureMatrix) -> bool:
    """Whether all values may be read for the sake of a word on them."""
    return matrix.nbytes <= MOST_BYTES and not reads_by_samples(matrix.source, Running())


def advise_on_variances(matrix: FeatureMatrix, design: Design, samples: pd.DataFrame, choices: Choices) -> None:
    """Say where groups that a factor of the design makes differ in variance so far that tests feel it.

    Features spread over a large matrix speak for all; where it holds samples one after another, nothing is said.
    """
    if choices.procedure.inf_missing or choices.plan(design).df_residual < 2:
        return
    factors = [f for f, levels in design.levels.items() if f in samples.columns and 2 <= len(levels) <= _MOST_LEVELS]
    if not factors or reads_by_samples(matrix.source, Running()):
        return
    looked_at = matrix if is_quickly_read(matrix) else _some_features(matrix)
    for factor in factors:
        try:
            found = el.unequal_variances(looked_at, design, group=samples[factor])
        except (ArgumentError, DataError):  # no two groups have a residual, or the fit refuses the data, too
            continue
        if found.advice:
            warn(found.advice, VarianceWarning)
            return


def _some_features(matrix: FeatureMatrix) -> FeatureMatrix:
    """Bands of features, spread evenly."""
    features, samples = matrix.shape
    wanted = min(features, max(1, BLOCK_CELLS // samples))
    bands = min(wanted, _MOST_BANDS, max(_FEWEST_BANDS, wanted // matrix.source.grain))
    width = wanted // bands
    starts = np.linspace(0, features - width, bands).astype(np.intp)
    starts -= starts % matrix.source.grain
    values: AnyArray = np.concatenate([matrix.source.read(int(at), int(at) + width) for at in starts])
    return replace(matrix, source=ArraySource(values), features=pd.RangeIndex(len(values)), annotation=None)
