from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.sources import ArraySource, SampleMajor
from ebayes_lm.errors import AdjustedDataWarning, ArgumentError, DataError, EbayesLMWarning

h5py = pytest.importorskip("h5py")

#: Samples x features.
X = np.random.default_rng(5).normal(size=(8, 30)).astype(np.float32)
#: The same numbers in the same order; only blocks may begin elsewhere.
SAME_FIT = 1e-13
OBS = [f"s{i}" for i in range(8)]
KINDS = {"dense": np.asarray, "csr": sparse.csr_matrix, "csc": sparse.csc_matrix}
VAR = [f"g{i}" for i in range(30)]


def tabled(file, name, index, columns=None, key="_index"):
    """A table as AnnData writes it, of columns that are made by hand."""
    group = file.create_group(name)
    group.attrs.update({"_index": key, "encoding-type": "dataframe", "encoding-version": "0.2.0"})
    group.attrs["column-order"] = np.array(list(columns or ()), dtype=h5py.string_dtype()) if columns else np.zeros(0)
    group[key] = index
    for column, values in (columns or {}).items():
        if not isinstance(values, dict):
            group[column] = values
            continue
        part = group.create_group(column)
        for name_of_part, value in values.items():
            if name_of_part in ("encoding-type", "ordered"):
                part.attrs[name_of_part] = value
            else:
                part[name_of_part] = value
    return group


def written(path, x=X, obs=None, var=None, **storage):
    with h5py.File(path, "w") as file:
        if x is not None:
            file.create_dataset("X", data=x, **storage)
        tabled(file, "obs", OBS, obs)
        tabled(file, "var", VAR, var)
        file.create_dataset("layers/twice", data=2 * X, **storage)
        file.create_dataset("raw/X", data=np.hstack([X, X]))
        tabled(file, "raw/var", [f"r{i}" for i in range(60)])
    return path


@pytest.mark.parametrize("storage", [{}, {"chunks": (3, 7), "compression": "gzip"}])
def test_x_layers_and_raw(tmp_path, storage):
    path = written(tmp_path / "x.h5ad", **storage)
    for layer, x in ((None, X), ("twice", 2 * X), ("raw", np.hstack([X, X]))):
        matrix = open_matrix(path, layer=layer, orientation="samples")
        assert (matrix.shape, matrix.dtype) == (x.T.shape, np.float32)
        assert_array_equal(matrix.source.read(3, 11), x.T[3:11], strict=True)
        assert list(matrix.samples) == OBS
        assert matrix.annotation is None
    assert list(matrix.features) == [f"r{i}" for i in range(60)]
    with pytest.raises(ArgumentError, match="no layer 'thrice'; it has 'twice', 'raw'"):
        open_matrix(path, layer="thrice")
    with pytest.raises(ArgumentError, match="samples x features"):
        open_matrix(path, orientation="features")


def test_a_fit_is_that_of_the_matrix_in_memory_and_knows_the_samples(tmp_path):
    groups = {"codes": np.repeat([1, 0], 4).astype("i1"), "categories": ["b", "a"], "encoding-type": "categorical"}
    path = written(tmp_path / "x.h5ad", obs={"group": groups}, var={"symbol": [f"S{i}" for i in range(30)]})
    found = lm_fit(open_matrix(path), "~ group")
    table = pd.DataFrame({"group": pd.Categorical(list("aaaabbbb"), categories=["b", "a"])}, index=OBS)
    expected = lm_fit(pd.DataFrame(X.T, index=VAR, columns=OBS), "~ group", samples=table)
    assert list(found.coefficients.columns) == ["(Intercept)", "groupa"]
    assert_allclose(found.coefficients, expected.coefficients, rtol=SAME_FIT, atol=SAME_FIT)
    assert_allclose(found.sigma, expected.sigma, rtol=SAME_FIT)
    assert found.annotation["symbol"].tolist() == [f"S{i}" for i in range(30)]


def test_columns_of_every_plain_kind(tmp_path):
    mask = np.arange(8) == 2
    columns = {
        "age": np.arange(8.0), "n": np.arange(8, dtype=">i4"), "ok": mask, "word": list("abcdefgh"),
        "group": {"codes": np.array([0, 1, -1, 0, 0, 1, 1, 0], dtype="i1"), "categories": ["x", "y"],
                  "encoding-type": "categorical", "ordered": True},
        "dose": {"codes": np.array([0, 1] * 4), "categories": [0.5, 2.0], "encoding-type": "categorical"},
        "count": {"values": np.arange(8), "mask": mask, "encoding-type": "nullable-integer"},
        "flag": {"values": ~mask, "mask": mask, "encoding-type": "nullable-boolean"},
        "note": {"values": list("abcdefgh"), "mask": mask, "encoding-type": "nullable-string-array"},
    }  # fmt: skip
    table = open_matrix(written(tmp_path / "x.h5ad", obs=columns)).sample_table
    assert list(table.columns) == list(columns)
    assert list(table.index) == OBS
    assert table["age"].tolist() == list(range(8))
    assert table["n"].dtype == np.int32
    assert table["ok"].tolist() == mask.tolist()
    assert table["word"].tolist() == list("abcdefgh")
    assert table["group"].cat.ordered
    assert table["group"].cat.categories.tolist() == ["x", "y"]
    assert np.flatnonzero(table["group"].isna()).tolist() == [2]
    assert table["dose"].tolist() == [0.5, 2.0] * 4
    for name, dtype in (("count", "Int64"), ("flag", "boolean"), ("note", "string")):
        assert table[name].dtype == dtype
        assert np.flatnonzero(table[name].isna()).tolist() == [2]
    assert table["count"].sum() == 26


def test_categories_as_older_files_have_them(tmp_path):
    path = written(tmp_path / "x.h5ad", obs={"group": np.array([0, 1] * 4, dtype="i1")})
    with h5py.File(path, "a") as file:
        file["obs/__categories/group"] = ["x", "y"]
    assert open_matrix(path).sample_table["group"].tolist() == ["x", "y"] * 4


def test_columns_of_other_kinds_are_left_out_with_a_word(tmp_path):
    odd = {"encoding-type": "something-new", "values": np.zeros(8)}
    path = written(tmp_path / "x.h5ad", obs={"odd": odd, "age": np.arange(8.0), "wide": np.zeros((8, 2))})
    with pytest.warns(EbayesLMWarning, match="'odd', 'wide'"):
        table = open_matrix(path).sample_table
    assert list(table.columns) == ["age"]


@pytest.mark.parametrize(
    ("obs", "message"),
    [
        ({"a": np.zeros(7)}, "vector of the 8 values"),
        ({"a": {"codes": np.full(8, 2), "categories": ["x"], "encoding-type": "categorical"}}, "codes beyond"),
        ({"a": {"codes": np.full(8, -2), "categories": ["x"], "encoding-type": "categorical"}}, "codes beyond"),
        ({"a": {"codes": np.zeros(8, "i1"), "encoding-type": "categorical"}}, "no categories"),
        ({"a": {"values": np.zeros(8, "i4"), "encoding-type": "nullable-integer"}}, "cannot be read"),
    ],
)
def test_tables_that_do_not_fit_are_refused(tmp_path, obs, message):
    with pytest.raises(DataError, match=message):
        open_matrix(written(tmp_path / "x.h5ad", obs=obs))


def test_files_that_lack_parts(tmp_path):
    path = written(tmp_path / "x.h5ad", None)
    with pytest.raises(DataError, match="no X; layer= names one of 'twice', 'raw'"):
        open_matrix(path)
    assert open_matrix(path, layer="twice").shape == (30, 8)
    with h5py.File(path, "a") as file:
        file.create_group("X").attrs["encoding-type"] = "dict"
        tabled(file, "other", OBS[1:])
    with pytest.raises(DataError, match="'X' as dict"):
        open_matrix(path)
    with h5py.File(path, "a") as file:
        file.move("obs", "away")
    with pytest.raises(DataError, match="no 'obs'"):
        open_matrix(path, layer="twice")
    with h5py.File(path, "a") as file:
        file.move("other", "obs")
    with pytest.raises(DataError, match="7 names for an axis of 8"):
        open_matrix(path, layer="twice")
    with h5py.File(path, "a") as file:
        del file["obs"]
        file["obs"] = np.zeros(8, dtype=[("index", "S3"), ("age", "f4")])
    with pytest.raises(DataError, match="written today"):
        open_matrix(path, layer="twice")


def test_the_mark_of_adjusted_values_is_carried(tmp_path):
    path = written(tmp_path / "x.h5ad")
    with h5py.File(path, "a") as file:
        file["uns/adjusted"], file["uns/adjusted_twice"] = "batch", "age"
        file["uns/adjusted_raw"] = np.arange(3)
    assert [open_matrix(path, layer=layer).adjusted for layer in (None, "twice", "raw")] == ["batch", "age", None]
    with pytest.warns(AdjustedDataWarning, match="batch"):
        lm_fit(open_matrix(path), np.ones((8, 1)))


def test_links_to_other_files_are_seen_in_every_part(tmp_path):
    for part in ("X", "obs", "var", "layers", "uns"):
        path = written(tmp_path / f"{part}.h5ad")
        with h5py.File(path, "a") as file:
            if part in file:
                del file[part]
            file[part] = h5py.ExternalLink("other.h5ad", part)
        with pytest.raises(DataError, match=f"'/{part}' is a link to '{part}' of another file"):
            open_matrix(path)
    written(tmp_path / "other.h5ad")
    assert_array_equal(open_matrix(tmp_path / "X.h5ad", allow_external=True).source.read(0, 2), X.T[:2])


def test_anndata_is_not_imported(tmp_path):
    if "anndata" not in sys.modules:
        open_matrix(written(tmp_path / "x.h5ad"))
        assert "anndata" not in sys.modules


class TestOfAnnData:
    """Files that the package itself has written, and its objects over them."""

    def adata(self, x):
        anndata = pytest.importorskip("anndata")
        obs = pd.DataFrame(
            {"group": pd.Categorical(list("aaaabbbb")), "age": np.arange(8.0), "ok": np.arange(8) > 2,
             "n": pd.array([1, None] * 4, dtype="Int64"), "word": list("hgfedcba")}, index=OBS,
        )  # fmt: skip
        var = pd.DataFrame({"symbol": [f"S{i}" for i in range(30)]}, index=pd.Index(VAR, name="gene"))
        made = anndata.AnnData(x, obs=obs, var=var, layers={"twice": 2 * x}, uns={"adjusted_twice": "age"})
        made.raw = made
        return made

    @pytest.mark.parametrize("compression", [None, "gzip"])
    @pytest.mark.parametrize("kind", KINDS)
    def test_files(self, tmp_path, kind, compression):
        adata = self.adata(KINDS[kind](X))
        adata.write_h5ad(tmp_path / "x.h5ad", compression=compression)
        for layer, x in ((None, X), ("twice", 2 * X), ("raw", X)):
            matrix = open_matrix(tmp_path / "x.h5ad", layer=layer)
            assert_array_equal(matrix.source.read(3, 20), x.T[3:20], strict=True)
            pd.testing.assert_frame_equal(matrix.sample_table, adata.obs, check_categorical=False)
            pd.testing.assert_frame_equal(matrix.annotation, adata.var)
            assert matrix.features.equals(adata.var_names)
            assert matrix.features.name == "gene"

    @pytest.mark.parametrize("kind", KINDS)
    def test_backed_objects_stay_in_their_file(self, tmp_path, kind):
        anndata = pytest.importorskip("anndata")
        adata = self.adata(KINDS[kind](X))
        for mode in ("r", "r+"):
            adata.write_h5ad(tmp_path / f"{mode}.h5ad")
            backed = anndata.read_h5ad(tmp_path / f"{mode}.h5ad", backed=mode)
            backed.obs["half"] = list("abababab")
            matrix = as_feature_matrix(backed)
            assert not isinstance(matrix.source, ArraySource)
            assert isinstance(matrix.source, SampleMajor) == (kind == "csr")
            assert_array_equal(matrix.source.read(0, 30), X.T)
            found = lm_fit(backed, "~ group + half", threads=2)
            adata.obs["half"] = backed.obs["half"]
            expected = lm_fit(adata, "~ group + half")
            assert_allclose(found.coefficients, expected.coefficients, rtol=SAME_FIT, atol=SAME_FIT)
            assert found.annotation["symbol"].tolist() == adata.var["symbol"].tolist()
            with pytest.warns(AdjustedDataWarning, match="age"):
                layer = lm_fit(backed, "~ group", layer="twice")
            assert_allclose(layer.amean, 2 * expected.amean, rtol=1e-5)
            part = lm_fit(backed[:, :5], "~ group")
            assert_allclose(part.amean, expected.amean.iloc[:5], rtol=1e-5)
            backed.file.close()

    def test_what_was_written_through_the_object_is_seen(self, tmp_path):
        anndata = pytest.importorskip("anndata")
        self.adata(X).write_h5ad(tmp_path / "x.h5ad")
        backed = anndata.read_h5ad(tmp_path / "x.h5ad", backed="r+")
        backed.X[3, 5] = 100.0
        found = lm_fit(backed, np.ones((8, 1)), threads=1)
        assert_allclose(found.amean.iloc[5], (X[:, 5].sum() - X[3, 5] + 100) / 8, rtol=1e-6)
        backed.file.close()

    def test_many_threads_read_what_one_reads(self, tmp_path):
        self.adata(sparse.csc_matrix(X)).write_h5ad(tmp_path / "x.h5ad", compression="gzip")
        source = open_matrix(tmp_path / "x.h5ad").source
        with ThreadPoolExecutor(8) as pool:
            for start, block in enumerate(pool.map(lambda at: source.read(at, at + 3), list(range(27)) * 10)):
                assert_array_equal(block, X.T[start % 27 : start % 27 + 3])
