"""Against ranks and orders written out; against edgeR in tests/counts."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose

from ebayes_lm.core.trimmed_mean import Library, Trimming, paired_trimmed_mean_factor, trimmed_mean_factor

# The same terms, added in another order.
SAME_SUM = 1e-13


def libraries(seed, mean=4, features=60):
    rng = np.random.default_rng(seed)
    return [
        Library(c, c.sum() + 3) for c in rng.negative_binomial(0.6, 0.6 / (0.6 + mean), (2, features)).astype(float)
    ]


def by_ranks(a, b, trim):
    pairs = [(x, y) for x, y in zip(a.counts, b.counts, strict=True) if x > 0 and y > 0]
    m = np.array([np.log2((x / a.size) / (y / b.size)) for x, y in pairs])
    e = np.array([(np.log2(x / a.size) + np.log2(y / b.size)) / 2 for x, y in pairs])
    v = np.array([(a.size - x) / a.size / x + (b.size - y) / b.size / y for x, y in pairs])
    used = e > trim.least_abundance
    m, e, v = m[used], e[used], v[used]
    kept = np.ones(m.size, dtype=bool)
    for values, share in ((m, trim.log_ratio), (e, trim.abundance)):
        first, rank = int(m.size * share) + 1, scipy.stats.rankdata(values)
        kept &= (rank >= first) & (rank <= m.size + 1 - first)
    return 2 ** np.average(m[kept], weights=1 / v[kept] if trim.weighted else None)


TRIMMINGS = [
    Trimming(), Trimming(0, 0), Trimming(0.45, 0.1), Trimming(0.1, 0.2, weighted=False), Trimming(0.2, 0, -6.0),
]  # fmt: skip


@pytest.mark.parametrize("trim", TRIMMINGS)
@pytest.mark.parametrize("seed", range(8))
def test_trimmed_means_are_those_by_ranks(seed, trim):
    a, b = libraries(seed)
    assert_allclose(trimmed_mean_factor(a, b, trim), by_ranks(a, b, trim), rtol=SAME_SUM)


@pytest.mark.parametrize("seed", range(8))
def test_pairs_take_the_largest_of_either_library_first(seed):
    a, b = libraries(seed, mean=1)
    alone = [sorted(x.counts[(x.counts > 0) & (y.counts == 0)], reverse=True) for x, y in ((a, b), (b, a))]
    both = (a.counts > 0) & (b.counts > 0)
    few = min(map(len, alone))
    assert few > 0
    left, right = (Library(np.append(x.counts[both], s[:few]), x.size) for x, s in zip((a, b), alone, strict=True))
    m = np.log2((left.counts / a.size) / (right.counts / b.size))
    v = (1 - left.counts / a.size) / left.counts + (1 - right.counts / b.size) / right.counts
    expected = 2 ** np.average(m, weights=1 / (v + 1e-6))
    assert_allclose(paired_trimmed_mean_factor(a, b, Trimming(0, 0)), expected, rtol=SAME_SUM)


@pytest.mark.parametrize("factor", [trimmed_mean_factor, paired_trimmed_mean_factor])
def test_libraries_that_tell_nothing(factor):
    a, b = libraries(1)
    empty, one = Library(np.zeros(60), 5.0), Library(np.eye(60)[0] * 9, 9.0)
    assert factor(a, a, Trimming()) == 1
    assert factor(a, Library(a.counts * 4, a.size * 4), Trimming()) == 1
    assert factor(empty, b, Trimming()) == factor(b, empty, Trimming()) == 1
    assert factor(one, one, Trimming()) == 1


def test_a_library_with_one_feature_in_common():
    a, b = Library(np.array([5.0, 0, 3]), 8.0), Library(np.array([5.0, 9, 0]), 14.0)
    assert_allclose(trimmed_mean_factor(a, b, Trimming()), 14 / 8, rtol=SAME_SUM)
