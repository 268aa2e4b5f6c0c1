from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from tests.counts.answers.reader import answers, count_list

# A quotient and a logarithm: the last digit or two. Logarithms near zero are differences of such near twenty.
RATES, NEAR_ZERO = 1e-14, 1e-13


def with_offset(d, offset):
    return el.DGEList(d.counts, samples=d.samples, offset=offset)


def answered(name, args):
    d = count_list(name, rows=10)
    if "offset" in args:
        d = with_offset(d, args["offset"].reshape(d.shape[1], -1).T)
    return d, {"log": bool(args["log"])} | {k: args[k] for k in ("prior_count",) if k in args}


@answers("cpm")
def test_rates_are_those_of_edger(name, args, expected):
    d, options = answered(name, args)
    assert_allclose(el.cpm(d, **options).to_numpy().ravel(), expected, rtol=RATES, atol=NEAR_ZERO)


@answers("rpkm")
def test_rates_by_length_are_those_of_edger(name, args, expected):
    d, options = answered(name, args)
    rates = el.rpkm(d, args["gene_length"], **options)
    assert_allclose(rates.to_numpy().ravel(), expected, rtol=RATES, atol=NEAR_ZERO)


@pytest.fixture
def counts():
    rng = np.random.default_rng(6)
    values = rng.poisson(30, size=(50, 4))
    return pd.DataFrame(values, index=[f"g{i}" for i in range(50)], columns=list("wxyz"))


def test_rates_carry_labels_and_sum_to_a_million(counts):
    rates = el.cpm(counts)
    assert_allclose(rates.sum(), 1e6, rtol=RATES)
    pd.testing.assert_index_equal(rates.index, counts.index)
    pd.testing.assert_index_equal(rates.columns, counts.columns)
    assert counts.dtypes.eq(np.int64).all()


def test_library_sizes_go_before_factors_and_offsets(counts):
    sizes = pd.Series([4e3, 3e3, 2e3, 1e3], index=list("zyxw"))
    d = el.norm_lib_sizes(el.DGEList(counts))
    off = el.DGEList(counts, offset=np.full((50, 4), 3.0))
    for held in (counts, d, off):
        assert_allclose(el.cpm(held, lib_size=sizes), counts / sizes[counts.columns] * 1e6, rtol=RATES)
    assert_allclose(el.cpm(counts, lib_size=1e6), counts, rtol=RATES)


def test_a_constant_offset_is_a_library_size(counts):
    sizes = counts.sum().to_numpy()
    off = el.DGEList(counts, offset=np.log(sizes))
    for log in (False, True):
        assert_allclose(el.cpm(off, log=log), el.cpm(counts, log=log), rtol=NEAR_ZERO)


def test_without_a_prior_the_logarithm_is_plain(counts):
    counts.iloc[0, 0] = 0
    logged = el.cpm(counts, log=True, prior_count=0)
    assert logged.iloc[0, 0] == -np.inf
    assert_allclose(2 ** logged.iloc[1:], el.cpm(counts).iloc[1:], rtol=1e-13)


def test_lengths_come_from_annotation(counts):
    lengths = pd.Series(np.arange(50) * 10.0 + 200, index=counts.index)
    genes = pd.DataFrame({"symbol": "x", "Gene_Length": lengths})
    d = el.DGEList(counts, genes=genes[::-1])
    expected = el.cpm(counts) / lengths.to_numpy()[:, None] * 1e3
    for rates in (
        el.rpkm(d),
        el.rpkm(d, "Gene_Length"),
        el.rpkm(counts, lengths[::-1]),
        el.rpkm(counts, list(lengths)),
    ):
        assert_allclose(rates, expected, rtol=RATES)


def test_blocks_do_not_matter(monkeypatch, counts):
    off = el.DGEList(counts, offset=np.log(counts.to_numpy() + 5.0))
    whole = el.cpm(off, log=True)
    monkeypatch.setattr("ebayes_lm.counts.library._CELLS", 12)
    assert_array_equal(el.cpm(off, log=True), whole)
