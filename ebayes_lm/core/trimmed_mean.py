"""Scale of one library against another: trimmed means of M values, with or without pairs of single counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray

#: Libraries whose log ratios are all smaller are the same.
_SAME = 1e-6
#: Weights of pairs are held away from infinity by this.
_STEADY = 1e-6
#: Added to both counts and library sizes of a pair where ratios are tied.
_SHRINK = 0.5


class Trimming(NamedTuple):
    """What is left out of a trimmed mean, and whether it is weighted."""

    log_ratio: float = 0.3
    abundance: float = 0.05
    least_abundance: float = -1e10
    weighted: bool = True


class Library(NamedTuple):
    """Counts of one sample and its library size."""

    counts: FloatArray
    size: float


class _Compared(NamedTuple):
    """Features that can be compared."""

    log_ratio: FloatArray
    abundance: FloatArray
    variance: FloatArray


def trimmed_mean_factor(observed: Library, reference: Library, trimming: Trimming) -> float:
    """TMM: the weighted mean of log ratios over features that are extreme neither in ratio nor in abundance.

    Robinson and Oshlack (2010) Genome Biology 11, R25.
    """
    seen = (observed.counts > 0) & (reference.counts > 0)
    pairs = _compared(_only(observed, seen), _only(reference, seen))
    pairs = _over(trimming.least_abundance, pairs)
    if not _differ(pairs):
        return 1.0
    kept = _central(pairs.log_ratio, trimming.log_ratio) & _central(pairs.abundance, trimming.abundance)
    return _power(pairs, kept, 1.0 / pairs.variance if trimming.weighted else None)


def paired_trimmed_mean_factor(observed: Library, reference: Library, trimming: Trimming) -> float:
    """TMM with singleton pairing: counts seen in one library alone are paired by size, the largest of both first.

    Abundance has no bound here.
    """
    left, right = _with_pairs(observed, reference)
    pairs = _compared(left, right)
    if not _differ(pairs):
        return 1.0
    shrunk = (left.counts + _SHRINK) / (left.size + _SHRINK) / ((right.counts + _SHRINK) / (right.size + _SHRINK))
    kept = _inner(pairs.log_ratio, trimming.log_ratio, shrunk)
    # the mean log share but for rounding, by which features are told apart that are tied
    abundance = np.log2(left.counts / left.size * (right.counts / right.size)) / 2.0
    kept &= _inner(abundance, trimming.abundance, np.arange(kept.size))
    weights = (1.0 + _STEADY) / (pairs.variance + _STEADY) if trimming.weighted else None
    return _power(pairs, kept, weights)


def _only(library: Library, features: BoolArray) -> Library:
    return Library(np.compress(features, library.counts), library.size)


def _with_pairs(observed: Library, reference: Library) -> tuple[Library, Library]:
    """Features seen in both, then pairs of counts that each library has alone."""
    a, b = observed.counts, reference.counts
    alone_a, alone_b = np.sort(a[(a > 0) & ~(b > 0)])[::-1], np.sort(b[(b > 0) & ~(a > 0)])[::-1]
    count = min(alone_a.size, alone_b.size)
    both = (a > 0) & (b > 0)
    return (
        Library(np.concatenate([np.compress(both, a), alone_a[:count]]), observed.size),
        Library(np.concatenate([np.compress(both, b), alone_b[:count]]), reference.size),
    )


def _compared(observed: Library, reference: Library) -> _Compared:
    """Log ratios and their variances, and as abundance the mean log share."""
    share, other = observed.counts / observed.size, reference.counts / reference.size
    with np.errstate(all="ignore"):
        log_ratio = np.log2(share / other)
        abundance = (np.log2(share) + np.log2(other)) / 2.0
        variance = (observed.size - observed.counts) / observed.size / observed.counts
        variance += (reference.size - reference.counts) / reference.size / reference.counts
    return _Compared(log_ratio, abundance, variance)


def _over(least_abundance: float, pairs: _Compared) -> _Compared:
    used = np.isfinite(pairs.log_ratio) & np.isfinite(pairs.abundance) & (pairs.abundance > least_abundance)
    return pairs if used.all() else _Compared(*(values[used] for values in pairs))


def _differ(pairs: _Compared) -> bool:
    return pairs.log_ratio.size > 0 and bool(np.abs(pairs.log_ratio).max() >= _SAME)


def _central(values: FloatArray, trim: float) -> BoolArray:
    """Values whose rank, the mean one where they are tied, is not among the share trimmed off either end."""
    first, last, low, high = _ends(values, trim)
    kept: BoolArray = (values > low) & (values < high)
    for edge in (low, high):
        tied = values == edge
        middle = np.count_nonzero(values < edge) + (np.count_nonzero(tied) - 1) / 2
        if first <= middle <= last:
            kept |= tied
    return kept


def _inner(values: FloatArray, trim: float, then: AnyArray) -> BoolArray:
    """Values whose place is not among the share trimmed off either end; those that are tied are ordered by ``then``."""
    first, last, low, high = _ends(values, trim)
    kept: BoolArray = (values > low) & (values < high)
    for edge in (low, high):
        tied = np.flatnonzero(values == edge)
        place = np.count_nonzero(values < edge) + np.arange(tied.size)
        kept[tied[np.argsort(then[tied], kind="stable")][(first <= place) & (place <= last)]] = True
    return kept


def _ends(values: FloatArray, trim: float) -> tuple[int, int, float, float]:
    """The first and the last place that is not trimmed, and the values there."""
    first = int(values.size * trim)
    last = values.size - 1 - first
    rising = np.partition(values, first)[first:]
    return first, last, rising[0], np.partition(rising, last - first)[last - first]


def _power(pairs: _Compared, kept: BoolArray, weights: FloatArray | None) -> float:
    chosen = np.compress(kept, pairs.log_ratio)
    with np.errstate(all="ignore"):
        mean = chosen.mean() if weights is None and chosen.size else _weighted(chosen, weights, kept)
    return float(2.0**mean) if np.isfinite(mean) else 1.0


def _weighted(values: FloatArray, weights: FloatArray | None, kept: BoolArray) -> float:
    if weights is None:
        return np.nan
    own = np.compress(kept, weights)
    return float((own * values).sum() / own.sum())
