"""Linear models of all rows of a matrix by least squares, in blocks, and what has to be said about them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ebayes_lm.core.assembly import assemble
from ebayes_lm.core.linear_plan import LinearPlan
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.read_rows import ReadWeights
from ebayes_lm.data.scratch import by_features
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.results.axes import Labels
from ebayes_lm.results.correlated import Arranged, mean_of_means
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.robust_weights import RobustWeights
from ebayes_lm.results.rows import fit_rows, warn_of_convergence, warn_of_lost_coefficients


def fit_linear(
    to: Arranged, plan: LinearPlan, design: Design, running: Running, *, inf: str, max_iter: int, compat: str | None
) -> LinearFit:
    """Fit every row by least squares.

    Raises
    ------
    DataError
        Values are infinite and ``inf`` is "error".
    """
    matrix, each, limma = to.matrix, to.weights, compat == "limma"
    rows, own = fit_rows(matrix, plan, each.cells, running, inf=inf)
    warn_of_convergence(own, matrix.features, max_iter)
    cells = each.cells
    if plan.robust_iterations and not matrix.in_memory:
        cells = ReadWeights(RobustWeights(by_features(matrix.source, running), plan, cells))
    record, covariances = assemble(plan, rows, own, cells=cells, features=each.features, limma=limma, room=running.room)
    if to.duplicates is not None:
        record = replace(record, amean=mean_of_means(matrix, to.duplicates, running))
    warn_of_lost_coefficients(record, matrix.features, limma=limma)
    return LinearFit(
        record=record,
        labels=Labels(matrix.features, pd.Index(design.names)),
        design=design,
        plan=plan.shared,
        annotation=matrix.annotation,
        contrast_matrix=np.eye(len(design.names)),
        covariances=covariances,
        compat=compat,
        duplicates=to.duplicates,
    )
