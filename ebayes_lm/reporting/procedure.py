"""How an analysis was done: what its fits themselves do not tell, and all of it in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from ebayes_lm.errors import counted, joined
from ebayes_lm.reporting.hidden_factors import HiddenFactors, describe_hidden
from ebayes_lm.reporting.preparation import Preparation

#: Whose weights there are, as people call them.
_WEIGHTED = {
    "samples": "Every sample has a weight.",
    "features": "Every feature has a weight.",
    "observations": "Every value has a weight of its own, so that samples count differently from feature to feature.",
}
_ESTIMATORS = {"moments": "moments", "likelihood": "profile likelihood"}


@dataclass(frozen=True)
class Procedure:
    """Choices of an analysis.

    Attributes
    ----------
    hidden : HiddenFactors or None
        Hidden factors that the design was given.
    counts : Preparation or None
        How counts became what is fitted; None where the data were values on a log scale.
    weights : {None, "samples", "features", "observations"}
        What given weights belong to.
    weighs_samples : bool
        Whether weights of samples are estimated.
    weighted_group : str or None
        What samples of one weight have in common; None where each has its own.
    sample_weights : pair of float or None
        The smallest and the largest of these.
    block : str or None
        What correlated samples have in common, such as "patient".
    n_blocks : int
        How many of these there are.
    correlation : float, "feature" or None
        The correlation within a block, one for all features or each its own; None where there are no blocks, or where
        it is not known yet.
    estimated : bool
        Whether a correlation of all features is an estimate.
    own_correlations : tuple of three floats or None
        The quartiles of the correlations of features.
    robust_fit : bool
        Whether coefficients are Huber's M-estimates in place of least squares.
    inf_missing : bool
        Whether infinite values count as missing.
    min_observed : int or None
        The fewest observations of a feature that is fitted.
    trend, robust : bool
        Whether the prior variance follows average expression, and whether outlying variances are kept from it.
    estimator : {None, "moments", "likelihood"}
        How the prior is estimated; None: by moments where residual df are equal.
    span : float or None
        Share of features in a window of the lowess trend.
    zero_variance : {"limma", "exclude"}
        Whether features without residual variance take part in the prior.
    compat : {None, "limma"}
        Whether limma's approximations are wanted.
    lfc : float or None
        The effect that comparisons are tested against.
    """

    hidden: HiddenFactors | None = None
    counts: Preparation | None = None
    weights: str | None = None
    weighs_samples: bool = False
    weighted_group: str | None = None
    sample_weights: tuple[float, float] | None = None
    block: str | None = None
    n_blocks: int = 0
    correlation: float | str | None = None
    estimated: bool = False
    own_correlations: tuple[float, float, float] | None = None
    robust_fit: bool = False
    inf_missing: bool = False
    min_observed: int | None = None
    trend: bool = False
    robust: bool = False
    estimator: str | None = None
    span: float | None = None
    zero_variance: str = "limma"
    compat: str | None = None
    lfc: float | None = None

    @property
    def follows_expression(self) -> bool:
        """Whether the prior variance does."""
        return self.trend or (self.counts is not None and self.counts.method == "trend")

    @property
    def weighs_observations(self) -> bool:
        """Whether every value has a weight of its own, given or estimated."""
        return self.weights == "observations" or (self.counts is not None and self.counts.method.startswith("voom"))


def describe_fitting(procedure: Procedure) -> str:
    """What sets the fits apart from plain least squares; nothing where they are that.

    >>> describe_fitting(Procedure(weights="samples", min_observed=4))
    'Every sample has a weight. Features with fewer than 4 observations are not fitted.'
    """
    sentences = [describe_hidden(procedure.hidden)] if procedure.hidden else []
    sentences += [_WEIGHTED[procedure.weights]] if procedure.weights else []
    if procedure.weighs_samples:
        whose = f", one for each {procedure.weighted_group}" if procedure.weighted_group else ""
        sentences.append(f"Samples have weights by how reliable they are{whose}, {_range(procedure.sample_weights)}.")
    if procedure.block is not None:
        sentences.append(_correlation(procedure))
    if procedure.robust_fit:
        sentences.append("Outlying observations lose weight (Huber's M-estimation).")
    if procedure.inf_missing:
        sentences.append("Infinite values are missing values.")
    if procedure.min_observed is not None:
        sentences.append(f"Features with fewer than {counted(procedure.min_observed, 'observation')} are not fitted.")
    if procedure.compat == "limma":
        sentences.append("Where limma approximates, its approximations are given.")
    return " ".join(sentences)


def _range(weights: tuple[float, float] | None) -> str:
    return "estimated" if weights is None else f"estimated at {weights[0]:.3g} to {weights[1]:.3g}"


def _correlation(procedure: Procedure) -> str:
    """How samples of one block go together."""
    blocks, rho = counted(procedure.n_blocks, "block"), procedure.correlation
    if isinstance(rho, str):
        own = procedure.own_correlations
        found = "" if own is None else f"; half of them lie between {own[0]:.2g} and {own[2]:.2g}, median {own[1]:.2g}"
        return (
            f"Samples of one {procedure.block} are correlated, in each feature by its own measure, in {blocks}{found}."
        )
    if rho is None:
        return f"Samples of one {procedure.block} are correlated, by how much is estimated, in {blocks}."
    how = ", as estimated from all features," if procedure.estimated else ","
    return f"Samples of one {procedure.block} are correlated by {rho:.3g}{how} in {blocks}."


def describe_testing(procedure: Procedure) -> str:
    """What the prior and the tests will be, told before there are any."""
    kinds = ["follows average expression"] if procedure.follows_expression else []
    if procedure.span is not None:
        kinds[-1] += f" in windows of {procedure.span:.3g} of the features"
    kinds += ["is robust against outlying variances"] if procedure.robust else []
    kinds += [f"is estimated by {_ESTIMATORS[procedure.estimator]}"] if procedure.estimator else []
    sentences = [f"Variances are moderated by a prior{' that ' if kinds else ''}{joined(kinds)}."]
    if procedure.zero_variance == "exclude":
        sentences.append("Features without residual variance take no part in it.")
    if procedure.lfc is not None:
        sentences.append(f"Comparisons are tested against a log fold change of {procedure.lfc:g} (TREAT).")
    return " ".join(sentences)
