"""ResidualStructure: what is left in the residuals of a fit, in words and tables."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from ebayes_lm.errors import counted

#: So many findings are shown; the others stand in ``findings``.
_SHOWN = 10


@dataclass(frozen=True, eq=False, repr=False)
class ResidualStructure:
    """What residuals of a fit have in common, as :func:`residual_structure` finds it.

    Attributes
    ----------
    findings : tuple of str
        What there is to know, a sentence or two each, the most important first.
    components : DataFrame
        Principal components of the standardised residuals: ``share`` of their variance, ``null_quantile`` (what 95 % of
        permutations stay below) and ``p_value`` (NaN without permutations), ``beyond_chance``, the annotation that goes
        with it best, its ``r2`` and ``adj_p_value``, the sample with the largest part of the component, and the share
        of the component that features have ``in_common``, all with one sign.
    scores : DataFrame, samples x k
        The components, in standard deviations of a typical feature; NaN for samples of weight zero. Signs are
        arbitrary.
    associations : DataFrame
        Each annotation of the samples with each component: ``r2`` of what the design leaves of both, ``p_value`` of the
        F test, ``adj_p_value`` (Holm, over the whole table), and the share of the annotation that is
        ``held_by_design``.
    annotations : DataFrame
        Each annotation by itself: ``df`` that it adds to the design, ``held_by_design``, its ``share`` of all residual
        variance beside what it has ``by_chance``, and a ``note`` where residuals cannot show it.
    sample_spread : DataFrame
        For each sample its ``leverage``, the ``spread`` of its residuals (median absolute one) and their root mean
        square ``rms``, both 1 in the median sample; ``z``, the robust score of the log spread; whether it is
        ``outlying``; how many features have their ``outlying_features`` residual in it.
    group_variances : DataFrame
        For each level of each factor ``n`` samples, outlying ones left out, the residual ``df`` that fall to it,
        ``relative_sd`` (1 in the level that scatters least) and, of the factor, ``p_value`` and ``adj_p_value`` (Holm)
        of no difference.
    outlying : DataFrame
        Features with the largest studentised residuals, indexed by their labels: the ``sample``, ``studentised``,
        ``p_value`` (for all samples of the feature) and ``adj_p_value`` (BH, over all features; exact up to 0.05).
    facts : dict
        Numbers behind the words: features, samples, residual df, features drawn, permutations, independent features
        that the residuals are worth, outlying features and their expected number.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> table = pd.DataFrame({"group": list("AB") * 6, "day": list("xxxxyyyyzzzz")})
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(500, 12)) + np.outer(rng.normal(size=500), table["day"] == "y")
    >>> found = el.residual_structure(el.lm_fit(y, "~ group", samples=table), y, samples=table, seed=1)
    >>> found.components.loc[0, ["component", "annotation"]].tolist()
    ['PC1', 'day']
    """

    findings: tuple[str, ...]
    components: pd.DataFrame
    scores: pd.DataFrame
    associations: pd.DataFrame
    annotations: pd.DataFrame
    sample_spread: pd.DataFrame
    group_variances: pd.DataFrame
    outlying: pd.DataFrame
    facts: dict[str, float]

    def __repr__(self) -> str:
        more = len(self.findings) - _SHOWN
        lines = [f"- {finding}" for finding in self.findings[:_SHOWN]]
        told = [f"- and {more} more in .findings"] if more > 0 else []
        features, samples = (counted(int(self.facts[f"{what}s"]), what) for what in ("feature", "sample"))
        head = f"ResidualStructure of {features} x {samples}"
        return "\n".join([head, *lines, *told])

    def _repr_html_(self) -> str:
        words = "".join(f"<li>{escape(finding)}</li>" for finding in self.findings)
        table = self.components.to_html(escape=True, index=False, max_rows=10)
        return f"<div><p>{escape(repr(self).splitlines()[0])}</p><ul>{words}</ul>{table}</div>"
