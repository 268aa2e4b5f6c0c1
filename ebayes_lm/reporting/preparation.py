"""How counts became what is fitted."""

from __future__ import annotations

from dataclasses import dataclass

from ebayes_lm.errors import agreeing

_SCALED = "log2 counts per million"
#: What is fitted, by method.
_FITTED = {
    "trend": f"Fitted are {_SCALED}, with a prior variance that follows expression.",
    "voom": f"Fitted are {_SCALED}, each with a weight that follows from the expected count (voom).",
    "voom-qw": f"Fitted are {_SCALED}, each with a weight that follows from the expected count and from its sample "
    "(voom with quality weights).",
    "voom-lm-fit": f"Fitted are {_SCALED}, each with a weight that follows from the expected count (voom); zeros that "
    "the fit meets exactly add nothing to the residual df.",
}


@dataclass(frozen=True)
class Preparation:
    """From counts to values.

    Attributes
    ----------
    method : {"trend", "voom", "voom-qw", "voom-lm-fit"}
    normalization : str or None
        How library sizes were made comparable, such as "TMM".
    n_read, n_kept : int
        Features before and after those with hardly any counts were left out; equal where none were to be.
    filtered : bool
        Whether they were to be.
    """

    method: str
    normalization: str | None = None
    n_read: int = 0
    n_kept: int = 0
    filtered: bool = False


def describe_preparation(counts: Preparation) -> str:
    """The same in sentences.

    >>> describe_preparation(Preparation("trend", "TMM")).split(". ")[0]
    'Library sizes are scaled by TMM'
    """
    sentences = []
    if counts.filtered:
        left = counts.n_read - counts.n_kept
        verb = agreeing(left, "is", "are")
        sentences.append(
            f"{left:,} of {counts.n_read:,} features {verb} left out for want of counts."
            if left
            else f"All {counts.n_read:,} features have counts enough, and none is left out."
        )
    scaled = f"scaled by {counts.normalization}" if counts.normalization else "taken as they are"
    return " ".join([*sentences, f"Library sizes are {scaled}.", _FITTED[counts.method]])
