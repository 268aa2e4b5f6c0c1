"""What a fit tells by itself of how it was made, where nobody says more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.reporting.procedure import Procedure
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.mixed import MixedFit
from ebayes_lm.results.tested import TestedFit
from ebayes_lm.results.threshold import TreatFit


def procedure_of(mod: TestedFit, samples: pd.DataFrame | None = None) -> Procedure:
    """Weights, correlation and kind of test of a fit; blocks under the name of the column of a table that they are."""
    fit, blocks = mod.fit, blocks_of(mod.fit)
    return Procedure(
        weights=_weights(fit),
        block=None if blocks is None else _column(blocks, samples),
        n_blocks=0 if blocks is None else len(np.unique(blocks)),
        correlation=_correlation(fit),
        robust=mod.prior.df2_shrunk is not None,
        compat=fit.compat,
        lfc=mod.lfc if isinstance(mod, TreatFit) else None,
    )


def blocks_of(fit: LinearFit) -> IntArray | None:
    """The block of each sample where the fit correlates samples, each alone that takes no part; None else."""
    n = len(fit.design.samples)
    used = np.arange(n) if fit.plan.used is None else fit.plan.used
    if isinstance(fit, MixedFit):
        found = fit.covariances.mixed.blocks
    elif fit.plan.whitener is not None and len(fit.plan.whitener) == len(used) and fit.duplicates is None:
        joined = fit.plan.whitener != 0.0  # row i mixes a sample with the earlier ones of its block
        found = joined.argmax(axis=1)
    else:
        return None
    blocks = -1 - np.arange(n)
    blocks[used if len(found) == len(used) else slice(None)] = found
    return blocks


def _weights(fit: LinearFit) -> str | None:
    """What weights belong to."""
    own = fit.covariances
    if own is not None and own.weights is not None:
        return "observations"
    if own is not None and own.scale is not None:
        return "features"
    weights: FloatArray = fit.plan.weights
    return "samples" if weights.size and weights.min() != weights.max() else None


def _correlation(fit: LinearFit) -> float | str | None:
    """That of samples of one block, or of measurements of one feature: of all features, or ``"feature"``."""
    if isinstance(fit, MixedFit):
        return "feature"
    if fit.plan.whitener is None:
        return None
    covariance = np.linalg.inv(fit.plan.whitener.T @ fit.plan.whitener)
    size = np.sqrt(np.diag(covariance))
    off = (covariance / np.outer(size, size))[~np.eye(len(size), dtype=np.bool_)]
    return float(off[np.abs(off).argmax()])


def _column(blocks: IntArray, samples: pd.DataFrame | None) -> str:
    """The name of the column that says which samples belong together."""
    columns = () if samples is None else samples.items()
    return next((str(c) for c, values in columns if divide_alike(pd.factorize(values)[0], blocks)), "block")


def divide_alike(codes: AnyArray, blocks: IntArray) -> bool:
    """Whether codes divide the samples into the same groups as blocks do."""
    n = len(np.unique(blocks))
    return len(np.unique(codes)) == n == len(set(zip(codes, blocks, strict=True)))
