"""A fit that estimates its own weights: of observations, of samples, and the correlation within blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ebayes_lm._typing import FloatArray, FloatRows, IntArray
from ebayes_lm.data.weights import matrix_weights
from ebayes_lm.errors import ArgumentError, ArgumentTypeError
from ebayes_lm.results.arguments import truth
from ebayes_lm.results.correlated import sample_blocks
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.weights.consensus import duplicate_correlation
from ebayes_lm.weights.precision_list import with_sample_weights
from ebayes_lm.weights.quality import array_weights
from ebayes_lm.weights.trend_reading import Precise, Trended
from ebayes_lm.weights.voom_fit import VoomFit, voom_fit


@dataclass(frozen=True, eq=False)
class Estimated:
    """What is estimated beside the trend.

    Attributes
    ----------
    data : Precise
    prior : (G, n) array or what reads its rows, or None
        Weights known beforehand.
    blocks : (n,) integer array or None
        Samples that are correlated.
    quality : dict or None
        Options of array_weights, where samples are weighed.
    """

    data: Precise
    prior: FloatRows | None
    blocks: IntArray | None
    quality: dict[str, Any] | None

    def sample_weights(self, weights: FloatRows) -> FloatArray | None:
        """Weights of samples, under weights (G, n) of observations."""
        if self.quality is None:
            return None
        found = array_weights(self.data.masked, self.data.design, **self._options(weights), **self.quality)
        return np.asarray(found, dtype=np.float64)

    def correlation(self, weights: FloatRows) -> float:
        """Correlation within blocks, under weights (G, n); 0 where there is none to be found."""
        if self.blocks is None:
            return 0.0
        found = duplicate_correlation(self.data.masked, self.data.design, block=self.blocks, **self._options(weights))
        return 0.0 if np.isnan(found.consensus) else found.consensus

    def correlated(self, rho: float) -> dict[str, Any]:
        """Options of a fit: blocks, where they have a correlation."""
        return {"block": self.blocks, "correlation": rho} if rho != 0.0 else {}

    def _options(self, weights: FloatRows) -> dict[str, Any]:
        return {"weights": weights} | self.data.running.options


def fitted_twice(estimated: Estimated, span: float, compat: str | None) -> VoomFit:
    """Fit, learn weights, and fit with these; where samples have weights or blocks, weights are learnt once more.

    The trend of the second pass is that of a fit which knows weights of samples and correlation, but not those of
    observations.
    """
    data, prior = estimated.data, estimated.prior
    fit = data.fit(weights=prior)
    learned, weights, samples, rho = _learnt(estimated, fit, span)
    if learned.trend.x.size and (samples is not None or estimated.blocks is not None):
        known = prior if samples is None else samples[None, :]
        del weights  # as large as the data: they make room for those that are learnt next
        fit = data.fit(weights=known, **estimated.correlated(rho))
        learned, weights, samples, rho = _learnt(estimated, fit, span)
    if learned.trend.x.size:
        fit = data.fit(weights=weights, compat=compat, **estimated.correlated(rho))
    elist = data.listed(weights, learned)
    return voom_fit(fit, elist if samples is None else with_sample_weights(elist, samples), rho)


class _Learnt(NamedTuple):
    learned: Trended
    weights: FloatRows
    samples: FloatArray | None
    rho: float


def _learnt(estimated: Estimated, fit: LinearFit, span: float) -> _Learnt:
    """What a fit tells: the trend, weights of observations in which all other weights are, weights of samples."""
    data = estimated.data
    learned = data.learn(fit, span)
    weights = data.weights(fit, learned)
    if not learned.trend.x.size:
        return _Learnt(learned, weights, None, 0.0)
    samples = estimated.sample_weights(weights)
    known = estimated.prior if samples is None else samples
    if known is not None:
        weights *= known
    return _Learnt(learned, weights, samples, estimated.correlation(weights))


def estimated_from(
    data: Precise, given: Any, prior_weights: Any, block: Any, sample_weights: Any, var_design: Any, var_group: Any,
    prior_n: Any,
) -> Estimated:  # fmt: skip
    """What is to be estimated; ``given`` are weights that the container carries, in place of prior weights.

    Raises
    ------
    ArgumentError
        Prior weights, and sample weights to be estimated.
    ArgumentTypeError
        Something else than True or False.
    """
    quality = None
    if np.ndim(sample_weights):
        raise ArgumentTypeError(
            "sample_weights says whether weights of samples are estimated, True or False; weights that are known go "
            "into prior_weights="
        )
    if truth(sample_weights, "sample_weights") or var_design is not None or var_group is not None:
        quality = {"var_design": var_design, "var_group": var_group, "prior_n": prior_n}
    known = given if prior_weights is None else prior_weights
    if known is not None and quality is not None:
        raise ArgumentError(
            "sample weights cannot be estimated under weights that are known beforehand; leave out prior_weights= "
            "(and weights of the container), or sample_weights=, var_design= and var_group="
        )
    matrix, prior = data.matrix, None
    if known is not None:
        prior = matrix_weights(known, matrix, data.running).of_observations(matrix.shape)
    blocks = None if block is None else sample_blocks(block, matrix, matrix.sample_table)
    return Estimated(data, prior, blocks, quality)
