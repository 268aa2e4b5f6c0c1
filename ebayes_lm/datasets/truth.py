"""The features of a simulation: abundances, variances and effects, drawn from the model."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.datasets.layout import Layout
from ebayes_lm.datasets.parameters import Parameters

# Variance on the log2 scale times this is the squared coefficient of variation, to first order.
_LOG2_TO_CV2 = math.log(2.0) ** 2

_YEARS_PER_DECADE = 10.0


def draw_truth(given: Parameters, layout: Layout, rng: np.random.Generator) -> pd.DataFrame:
    """One row a feature: mean, prior and own variance, what it responds to and how much."""
    # A stream for each ingredient: switching one on leaves the numbers of the others as they were.
    means, variances, chosen, effects, batches, slopes, loadings, affected = rng.spawn(8)
    n = given.n_features
    mean = given.mean + given.mean_sd * means.standard_normal(n)
    s2_prior = given.s0**2 * np.exp(given.trend * (mean - given.mean))
    sigma2 = s2_prior * _inverse_chi_square(given.d0, n, variances)
    truth: dict[str, FloatArray | BoolArray] = {"mean": mean, "s2_prior": s2_prior, "sigma2": sigma2}
    if given.counts:
        truth["dispersion"] = _LOG2_TO_CV2 * sigma2
    truth["is_differential"] = _share(n, given.proportion, chosen)
    scale = np.sqrt(given.v0 * sigma2) * truth["is_differential"]
    truth |= {name: scale * effects.standard_normal(n) for name in layout.kind("group")}
    truth |= {name: given.batch_effect * batches.standard_normal(n) for name in layout.kind("batch")}
    per_year = given.covariate_effect / _YEARS_PER_DECADE
    truth |= {name: per_year * slopes.standard_normal(n) for name in layout.kind("age")}
    hidden = _share(n, given.hidden_share, affected) if given.hidden else np.zeros(n, dtype=np.bool_)
    truth["affected_by_hidden"] = hidden
    truth |= {name: given.hidden_effect * hidden * loadings.standard_normal(n) for name in layout.kind("hidden")}
    return pd.DataFrame(truth, index=pd.Index([f"gene{i + 1}" for i in range(n)]))


def _inverse_chi_square(d0: float, n: int, rng: np.random.Generator) -> FloatArray:
    return np.ones(n) if d0 == math.inf else d0 / rng.chisquare(d0, n)


def _share(n: int, share: float, rng: np.random.Generator) -> BoolArray:
    """Exactly this share of the features, to the nearest whole one, at random."""
    flags = np.arange(n) < round(share * n)
    return rng.permutation(flags)
