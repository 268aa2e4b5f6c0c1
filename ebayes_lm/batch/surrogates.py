"""Surrogate variables: what features share that the design does not know (Leek and Storey 2007, 2008)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch.component_number import METHODS as NUMBER_METHODS
from ebayes_lm.batch.component_number import checked_seed, component_number
from ebayes_lm.batch.control_weights import control_weights
from ebayes_lm.batch.factors import Factors
from ebayes_lm.batch.nested_designs import NestedDesigns, nested_designs
from ebayes_lm.batch.row_passes import RowPasses
from ebayes_lm.batch.second_opinion import robust_adjustment, warn_of_dispute
from ebayes_lm.batch.surrogate_words import METHODS, remarks_on
from ebayes_lm.core.hidden_variables import HiddenVariables, from_controls, reweighted, two_steps
from ebayes_lm.counts.boundary import as_count_list
from ebayes_lm.data.blocks import Running, blas_threads
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.boundary import matrix_and_table
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, counted
from ebayes_lm.results.arguments import choice, real, whole_number


def surrogate_variables(
    y: Any,
    design: Any,
    null_design: Any = None,
    *,
    n_sv: int | None = None,
    method: str = "irw",
    controls: Any = None,
    seed: int | None = None,
    iterations: int = 5,
    number_method: str = "be",
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> Factors:
    """Estimate hidden variables of the samples, and append them to the design.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features) on a log scale, complete.
    design : str, Design, DataFrame or array
        The design, with all that is known.
    null_design : str, Design, DataFrame or array, optional
        The design without the terms that the analysis is about. By default the terms that ``design.of_interest`` does
        not name; where it names none, the intercept.
    n_sv : int, optional
        How many; by default counted as :func:`num_sv` does.
    method : {"irw", "two-step", "supervised"}
        Iteratively re-weighted features; the features of each residual direction; or features known as controls.
    controls : mask, labels, column name or (G,) numbers from 0 to 1, optional
        Features that nothing of interest moves, or how surely nothing does. Method "supervised" alone takes them.
    seed : int, optional
        Another seed draws other permutations for the count of surrogate variables; nothing else is random.
    iterations : int, optional
        Rounds of "irw".
    number_method : {"be", "leek"}
        How surrogate variables are counted.
    samples : DataFrame, optional
        Sample table, by default what the container carries.
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
    Factors
        ``.design`` holds them as nuisance: pass it to :func:`lm_fit`. ``.posterior_association`` and
        ``.posterior_effect`` are NaN for features of which the null design leaves nothing. ``.confounding`` compares
        them with :func:`latent_factors`: the ``share`` of each column of interest that goes along with the factors by
        either, and what share of features without an effect has p < 0.05 here if those are right.

    Warns
    -----
    HiddenFactorWarning
        That share is above 0.055: with strong confounding, factors on nearly all features, or effects on many,
        surrogate variables leave part of the factors to the terms of interest, or take part of these.

    Raises
    ------
    DataError
        Values are missing, infinite or not numeric.
    DesignError
        A design cannot be used, or the null design is not part of it.
    ArgumentError
        A value outside what is allowed, or more surrogate variables than there can be.

    Notes
    -----
    Leek and Storey (2007) PLoS Genetics 3:e161; Leek and Storey (2008) PNAS 105, 18718-18723; Leek (2014) Nucleic Acids
    Research 42:e161 on counts and controls. Surrogate variables have length one and arbitrary sign; here their largest
    entry is positive.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(500, 12)) + np.outer(rng.normal(size=500), rng.normal(size=12))
    >>> found = el.surrogate_variables(y, "~ group", samples={"group": list("AB") * 6}, n_sv=1)
    >>> found.design.names
    ['(Intercept)', 'groupB', 'SV1']
    >>> el.lm_fit(y, found.design).ebayes().top_table("groupB", number=1).shape
    (1, 6)
    """
    options = _Options.of(method, n_sv, iterations, number_method, seed)
    running = Running(threads, chunk_size, max_memory, progress)
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    return _estimated(nested_designs(design, null_design, matrix, table), options, controls, running)


def svaseq(
    counts: Any,
    design: Any,
    null_design: Any = None,
    *,
    n_sv: int | None = None,
    method: str = "irw",
    constant: float = 1.0,
    controls: Any = None,
    seed: int | None = None,
    iterations: int = 5,
    number_method: str = "be",
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> Factors:
    """Estimate hidden variables of the samples from counts: those of ``log(counts + constant)``.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, scipy sparse matrix or AnnData
        Features x samples (AnnData: samples x features). They are taken as they are: library sizes do not enter, so
        that differences in depth become a surrogate variable. Counts that are already scaled for depth serve, too.
    design, null_design, n_sv, method
        As in :func:`surrogate_variables`.
    constant : float, optional
        What is added before the logarithm, above 0.
    controls, seed, iterations, number_method
        As in :func:`surrogate_variables`.
    samples : DataFrame, optional
        Sample table, by default what the container carries.
    layer : str, optional
        Layer of an AnnData.
    threads, chunk_size, max_memory, progress
        As in :func:`surrogate_variables`.

    Returns
    -------
    Factors
        ``.design`` holds them as nuisance: pass it to :func:`voom` or whatever else takes a design.

    Raises
    ------
    DataError
        Counts are negative, missing or infinite.
    DesignError
        A design cannot be used, or the null design is not part of it.
    ArgumentError
        A value outside what is allowed.

    Notes
    -----
    Leek (2014) Nucleic Acids Research 42:e161. Features with few counts in all samples are better left out beforehand
    (:func:`filter_by_expr`).

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> depth = np.exp(np.outer(rng.normal(size=300), rng.normal(size=8)) / 3)
    >>> counts = rng.poisson(100 * depth)
    >>> el.svaseq(counts, "~ group", samples={"group": list("AB") * 4}, n_sv=1).n_factors
    1
    """
    options = _Options.of(method, n_sv, iterations, number_method, seed)
    added = real(constant, "constant", "what is added to counts before the logarithm")
    if not 0.0 < added < np.inf:
        raise ArgumentError(f"constant is added to counts before the logarithm, above 0; got {constant!r}")
    running = Running(threads, chunk_size, max_memory, progress)
    given = as_count_list(counts, layer=layer)
    matrix, table = matrix_and_table(np.log(given.counts + added), samples)
    matrix = replace(matrix, annotation=given.genes)
    nested = nested_designs(design, null_design, matrix, given.samples if samples is None else table)
    return _estimated(nested, options, controls, running, of_counts=True)


@dataclass(frozen=True)
class _Options:
    """What is estimated, and how."""

    method: str
    n_sv: int | None
    iterations: int
    number_method: str
    seed: int

    @classmethod
    def of(cls, method: Any, n_sv: Any, iterations: Any, number_method: Any, seed: Any) -> _Options:
        choice(method, METHODS, "method", "'irw', 'two-step' or 'supervised'")
        choice(number_method, NUMBER_METHODS, "number_method", "'be' or 'leek'")
        wanted = n_sv if n_sv is None else whole_number(n_sv, "n_sv", "how many surrogate variables there are", least=0)
        rounds = whole_number(iterations, "iterations", "the rounds of 'irw'")
        return cls(method, wanted, rounds, number_method, checked_seed(seed))


def _estimated(
    nested: NestedDesigns, options: _Options, controls: Any, running: Running, *, of_counts: bool = False
) -> Factors:
    weights = _checked_controls(options.method, controls, nested.matrix)
    rows = RowPasses.of(nested.matrix, running)
    about = nested.design.with_interest(nested.interest)
    with blas_threads(1):  # several would lose more by waiting for each other than small problems take
        k, found = _counted_and_found(options, nested, rows, weights)
        other = None if options.n_sv == 0 else robust_adjustment(nested.matrix, about, running)
        opinion = None if other is None else other.about(found.values)
    warn_of_dispute(opinion, "surrogate variables")
    features = nested.matrix.features
    return Factors.appended(
        nested.design,
        found.values,
        prefix="SV",
        method=METHODS[options.method] + (" of log counts" if of_counts else ""),
        posterior_association=pd.Series(found.association, index=features, name="association"),
        posterior_effect=None if found.effect is None else pd.Series(found.effect, index=features, name="effect"),
        confounding=None if opinion is None else opinion.table,
        remarks=remarks_on(found, nested, k, counted_by=None if options.n_sv is not None else options.number_method)
        + (() if opinion is None else opinion.remarks()),
    )


def _checked_controls(method: str, controls: Any, matrix: FeatureMatrix) -> FloatArray | None:
    if method != "supervised":
        if controls is not None:
            raise ArgumentError(f"controls= goes with method='supervised' alone, and method is {method!r}")
        return None
    if controls is None:
        raise ArgumentTypeError(
            "method='supervised' needs controls=: features that nothing of interest moves, as labels, a mask, a column "
            "of the annotation, or numbers from 0 to 1"
        )
    return control_weights(controls, matrix)


def _counted_and_found(
    options: _Options, nested: NestedDesigns, rows: RowPasses, weights: FloatArray | None
) -> tuple[int, HiddenVariables]:
    """How many surrogate variables are wanted, and what comes of it."""
    k = _number(options, nested, rows)
    if k == 0:
        features, n = nested.matrix.shape
        return k, HiddenVariables(np.zeros((n, 0)), np.zeros(features), None)
    if options.method == "two-step":
        return k, two_steps(rows, nested.models, k)
    if weights is None:
        return k, reweighted(rows, nested.models, k, options.iterations)
    found = from_controls(rows, weights, k)
    held = counted(found.values.shape[1], "direction")
    if found.values.shape[1] < k:
        raise ArgumentError(f"the controls hold {held}, and {k} are wanted; give more controls, or fewer n_sv")
    return k, found


def _number(options: _Options, nested: NestedDesigns, rows: RowPasses) -> int:
    """How many surrogate variables, given or counted."""
    models, features = nested.models, nested.matrix.shape[0]
    free = models.df_residual
    most = min(features, free - 1)
    if options.n_sv is None:
        basis = np.hstack([models.null, models.interest])
        return min(most, component_number(rows, basis, method=options.number_method, seed=options.seed))
    if options.n_sv > most:
        allowed = f"{counted(features, 'feature')} and {counted(free, 'residual degree')} of freedom allow"
        advice = f"give {most} at most, or leave it out to have them counted"
        raise ArgumentError(f"n_sv={options.n_sv} is more than the {most} that {allowed}; {advice}")
    return options.n_sv
