"""Values come back as the kind of thing that went in, and marked where something was removed from them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

import ebayes_lm as el
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.returning import same_kind
from ebayes_lm.errors import AdjustedDataWarning, ArgumentTypeError

FEATURES = list("abcde")
SAMPLES = [f"s{j}" for j in range(6)]
OLD = pd.DataFrame(np.random.default_rng(0).normal(size=(5, 6)), index=FEATURES, columns=SAMPLES)
NEW = np.arange(30.0).reshape(5, 6)
NOTE = "combat: 3 batches"


def returned(y, values=NEW, *, layer=None, feature_columns=None, **options):
    matrix = as_feature_matrix(y, layer=layer, feature_columns=feature_columns)
    return same_kind(values, y, matrix, layer=layer, **options)


@pytest.mark.parametrize("kind", [np.asarray, np.asfortranarray, sparse.csr_array])
def test_arrays(kind):
    back = returned(kind(OLD.to_numpy()), adjusted=NOTE)
    assert type(back) is np.ndarray
    assert_array_equal(back, NEW)


def test_one_feature_stays_a_vector():
    assert_array_equal(returned(np.arange(6.0), NEW[:1]), NEW[0])


def test_tables():
    given = OLD.copy()
    given.attrs["study"] = "x"
    given.columns.name = "sample"
    back = returned(given, adjusted=NOTE)
    pd.testing.assert_frame_equal(back, pd.DataFrame(NEW, index=given.index, columns=given.columns))
    assert back.attrs == {"study": "x", "adjusted": NOTE}
    assert given.attrs == {"study": "x"}


def test_columns_that_describe_features_stay_where_they_stand():
    given = OLD.reset_index(drop=True)
    given.insert(0, "gene", FEATURES)
    given.insert(3, "length", range(5))
    back = returned(given, feature_columns=["gene", "length"])
    assert list(back.columns) == list(given.columns)
    assert_array_equal(back[SAMPLES], NEW)
    pd.testing.assert_frame_equal(back[["gene", "length"]], given[["gene", "length"]])
    assert back.attrs == {}


def test_a_first_column_of_names_stays():
    given = OLD.reset_index(names="gene")
    back = returned(given)
    assert list(back.columns) == list(given.columns)
    assert list(back["gene"]) == FEATURES
    assert_array_equal(back[SAMPLES], NEW)


def test_an_elist_keeps_all_else():
    given = el.EList(OLD, genes=pd.DataFrame({"symbol": FEATURES}, index=FEATURES), weights=np.ones(6))
    back = returned(given, adjusted=NOTE)
    assert_array_equal(back.E, NEW)
    assert back.genes is not None
    assert back.weights is given.weights
    assert back.adjusted == back[1:3, :2].adjusted == NOTE
    assert given.adjusted is None
    assert "adjusted" in repr(back)
    assert "adjusted" not in repr(given)


def test_kinds_of_elist_stay():
    rng = np.random.default_rng(2)
    given = el.vooma(pd.DataFrame(rng.normal(size=(50, 6)), columns=SAMPLES))
    back = returned(given, np.zeros((50, 6)), adjusted=NOTE)
    assert type(back) is el.VoomEList
    assert back.voom_line is given.voom_line


def test_notes_add_up_and_none_is_said_twice():
    twice = returned(returned(OLD, adjusted=NOTE), adjusted="remove_batch_effect: batch")
    assert twice.attrs["adjusted"] == "combat: 3 batches; remove_batch_effect: batch"
    assert returned(twice).attrs == twice.attrs
    assert returned(returned(OLD, adjusted=NOTE), adjusted=NOTE).attrs["adjusted"] == NOTE
    listed = returned(el.EList(twice), adjusted="x")
    assert listed.adjusted == f"{twice.attrs['adjusted']}; x"
    assert as_feature_matrix(listed).adjusted == listed.adjusted


def test_other_things_under_that_name_are_no_mark():
    given = OLD.copy()
    given.attrs["adjusted"] = True
    assert as_feature_matrix(given).adjusted is None
    with pytest.raises(ArgumentTypeError, match="in words"):
        el.EList(OLD, adjusted=True)


MARKED = {"table": returned(OLD, adjusted=NOTE), "EList": returned(el.EList(OLD), adjusted=NOTE)}


@pytest.mark.parametrize("kind", MARKED)
def test_a_fit_warns_once_of_adjusted_values(kind):
    with pytest.warns(AdjustedDataWarning, match=r"\(combat: 3 batches\)") as caught:
        el.lm_fit(MARKED[kind])
    assert len(caught) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize("verb", [el.vooma_lm_fit, lambda y: el.lm_fit(el.vooma(y))])
def test_verbs_that_fit_several_times_warn_once(verb):
    values = np.random.default_rng(2).normal(size=(50, 6))
    marked = returned(pd.DataFrame(values, columns=SAMPLES), values, adjusted=NOTE)
    with pytest.warns(AdjustedDataWarning) as caught:
        verb(marked)
    assert len(caught) == 1


def test_what_does_not_test_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        el.array_weights(MARKED["table"])
        el.duplicate_correlation(MARKED["table"], block=[1, 1, 2, 2, 3, 3])
        assert el.vooma(MARKED["EList"]).adjusted == NOTE


COUNTS = returned(
    pd.DataFrame(np.random.default_rng(3).poisson(80, (50, 6)), columns=SAMPLES),
    np.random.default_rng(3).uniform(50, 110, (50, 6)),
    adjusted=NOTE,
)


@pytest.mark.parametrize(
    "verb",
    [
        lambda counts: el.lm_fit(el.voom(counts)),
        lambda counts: el.lm_fit(el.voom_with_quality_weights(counts)),
        lambda counts: el.lm_fit(el.voom(el.norm_lib_sizes(el.DGEList(counts))[:40, :])),
        el.voom_lm_fit,
    ],
)
def test_counts_hand_the_mark_on(verb):
    with pytest.warns(AdjustedDataWarning, match=NOTE) as caught:
        verb(COUNTS)
    assert len(caught) == 1


@pytest.mark.parametrize("kind", MARKED)
def test_means_of_replicates_stay_marked(kind):
    for mean in (el.avereps(MARKED[kind], list("aabbc")), el.avearrays(MARKED[kind], list("xxyyzz"))):
        assert as_feature_matrix(mean).adjusted == NOTE


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
class TestAnnData:
    @pytest.fixture
    def adata(self):
        anndata = pytest.importorskip("anndata")
        return anndata.AnnData(OLD.T.copy(), layers={"raw": sparse.csr_matrix(2 * OLD.T.to_numpy())})

    def test_x(self, adata):
        back = returned(adata, adjusted=NOTE)
        assert_array_equal(back.X, NEW.T)
        assert back.uns["adjusted"] == NOTE
        assert_array_equal(adata.X, OLD.T)
        assert "adjusted" not in adata.uns
        with pytest.warns(AdjustedDataWarning):
            el.lm_fit(back)
        el.lm_fit(back, layer="raw")

    def test_layers_have_marks_of_their_own(self, adata):
        back = returned(adata, layer="raw", adjusted=NOTE)
        assert_array_equal(back.layers["raw"], NEW.T)
        assert_array_equal(back.X, OLD.T)
        el.lm_fit(back)
        with pytest.warns(AdjustedDataWarning):
            el.lm_fit(back, layer="raw")

    def test_of_a_file_comes_into_memory(self, adata, tmp_path):
        anndata = pytest.importorskip("anndata")
        adata.write_h5ad(tmp_path / "x.h5ad")
        backed = anndata.read_h5ad(tmp_path / "x.h5ad", backed="r")
        for given in (backed, backed[:, ["b", "a"]]):
            back = returned(given, NEW[: given.n_vars], adjusted=NOTE)
            assert not back.isbacked
            assert_array_equal(back.X, NEW[: given.n_vars].T)
        assert_array_equal(np.asarray(backed.X), OLD.T)

    def test_views(self, adata):
        part = adata[:, ["b", "a"]]
        back = returned(part, NEW[:2], adjusted=NOTE)
        assert_array_equal(back.X, NEW[:2].T)
        assert part.is_view
        assert_array_equal(adata.X, OLD.T)
