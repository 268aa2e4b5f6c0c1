"""What estimates of all features have in common, in words and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ebayes_lm.batch.finding_lines import in_html, in_text
from ebayes_lm.errors import counted


@dataclass(frozen=True, eq=False, repr=False)
class EstimateStructure:
    """What :func:`estimate_structure` finds.

    Attributes
    ----------
    findings : tuple of str
        What is worth knowing, a sentence or two each; empty where nothing stands out.
    inflation : DataFrame
        By contrast: ``lambda``, the median of z squared over that of chi-square; ``bias`` and ``inflation``, mean and
        standard deviation of z of features without effect, with standard errors as if features were independent;
        ``null_share``, their share; ``prop_true_null`` by the p-values as they are; and the ``method``: "most
        features", "controls", or the reason why there is no answer.
    trends : DataFrame
        By contrast and covariate of features: rank ``correlation`` with z; the ``share`` of the variation of z (in
        normal scores) that the covariate explains beyond chance, by tenths or by levels; median z at both ends. Of
        residual components also ``factor_t``, the t that their hidden factor would have had, and its p.
    levels : DataFrame
        Of covariates that are groups: median z and mean normal score of each level.
    correlations : DataFrame
        Pairs of contrasts: the correlation of their estimates that the ``design`` implies, and the robust one that is
        ``observed`` over features.
    components : DataFrame
        Residual components: share of the residual variance, and the annotation of samples that they follow.
    data : dict of DataFrame
        For plots: "curves" (z smoothed over each number) and "histogram" (z, with what is expected without effects).
    """

    findings: tuple[str, ...]
    inflation: pd.DataFrame
    trends: pd.DataFrame
    levels: pd.DataFrame
    correlations: pd.DataFrame
    components: pd.DataFrame
    data: Mapping[str, pd.DataFrame]

    def _head(self) -> str:
        most = int(self.inflation["features"].max()) if len(self.inflation) else 0
        contrasts = counted(len(self.inflation), "contrast")
        return f"Structure of the estimates of {contrasts} in {counted(most, 'feature')}."

    def __repr__(self) -> str:
        return in_text(self._head(), self.findings)

    def _repr_html_(self) -> str:
        return in_html(self._head(), self.findings, self.inflation)
