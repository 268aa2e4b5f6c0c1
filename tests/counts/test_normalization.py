from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import DataError, EbayesLMWarning
from tests.counts.answers.reader import answers, count_list, raw_counts

# Trimmed means of the same log ratios: only the last digits of logarithms and sums differ.
FACTORS = 1e-12
TRUTHS = ("do_weighting",)


def given(args):
    whole = {"ref_column": int}
    return {k: bool(v) if k in TRUTHS else whole.get(k, lambda x: x)(v) for k, v in args.items() if k != "lib_size"}


@pytest.mark.filterwarnings("ignore:no counts at all")
@answers("norm_lib_sizes")
def test_factors_are_those_of_edger(name, args, expected):
    counts = count_list(name, factors=False) if "lib_size" in args else raw_counts(name)
    d = el.norm_lib_sizes(counts, **given(args))
    assert_allclose(d.samples["norm_factors"], expected, rtol=FACTORS)


@pytest.fixture
def counts():
    rng = np.random.default_rng(4)
    return rng.negative_binomial(2, 0.02, size=(300, 6))


def test_a_share_that_rises_in_one_sample_does_not_lower_the_others(counts):
    counts[:20, 5] *= 60
    plain, factors = counts[20:].sum(axis=0), el.norm_lib_sizes(counts).effective_lib_sizes
    assert_allclose(factors / factors.mean(), plain / plain.mean(), rtol=0.1)
    assert abs(counts.sum(axis=0)[5] / counts.sum(axis=0)[:5].mean() - 1) > 1


def test_factors_multiply_to_one_and_library_sizes_stay(counts):
    d = el.DGEList(counts, lib_size=counts.sum(axis=0) * 2, group=list("aabbcc"))
    for method in ("TMM", "TMMwsp", "RLE", "upperquartile"):
        made = el.norm_lib_sizes(d, method=method)
        assert_allclose(made.samples["norm_factors"].prod(), 1.0, rtol=FACTORS)
        assert_array_equal(made.samples["lib_size"], d.samples["lib_size"])
        assert_array_equal(made.samples["group"], d.samples["group"])
    assert_array_equal(d.samples["norm_factors"], 1.0)


def test_factors_that_are_there_do_not_matter(counts):
    d = el.DGEList(counts)
    again = el.norm_lib_sizes(el.norm_lib_sizes(d, method="RLE"))
    assert_array_equal(again.samples["norm_factors"], el.norm_lib_sizes(d).samples["norm_factors"])


def test_a_reference_goes_by_name_or_position(counts):
    frame = pd.DataFrame(counts, columns=list("uvwxyz"))
    by_name, by_place, other = (el.norm_lib_sizes(frame, ref_column=r).samples["norm_factors"] for r in ("w", 2, 0))
    assert_array_equal(by_name, by_place)
    assert not np.allclose(by_name, other, rtol=1e-9)
    assert_array_equal(el.norm_lib_sizes(frame, ref_column=-4).samples["norm_factors"], by_name)


def test_whatever_holds_the_counts(counts):
    expected = el.norm_lib_sizes(counts).samples["norm_factors"]
    for held in (scipy.sparse.csc_matrix(counts), counts.astype(np.float32), np.asfortranarray(counts)):
        assert_array_equal(el.norm_lib_sizes(held).samples["norm_factors"], expected)


def test_many_samples_are_worked_on_in_blocks(monkeypatch, counts):
    wide = np.tile(counts, (1, 4)) + np.arange(24)
    whole = el.norm_lib_sizes(wide).samples["norm_factors"]
    monkeypatch.setattr("ebayes_lm.counts.normalization._CELLS", 700)
    assert_array_equal(el.norm_lib_sizes(wide).samples["norm_factors"], whole)


def test_without_counts_factors_are_one():
    with pytest.warns(EbayesLMWarning, match="no counts at all in 0, 1"):
        d = el.DGEList(np.zeros((3, 2)))
    assert_array_equal(el.norm_lib_sizes(d).samples["norm_factors"], 1.0)


def test_offsets_stay_with_a_warning(counts):
    d = el.DGEList(counts, offset=np.log(counts.sum(axis=0)))
    with pytest.warns(EbayesLMWarning, match="have offsets, which go before"):
        made = el.norm_lib_sizes(d)
    assert_array_equal(made.offset, d.offset)
    assert_array_equal(made.samples["norm_factors"], el.norm_lib_sizes(counts).samples["norm_factors"])


@pytest.mark.parametrize(
    ("method", "says"), [("TMM", "no counts in 1"), ("RLE", "no counts in 1"), ("upperquartile", "no counts in 1")]
)
def test_a_sample_without_counts_is_named(counts, method, says):
    counts[:, 1] = 0
    with pytest.warns(EbayesLMWarning, match="no counts at all in 1"):
        d = el.DGEList(counts)
    with pytest.raises(DataError, match=says):
        el.norm_lib_sizes(d, method=method)


def test_methods_that_zeros_defeat_name_another():
    sparse = np.eye(5) + 1.0 * (np.arange(5) == 0)
    with pytest.raises(DataError, match="RLE rests on those; use TMMwsp"):
        el.norm_lib_sizes(np.eye(4), method="RLE")
    with pytest.raises(DataError, match=r"the 0.75 quantile of the counts is zero in 1, 2, 3, 4; raise p"):
        el.norm_lib_sizes(sparse, method="upperquartile")
