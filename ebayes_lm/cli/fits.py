"""From data to a fit, by the method that was chosen; and what the data told of weights and correlation on the way."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.cli.advice import advise_on_variances
from ebayes_lm.cli.choices import Choices
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.cli.values import FEATURE
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DataError
from ebayes_lm.results.linear import LinearFit


class Fitted(NamedTuple):
    """A fit, the choices with what was estimated, and the values that were fitted."""

    fit: LinearFit
    choices: Choices
    values: Any


def fitted(inputs: Inputs, design: Design, choices: Choices) -> Fitted:
    """Fit by the method that was chosen."""
    counts = choices.procedure.counts
    if counts is not None and counts.method == "voom-lm-fit":
        return _by_voom_lm_fit(inputs, design, choices)
    weigh_values = counts is not None and counts.method.startswith("voom")
    return (_by_voom if weigh_values else _by_values)(inputs, design, choices)


def _by_voom_lm_fit(inputs: Inputs, design: Design, choices: Choices) -> Fitted:
    weighs = choices.procedure.weighs_samples
    given = None if choices.weights is None else choices.weights.table
    fit: Any = el.voom_lm_fit(
        inputs.counts,
        design,
        block=choices.block,
        prior_weights=given,
        sample_weights=weighs,
        var_group=choices.var_group,
        **choices.running,
    )
    told = choices
    if choices.block is not None:
        told = told.told(correlation=fit.correlation, estimated=True)
    told = _with_sample_weights(told, fit.elist.targets["sample_weights"]) if weighs else told
    return Fitted(fit, told, fit.elist)


def _by_voom(inputs: Inputs, design: Design, choices: Choices) -> Fitted:
    """Weights depend on the correlation within blocks and the other way round: both are estimated twice."""
    weighs = choices.procedure.weighs_samples
    weigh: Any = partial(el.voom, **choices.running)
    if weighs:
        weigh = partial(el.voom_with_quality_weights, var_group=choices.var_group, **choices.running)
    rho, estimated = choices.procedure.correlation, False
    if choices.block is None or rho == FEATURE:
        values = weigh(inputs.counts, design)
    elif rho is not None:
        values = weigh(inputs.counts, design, block=choices.block, correlation=rho)
    else:
        first = _consensus(weigh(inputs.counts, design), design, choices)
        values = weigh(inputs.counts, design, block=choices.block, correlation=first)
        rho, estimated = _consensus(values, design, choices), True
    told = choices.told(correlation=rho, estimated=estimated)
    if weighs:
        told = _with_sample_weights(told, values.targets["sample_weights"])
    return _least_squares(values, design, told)


def _by_values(inputs: Inputs, design: Design, choices: Choices) -> Fitted:
    data = inputs.log_values
    weights = None if choices.weights is None else choices.weights.table
    told = choices
    if choices.procedure.weighs_samples:
        weights = el.array_weights(data, design, var_group=choices.var_group, **choices.running)
        told = _with_sample_weights(told, weights)
    elif weights is None and choices.block is None:
        advise_on_variances(as_feature_matrix(data), design, inputs.samples, choices)
    if choices.block is not None and choices.procedure.correlation is None:
        told = told.told(correlation=_consensus(data, design, choices, weights), estimated=True)
    return _least_squares(data, design, told, weights)


def _consensus(data: Any, design: Design, choices: Choices, weights: Any = None) -> float:
    """The correlation within blocks, one for all features."""
    found = el.duplicate_correlation(data, design, block=choices.block, weights=weights, **choices.running)
    if np.isnan(found.consensus):
        raise DataError(
            f"no feature tells how samples of one {choices.procedure.block} are correlated; say it with --correlation, "
            "or leave out --block"
        )
    return float(found.consensus)


def _least_squares(data: Any, design: Design, choices: Choices, weights: Any = None) -> Fitted:
    rho = choices.procedure.correlation
    with choices.engaged() as scheduler:
        fit: Any = el.lm_fit(
            data,
            design,
            weights=weights,
            block=choices.block,
            correlation=rho,
            scheduler=scheduler,
            **choices.fitting(),
        )
    if rho == FEATURE:
        low, middle, high = (float(q) for q in np.nanquantile(fit.rho, [0.25, 0.5, 0.75]))
        choices = choices.told(own_correlations=(low, middle, high))
    return Fitted(fit, choices, data)


def _with_sample_weights(choices: Choices, weights: pd.Series[float]) -> Choices:
    told = choices.told(sample_weights=(float(weights.min()), float(weights.max())))
    return replace(told, sample_weights=weights)
