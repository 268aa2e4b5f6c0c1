"""How to fit, to moderate and to test: what the arguments say, checked against the data."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.cli.running import UsageError
from ebayes_lm.cli.weights import GivenWeights, read_weights
from ebayes_lm.core.gls import BlockCorrelation
from ebayes_lm.core.ols import LeastSquares, least_squares
from ebayes_lm.data.groups import sample_groups
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import ArgumentError, DesignWarning, listing, nearest, warn
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
    fdr : float
        False discovery rate.
    columns : tuple of str
        More columns of the tables.
    form : {"tsv", "parquet"}
        Their format.
    threads : int or None
    layer : str or None
    """

    procedure: Procedure = field(default_factory=Procedure)
    weights: GivenWeights | None = None
    block: pd.Series[Any] | None = None
    fdr: float = 0.05
    columns: tuple[str, ...] = ()
    form: str = "tsv"
    threads: int | None = None
    layer: str | None = None

    def fitting(self) -> dict[str, Any]:
        """Arguments of ``lm_fit``."""
        chosen = self.procedure
        return {
            "weights": None if self.weights is None else self.weights.table,
            "block": self.block,
            "correlation": chosen.correlation,
            "method": "robust" if chosen.robust_fit else "ls",
            "inf": "missing" if chosen.inf_missing else "error",
            "min_observed": chosen.min_observed,
            "compat": chosen.compat,
            "threads": self.threads,
            "layer": self.layer,
        }

    def prior(self) -> dict[str, Any]:
        """Arguments of ``ebayes`` and ``treat``."""
        chosen = self.procedure
        return {
            "trend": chosen.trend,
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

    def plan(self, design: Design) -> LeastSquares:
        """The design as samples with their weights and correlation see it."""
        correlation = None
        if self.block is not None and self.procedure.correlation is not None:
            blocks = sample_groups(self.block, self.block.index, None, what="block")
            correlation = BlockCorrelation(blocks, self.procedure.correlation)
        weights = None if self.weights is None else self.weights.of_samples
        return least_squares(design.matrix, weights, correlation=correlation)


def require_agreement(arguments: Namespace) -> None:
    """Refuse options that do not go together, before any file is read."""
    if (arguments.block is None) != (arguments.correlation is None):
        given, other = ("--block COL", "--correlation R") if arguments.block else ("--correlation R", "--block COL")
        raise UsageError(
            f"{given} needs {other}: one says which samples are correlated, the other how much, such as 0.4"
        )
    if arguments.block is not None and arguments.robust_fit:
        raise UsageError("--robust-fit takes samples as independent; leave out --block, or use --robust in its place")
    if arguments.span is not None and not arguments.trend:
        raise UsageError("--span is the width of a trend; add --trend")
    if arguments.span is not None and arguments.prior == "moments":
        raise UsageError("--span belongs to the lowess trend of --prior likelihood; leave out one of them")
    if arguments.test_term and not (arguments.contrast or arguments.coef):
        for option, value in (("--treat", arguments.treat), ("--columns", arguments.columns)):
            if value:
                raise UsageError(
                    f"{option} is about contrasts and coefficients, and only terms are tested; name what to compare "
                    "with --contrast or --coef"
                )


def read_choices(arguments: Namespace, inputs: Inputs) -> Choices:
    """The choices with the weights and blocks that they name."""
    weights = None if arguments.weights is None else read_weights(arguments.weights, inputs, arguments.layer)
    block = None if arguments.block is None else _block(arguments.block, inputs.samples)
    procedure = Procedure(
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
        weights,
        block,
        arguments.fdr,
        arguments.columns,
        arguments.format,
        arguments.threads,
        arguments.layer,
    )


def _block(column: str, samples: pd.DataFrame) -> pd.Series[Any]:
    if column not in samples.columns:
        raise ArgumentError(
            f"--block names {column!r}, which is not a column of the sample table.{nearest(column, samples.columns)} "
            f"It has {listing(samples.columns, 10)}"
        )
    block = samples[column]
    if block.notna().all() and block.is_unique:
        warn(
            f"every sample is a block of its own in column {column!r}, so --correlation changes nothing; name the "
            "column that correlated samples share",
            DesignWarning,
        )
    return block
