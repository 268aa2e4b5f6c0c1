"""voom_with_quality_weights: counts with weights for how precise each is, and how good each sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ebayes_lm._typing import FloatArray
from ebayes_lm.data.blocks import Running
from ebayes_lm.weights.log_counts import log_counts
from ebayes_lm.weights.precision import chosen_span
from ebayes_lm.weights.precision_list import VoomEList, with_sample_weights
from ebayes_lm.weights.quality import array_weights
from ebayes_lm.weights.trend_reading import Trended


def voom_with_quality_weights(
    counts: Any,
    design: Any = None,
    *,
    samples: pd.DataFrame | None = None,
    lib_size: ArrayLike | pd.Series[float] | None = None,
    offset: ArrayLike | pd.DataFrame | None = None,
    offset_prior: ArrayLike | pd.DataFrame | None = None,
    normalize_method: str = "none",
    block: Any = None,
    correlation: Any = None,
    span: float = 0.5,
    adaptive_span: bool = True,
    var_design: Any = None,
    var_group: Any = None,
    method: str = "genebygene",
    max_iter: int = 50,
    tol: float = 1e-5,
    layer: str | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> VoomEList:
    """Turn counts into log2 counts per million with weights of single observations and of samples in one.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, AnnData or sparse matrix
        Features x samples (AnnData: samples x features), not negative, not logged.
    design, samples, lib_size, offset, offset_prior, normalize_method : optional
        As for :func:`voom`.
    block, correlation, span, adaptive_span : optional
        As for :func:`voom`.
    var_design : str, Design, DataFrame or array, optional
        What log variances of samples depend on; by default every sample has a variance of its own.
    var_group : str or (n,) array_like, optional
        Groups of samples that share a variance: a column of ``samples`` or one value a sample.
    method : {"genebygene", "reml", "auto"}
        How sample weights are found, as in :func:`array_weights`. The weights of "genebygene" depend a little on the
        order of the features.
    max_iter, tol : optional
        Of "reml".
    layer : str, optional
        Layer of an AnnData.
    threads, chunk_size, max_memory, progress : optional
        As for :func:`lm_fit`.

    Returns
    -------
    VoomEList
        As of :func:`voom`, its weights multiplied by those of the samples, which are ``targets["sample_weights"]``.

    Raises
    ------
    DataError, AlignmentError, DesignError, ArgumentError
        As of :func:`voom` and :func:`array_weights`.

    Notes
    -----
    Liu et al (2015) Nucleic Acids Research 43, e97: sample weights are found under the weights of the observations, the
    trend of the latter is learnt again under the former, and both once more. One design serves throughout, also that
    of the groups of a DGEList.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> noise = rng.normal(size=(400, 6)) * [0.1, 0.1, 0.9, 0.1, 0.1, 0.1]
    >>> counts = rng.poisson(rng.gamma(1.0, 50.0, (400, 1)) * np.exp(noise))
    >>> v = el.voom_with_quality_weights(counts, np.repeat(np.eye(2), 3, axis=0))
    >>> bool(v.targets["sample_weights"].idxmin() == 2)
    True
    """
    running = Running(threads, chunk_size, max_memory, progress)
    logged = log_counts(
        counts, design, samples=samples, lib_size=lib_size, offset=offset, offset_prior=offset_prior,
        normalize_method=normalize_method, layer=layer, running=running,
    )  # fmt: skip
    share = chosen_span(logged, span, adaptive_span)

    def weigh(known: FloatArray | None) -> tuple[FloatArray, FloatArray, Trended]:
        """Weights of samples, given what is known of them; of observations; and the trend of these."""
        fit = logged.fit(weights=known, block=block, correlation=correlation)
        learned = logged.learn(fit, share)
        precision = logged.weights(fit, learned)
        found = array_weights(
            logged.matrix, logged.design, weights=precision, var_design=var_design, var_group=var_group, method=method,
            max_iter=max_iter, tol=tol, threads=threads, chunk_size=chunk_size, max_memory=max_memory,
            progress=progress,
        )  # fmt: skip
        return np.asarray(found, dtype=np.float64), precision, learned

    first = weigh(None)[0]  # without its precision weights, which are as large as the counts
    quality, precision, learned = weigh(first[None, :])
    precision *= quality
    return with_sample_weights(logged.listed(precision, learned), quality)
