from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import ebayes_lm as el
from ebayes_lm.counts.boundary import as_count_list
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import ArgumentTypeError

COUNTS = np.arange(12).reshape(4, 3)
TABLE = pd.DataFrame({"sex": list("fmf")}, index=["s1", "s2", "s3"])


def test_counts_of_any_kind_become_a_list():
    for held in (COUNTS, pd.DataFrame(COUNTS), as_feature_matrix(COUNTS)):
        assert_array_equal(as_count_list(held).counts, COUNTS)


def test_a_list_stays_what_it_is():
    d = el.DGEList(COUNTS)
    assert as_count_list(d) is d


def test_samples_beside_counts_and_beside_a_list():
    assert as_count_list(COUNTS, TABLE).samples["sex"].tolist() == list("fmf")
    d = as_count_list(el.DGEList(COUNTS, lib_size=[1, 2, 3]), TABLE.reset_index(drop=True))
    assert d.samples["sex"].tolist() == list("fmf")
    assert d.samples["lib_size"].tolist() == [1, 2, 3]


def test_layers_are_of_anndata():
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(np.zeros((3, 4)), layers={"counts": COUNTS.T.copy()})
    assert_array_equal(as_count_list(adata, layer="counts").counts, COUNTS)
    with pytest.raises(ArgumentTypeError, match="layer='counts' names a layer of an AnnData"):
        as_count_list(el.DGEList(COUNTS), layer="counts")


def test_logged_values_are_refused():
    with pytest.raises(ArgumentTypeError, match="an EList, whose values are logarithms already"):
        as_count_list(el.EList(COUNTS * 1.0))
