"""Hidden factors that a design was given: how they were found, in words."""

from __future__ import annotations

from dataclasses import dataclass

from ebayes_lm.errors import counted
from ebayes_lm.reporting.works import GAGNON_BARTSCH, GAGNON_BARTSCH_2012, LEEK_2007, LEEK_2008, WANG, Cited

#: By method: the words, and the works behind it.
_WAYS = {
    "robust": ("robust regression of effects on residual loadings", (WANG,)),
    "controls": ("regression of the effects of negative controls on residual loadings", (WANG,)),
    "sva": ("iteratively re-weighted surrogate variable analysis", (LEEK_2007, LEEK_2008)),
    "two-step": ("two-step surrogate variable analysis", (LEEK_2007,)),
    "RUV4": ("RUV-4 with negative controls", (GAGNON_BARTSCH,)),
    "RUVinv": ("RUV-inverse with negative controls", (GAGNON_BARTSCH,)),
    "RUV2": ("RUV-2 with negative controls", (GAGNON_BARTSCH_2012,)),
}


@dataclass(frozen=True)
class HiddenFactors:
    """What an analysis did about variables that nobody recorded.

    Attributes
    ----------
    method : {"robust", "controls", "sva", "two-step", "RUV4", "RUVinv", "RUV2"}
    number : int or None
        How many factors there are; None where the data have not told yet.
    n_controls : int or None
        Negative controls, where the method has them.
    remarks : tuple of str
        What there is to know about them.
    """

    method: str
    number: int | None = None
    n_controls: int | None = None
    remarks: tuple[str, ...] = ()


def describe_hidden(hidden: HiddenFactors) -> str:
    """The same in sentences.

    >>> describe_hidden(HiddenFactors("sva", 2))
    'The design holds 2 hidden factors, estimated by iteratively re-weighted surrogate variable analysis.'
    """
    if hidden.number is None:
        return f"Hidden factors, as many as the data tell, are estimated by {_way(hidden)} and join the design."
    if not hidden.number:
        return f"By {_way(hidden)} there is no hidden factor, and the design stays as it is."
    return f"The design holds {counted(hidden.number, 'hidden factor')}, estimated by {_way(hidden)}."


def cite_hidden(hidden: HiddenFactors, cited: Cited) -> str:
    """What to add to the design of a methods paragraph."""
    works = " ".join(cited(work) for work in _WAYS[hidden.method][1])
    return f"{counted(hidden.number or 0, 'hidden factor')} estimated by {_way(hidden)} {works}"


def _way(hidden: HiddenFactors) -> str:
    controls = "" if hidden.n_controls is None else f" ({counted(hidden.n_controls, 'feature')})"
    return _WAYS[hidden.method][0] + controls
