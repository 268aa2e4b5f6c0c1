"""Linear fits, their contrasts, and what they leave of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

import ebayes_lm as el
from ebayes_lm.errors import DesignWarning, warn
from ebayes_lm.limma.arguments import completed, matrix_with_weights, named, usable_weights
from ebayes_lm.limma.spelling import completing
from ebayes_lm.results.stages import require_linear
from ebayes_lm.results.tested import TestedFit

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

Fit: TypeAlias = "el.LinearFit | TestedFit"


@completing
def lmFit(
    object: Any,
    design: Any = None,
    ndups: int | None = None,
    spacing: int | None = None,
    block: Any = None,
    correlation: Any = None,
    weights: ArrayLike | pd.Series[float] | pd.DataFrame | None = None,
    method: str = "ls",
    **run: Any,
) -> el.LinearFit:
    """Fit the same linear model to every feature, with limma's numbers: :func:`ebayes_lm.lm_fit`.

    Parameters
    ----------
    object : array, DataFrame, EList or AnnData
        Features x samples (AnnData: samples x features). In a DataFrame, a first column of text names the features.
    design : array, DataFrame, Design or formula, optional
        Samples x coefficients; by default what ``object`` carries, else a column of ones called ``x1``.
    ndups, spacing : int, optional
        Rows that each feature has, and how far apart they stand. ``block`` goes before them.
    block : (n,) array_like or str, optional
        Samples that are correlated.
    correlation : float or object with ``consensus``, optional
        Correlation within blocks, or between duplicates.
    weights : number, (n,), (G,) or (G, n) array_like, optional
        As in limma, observations whose weight is missing, infinite or not positive are missing. A plain vector where
        there are as many features as samples is an error: limma takes it for weights of features.
    method : {"ls", "robust"}
        Least squares or M-estimation; the latter leaves ``block`` and ``ndups`` out of account, with a warning.
    **run
        Other arguments of ``lm_fit``: samples, layer, feature_columns, inf, max_iter, threads, chunk_size, max_memory,
        progress.

    Returns
    -------
    LinearFit

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import lmFit
    >>> lmFit(np.array([[1.0, 2.0, 6.0]]), np.array([[1, 0], [1, 0], [1, 1]])).coefficients
        x1   x2
    0  1.5  4.5
    """
    matrix = matrix_with_weights(object, run)
    if design is None and matrix.design is None:
        design = np.ones((matrix.shape[1], 1))
    method = completed(method, ("ls", "robust"))
    ndups = None if ndups == 1 or block is not None else ndups
    if method == "robust" and (block is not None or ndups is not None):
        warn("a robust fit takes samples as independent; block, ndups and correlation are left aside", DesignWarning)
        block = ndups = correlation = None
    return el.lm_fit(
        matrix,
        design,
        weights=usable_weights(weights),
        block=block,
        correlation=correlation,
        ndups=ndups,
        spacing=None if ndups is None else spacing,
        method=method,
        compat="limma",
        **run,
    )


@completing
def contrasts_fit(
    fit: el.LinearFit | TestedFit, contrasts: Any = None, coefficients: Any = None
) -> el.LinearFit | TestedFit:
    """Estimate contrasts of coefficients, or keep some coefficients: :func:`ebayes_lm.contrasts_fit`.

    Parameters
    ----------
    fit : LinearFit or a fit with tests
        Contrasts begin again from the fit before its tests.
    contrasts : array, DataFrame or text, optional
        Coefficients x contrasts.
    coefficients : name or list of names, optional
        Coefficients to keep, in place of contrasts; tests are kept with them.

    Returns
    -------
    LinearFit, or what ``fit`` is where coefficients of a fit with tests are kept

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import contrasts_fit, lmFit
    >>> fit = lmFit(np.array([[1.0, 2.0, 6.0]]), np.array([[1, 0], [1, 0], [0, 1]]))
    >>> contrasts_fit(fit, [-1, 1]).coefficients.to_numpy()
    array([[4.5]])
    """
    if coefficients is None or contrasts is not None:
        return el.contrasts_fit(fit, contrasts, coefficients=coefficients)  # type: ignore[arg-type]
    linear = require_linear(fit, "contrasts_fit")
    kept = named(linear, coefficients, "contrasts_fit")
    return fit.select(coefs=kept) if isinstance(fit, TestedFit) else linear.select(coefs=kept)


@completing
def fitted(object: Fit) -> pd.DataFrame:
    """Fitted values of a fit.

    Parameters
    ----------
    object : LinearFit or a fit with tests

    Returns
    -------
    DataFrame
        Features x samples.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import fitted, lmFit
    >>> fitted(lmFit(np.array([[1.0, 2.0, 6.0]]))).to_numpy()
    array([[3., 3., 3.]])
    """
    return require_linear(object, "fitted").fitted()


@completing
def residuals(object: Fit, y: Any) -> pd.DataFrame:
    """What a fit leaves of the data it was made from.

    Parameters
    ----------
    object : LinearFit or a fit with tests
    y : array, DataFrame, EList or AnnData
        The data.

    Returns
    -------
    DataFrame
        Features x samples.

    Examples
    --------
    >>> import numpy as np
    >>> from ebayes_lm.limma import lmFit, residuals
    >>> y = np.array([[1.0, 2.0, 6.0]])
    >>> residuals(lmFit(y), y).to_numpy()
    array([[-2., -1.,  3.]])
    """
    return require_linear(object, "residuals").residuals(y)
