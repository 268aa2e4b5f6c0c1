"""What a scan adjusts for, and what features are multiplied by in an interaction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.frisch_waugh import covariates_of
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.boundary import design_of
from ebayes_lm.errors import DesignError


def covariate_columns(covariates: Any, matrix: FeatureMatrix, table: Any) -> FloatArray:
    """Covariates (n, p) in any form: a formula, names of columns of the sample table, Design, table, array or none."""
    if covariates is None:
        return np.empty((matrix.shape[1], 0))
    if isinstance(covariates, (list, tuple, pd.Index)) and len(covariates):
        if all(isinstance(name, str) for name in covariates):
            covariates = "~ " + " + ".join(_quoted(name) for name in covariates)
        elif isinstance(covariates, tuple):
            covariates = list(covariates)
    return design_of(covariates, matrix, table).matrix


def interaction_columns(interaction: Any, matrix: FeatureMatrix, table: Any) -> FloatArray:
    """Columns (m, n) that features are multiplied by, centred: of a number one, of k groups k - 1.

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
    columns = design_of(wanted, matrix, table).matrix
    varying = columns[:, (columns != columns[:1]).any(axis=0)]
    if not varying.shape[1]:
        raise DesignError(f"{_named(interaction)} is the same in all samples, and cannot change what a feature does")
    if covariates_of(varying).rank <= varying.shape[1]:
        raise DesignError(f"columns of {_named(interaction)} depend on one another; leave some of them out")
    centred: FloatArray = np.ascontiguousarray((varying - varying.mean(axis=0)).T)
    return centred


def _named(interaction: Any) -> str:
    return f"interaction={interaction!r}" if isinstance(interaction, str) else "interaction="


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f"`{name}`"
