"""What a scan adjusts for, and what features are multiplied by in an interaction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.frisch_waugh import covariates_of
from ebayes_lm.data.alignment import align
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.boundary import aligned_samples, design_of
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.model import model_matrix
from ebayes_lm.errors import DesignError


def covariate_columns(covariates: Any, matrix: FeatureMatrix, table: Any, used: BoolArray) -> FloatArray:
    """Covariates (n, p) in any form: a formula, names of columns of the sample table, Design, table, array or none.

    Of samples that are not used (n,) nothing need be known; zeros stand there.
    """
    if covariates is None:
        return np.empty((matrix.shape[1], 0))
    if isinstance(covariates, (list, tuple, pd.Index)) and len(covariates):
        if all(isinstance(name, str) for name in covariates):
            covariates = "~ " + " + ".join(_quoted(name) for name in covariates)
        elif isinstance(covariates, tuple):
            covariates = list(covariates)
    return _spread(_columns(covariates, matrix, table, used), used)


def interaction_columns(interaction: Any, matrix: FeatureMatrix, table: Any, used: BoolArray) -> FloatArray:
    """Columns (m, n) that features are multiplied by, centred: of a number one, of k groups k - 1.

    Samples that are not used (n,) have zeros.

    Raises
    ------
    DesignError
        The variable is the same in all samples.
    """
    if interaction is None:
        return np.empty((0, matrix.shape[1]))
    wanted = interaction
    if isinstance(interaction, str) and not interaction.lstrip().startswith("~"):
        wanted = f"~ {_quoted(interaction)}"
    columns = _columns(wanted, matrix, table, used)
    varying = columns[:, (columns != columns[:1]).any(axis=0)]
    if not varying.shape[1]:
        raise DesignError(f"{_named(interaction)} is the same in all samples, and cannot change what a feature does")
    if covariates_of(varying).rank <= varying.shape[1]:
        raise DesignError(f"columns of {_named(interaction)} depend on one another; leave some of them out")
    return np.ascontiguousarray(_spread(varying - varying.mean(axis=0), used).T)


def _columns(wanted: Any, matrix: FeatureMatrix, table: Any, used: BoolArray) -> FloatArray:
    """A design in any form, of the samples that are used."""
    if not used.all():
        n, labels = matrix.shape[1], matrix.sample_labels
        if isinstance(wanted, str) and table is not None:
            return model_matrix(wanted, aligned_samples(table, sample_labels=labels, n_samples=n)[used]).matrix
        if isinstance(wanted, (pd.DataFrame, pd.Series)):
            order = align(wanted.index, labels, n, what="the design")
            rows = wanted.iloc[order[used]]
            return Design(rows.to_frame() if isinstance(rows, pd.Series) else rows).matrix
        if isinstance(wanted, (np.ndarray, list)) and len(wanted) == n:
            return Design(np.asarray(wanted)[used]).matrix
    return design_of(wanted, matrix, table).matrix[used]


def _spread(columns: FloatArray, used: BoolArray) -> FloatArray:
    """Rows in the places of samples that are used."""
    if used.all():
        return columns
    whole = np.zeros((len(used), columns.shape[1]))
    whole[used] = columns
    return whole


def _named(interaction: Any) -> str:
    return f"interaction={interaction!r}" if isinstance(interaction, str) else "interaction="


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f"`{name}`"
