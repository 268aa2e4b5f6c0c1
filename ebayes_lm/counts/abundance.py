"""How abundant features are on the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.log_counts import with_prior
from ebayes_lm.core.mean_abundance import group_rates, log_rates_per_million
from ebayes_lm.counts.boundary import as_count_list
from ebayes_lm.counts.library import by_block, effective_sizes
from ebayes_lm.counts.per_million import prior
from ebayes_lm.data.vectors import ordered_numbers
from ebayes_lm.errors import DataError


def ave_log_cpm(
    counts: Any, *, prior_count: float = 2, dispersion: Any = 0.05, layer: str | None = None
) -> pd.Series[float]:
    """Average the log2 counts per million of each feature over samples, by a negative binomial model.

    Parameters
    ----------
    counts : DGEList, array, DataFrame, scipy sparse matrix or AnnData
        Counts of features x samples. Of a DGEList library sizes are taken times normalisation factors; offsets do not
        count.
    prior_count : float
        Added to the counts, in proportion to library size.
    dispersion : float or (features,) array_like
        Of the negative binomial distribution; 0 is Poisson.
    layer : str, optional
        Layer of an AnnData to read in place of X.

    Returns
    -------
    Series, one number a feature

    Raises
    ------
    DataError
        Dispersions or library sizes that cannot be.
    ArgumentError
        A negative prior count.

    Notes
    -----
    McCarthy, Chen and Smyth (2012) Nucleic Acids Research 40, 4288-4297. Few counts weigh less than many, as
    they do not in the mean of ``cpm(log=True)``.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> el.ave_log_cpm(np.array([[10, 0], [90, 200]])).round(2).tolist()
    [15.6, 19.84]
    """
    d = as_count_list(counts, layer=layer)
    added = prior(prior_count)
    phi = _dispersions(dispersion, d.counts.index)
    if not d.counts.to_numpy().any() and not d.samples["lib_size"].any():
        # without any count, features share a million
        return pd.Series(np.full(d.shape[0], np.log2(1e6 / d.shape[0])), index=d.counts.index)
    sizes = effective_sizes(d)

    def of(block: AnyArray, at: slice) -> FloatArray:
        y, larger = with_prior(block, sizes, added)
        return log_rates_per_million(group_rates(y, larger, phi[at]))

    return pd.Series(by_block(d, of), index=d.counts.index)


def _dispersions(given: Any, features: pd.Index) -> FloatArray:
    numbers = ordered_numbers(given, features, what="dispersion", axis="features")
    if numbers.shape not in ((), (len(features),)):
        raise DataError(f"dispersion has shape {numbers.shape}; give one number, or one for each feature")
    if not (np.isfinite(numbers) & (numbers >= 0)).all():
        raise DataError(f"dispersion is negative, NaN or infinite; it is 0 or more, such as 0.05; got {given!r:.60}")
    return np.broadcast_to(numbers.astype(np.float64), (len(features),))
