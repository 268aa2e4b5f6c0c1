"""What must hold of counts whatever they are: order, types, containers, threads and blocks do not matter."""

from __future__ import annotations

import pickle
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

import ebayes_lm as el
from tests.strategies import common

pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EbayesLMWarning")

#: Sums in another order: of library sizes, residuals, and neighbours in a local regression.
SAME = 1e-7
seeds = st.integers(0, 2**32 - 1)
FORMULA = "~ group + age"


class Reads(NamedTuple):
    """Counts with their sample table, annotation and offsets."""

    counts: pd.DataFrame
    samples: pd.DataFrame

    @property
    def listed(self) -> el.DGEList:
        genes = pd.DataFrame({"symbol": self.counts.index.str.upper()}, index=self.counts.index)
        offset = np.log(1e6) + np.arange(self.counts.size).reshape(self.counts.shape) % 7 / 10
        return el.DGEList(self.counts, samples=self.samples, genes=genes, offset=offset)


@st.composite
def reads(draw: st.DrawFn) -> Reads:
    """Some of the features without counts, libraries of very different size."""
    g, n = draw(st.integers(20, 60)), draw(st.integers(6, 12))
    rng = np.random.default_rng(draw(seeds))
    mean = rng.gamma(0.8, draw(st.sampled_from([2.0, 50.0, 5000.0])), (g, 1)) * rng.uniform(0.3, 3, n)
    counts = rng.poisson(mean * rng.gamma(5, 0.2, (g, n)))
    counts[rng.random(g) < 0.1] = 0
    counts[0] += 1  # no library is empty
    names = pd.Index([f"s{i}" for i in range(n)])
    samples = pd.DataFrame({"group": np.array(list("ab"))[np.arange(n) % 2], "age": rng.normal(size=n)}, index=names)
    return Reads(pd.DataFrame(counts, [f"g{i}" for i in range(g)], names), samples)


def voomed(counts: object, samples: pd.DataFrame, **options: object) -> el.VoomEList:
    return el.voom(counts, FORMULA, samples=samples, **options)


@common
@given(reads(), seeds)
def test_the_order_of_features_and_samples_does_not_matter(study, seed):
    rng = np.random.default_rng(seed)
    rows, columns = (rng.permutation(k) for k in study.counts.shape)
    other = study.counts.iloc[rows, columns]
    a, b = voomed(study.counts, study.samples), voomed(other, study.samples)
    assert_allclose(b.E, a.E.iloc[rows, columns], rtol=SAME)
    assert_allclose(b.weights, a.weights.iloc[rows, columns], rtol=SAME)
    assert list(b.targets.index) == list(other.columns)
    factors = el.norm_lib_sizes(study.counts).samples["norm_factors"]
    again = el.norm_lib_sizes(other, ref_column=None).samples["norm_factors"]
    assert_allclose(again.loc[factors.index], factors, rtol=SAME)
    kept = el.filter_by_expr(study.counts, group=study.samples["group"])
    assert_array_equal(el.filter_by_expr(other, group=study.samples["group"]).loc[kept.index], kept)


@common
@given(reads())
def test_types_and_containers_do_not_matter(study):
    expected = voomed(study.counts, study.samples)
    values = study.counts.to_numpy()
    wide = np.repeat(np.repeat(values, 2, axis=0), 3, axis=1)
    forms = [
        *(study.counts.astype(kind) for kind in ("uint32", "int64", "float32", "Int64", "Float64")),
        np.asfortranarray(values), wide[::2, ::3], *(to(values) for to in (sparse.csr_array, sparse.csc_matrix)),
        el.DGEList(values, samples=study.samples),
    ]  # fmt: skip
    for form in forms:
        made = voomed(form, study.samples)
        assert_array_equal(made.E, expected.E)
        assert_array_equal(made.weights, expected.weights)
        assert list(made.targets.index) == list(study.samples.index)


@common
@given(reads(), seeds)
def test_subsets_keep_everything_side_by_side(study, seed):
    d = study.listed
    rng = np.random.default_rng(seed)
    rows, columns = (rng.permutation(k)[: max(2, k // 2)] for k in d.shape)
    v = el.voom_with_quality_weights(d, FORMULA, method="reml")
    part, some = d[rows, columns], v[rows, columns]
    pd.testing.assert_frame_equal(part.counts, d.counts.iloc[rows, columns])
    assert_array_equal(part.offset, d.offset[np.ix_(rows, columns)])
    assert_array_equal(part.samples["lib_size"], d.samples["lib_size"].iloc[columns])
    assert_array_equal(part.genes["symbol"], part.counts.index.str.upper())
    assert_array_equal(np.asarray(some.weights), v.weights.to_numpy()[np.ix_(rows, columns)])
    assert_array_equal(some.other["offset_prior"], v.other["offset_prior"][np.ix_(rows, columns)])
    assert_array_equal(some.targets["sample_weights"], v.targets["sample_weights"].iloc[columns])
    assert_array_equal(np.asarray(some.design), np.asarray(v.design)[columns])
    assert_array_equal(some.genes["symbol"], some.E.index.str.upper())


@common
@given(reads())
def test_nothing_given_is_changed_and_what_comes_out_can_be_stored(study):
    d, before = study.listed, pickle.dumps(study)
    held = pickle.dumps(d)
    normalized = el.norm_lib_sizes(d)
    found = [normalized, el.voom(normalized, FORMULA, normalize_method="quantile"), el.voom_lm_fit(d, FORMULA)]
    found += [el.cpm(d, log=True), el.ave_log_cpm(d), el.sum_tech_reps(d, "group")]
    assert pickle.dumps(study) == before
    assert pickle.dumps(d) == held
    back = pickle.loads(pickle.dumps(found))
    pd.testing.assert_frame_equal(back[0].samples, normalized.samples)
    pd.testing.assert_frame_equal(back[1].weights, found[1].weights)
    pd.testing.assert_frame_equal(back[2].coefficients, found[2].coefficients)


@pytest.mark.parametrize("verb", [el.voom, el.voom_with_quality_weights, el.voom_lm_fit])
def test_threads_do_not_matter(verb):
    """Bitwise, on more features than a block holds."""
    counts = np.random.default_rng(3).poisson(np.random.default_rng(4).gamma(1, 30, (25_000, 1)), (25_000, 6))
    x = np.column_stack([np.ones(6), np.arange(6) % 2])
    one, two = (verb(counts, x, threads=threads, progress=False) for threads in (1, 2))
    if verb is el.voom_lm_fit:
        assert_array_equal(one.coefficients, two.coefficients)
        assert_array_equal(one.sigma, two.sigma)
        one, two = one.elist, two.elist
    assert_array_equal(one.E, two.E)
    assert_array_equal(one.weights, two.weights)
