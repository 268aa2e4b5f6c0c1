from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DataError, EbayesLMWarning

COUNTS = pd.DataFrame(np.arange(12).reshape(4, 3), index=list("abcd"), columns=["s1", "s2", "s3"])
GENES = pd.DataFrame({"symbol": list("ABCD")}, index=list("abcd"))
SAMPLES = pd.DataFrame({"batch": list("xyx"), "lib.size": [10.0, 20, 30]}, index=["s1", "s2", "s3"])


def whole(**changed):
    given = {"samples": SAMPLES, "genes": GENES, "group": ["v", "u", "v"], "offset": np.arange(12.0).reshape(4, 3)}
    return el.DGEList(COUNTS, **(given | changed))


def test_without_more_than_counts():
    d = el.DGEList(COUNTS.to_numpy())
    assert d.shape == (4, 3)
    assert list(d.samples.columns) == ["group", "lib_size", "norm_factors"]
    assert d.samples["group"].tolist() == ["1"] * 3
    assert_array_equal(d.samples["lib_size"], COUNTS.sum())
    assert (d.genes, d.offset) == (None, None)
    assert repr(d) == "DGEList of 4 features x 3 samples (counts, samples)"


def test_the_sample_table_comes_in_order_with_its_own_columns_first():
    d = whole(samples=SAMPLES[::-1])
    assert list(d.samples.columns) == ["group", "lib_size", "norm_factors", "batch"]
    assert d.samples["lib_size"].tolist() == [10, 20, 30]
    assert list(d.samples["group"].cat.categories) == ["u", "v"]
    assert repr(d) == "DGEList of 4 features x 3 samples (counts, samples, genes, offset)"


def test_arguments_go_before_columns():
    table = SAMPLES.assign(group="z", **{"norm.factors": [1.0, 2, 0.5]})
    assert el.DGEList(COUNTS, samples=table).samples["norm_factors"].tolist() == [1, 2, 0.5]
    assert el.DGEList(COUNTS, samples=table).samples["group"].tolist() == ["z"] * 3
    d = el.DGEList(COUNTS, samples=table, group="batch", lib_size=[5, 6, 7], norm_factors=[0.5, 2, 1])
    assert d.samples["group"].tolist() == ["x", "y", "x"]
    assert_array_equal(d.effective_lib_sizes, [2.5, 12, 7])


def test_series_are_matched_by_label():
    d = el.DGEList(COUNTS, lib_size=pd.Series([3.0, 2, 1], ["s3", "s2", "s1"]), group=SAMPLES["batch"][::-1])
    assert d.samples["lib_size"].tolist() == [1, 2, 3]
    assert d.samples["group"].tolist() == ["x", "y", "x"]


def test_tables_name_what_the_counts_do_not():
    d = el.DGEList(COUNTS.to_numpy(), samples=SAMPLES, genes=GENES)
    pd.testing.assert_frame_equal(d.counts, COUNTS)


def test_text_in_front_names_features():
    table = COUNTS.reset_index(names="gene")
    d = el.DGEList(table)
    assert_array_equal(d.counts, COUNTS)
    assert list(d.counts.index) == list("abcd")
    lengths = table.assign(length=100)
    assert el.DGEList(lengths, feature_columns=["gene", "length"]).genes["length"].tolist() == [100] * 4


@pytest.mark.parametrize("make", [scipy.sparse.csr_matrix, scipy.sparse.csc_array, np.asfortranarray, np.float32])
def test_whatever_holds_counts(make):
    d = el.DGEList(make(COUNTS.to_numpy()))
    assert_array_equal(d.counts, COUNTS)
    assert d.counts.to_numpy().flags.c_contiguous


def test_nullable_and_truth():
    assert_array_equal(el.DGEList(COUNTS.convert_dtypes()).counts, COUNTS)
    assert el.DGEList(COUNTS.to_numpy() > 4).samples["lib_size"].tolist() == [2, 2, 3]


def test_anndata_is_turned_round():
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(np.log1p(COUNTS.T), obs=SAMPLES[["batch"]], var=GENES, layers={"counts": COUNTS.T})
    d = el.DGEList(adata, layer="counts", group="batch")
    assert_array_equal(d.counts, COUNTS)
    assert d.samples["batch"].tolist() == list("xyx")
    assert d.genes["symbol"].tolist() == list("ABCD")


@pytest.mark.parametrize(
    ("rows", "cols"), [(slice(1, 3), slice(None)), ([3, 0], [2, 1]), (np.array([True, False, True, False]), 0)]
)
def test_subsets_by_position_keep_library_sizes(rows, cols):
    d = whole()
    at = np.ix_(np.atleast_1d(np.arange(4)[rows]), np.atleast_1d(np.arange(3)[cols]))
    part = d[rows, cols]
    assert_array_equal(part.counts, COUNTS.to_numpy()[at])
    assert_array_equal(part.offset, d.offset[at])
    assert_array_equal(part.samples["lib_size"], SAMPLES["lib.size"].iloc[at[1].ravel()])
    assert list(part.genes.index) == list(part.counts.index) == list(COUNTS.index[at[0].ravel()])
    assert list(part.samples.index) == list(part.counts.columns)
    assert set(part.samples["group"].cat.categories) == set(part.samples["group"])


def test_a_subset_of_features_counts_library_sizes_again():
    d = whole(norm_factors=[0.5, 2, 1])
    part = d.subset(COUNTS["s1"] > 3)
    assert_array_equal(part.samples["lib_size"], COUNTS[COUNTS["s1"] > 3].sum())
    assert part.samples["norm_factors"].tolist() == [0.5, 2, 1]
    kept = d.subset([0, 1], keep_lib_sizes=True)
    assert kept.samples["lib_size"].tolist() == [10, 20, 30]


def test_masks_are_matched_by_label():
    mask = COUNTS["s1"] > 3
    assert list(whole().subset(mask[::-1]).counts.index) == ["c", "d"]
    with pytest.raises(AlignmentError, match="the mask and the matrix do not name the same features"):
        whole().subset(mask.rename({"a": "z"}))


def test_other_samples_and_factors_beside_the_same_counts():
    d = whole().with_norm_factors(pd.Series([3.0, 2, 1], ["s3", "s2", "s1"]))
    assert d.samples["norm_factors"].tolist() == [1, 2, 3]
    other = d.with_samples(pd.DataFrame({"age": [1, 2, 3]}, index=["s3", "s2", "s1"]))
    assert list(other.samples.columns) == ["group", "lib_size", "norm_factors", "age"]
    assert other.samples["age"].tolist() == [3, 2, 1]
    assert_array_equal(other.effective_lib_sizes, d.effective_lib_sizes)
    assert other.samples["group"].tolist() == ["v", "u", "v"]
    grouped = d.with_samples(pd.DataFrame({"group": list("pqr")}, index=["s1", "s2", "s3"]))
    assert grouped.samples["group"].tolist() == list("pqr")


def test_offsets_of_samples_hold_for_all_features():
    assert_array_equal(whole(offset=[1.0, 2, 3]).offset, np.tile([1.0, 2, 3], (4, 1)))
    frame = pd.DataFrame(np.arange(12.0).reshape(4, 3), COUNTS.index, COUNTS.columns)
    assert_array_equal(whole(offset=frame.iloc[::-1, ::-1]).offset, frame)


def test_sums_are_wide():
    fractions = np.tile([[0.1], [0.2], [0.3]], (1000, 1))
    total = el.DGEList(fractions).samples["lib_size"][0]
    assert_allclose(total, 600.0, rtol=1e-15)


def test_nothing_handed_in_is_changed_and_memory_is_shared():
    values, table = COUNTS.to_numpy().copy(), SAMPLES.copy()
    d = el.DGEList(values, samples=table)
    assert np.shares_memory(d.counts.to_numpy(), values)
    d[[0], :].with_norm_factors([1, 2, 3])
    assert_array_equal(values, COUNTS)
    pd.testing.assert_frame_equal(table, SAMPLES)
    assert d.samples["norm_factors"].tolist() == [1, 1, 1]
    with pytest.raises(AttributeError):
        d.counts = COUNTS


def test_a_copy_is_whole():
    d = copy.deepcopy(whole())
    pd.testing.assert_frame_equal(d.samples, whole().samples)


def test_warnings():
    with pytest.warns(EbayesLMWarning, match="no counts at all in 's1': the library size is zero"):
        el.DGEList(COUNTS.assign(s1=0))
    with pytest.warns(EbayesLMWarning, match="do not multiply to one"):
        el.DGEList(COUNTS, norm_factors=[1, 2, 3])


def test_log_values_are_wanted_elsewhere():
    with pytest.raises(ArgumentTypeError, match=r"DGEList of counts.*voom\(y\).*cpm\(y, log=True\)"):
        el.lm_fit(whole())


@pytest.mark.parametrize(
    ("key", "error", "says"),
    [
        (0, ArgumentTypeError, r"two positions, d\[features, samples\]"),
        ((9, 0), ArgumentError, "features of a DGEList are taken by position, 0 to 3"),
        ((0, "s1"), ArgumentError, "samples of a DGEList"),
    ],
)
def test_subsets_that_cannot_be(key, error, says):
    with pytest.raises(error, match=says):
        _ = whole()[key]


def test_the_place_of_a_bad_count_is_named():
    for value in (-1, np.nan, np.inf):
        bad = COUNTS.astype(float)
        bad.loc["c", "s2"] = bad.loc["d", "s1"] = value
        with pytest.raises(DataError, match=r"2 counts of 12 cannot be, the first .* of feature 'c' in sample 's2'"):
            el.DGEList(bad)


@pytest.mark.parametrize("totals", [["__no_feature", "__ambiguous"], ["N_unmapped", "N_noFeature"]])
def test_totals_that_are_no_features_are_pointed_out(totals):
    counts = pd.concat([COUNTS, COUNTS[:2].set_axis(totals)])
    with pytest.warns(EbayesLMWarning, match=rf"2 rows hold reads without a feature: '{totals[0]}'.*leave them out"):
        d = el.DGEList(counts)
    assert d.shape == (6, 3)


def test_groups_in_two_dimensions_are_no_groups():
    with pytest.raises(ArgumentTypeError, match="one name or number for each sample"):
        el.DGEList(COUNTS, group=np.ones((3, 1)))
