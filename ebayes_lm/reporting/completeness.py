"""What is missing: values, and with them estimates and tests."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm.core.ols import Status
from ebayes_lm.errors import agreeing, counted


class Completeness(NamedTuple):
    """Values that fits lack.

    Attributes
    ----------
    missing : int
        Values that are missing among those of samples that take part; one of weight zero is missing.
    of : int
        All values of these samples.
    features : int
        Features that lack one at least.
    n_features : int
        All features.
    few : int
        Features that were not fitted for want of observations.
    empty : int
        Features without any value or weight.
    """

    missing: int
    of: int
    features: int
    n_features: int
    few: int = 0
    empty: int = 0


def completeness(tested: Any) -> Completeness:
    """Of the features of a fit, or of what was tested of it, by how many observations each was fitted to."""
    fit = getattr(tested, "fit", tested)
    n, used = len(fit.record.n_observed), fit.plan.n_used
    lacking = np.maximum(used - fit.record.n_observed, 0)
    few, empty = (int(np.count_nonzero(fit.record.status == s)) for s in (Status.few_observed, Status.all_missing))
    return Completeness(int(lacking.sum()), n * used, int(np.count_nonzero(lacking)), n, few, empty)


def describe_completeness(found: Completeness) -> str:
    """The same in sentences; nothing where nothing is missing.

    >>> describe_completeness(Completeness(30, 300, 12, 100))
    '30 of 300 values (10%) are missing, in 12 of 100 features; each feature is fitted to what it has.'
    """
    sentences = []
    if found.missing:
        verb = agreeing(found.missing, "is", "are")
        sentences.append(
            f"{found.missing:,} of {found.of:,} values ({percent(found.missing / found.of)}) {verb} missing, in "
            f"{found.features:,} of {found.n_features:,} features; each feature is fitted to what it has."
        )
    if found.few:
        verb = agreeing(found.few, "is", "are")
        sentences.append(f"{counted(found.few, 'feature')} with too few observations {verb} not fitted.")
    if found.empty:
        sentences.append(f"{counted(found.empty, 'feature')} {agreeing(found.empty, 'has', 'have')} nothing to fit.")
    return " ".join(sentences)


def lacking_tests(table: pd.DataFrame) -> tuple[int, int]:
    """Features of a top table whose effect is not estimable, and features that have an effect and no test."""
    unknown = table["logFC"].isna()
    return int(unknown.sum()), int((table["P.Value"].isna() & ~unknown).sum())


def describe_lacking_tests(table: pd.DataFrame) -> str:
    """How many features could not be tested, and why; nothing where all were."""
    unknown, untested = lacking_tests(table)
    sentences = []
    if unknown:
        sentences.append(
            f"In {unknown:,} of {len(table):,} features the observed samples cannot estimate it; these have no test."
        )
    if untested:
        verb = agreeing(untested, "has", "have")
        sentences.append(f"{counted(untested, 'feature')} {verb} an estimate without a standard error, and no test.")
    return " ".join(sentences)


def percent(share: float) -> str:
    """A share that is not zero, rounded; never to nothing."""
    return f"{share:.0%}" if share >= 0.005 else "under 1%"
