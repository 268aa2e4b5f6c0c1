"""Weights of samples by their quality: those that scatter more about the model count less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.sample_variances import SampleWeights, estimated_weights
from ebayes_lm.core.variance_model import VarianceModel, group_directions, variance_model
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.weights import matrix_weights
from ebayes_lm.design.boundary import carried_design, design_of, matrix_and_table
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import (
    ArgumentError,
    ConvergenceWarning,
    DesignError,
    DesignWarning,
    EbayesLMWarning,
    counted,
    warn,
)
from ebayes_lm.results.arguments import choice, real, whole_number
from ebayes_lm.results.correlated import sample_blocks
from ebayes_lm.results.rows import refuse_infinite
from ebayes_lm.weights.matrix_rows import MatrixRows


def array_weights(
    y: Any,
    design: Any = None,
    *,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | FeatureMatrix | None = None,
    var_design: Any = None,
    var_group: Any = None,
    prior_n: float = 10,
    method: str = "auto",
    max_iter: int = 50,
    tol: float = 1e-5,
    samples: pd.DataFrame | None = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    inf: str = "error",
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> pd.Series[float]:
    """Weigh samples by how much they scatter about a linear model, over all features.

    Parameters
    ----------
    y : array, DataFrame, AnnData, sparse matrix or EList
        Features x samples (AnnData: samples x features). NaN is missing.
    design : str, Design, DataFrame or array, optional
        The model of the means. By default a column of ones, as in limma, also where the container carries a design.
    weights : (n,), (G,) or (G, n) array_like, Series, DataFrame or FeatureMatrix, optional
        Weights of observations that are known beforehand; by default those of the container. Sample weights multiply
        them. An observation of weight zero is missing.
    var_design : str, Design, DataFrame or array, optional
        What log variances depend on; by default every sample has a variance of its own.
    var_group : str or (n,) array_like, optional
        Groups of samples that share a variance: a column of ``samples`` or one value a sample.
    prior_n : float
        So many features are added in which all samples scatter alike: a larger number draws weights towards one.
    method : {"auto", "genebygene", "reml"}
        Feature after feature, each moving the weights that those before it gave, so that the order of features
        matters a little; or all together by restricted maximum likelihood. "auto" is "reml" for complete data without
        weights. "reml" leaves out features with missing values.
    max_iter : int
        Iterations of "reml".
    tol : float
        "reml" has converged where a step gains less than this.
    samples : DataFrame, optional
        Sample table, matched to the samples of y by label; by default what the container carries.
    layer : str, optional
        Layer of an AnnData.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    inf : {"error", "missing"}
        What infinite values are.
    threads, chunk_size : int, optional
        Threads of "reml", and features in a block.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    Series
        A weight for each sample, an inverse variance; their geometric mean is one. ``lm_fit(weights=)`` takes them.

    Raises
    ------
    DataError
        Values are infinite or not numeric, or weights cannot be used.
    AlignmentError
        Labels of samples do not match.
    DesignError
        A design cannot be used, or ``var_design`` is constant.
    ArgumentError
        Arguments that do not go together, or a value outside what is allowed.

    Notes
    -----
    Ritchie et al (2006) BMC Bioinformatics 7, 261; Liu et al (2015) Nucleic Acids Research 43, e97; scoring as in Smyth
    (2002) Journal of Computational and Graphical Statistics 11, 836-847. Weights are one where there are fewer than
    two features or residual degrees of freedom, and features with a residual variance below 1e-15 do not count.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(500, 6)) * [1, 1, 2, 1, 1, 1]
    >>> el.array_weights(y, np.repeat(np.eye(2), 3, axis=0)).round(1).tolist()
    [1.5, 1.0, 0.3, 1.5, 1.3, 1.0]
    """
    choice(method, ("auto", "genebygene", "reml"), "method", "'auto', 'genebygene' or 'reml'")
    choice(inf, ("error", "missing"), "inf", "'error' or 'missing'")
    rounds = whole_number(max_iter, "max_iter", "the most iterations")
    bound = _not_negative(tol, "tol", "the gain below which the iteration has converged")
    prior = _not_negative(prior_n, "prior_n", "how many features are added in which all samples scatter alike")
    running = Running(threads, chunk_size, max_memory, progress)
    given = inputs(y, design, samples, layer, feature_columns)
    model = variance_model(given.design.matrix, _variance_terms(given, var_design, var_group))
    if inf == "error":
        check_finite(given.matrix, running)
    cells = matrix_weights(weights, given.matrix, running).of_observations(given.matrix.shape)
    rows = MatrixRows(given.matrix, cells, running)
    found = estimated_weights(rows, model, prior_n=prior, method=method, max_iter=rounds, tol=bound)
    _warn_of(found, model, rounds)
    return pd.Series(found.weights, index=given.matrix.samples, name="weight")


class Inputs(NamedTuple):
    """A matrix with the design of its means and its sample table."""

    matrix: FeatureMatrix
    design: Design
    table: Any


def inputs(
    y: Any, design: Any, samples: Any, layer: str | None = None, feature_columns: str | Sequence[str] | None = None,
    *, carried: bool = False,
) -> Inputs:  # fmt: skip
    """Matrix, design and sample table in one order.

    Without a design, that of the container serves where it may be ``carried``; else samples are replicates.
    """
    matrix, table = matrix_and_table(y, samples, layer=layer, feature_columns=feature_columns)
    if carried:
        return Inputs(matrix, carried_design(design, matrix, table), table)
    if design is None and matrix.design is not None:
        warn(
            "the design that the data carry is not used, as in limma: without design= all samples count as replicates, "
            "and differences between groups as scatter; pass it as design=",
            DesignWarning,
        )
    return Inputs(matrix, design_of(design, matrix, table), table)


def _variance_terms(given: Inputs, var_design: Any, var_group: Any) -> FloatArray | None:
    """What log variances may depend on (n, k), None where every sample has its own."""
    if var_design is not None and var_group is not None:
        raise ArgumentError("var_design= and var_group= both say what variances depend on; give one of them")
    if var_group is not None:
        groups = sample_blocks(var_group, given.matrix, given.table, "var_group")
        if groups.max() == 0:
            raise ArgumentError("var_group puts all samples into one group; variances need two groups to differ")
        return group_directions(groups)
    if var_design is None:
        return None
    terms = design_of(var_design, given.matrix, given.table).matrix
    if (terms == terms[0]).all():
        raise DesignError("var_design is the same for all samples; give a column that differs, or leave it out")
    return terms


def _not_negative(value: Any, name: str, meaning: str) -> float:
    number = real(value, name, meaning)
    if not 0.0 <= number < np.inf:
        raise ArgumentError(f"{name} is {meaning}, 0 or more; got {value!r}")
    return number


def check_finite(matrix: FeatureMatrix, running: Running, *, choice: bool = True) -> None:
    """Refuse infinite values, for callers that leave a ``choice`` of what they are or do not."""

    def count(values: AnyArray, _: slice) -> tuple[AnyArray]:
        return (np.isinf(values).sum(axis=1, dtype=np.int32),)

    (n_infinite,) = matrix.map_blocks(count, running)
    refuse_infinite(n_infinite, matrix.features, choice=choice)


def _warn_of(found: SampleWeights, model: VarianceModel, max_iter: int) -> None:
    if found.n_incomplete:
        left = f"{counted(found.n_incomplete, 'feature')} with missing values or weights of zero"
        warn(f"'reml' leaves out {left}; method='genebygene' uses all", EbayesLMWarning)
    if found.method is None:
        why = (
            f"the design leaves {counted(model.df_residual, 'residual degree')} of freedom"
            if model.df_residual < 2
            else "there are fewer than two features to learn from"
        )
        warn(f"all sample weights are 1, because {why}; two are needed at least", EbayesLMWarning)
    if found.stopped == "limit":
        warn(
            f"sample weights had not converged after {counted(max_iter, 'iteration')}; the last ones are taken. "
            "max_iter= allows more",
            ConvergenceWarning,
        )
    if found.stopped == "stalled":
        warn(
            "sample weights stopped short of convergence, because the next step would have gained no less than the one "
            "before; a larger prior_n= steadies them, and tol= may ask for more digits than there are",
            ConvergenceWarning,
        )
