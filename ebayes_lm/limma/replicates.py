"""What was measured more than once, averaged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ebayes_lm as el
from ebayes_lm.limma.arguments import usable_weights
from ebayes_lm.limma.spelling import completing

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike


@completing
def avereps(x: Any, ID: Any = None) -> Any:
    """Average features that were measured more than once: :func:`ebayes_lm.avereps`.

    Parameters
    ----------
    x : array, DataFrame or EList
    ID : (G,) array_like or str, optional
        What each feature is a measurement of; by default the column ``ID`` of ``genes``, else the names of the rows.

    Returns
    -------
    array, DataFrame or EList
        As ``x``, with a row for each ID.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import avereps
    >>> avereps(np.array([[1.0], [5.0], [3.0]]), ID=["TP53", "MYC", "TP53"])
    array([[2.],
           [5.]])
    """
    return el.avereps(x, ID)


@completing
def avearrays(x: Any, ID: Any = None, weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None) -> Any:
    """Average samples that are technical replicates: :func:`ebayes_lm.avearrays`.

    Parameters
    ----------
    x : array, DataFrame or EList
    ID : (n,) array_like or str, optional
        What each sample is a measurement of; by default the names of the columns.
    weights : (n,), (G,) or (G, n) array_like, optional
        By default those that ``x`` carries; missing ones, and those that are not positive, leave observations out.

    Returns
    -------
    array, DataFrame or EList
        As ``x``, with a column for each ID.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import avearrays
    >>> avearrays(np.array([[1.0, 3.0, 7.0]]), ID=["Ann", "Ann", "Ben"])
    array([[2., 7.]])
    """
    return el.avearrays(x, ID, weights=usable_weights(weights))


@completing
def avedups(
    x: Any, ndups: int = 2, spacing: int = 1, weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None
) -> Any:
    """Average duplicate spots: :func:`ebayes_lm.avedups`.

    Parameters
    ----------
    x : array, DataFrame or EList
    ndups, spacing : int
        Rows that each feature has, and how far apart they stand; also of an EList, for which limma asks.
    weights : (n,), (G,) or (G, n) array_like, optional
        As for :func:`avearrays`.

    Returns
    -------
    array, DataFrame or EList
        As ``x``, with a row for each feature.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import avedups
    >>> avedups(np.array([[1.0], [3.0], [10.0], [30.0]]), spacing=2)
    array([[ 5.5],
           [16.5]])
    """
    return el.avedups(x, ndups=ndups, spacing=spacing, weights=usable_weights(weights))
