"""Which verb is missing, said by the verb that comes too early."""

from __future__ import annotations

from typing import Any

from ebayes_lm.errors import StageError
from ebayes_lm.results.linear import LinearFit
from ebayes_lm.results.moderated import ModeratedFit
from ebayes_lm.results.tested import TestedFit


def require_tests(fit: Any, verb: str) -> TestedFit:
    """The fit, where it has tests; else an error that names what to call first."""
    if isinstance(fit, TestedFit):
        return fit
    if isinstance(fit, LinearFit):
        raise StageError(
            f"{verb}() needs tests, which this fit does not have yet; call .ebayes() (or .ordinary()) on it first"
        )
    raise StageError(f"{verb}() takes what ebayes() returns, not {type(fit).__name__}")


def require_f(fit: Any, what: str) -> ModeratedFit:
    """The fit, where its coefficients can be tested together; tests against a threshold cannot."""
    tested = require_tests(fit, what)
    if isinstance(tested, ModeratedFit):
        return tested
    call = what if what.endswith(")") else f"{what}()"
    raise StageError(
        f"{call} rests on F, and treat() tests each coefficient against a threshold, which F does not do; "
        "call it on .fit.ebayes()"
    )


def require_linear(fit: Any, verb: str) -> LinearFit:
    """The fit before moderation, which a moderated one still holds."""
    if isinstance(fit, TestedFit):
        return fit.fit
    if isinstance(fit, LinearFit):
        return fit
    raise StageError(f"{verb}() takes what lm_fit() returns, not {type(fit).__name__}")
