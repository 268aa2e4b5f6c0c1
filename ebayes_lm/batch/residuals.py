"""What is left in the residuals of a fit: batches that the design lacks, samples that scatter, outlying values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.batch.fitted_rows import FittedRows, residual_rows
from ebayes_lm.batch.residual_annotations import Known, annotation_shares, associations, known_of_samples
from ebayes_lm.batch.residual_findings import findings
from ebayes_lm.batch.residual_pass import ResidualPass, residual_pass
from ebayes_lm.batch.residual_result import ResidualStructure
from ebayes_lm.batch.residual_tables import (
    OUTLYING_P,
    component_table,
    group_table,
    outlying_p,
    outlying_table,
    score_table,
    spread_table,
)
from ebayes_lm.batch.seeds import seed_or_none
from ebayes_lm.core.permutation_null import component_null
from ebayes_lm.core.residual_directions import directions
from ebayes_lm.core.sample_spread import sample_spread
from ebayes_lm.data.blocks import Running, blas_threads
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.design.boundary import aligned_samples
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, DesignError
from ebayes_lm.results.arguments import shown, whole_number
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.stages import require_linear
from ebayes_lm.results.values import measured, same_matrix


def residual_structure(
    fit: Any,
    y: Any,
    *,
    samples: pd.DataFrame | None = None,
    k: int = 10,
    seed: int | None = None,
    n_perm: int = 20,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> ResidualStructure:
    """Look into the residuals of a fit: for factors that the design lacks, and for samples and values that stand out.

    Parameters
    ----------
    fit : LinearFit or ModeratedFit
        Any stage of the analysis, contrasted or not.
    y : array, DataFrame, AnnData, sparse matrix or EList
        The data that were fitted, matched by label.
    samples : DataFrame, optional
        What is known of the samples, also what the design does not use: batches, dates, quality, sex, age. By default
        the sample table that y carries.
    k : int
        Principal components to look at.
    seed : int, optional
        Of the permutations, and of the features that are drawn where there are more than 20,000.
    n_perm : int
        Permutations that tell which components are beyond chance; 0 for none.
    layer : str, optional
        Layer of an AnnData.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    threads, chunk_size : int, optional
        Threads, and features in a block.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    ResidualStructure
        Findings in words, and the tables behind them.

    Raises
    ------
    DataError
        y is not what was fitted.
    AlignmentError
        Samples do not match.
    DesignError
        The design leaves no residual degrees of freedom.
    ArgumentError, ArgumentTypeError
        An option outside what it allows.
    StageError
        fit is no fit.

    Notes
    -----
    Each feature's residuals are divided by its residual standard deviation, so that none rules; weights and correlated
    samples are taken into account as in the fit, and missing values count as residuals of zero. Principal components
    come from the cross products of samples, one pass over the data. A component is beyond chance where it is larger
    than those of residuals that are permuted within each feature (Buja & Eyuboglu 1992, Multivariate Behavioral
    Research 27, 509-540), on at most 20,000 features. Annotations are compared with components after the design is
    taken out of both. Features of real samples are co-expressed: components beyond chance are the rule, and by
    themselves no fault of the design.

    How residuals of samples and groups scatter is compared over all features, which count as so many independent ones
    as the unevenness of the components tells.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> table = pd.DataFrame({"group": list("AB") * 6, "day": list("xxxxyyyyzzzz")})
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(500, 12)) + np.outer(rng.normal(size=500), table["day"] == "y")
    >>> fit = el.lm_fit(y, "~ group", samples=table)
    >>> for part in el.residual_structure(fit, y, samples=table, seed=1).findings[1].split(": "):
    ...     print(part)
    Residual PC1, 23 % of the noise, follows `day` (R2 0.99), which explains 32 % of all noise (20 % by chance)
    add `day` to the design (it takes 2 residual df)
    """
    linear = require_linear(fit, "residual_structure")
    whole_number(k, "k", "the number of components to look at")
    rng, n_perm = _chance(seed, n_perm)
    running = Running(threads, chunk_size, max_memory, progress)
    read = as_feature_matrix(y, layer=layer, feature_columns=feature_columns)
    matrix, order = same_matrix(linear, read)
    if linear.plan.df_residual < 1:
        raise DesignError("the design leaves no residual degrees of freedom, so that there are no residuals to look at")
    fitted = FittedRows(linear, matrix, order, residual_rows(linear))
    done = residual_pass(fitted, running, rng)
    if not done.sums.n_rows:
        raise DataError("no feature has residuals that vary; there is nothing to look at")
    about = _about_samples(linear, samples, read.sample_table, order, done)
    p = outlying_p(done, running)
    with blas_threads(1):
        return _structure(linear, done, p, about, min(k, linear.plan.df_residual), n_perm, rng)


def _chance(seed: Any, n_perm: Any) -> tuple[np.random.Generator, int]:
    if isinstance(n_perm, bool) or not isinstance(n_perm, (int, np.integer)):
        raise ArgumentTypeError(f"n_perm is the number of permutations, a whole number; got {shown(n_perm)}")
    if n_perm < 0:
        raise ArgumentError(f"n_perm is the number of permutations, 0 for none; got {shown(n_perm)}")
    return np.random.default_rng(seed_or_none(seed)), int(n_perm)


class _About(NamedTuple):
    """Samples that take part, where they stand among all of the design, all of those, and what is known of them."""

    samples: pd.Index
    used: AnyArray | slice
    everyone: pd.Index
    known: Known
    with_table: bool


def _about_samples(
    fit: LinearFit, given: pd.DataFrame | None, carried: pd.DataFrame | None, order: AnyArray, done: ResidualPass
) -> _About:
    n = len(fit.design.samples)
    table = None
    if given is not None:
        numbered = np.array_equal(fit.design.samples, np.arange(n))
        table = aligned_samples(given, sample_labels=None if numbered else fit.design.samples, n_samples=n)
    elif carried is not None:
        table = carried.iloc[order[:: len(order) // n] // (len(order) // n)]
    design: Design = measured_design(fit)
    everyone = measured(fit, fit.design.samples)
    if table is not None:
        table = table.iloc[measured(fit, np.arange(n))].set_axis(pd.RangeIndex(len(design)), axis=0)
    used = slice(None) if fit.plan.used is None else fit.plan.used
    if fit.plan.used is not None:
        design, table = design.take(fit.plan.used), None if table is None else table.iloc[fit.plan.used]
    turned = np.diag(done.sums.roots) if fit.plan.whitener is None else fit.plan.whitener
    known = known_of_samples(design, table, turned, done.sums.level, done.sums.missing)
    return _About(everyone[used], used, everyone, known, table is not None)


def measured_design(fit: LinearFit) -> Design:
    """The design of a fit, a row for every measurement, its samples numbered."""
    positions = measured(fit, np.arange(len(fit.design.samples)))
    return fit.design.take(positions, samples=pd.RangeIndex(len(positions)))


def _structure(
    fit: LinearFit, done: ResidualPass, p: FloatArray, about: _About, k: int, n_perm: int, rng: np.random.Generator
) -> ResidualStructure:
    sums = done.sums
    found = directions(sums.cross, fit.plan.df_residual, sums.n_rows)
    null = component_null(done.rows, done.drawn, k, n_perm, rng) if n_perm else None
    linked = associations(about.known, found, k)
    components = component_table(found, k, null, n_perm, linked, about.samples, done.drawn.residuals)
    shares = annotation_shares(about.known, sums.cross, found.effective_rows)
    spread = sample_spread(np.diag(sums.cross), sums.free, done.drawn.residuals, done.drawn.free)
    facts = _facts(fit, done, p, found.effective_rows, n_perm)
    by_sample = spread_table(spread, done, p, about.used, about.everyone)
    groups = group_table(about.known, done, found.effective_rows, spread.outlying)
    outlying = outlying_table(done, p, fit.labels.features, about.samples)
    words = findings(components, linked, shares, by_sample, groups, facts, about.known, about.with_table)
    scores = score_table(found, k, sums.n_rows, about.used, about.everyone)
    return ResidualStructure(words, components, scores, linked, shares, by_sample, groups, outlying, facts)


def _facts(fit: LinearFit, done: ResidualPass, p: FloatArray, effective: float, n_perm: int) -> dict[str, float]:
    return {
        "features": done.sums.n_rows,
        "samples": fit.plan.n_used,
        "df_residual": fit.plan.df_residual,
        "features_drawn": len(done.drawn.residuals),
        "n_perm": n_perm,
        "effective_features": effective,
        "outlying_features": int(np.count_nonzero(p <= OUTLYING_P)),
        "outlying_expected": float(OUTLYING_P * np.count_nonzero(np.isfinite(p))),
    }
