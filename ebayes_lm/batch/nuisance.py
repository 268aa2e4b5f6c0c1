"""What is to be removed: batches and covariates as columns, and how far the design that is kept holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.core.qr import RANK_TOLERANCE, pivoted_qr
from ebayes_lm.data.alignment import align
from ebayes_lm.data.groups import NO_TABLE
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.boundary import aligned_samples
from ebayes_lm.design.coding import CODINGS
from ebayes_lm.design.table import SampleTable
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DesignWarning, listing, nearest, warn
from ebayes_lm.results.arguments import shown
from ebayes_lm.results.correlated import named_blocks

#: Digits to which two batches move alike; the rest is rounding.
_DIGITS = 6


class Nuisance(NamedTuple):
    """One thing that is to be removed.

    Attributes
    ----------
    name : str
        What it is called in notes.
    columns : (n, q) array
        Batches against their mean, or covariates less theirs; none where there is a single batch.
    labels : list of str
        Names of the batches, or of the covariates.
    batches : (n,) integer array or None
        Batch of each sample; None where these are covariates.
    """

    name: str
    columns: FloatArray
    labels: list[str]
    batches: IntArray | None = None


def batch_effect(batch: Any, matrix: FeatureMatrix, table: Any, what: str) -> Nuisance:
    """Batches in R's order, coded so that their effects add up to zero."""
    codes, names = named_blocks(batch, matrix, table, what)
    listed = SampleTable({what: names if isinstance(names, pd.CategoricalIndex) else list(names)})
    levels = tuple(listed.levels(what)[0])
    batches = listed.codes(what, levels)[codes]
    called = batch if isinstance(batch, str) else getattr(batch, "name", None)
    return Nuisance(str(called or what), CODINGS["contr.sum"](levels)[0][batches], list(levels), batches)


def covariate_effect(covariates: Any, matrix: FeatureMatrix, table: Any) -> Nuisance:
    """Numeric covariates less their means.

    Raises
    ------
    ArgumentError
        No such column of the sample table.
    DesignError
        They are not numbers, missing or infinite.
    """
    listed = [covariates] if isinstance(covariates, str) else covariates
    by_name = isinstance(listed, (list, tuple)) and bool(listed) and all(isinstance(name, str) for name in listed)
    table = SampleTable(_columns(listed, matrix, table) if by_name else _aligned(covariates, matrix))
    names = table.names
    table.require_complete(names)
    numbers = np.column_stack([table.numbers(name) for name in names])
    # a constant less its mean may leave rounding, which is no effect
    centred = np.where(np.ptp(numbers, axis=0) > 0, numbers - numbers.mean(axis=0), 0.0)
    return Nuisance(", ".join(names), centred, names)


def _columns(names: Sequence[str], matrix: FeatureMatrix, table: Any) -> pd.DataFrame:
    known = [] if table is None else [str(name) for name in table]
    for name in names:
        if name not in known:
            there = f"it has {listing(known, 10)}.{nearest(name, known)}" if known else NO_TABLE
            raise ArgumentError(f"covariates={name!r} is not a column of the sample table; {there}")
    labels = matrix.sample_labels
    return aligned_samples(table, sample_labels=labels, n_samples=matrix.shape[1])[list(names)]


def _as_table(covariates: Any) -> pd.DataFrame:
    """Covariates as columns with names; they keep their labels where they have any."""
    if isinstance(covariates, pd.DataFrame):
        return covariates.set_axis([str(name) for name in covariates.columns], axis=1)
    if isinstance(covariates, pd.Series):
        return covariates.to_frame(str(covariates.name or "covariate"))
    if np.ndim(covariates) not in (1, 2):
        raise ArgumentTypeError(
            "covariates must be columns of the sample table, or one number or row of numbers for each sample, not "
            f"{shown(covariates)}"
        )
    table = pd.DataFrame(covariates)
    several = table.shape[1] > 1
    return table.set_axis([f"covariate{k + 1}" if several else "covariate" for k in range(table.shape[1])], axis=1)


def _aligned(covariates: Any, matrix: FeatureMatrix) -> pd.DataFrame:
    """Covariates in the order of the matrix: by label, or of an array by position."""
    table = _as_table(covariates)
    labelled = isinstance(covariates, (pd.DataFrame, pd.Series)) and matrix.has_sample_names
    wanted = matrix.samples if labelled else None
    order = align(table.index, wanted, matrix.shape[1], what="covariates", table=table)
    return table.iloc[order].set_axis(matrix.samples)


def warn_of_confounding(terms: Sequence[Nuisance], kept: FloatArray) -> None:
    """Say what the columns (n, p) that are kept hold of what is to be removed."""
    kept = np.column_stack([np.ones(len(kept)), kept])
    columns = np.column_stack([term.columns for term in terms])
    if len(kept) > 1 and pivoted_qr(np.column_stack([kept[:, :1], columns])).rank == len(kept):
        names = [name for term in terms for name in (term.labels if term.batches is None else [term.name])]
        remedy = (
            "give fewer covariates"
            if all(term.batches is None for term in terms)
            else "batches have several samples each, and numbers belong into covariates="
        )
        warn(
            f"{listing(names)} {'explains' if len(names) == 1 else 'explain'} all {len(kept)} samples in full, so that "
            f"hardly anything is left but what is kept; {remedy}",
            DesignWarning,
        )
    held = [text for term in terms for text in _held(term, kept)]
    if not held and _n_held(columns, kept):
        held = [f"{' and '.join(term.name for term in terms)} taken together"]
    if held:
        warn(
            f"what is kept and what is to be removed cannot be told apart: {'; '.join(held)}. The later of terms that "
            "determine each other count as zero, as in limma, so that what becomes of this is arbitrary; the rest is "
            "removed. Leave what is to be removed out of design= and group=, or out of batch=; with both in, these "
            "samples do not tell which of the two it is",
            DesignWarning,
            topic="batch",
        )


def _n_held(columns: FloatArray, kept: FloatArray) -> int:
    """Number of directions of some columns, a constant aside, that lie in what is kept."""
    alone = pivoted_qr(np.column_stack([kept[:, :1], columns])).rank - 1
    return alone + pivoted_qr(kept).rank - pivoted_qr(np.column_stack([kept, columns])).rank


def _held(term: Nuisance, kept: FloatArray) -> list[str]:
    if not _n_held(term.columns, kept):
        return []
    if term.batches is not None:
        return [f"differences of {term.name} between {_told_apart(term, kept)}"]
    lost = [name for name, c in zip(term.labels, term.columns.T, strict=True) if _n_held(c[:, None], kept)]
    return [f"the covariate {name!r}" for name in lost] or [f"a combination of {listing(term.labels)}"]


def _told_apart(term: Nuisance, kept: FloatArray) -> str:
    """Sets of batches, differences within which can be estimated: ``'1', '2' and '3'``.

    Those are batches that every change of the coefficients which leaves all fitted values alone moves alike.
    """
    x = np.column_stack([kept, np.eye(len(term.labels))[term.batches]])
    lengths = np.linalg.norm(x, axis=0)
    lengths[lengths == 0] = 1.0
    _, singular, directions = np.linalg.svd(x / lengths)
    unseen = (directions / lengths)[np.count_nonzero(singular > RANK_TOLERANCE * singular[0]) :, -len(term.labels) :]
    places = np.round(unseen / np.abs(unseen).max(), _DIGITS).T + 0.0
    sets: dict[bytes, list[str]] = {}
    for place, label in zip(places, term.labels, strict=True):
        sets.setdefault(place.tobytes(), []).append(label)
    return " and ".join(listing(labels, 4) for labels in sets.values())
