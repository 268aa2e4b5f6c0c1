"""What is to be done about an annotation that residuals follow, in words."""

from __future__ import annotations

from typing import Any

from ebayes_lm.batch.annotations import associated
from ebayes_lm.batch.residual_annotations import CONSTANT, LEVEL, MISSING, Candidate, Known
from ebayes_lm.batch.sentences import percent

#: Of an annotation that the design holds to this share it is said.
NEARLY = 0.5
#: Columns that come from libraries and their normalisation.
_OF_LIBRARIES = ("lib_size", "norm_factors")


def quoted(name: Any) -> str:
    """A name, marked as one and on one line."""
    return f"`{' '.join(str(name).split())}`"


def shown(name: str) -> str:
    """What an annotation is called in a sentence."""
    made = {
        LEVEL: "the mean of all features in a sample",
        MISSING: "the number of missing values in a sample",
        CONSTANT: "a shift that all samples share",
    }
    return made.get(name, quoted(name))


def advice(name: str, known: Known) -> str:
    """What to do about an annotation."""
    made = {
        LEVEL: "samples differ in level, which is for normalisation to remove, if it is not biology",
        MISSING: "samples with fewer values are of another quality; weights of samples or a term for it may help",
        CONSTANT: "the design has no intercept (with two colours it would be the effect of the dye)",
    }
    libraries = "look at the normalisation of the libraries first; as a covariate it would stand for what went wrong"
    if name in _OF_LIBRARIES:
        return libraries
    return made[name] if name in made else _of_column(next(c for c in known.candidates if c.name == name), known)


def _of_column(candidate: Candidate, known: Known) -> str:
    name, df = quoted(candidate.name), f"{candidate.space.rank:,} residual df"
    if candidate.annotation.terms:
        kind = "as a factor" if candidate.annotation.is_factor else "as a curve"
        return f"the design reads {name} in another form; {kind} it would take {df} more{_held(name, candidate)}"
    if candidate.annotation.is_running_number:
        return (
            f"it numbers the samples. If they were processed in that order, this is a drift, and {name} belongs into "
            f"the design (it takes {df}); an identifier does not"
        )
    wider = _divided(candidate, known)
    if wider:
        return f"it divides the levels of {quoted(wider)} further; take it in place of {quoted(wider)} ({df} more)"
    return f"add {name} to the design (it takes {df}){_held(name, candidate)}"


def _divided(candidate: Candidate, known: Known) -> str:
    """The factor of the design, if any, that each level of another factor lies within one level of."""
    inside = (c.annotation for c in known.candidates if c.annotation.terms and c.annotation.is_factor)
    parts = candidate.annotation
    found = (a.name for a in inside if parts.is_factor and associated(a, parts)[0].relation == "second tells first")
    return next(found, "")


def _held(name: str, candidate: Candidate) -> str:
    if candidate.space.held <= NEARLY:
        return ""
    share = percent(candidate.space.held)
    return f". The design holds {share} of {name} already: effects of the two are hard to tell apart"
