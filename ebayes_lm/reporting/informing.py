"""Which samples a comparison rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ebayes_lm import make_contrasts
from ebayes_lm._typing import FloatArray
from ebayes_lm.core.ols import LeastSquares, least_squares
from ebayes_lm.core.sample_weights import NEGLIGIBLE, least_weights, without_rounding
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.factor_labels import factor_labels
from ebayes_lm.errors import ContrastError


@dataclass(frozen=True, eq=False)
class Informing:
    """The samples that inform a comparison, and the groups they are in.

    Attributes
    ----------
    name : str
        The comparison.
    weights : Series
        One weight a sample; the estimate of a feature is the sum of weights times values. Exactly zero where a sample
        does not inform the comparison.
    factors : DataFrame of str
        The factors of the design, samples x factors.
    levels : dict of factor to levels
        Their levels, the reference first.
    idle : Index
        Samples that take no part in any estimate, because they were given no weight.
    """

    name: str
    weights: pd.Series[float]
    factors: pd.DataFrame
    levels: dict[str, list[str]]
    idle: pd.Index = field(default_factory=lambda: pd.Index([]))

    @property
    def samples(self) -> pd.Index:
        """The samples that inform the comparison."""
        return self.weights.index[self.weights != 0.0]

    @property
    def informing(self) -> pd.DataFrame:
        """Factors of the samples that inform it."""
        return self.factors[(self.weights != 0.0).to_numpy()]

    @property
    def compared(self) -> dict[str, dict[str, float]]:
        """Net weight of each level that the comparison is about, by factor.

        A factor whose levels all have a net weight of zero is held equal: it cannot move the estimate.
        """
        found = {}
        for name in self.factors.columns:
            net = self.weights.groupby(self.factors[name].to_numpy()).sum()
            size = self.weights.abs().sum()
            kept = {level: float(net[level]) for level in self.levels[name] if abs(net[level]) > NEGLIGIBLE * size}
            if kept:
                found[str(name)] = kept
        return found

    @property
    def held_equal(self) -> list[str]:
        """Factors of the design that the comparison is not about."""
        compared = self.compared
        return [str(name) for name in self.factors.columns if name not in compared]

    def blocks_with_both_sides(self, block: str) -> list[str]:
        """Levels of a factor that hold samples of both sides of the comparison."""
        both = []
        for level in self.levels[block]:
            inside = self.factors[(self.factors[block] == level).to_numpy()]
            sides = {
                np.sign(net)
                for name, nets in self.compared.items()
                for at, net in nets.items()
                if at in set(inside[name])
            }
            if sides == {-1.0, 1.0}:
                both.append(level)
        return both


def informing_samples(
    design: Design,
    contrast: str | Sequence[float] | FloatArray,
    samples: pd.DataFrame,
    *,
    name: str | None = None,
    plan: LeastSquares | None = None,
) -> Informing:
    """Find the samples whose values enter the estimate of a comparison.

    Parameters
    ----------
    design : Design
        (n, p), made from a formula.
    contrast : str or (p,) sequence of float
        A coefficient, an expression such as ``"groupB - groupA"``, or weights of the coefficients.
    samples : DataFrame
        The sample table behind the design, in its order.
    name : str, optional
        What to call the comparison; by default its text.
    plan : LeastSquares, optional
        The factored design of a fit (``fit.plan``) whose samples are weighted or correlated; by default all samples
        count the same.

    Returns
    -------
    Informing

    Raises
    ------
    ContrastError
        The comparison does not parse, or the design cannot estimate it.

    Notes
    -----
    The least squares estimate of c'b is a'y with a = X (X'X)^- c, a fixed weight for every sample; where T makes
    samples uncorrelated and equally precise, a = T'TX (X'T'TX)^- c. Samples whose weight is zero but for rounding say
    nothing about the comparison, though they help to estimate the variance.

    Examples
    --------
    >>> import pandas as pd, ebayes_lm as el
    >>> samples = pd.DataFrame({"group": list("ABBAB"), "batch": list("11122")}, index=list("vwxyz"))
    >>> samples.loc["y", "batch"] = "3"
    >>> found = informing_samples(el.model_matrix("~ group + batch", samples), "groupB", samples)
    >>> list(found.samples), found.blocks_with_both_sides("batch")
    (['v', 'w', 'x'], ['1'])
    """
    given, wanted = _coefficient_weights(design, contrast)
    name = given if name is None else name
    plan = least_squares(design.matrix) if plan is None else plan
    used = slice(None) if plan.used is None else plan.used
    weights = np.zeros(len(samples))
    weights[used] = _sample_weights(design.matrix[used], plan, wanted, name)
    factors = factor_labels(design, samples)
    levels = dict(zip(factors.columns, design.levels.values(), strict=True))
    idle = samples.index.delete(np.arange(len(samples))[used])
    return Informing(name, pd.Series(weights, index=samples.index, name=name), factors, levels, idle)


def _coefficient_weights(design: Design, contrast: str | Sequence[float] | FloatArray) -> tuple[str, FloatArray]:
    if not isinstance(contrast, str):
        return "contrast", np.asarray(contrast, dtype=np.float64)
    if contrast in design.names:
        return contrast, np.eye(len(design.names))[design.names.index(contrast)]
    matrix = make_contrasts(contrast, levels=design)
    return str(matrix.columns[0]), matrix.iloc[:, 0].to_numpy(dtype=np.float64)


def _sample_weights(x: FloatArray, plan: LeastSquares, wanted: FloatArray, name: str) -> FloatArray:
    """Weights a (m,) with X'a = c, least in norm once T has made the samples alike, over the estimable columns."""
    kept = plan.qr.estimable
    if not np.any(wanted[kept]):
        raise ContrastError(f"the design cannot estimate {name!r}")
    root = np.sqrt(plan.weights)
    x = x[:, kept] * root[:, None] if plan.whitener is None else plan.whitener @ x[:, kept]
    alike = least_weights(x, wanted[kept])
    return without_rounding(alike * root if plan.whitener is None else alike @ plan.whitener)
