"""The histogram of p-values, with the height that true null hypotheses have in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.numeric import float_array
from ebayes_lm.plot.chosen import tested_one
from ebayes_lm.plot.style import ACCENT, NEUTRAL, empty, group_legend, new_axes, plain
from ebayes_lm.results.arguments import whole_number
from ebayes_lm.results.false_discoveries import prop_true_null
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.tested import TestedFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class PValueHistogram:
    """Numbers of p-values in bins of equal width.

    Attributes
    ----------
    bins : DataFrame
        ``left``, ``right`` and ``count`` of each bin.
    true_null : float
        Estimated share of true null hypotheses; NaN without p-values.
    tests : int
        P-values that there are.
    """

    bins: pd.DataFrame
    true_null: float
    tests: int

    @property
    def null_count(self) -> float:
        """P-values of true null hypotheses expected in each bin."""
        return self.true_null * self.tests / len(self.bins)


def pvalues(fit: Any, coef: Any = None, *, bins: int = 20, method: str = "lfdr", ax: Axes | None = None) -> Axes:
    """Draw the histogram of p-values, and how many of each bin would come from true null hypotheses.

    A histogram that is flat but for a peak at the left is as it should be. One that rises to the right or bends speaks
    of tests that do not hold what they promise.

    Parameters
    ----------
    fit : ModeratedFit, TreatFit, or p-values
    coef : str or int, optional
        Coefficient by name or 0-based position; by default the only one of interest.
    bins : int
        Bins from 0 to 1.
    method : str
        How the share of true null hypotheses is estimated, as in :func:`prop_true_null`.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    StageError
        The fit has no tests yet.
    ArgumentError
        An unknown coefficient, several of interest and none chosen, an unknown method, or p-values outside [0, 1].

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> ax = el.plot.pvalues(np.linspace(0, 1, 100), bins=10)
    >>> ax.get_xlabel(), len(ax.patches)
    ('p-value', 10)
    """
    data = pvalues_data(fit, coef, bins=bins, method=method)
    ax = new_axes(ax)
    ax.set(title=p_title(fit, coef, "pvalues"), xlabel="p-value", ylabel="tests", xlim=(0.0, 1.0))
    if not data.tests:
        return empty(ax, "nothing was tested")
    table = data.bins
    width = 1.0 / len(table)
    ax.bar(table["left"], table["count"], width=width, align="edge", color=NEUTRAL, edgecolor="white", linewidth=0.5)
    ax.axhline(data.null_count, color=ACCENT, linewidth=2.0)
    share = f"true null hypotheses, {data.true_null:.1%}"
    group_legend(ax, [share], [ACCENT], marker="", loc="upper right")
    return ax


def pvalues_data(fit: Any, coef: Any = None, *, bins: int = 20, method: str = "lfdr") -> PValueHistogram:
    """Give what :func:`pvalues` draws.

    Parameters
    ----------
    fit, coef, bins, method
        As for :func:`pvalues`.

    Returns
    -------
    PValueHistogram
        Bins with their counts, the share of true null hypotheses, the number of tests.

    Raises
    ------
    StageError, ArgumentError
        As :func:`pvalues`.

    Examples
    --------
    >>> import numpy as np, ebayes_lm as el
    >>> el.plot.pvalues_data(np.linspace(0, 1, 100), bins=4).bins["count"].tolist()
    [25, 25, 25, 25]
    """
    number = whole_number(bins, "bins", "the number of bins from 0 to 1")
    p = p_values(fit, coef, "pvalues")
    share = prop_true_null(p, method=method)
    p = p[~np.isnan(p)]
    counts, edges = np.histogram(p, bins=number, range=(0.0, 1.0))
    table = pd.DataFrame({"left": edges[:-1], "right": edges[1:], "count": counts})
    return PValueHistogram(table, share, len(p))


def p_values(fit: Any, coef: Any, verb: str) -> FloatArray:
    """P-values of a coefficient, or those that were given, (features,)."""
    if isinstance(fit, (np.ndarray, pd.Series, list, tuple)):
        return float_array(fit, "p").ravel()
    mod, k = tested_one(fit, coef, verb)
    return mod.p_value_of(k)


def p_title(fit: Any, coef: Any, verb: str) -> str:
    """What stands above a picture of p-values: their coefficient, where they have one."""
    if not isinstance(fit, (LinearFit, TestedFit)):
        return "p-values"
    mod, k = tested_one(fit, coef, verb)
    return plain(mod.coef_names[k], 60)
