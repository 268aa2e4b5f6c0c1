"""How to fit, to moderate and to test: what the arguments say, checked against the data."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch.factors import Factors
from ebayes_lm.cli.hidden_factors import Hidden
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.cli.sample_tables import no_column
from ebayes_lm.cli.weights import GivenWeights, read_weights
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.ols import LeastSquares, least_squares
from ebayes_lm.data.cluster import local_cluster
from ebayes_lm.data.groups import sample_groups
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DataError, DesignWarning, listing, warn
from ebayes_lm.reporting.preparation import Preparation
from ebayes_lm.reporting.procedure import Procedure
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.tested import TestedFit


@dataclass(frozen=True, eq=False)
class Choices:
    """What a run does with its data.

    Attributes
    ----------
    procedure : Procedure
    weights : GivenWeights or None
    block : Series or None
        Which block each sample belongs to.
    var_group : Series or None
        Which group each sample belongs to, where all samples of a group have one weight.
    fdr : float
        False discovery rate.
    columns : tuple of str
        More columns of the tables.
    form : {"tsv", "parquet"}
        Their format.
    running : dict
        Threads, features in a block and room for blocks, as every verb takes them.
    checkpoint : str or None
        Folder in which blocks of the fit are kept.
    sample_weights : Series or None
        Weights of samples, once they are estimated.
    factors : Factors or None
        Hidden factors that the design holds.
    residuals : bool
        Whether to look into the residuals.
    scheduler : str or None
        Address of the cluster that fits.
    workers : int or None
        Processes of this machine that fit.
    top : int
        Rows of each table that are shown.
    digits : int or None
        Significant digits of the tables of tests; None for full precision.
    """

    procedure: Procedure = field(default_factory=Procedure)
    weights: GivenWeights | None = None
    block: pd.Series[Any] | None = None
    var_group: pd.Series[Any] | None = None
    fdr: float = 0.05
    columns: tuple[str, ...] = ()
    form: str = "tsv"
    running: dict[str, Any] = field(default_factory=dict)
    checkpoint: str | None = None
    sample_weights: pd.Series[float] | None = None
    factors: Factors | None = None
    residuals: bool = False
    scheduler: str | None = None
    workers: int | None = None
    top: int = 10
    digits: int | None = None

    def fitting(self) -> dict[str, Any]:
        """Arguments of ``lm_fit``."""
        chosen = self.procedure
        return {
            "method": "robust" if chosen.robust_fit else "ls",
            "inf": "missing" if chosen.inf_missing else "error",
            "min_observed": chosen.min_observed,
            "compat": chosen.compat,
            "checkpoint": self.checkpoint,
            **self.running,
        }

    @contextmanager
    def engaged(self) -> Iterator[Any]:
        """What ``lm_fit`` takes as a scheduler; processes that were asked for live as long as this."""
        if self.workers is None:
            yield self.scheduler
            return
        with local_cluster(self.workers) as client:
            yield client

    def without_values(self) -> Choices:
        """The same without given weights, of which only the name of the file is told later."""
        weights = self.weights
        return self if weights is None else replace(self, weights=replace(weights, table=weights.table.iloc[:0]))

    def told(self, **found: Any) -> Choices:
        """The same with what the data have told of the procedure."""
        return replace(self, procedure=replace(self.procedure, **found))

    def prior(self) -> dict[str, Any]:
        """Arguments of ``ebayes`` and ``treat``."""
        chosen = self.procedure
        return {
            "trend": chosen.follows_expression,
            "robust": chosen.robust,
            "zero_variance": chosen.zero_variance,
            "legacy": None if chosen.estimator is None else chosen.estimator == "moments",
            "span": chosen.span,
        }

    def tested(self, fit: LinearFit) -> TestedFit:
        """The tests of comparisons: of no effect, or against a threshold."""
        if self.procedure.lfc is None:
            return fit.ebayes(**self.prior())
        return fit.treat(lfc=self.procedure.lfc, **self.prior())

    @property
    def weighs_as_estimated(self) -> bool:
        """Whether the data have told weights of samples, or their correlation."""
        chosen = self.procedure
        return self.sample_weights is not None or chosen.estimated or chosen.own_correlations is not None

    def plan(self, design: Design) -> LeastSquares:
        """The design as samples with their weights and correlation see it; of many correlations, the median."""
        rho, correlation = self.procedure.correlation, None
        if self.procedure.own_correlations is not None:
            rho = self.procedure.own_correlations[1]
        if self.block is not None and isinstance(rho, float):
            blocks = sample_groups(self.block, self.block.index, None, what="block")
            correlation = BlockCorrelation(blocks, rho)
        weights: FloatArray | None = None if self.weights is None else self.weights.of_samples
        if self.sample_weights is not None:
            weights = np.asarray(self.sample_weights, dtype=np.float64)
        return least_squares(design.matrix, weights, correlation=correlation)


def read_choices(arguments: Namespace, inputs: Inputs, counts: Preparation | None, hidden: Hidden | None) -> Choices:
    """The choices with the weights and blocks that they name."""
    weights = None if arguments.weights is None else read_weights(arguments.weights, inputs)
    block = None if arguments.block is None else _block(arguments.block, inputs.samples)
    group = None if arguments.var_group is None else _column(arguments.var_group, inputs.samples, "--var-group")
    procedure = Procedure(
        hidden=None if hidden is None else hidden.told,
        counts=counts,
        weighs_samples=arguments.sample_weights or group is not None or arguments.method == "voom-qw",
        weighted_group=arguments.var_group,
        weights=None if weights is None else weights.belong_to,
        block=arguments.block,
        n_blocks=0 if block is None else block.nunique(),
        correlation=arguments.correlation,
        robust_fit=arguments.robust_fit,
        inf_missing=arguments.inf == "missing",
        min_observed=arguments.min_observed,
        trend=arguments.trend,
        robust=arguments.robust,
        estimator=arguments.prior,
        span=arguments.span,
        zero_variance=arguments.zero_variance,
        compat=arguments.compat,
        lfc=arguments.treat,
    )
    return Choices(
        procedure,
        weights=weights,
        block=block,
        var_group=group,
        fdr=arguments.fdr,
        columns=arguments.columns,
        form=arguments.format,
        running=running_of(arguments),
        checkpoint=arguments.checkpoint,
        factors=None if hidden is None else hidden.factors,
        residuals=arguments.residuals,
        scheduler=arguments.scheduler,
        workers=arguments.workers,
        top=arguments.top,
        digits=arguments.digits,
    )


def running_of(arguments: Namespace) -> dict[str, Any]:
    """How verbs that read the matrix run."""
    return {name: getattr(arguments, name) for name in ("threads", "chunk_size", "max_memory")}


def _block(name: str, samples: pd.DataFrame) -> pd.Series[Any]:
    block = _column(name, samples, "--block")
    if block.is_unique:
        warn(
            f"every sample is a block of its own in column {name!r}, so blocks change nothing; name the column that "
            "correlated samples share",
            DesignWarning,
        )
    return block


def _column(name: str, samples: pd.DataFrame, option: str) -> pd.Series[Any]:
    if name not in samples.columns:
        raise no_column(option, name, samples.columns)
    empty = samples[name].isna()
    if empty.any():
        raise DataError(
            f"column {name!r}, which {option} names, is empty for {listing(samples.index[empty])}; fill it in, or "
            f"leave these samples out with --exclude {name}="
        )
    return samples[name]
