from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import EbayesLMWarning
from tests.counts.answers.reader import answers, count_list

# edgeR stops where a step of scoring is below 1e-10, and what is left of the way is a fraction of that.
SCORED = 1e-10


@answers("ave_log_cpm")
def test_averages_are_those_of_edger(name, args, expected):
    d = count_list(name, rows=30, lib_size="wide", factors=False) if "wide" in args else count_list(name, rows=30)
    options = {k: v for k, v in args.items() if k != "wide"}
    assert_allclose(el.ave_log_cpm(d, **options), expected, rtol=SCORED)


@pytest.fixture
def counts():
    return np.random.default_rng(8).negative_binomial(1, 0.02, size=(80, 5))


def test_poisson_averages_are_those_of_the_sums(counts):
    sizes = counts.sum(axis=0)
    prior = 2 * sizes / sizes.mean()
    expected = np.log2((counts + prior).sum(axis=1) / (sizes + 2 * prior).sum() * 1e6)
    assert_allclose(el.ave_log_cpm(counts, dispersion=0), expected, rtol=1e-14)


def test_libraries_of_one_size_weigh_alike(counts):
    d = el.DGEList(counts, lib_size=[1e4] * 5)
    assert_allclose(el.ave_log_cpm(d, dispersion=3), el.ave_log_cpm(d, dispersion=0), rtol=1e-14)


def test_offsets_do_not_count(counts):
    off = el.DGEList(counts, offset=np.log(counts + 3.0))
    assert_array_equal(el.ave_log_cpm(off), el.ave_log_cpm(counts))


def test_a_feature_without_counts_or_prior(counts):
    counts[3] = 0
    assert el.ave_log_cpm(counts, prior_count=0)[3] == -np.inf


def test_nothing_at_all_is_shared_evenly():
    with pytest.warns(EbayesLMWarning, match="no counts at all"):
        d = el.DGEList(np.zeros((4, 2)))
    assert_allclose(el.ave_log_cpm(d), np.log2(1e6 / 4), rtol=1e-15)


def test_blocks_do_not_matter(monkeypatch, counts):
    phi = np.linspace(0, 2, 80)
    whole = el.ave_log_cpm(counts, dispersion=phi)
    monkeypatch.setattr("ebayes_lm.counts.library._CELLS", 35)
    assert_allclose(el.ave_log_cpm(counts, dispersion=phi), whole, rtol=1e-14)
