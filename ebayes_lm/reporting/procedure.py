"""How an analysis was done: what its fits themselves do not tell, and all of it in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from ebayes_lm.errors import counted
from ebayes_lm.reporting.sentences import joined

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
    weights : {None, "samples", "features", "observations"}
        What weights belong to.
    block : str or None
        What correlated samples have in common, such as "patient".
    n_blocks : int
        How many of these there are.
    correlation : float or None
        The correlation within a block.
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

    weights: str | None = None
    block: str | None = None
    n_blocks: int = 0
    correlation: float | None = None
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


def describe_fitting(procedure: Procedure) -> str:
    """What sets the fits apart from plain least squares; nothing where they are that.

    >>> describe_fitting(Procedure(weights="samples", min_observed=4))
    'Every sample has a weight. Features with fewer than 4 observations are not fitted.'
    """
    sentences = [_WEIGHTED[procedure.weights]] if procedure.weights else []
    if procedure.correlation is not None:
        blocks = counted(procedure.n_blocks, "block")
        sentences.append(f"Samples of one {procedure.block} are correlated by {procedure.correlation:g}, in {blocks}.")
    if procedure.robust_fit:
        sentences.append("Outlying observations lose weight (Huber's M-estimation).")
    if procedure.inf_missing:
        sentences.append("Infinite values are missing values.")
    if procedure.min_observed is not None:
        sentences.append(f"Features with fewer than {counted(procedure.min_observed, 'observation')} are not fitted.")
    if procedure.compat == "limma":
        sentences.append("Where limma approximates, its approximations are given.")
    return " ".join(sentences)


def describe_testing(procedure: Procedure) -> str:
    """What the prior and the tests will be, told before there are any."""
    kinds = ["follows average expression"] if procedure.trend else []
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
