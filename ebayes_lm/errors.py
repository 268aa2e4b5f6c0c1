"""What can go wrong, as a tree, and the one way to warn.

::

    EbayesLMError
      DataError          (ValueError)  the matrix, its labels or what is aligned to it
        AlignmentError                 labels of two sides do not match
      DesignError        (ValueError)  sample table, design matrix, rank
        FormulaError                   a formula that the closed language does not hold
        ContrastError                  a contrast that does not parse or cannot be estimated
      StageError         (TypeError)   a verb called on the wrong stage of the analysis
      ArgumentError      (ValueError)  an argument outside what it allows
      ArgumentTypeError  (TypeError)   an argument of a type that cannot serve
      MissingExtraError  (ImportError) an optional dependency that is not installed
      StorageError       (OSError)     a disk that is full, or a folder that cannot be written to

    EbayesLMWarning      (UserWarning)
      DesignWarning                    the design can be fitted, but may not mean what was intended
        EstimabilityWarning            features whose own samples cannot estimate every coefficient
        ContrastApproximationWarning   standard errors of contrasts approximated as in limma, and far off
        AdjustedDataWarning            a fit to data from which something was removed beforehand
        HiddenFactorWarning            hidden factors that data and design may not tell from what is tested
      ConvergenceWarning               an iteration stopped before it came to rest
      StorageWarning                   files that are damaged or larger than wanted now, or that had to be made
      VarianceWarning                  variances that make the prior doubtful
        PriorSwitchWarning             residual df that differ, and with them another estimator of the prior

A message says what is wrong with the value seen, what is allowed, and what to do next. A warning that takes more words
ends with the page of ``ebayes_lm.guide`` that has them.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar


class EbayesLMError(Exception):
    """Root of every error that this package raises on purpose."""


class DataError(EbayesLMError, ValueError):
    """The matrix, or something that belongs to its features or samples, cannot be used."""


class AlignmentError(DataError):
    """Labels of two sides do not match."""


class DesignError(EbayesLMError, ValueError):
    """The sample table or the design matrix cannot be used."""


class FormulaError(DesignError):
    """A formula that the closed formula language does not hold."""


class ContrastError(DesignError):
    """A contrast that does not parse or cannot be estimated."""


class StageError(EbayesLMError, TypeError):
    """A verb was called on the wrong stage of the analysis."""


class ArgumentError(EbayesLMError, ValueError):
    """An argument has a value outside what it allows."""


class ArgumentTypeError(EbayesLMError, TypeError):
    """An argument has a type that cannot serve."""


class MissingExtraError(EbayesLMError, ImportError):
    """An optional dependency is needed and not installed."""


class StorageError(EbayesLMError, OSError):
    """Something cannot be written: the disk is full, a folder is not writeable, or another run holds it."""


class EbayesLMWarning(UserWarning):
    """Root of every warning of this package.

    ``topic`` names the page that explains what such a warning is about, where there is one.
    """

    topic: ClassVar[str | None] = None


class DesignWarning(EbayesLMWarning):
    """The design can be fitted, but may not mean what was intended."""


class EstimabilityWarning(DesignWarning):
    """Some features lack the samples that a coefficient rests on."""

    topic = "missing-values"


class ContrastApproximationWarning(DesignWarning):
    """Standard errors of contrasts are limma's approximation, and far from exact for many features."""

    topic = "missing-values"


class AdjustedDataWarning(DesignWarning):
    """Something was removed from the data before the fit, and the fit does not know of the df that it took."""

    topic = "batch"


class HiddenFactorWarning(DesignWarning):
    """Data and design may not tell hidden factors from what is tested."""

    topic = "hidden-factors"


class ConvergenceWarning(EbayesLMWarning):
    """An iteration stopped before it came to rest."""


class StorageWarning(EbayesLMWarning):
    """Files that a run found damaged or not as they would be made now, or a large one that it had to make."""


class VarianceWarning(EbayesLMWarning):
    """Variances that make the prior doubtful."""


class PriorSwitchWarning(VarianceWarning):
    """Residual df that differ between features ask for another estimator of the prior."""

    topic = "missing-values"


_PACKAGE = str(Path(__file__).parent)


def warn(message: str, category: type[EbayesLMWarning] = EbayesLMWarning, *, topic: str | None = None) -> None:
    """Warn at the line of the caller's own code, the first one outside this package, and say where more is told."""
    topic = topic or category.topic
    more = "" if topic is None else f". More: ebayes-lm explain {topic}"
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message + more, category, stacklevel=level)


def listing(items: object, most: int = 5) -> str:
    """Name the first few items, and how many more there are: ``'a', 'b' and 7 more``."""
    names = [repr(item) for item in items]  # type: ignore[attr-defined]
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"


def nearest(name: object, allowed: object) -> str:
    """Suggest the allowed name most like the one given, or the only one that ends with it (B of groupB), or nothing."""
    from difflib import get_close_matches

    known = {str(a).casefold(): str(a) for a in allowed}  # type: ignore[attr-defined]
    given = str(name).casefold()
    close = get_close_matches(given, known, n=1)
    ending = [a for a in known if given and a.endswith(given)]
    if not close and len(ending) == 1:
        close = ending
    return f" Did you mean {known[close[0]]!r}?" if close else ""


def counted(number: int, noun: str) -> str:
    """A number and what it counts: ``1 sample``, ``2,000 samples``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def agreeing(number: int, one: str, more: str) -> str:
    """The form of a word that goes with a number.

    >>> agreeing(1, "has", "have"), agreeing(0, "is", "are")
    ('has', 'are')
    """
    return one if number == 1 else more


def joined(parts: Iterable[str]) -> str:
    """Parts as a list in a sentence.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    items = list(parts)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
