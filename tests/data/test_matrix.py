"""The contract of the input boundary: whatever holds the same numbers gives the same fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

import ebayes_lm as el
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError

FEATURES = [f"g{i}" for i in range(25)]
SAMPLES = [f"s{j}" for j in range(8)]
#: Halves of small integers, many of them zero, so that every type holds them exactly.
VALUES = np.maximum(np.random.default_rng(0).integers(-6, 20, size=(25, 8)), 0) / 2.0
TABLE = pd.DataFrame({"group": list("AAAABBBB"), "age": np.arange(8.0) ** 2}, index=SAMPLES)
FRAME = pd.DataFrame(VALUES, index=FEATURES, columns=SAMPLES)


class ViewOfSparse(sparse.csc_array):
    """A view of AnnData's: a class of its own, from a module of its own."""

    __module__ = "anndata._core.views"


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def mapped(tmp_path):
    np.save(tmp_path / "y.npy", VALUES)
    return np.load(tmp_path / "y.npy", mmap_mode="r")


BARE = {
    "C order": lambda _: VALUES,
    "Fortran order": lambda _: np.asfortranarray(VALUES),
    "read-only": lambda _: read_only(VALUES),
    "strided": lambda _: np.repeat(VALUES, 2, axis=1)[:, ::2],
    "float32": lambda _: VALUES.astype(np.float32),
    "float16": lambda _: VALUES.astype(np.float16),
    "other byte order": lambda _: VALUES.astype(">f8"),
    "memory map": mapped,
    "masked array": lambda _: np.ma.masked_array(VALUES, mask=np.zeros_like(VALUES, dtype=bool)),
    "matrix": lambda _: sparse.csr_matrix(VALUES).todense(),
    "csr": lambda _: sparse.csr_matrix(VALUES),
    "csc": lambda _: sparse.csc_matrix(VALUES),
    "coo": lambda _: sparse.coo_matrix(VALUES),
    "sparse array": lambda _: sparse.csr_array(VALUES),
    "view of a sparse array": lambda _: ViewOfSparse(VALUES),
    "sparse float32": lambda _: sparse.csc_array(VALUES.astype(np.float32)),
    "DataFrame without names": lambda _: pd.DataFrame(VALUES),
    "EList of an array": lambda _: el.EList(VALUES),
}
NAMED = {
    "DataFrame": lambda: FRAME,
    "DataFrame float32": lambda: FRAME.astype(np.float32),
    "leading text column": lambda: FRAME.rename_axis("gene").reset_index(),
    "nullable": lambda: FRAME.astype("Float64"),
    "mixed columns": lambda: FRAME.astype({"s1": "Float64", "s2": np.float32, "s3": "Float32"}),
    "columns one by one": lambda: pd.DataFrame({s: FRAME[s] for s in SAMPLES}),
    "sparse columns": lambda: FRAME.astype(pd.SparseDtype(float, 0.0)),
    "EList": lambda: el.EList(FRAME),
    "EList with tables": lambda: el.EList(
        VALUES, genes=pd.DataFrame({"k": range(25)}, index=FEATURES), targets=TABLE
    ),
    "DataFrame in Fortran order": lambda: pd.DataFrame(np.asfortranarray(VALUES), index=FEATURES, columns=SAMPLES),
}  # fmt: skip


def reference():
    return el.lm_fit(FRAME, "~ group + age", samples=TABLE)


def assert_same_numbers(fit):
    for name in fit.record.declared_axes():
        assert_array_equal(getattr(fit.record, name), getattr(reference().record, name))


@pytest.mark.parametrize("kind", BARE)
def test_without_names(kind, tmp_path):
    y = BARE[kind](tmp_path)
    assert_same_numbers(el.lm_fit(y, "~ group + age", samples=TABLE.reset_index(drop=True)))
    assert_same_numbers(el.lm_fit(y, el.model_matrix("~ group + age", TABLE).frame.to_numpy(), chunk_size=25))


@pytest.mark.parametrize("kind", NAMED)
def test_with_names(kind):
    fit = el.lm_fit(NAMED[kind](), "~ group + age", samples=TABLE.iloc[::-1])
    assert_same_numbers(fit)
    assert list(fit.coefficients.index) == FEATURES
    assert list(fit.design.samples) == SAMPLES


@pytest.mark.parametrize("values", ["int", "bool", "Int64", "boolean", "nullable frame"])
def test_whole_numbers(values):
    whole = np.floor(VALUES) if "bool" not in values else (VALUES > 3).astype(float)
    y = {
        "int": lambda: whole.astype(np.int32),
        "bool": lambda: whole.astype(bool),
        "Int64": lambda: pd.DataFrame(whole).astype("Int64"),
        "boolean": lambda: pd.DataFrame(whole.astype(bool)).astype("boolean"),
        "nullable frame": lambda: pd.DataFrame(whole).astype({0: "Int64", 1: "UInt8", 2: int}),
    }[values]()
    x = el.model_matrix("~ group", TABLE).frame.to_numpy()
    assert_array_equal(el.lm_fit(y, x).record.coefficients, el.lm_fit(whole, x).record.coefficients)


def test_columns_of_numbers_and_truth_values():
    frame = FRAME.assign(s2=VALUES[:, 2] > 3)
    expected = el.lm_fit(frame.astype(float), "~ group", samples=TABLE)
    assert_array_equal(el.lm_fit(frame, "~ group", samples=TABLE).record.coefficients, expected.record.coefficients)


@pytest.mark.parametrize("size", [25, 150_000])
def test_float32_is_accumulated_in_float64(size):
    """Around 1e4, float32 has three decimals; products of them need all of float64. The larger matrix is compiled."""
    y = np.random.default_rng(1).normal(1e4, 1, size=(size, 8)).astype(np.float32)
    x = el.model_matrix("~ group + age", TABLE).frame.to_numpy()
    narrow, wide = el.lm_fit(y, x).record, el.lm_fit(y.astype(np.float64), x).record
    assert as_feature_matrix(y).source.dtype == np.float32
    # the same numbers in the same order of operations
    assert_array_equal(narrow.coefficients, wide.coefficients)
    assert_array_equal(narrow.sigma, wide.sigma)


class TestMissing:
    y = FRAME.copy()
    y.iloc[3] = np.nan

    @pytest.mark.parametrize("kind", ["array", "DataFrame", "nullable", "masked", "leading text", "sparse"])
    def test_rows_without_values_stay_in_place(self, kind):
        y = {
            "array": self.y.to_numpy(),
            "DataFrame": self.y,
            "nullable": FRAME.astype("Float64").mask(self.y.isna(), pd.NA),
            "masked": np.ma.masked_array(VALUES, mask=self.y.isna().to_numpy()),
            "leading text": self.y.rename_axis("gene").reset_index(),
            "sparse": sparse.csr_array(self.y.to_numpy()),
        }[kind]
        fit = el.lm_fit(y, "~ group", samples=TABLE)
        assert fit.status.iloc[3] == "all_missing"
        assert (fit.status.drop(fit.status.index[3]) == "ok").all()
        rest = el.lm_fit(FRAME.drop(index="g3"), "~ group", samples=TABLE)
        assert_allclose(np.delete(fit.record.coefficients, 3, axis=0), rest.record.coefficients, rtol=1e-13, atol=1e-13)

    def test_masked_whole_numbers(self):
        whole = np.ma.masked_array(np.floor(VALUES).astype(int), mask=self.y.isna().to_numpy())
        assert el.lm_fit(whole, np.ones((8, 1))).status.iloc[3] == "all_missing"

    def test_infinite_values_are_counted_and_named(self):
        y = FRAME.copy()
        y.iloc[2, [1, 3]], y.iloc[7, 0] = -np.inf, np.inf
        with pytest.raises(DataError, match=r"infinite: 3 values in 2 features \('g2', 'g7'\)"):
            el.lm_fit(y, "~ group", samples=TABLE)


class TestLabels:
    def test_duplicated_features_are_kept(self):
        fit = el.lm_fit(FRAME.set_axis(["twin"] * 2 + FEATURES[2:]), "~ group", samples=TABLE)
        assert list(fit.coefficients.index[:3]) == ["twin", "twin", "g2"]
        assert len(fit.select(features="twin").coefficients) == 2
        assert_array_equal(fit.record.coefficients, el.lm_fit(FRAME, "~ group", samples=TABLE).record.coefficients)
        assert sorted(fit.ebayes().top_table(number=None).index)[-2:] == ["twin", "twin"]

    def test_duplicated_leading_text(self):
        frame = FRAME.rename_axis("gene").reset_index().assign(gene="twin")
        fit = el.lm_fit(frame, "~ group", samples=TABLE)
        assert set(fit.coefficients.index) == {"twin"}
        assert list(fit.features["gene"]) == ["twin"] * 25

    def test_whole_numbers_as_names(self):
        fit = el.lm_fit(FRAME.set_axis(np.arange(1000, 975, -1)), "~ group", samples=TABLE)
        assert fit[0].coefficients.index[0] == 1000
        assert fit.select(features=[999]).coefficients.index[0] == 999

    def test_several_levels(self):
        index = pd.MultiIndex.from_product([range(5), list("abcde")], names=["chr", "pos"])
        fit = el.lm_fit(FRAME.set_axis(index), "~ group", samples=TABLE)
        assert fit.coefficients.index.equals(index)


class TestAnnotation:
    wide = FRAME.assign(symbol=[f"S{i}" for i in range(25)], length=range(25))[["symbol", "length", *SAMPLES]]

    def test_feature_columns(self):
        fit = el.lm_fit(self.wide, "~ group + age", samples=TABLE, feature_columns=["symbol", "length"])
        assert_same_numbers(fit)
        assert list(fit.features.columns) == ["symbol", "length"]
        assert list(fit.coefficients.index) == FEATURES

    def test_name_the_features_where_the_table_is_numbered(self):
        fit = el.lm_fit(
            self.wide.reset_index(drop=True), "~ group", samples=TABLE, feature_columns=["symbol", "length"]
        )
        assert list(fit.coefficients.index) == list(self.wide["symbol"])

    def test_travels_into_the_table(self):
        table = (
            el.lm_fit(self.wide, "~ group", samples=TABLE, feature_columns=["symbol", "length"]).ebayes().top_table()
        )
        assert [f"S{name[1:]}" for name in table.index] == list(table["symbol"])


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([[1.0, 2.0]], ArgumentTypeError, "cannot read a matrix from list"),
        ("file.csv", ArgumentTypeError, "cannot read a matrix from str"),
        (None, ArgumentTypeError, "cannot read a matrix from NoneType"),
        (np.zeros((2, 2, 2)), DataError, "two dimensions, features x samples, and has 3"),
        (np.array(3.0), DataError, "two dimensions"),
        (np.zeros((0, 3)), DataError, "0 features and 3 samples"),
        (np.zeros((3, 0)), DataError, "3 features and 0 samples"),
        (np.zeros((2, 2), dtype=complex), DataError, "must hold real numbers and holds complex128"),
        (np.array([["a", "b"]]), DataError, "must hold real numbers"),
        (np.array([[1, None]], dtype=object), DataError, "must hold real numbers and holds object"),
        (np.zeros((2, 2), dtype="M8[s]"), DataError, "must hold real numbers"),
        (sparse.csr_array(np.ones((2, 2), dtype=complex)), DataError, "must hold real numbers"),
        (pd.DataFrame({"a": [1.0], "b": ["x"]}), DataError, "not numeric"),
        (pd.DataFrame({"a": [1j], "b": [1.0]}), DataError, "not numeric"),
        (pd.DataFrame([[1.0, 2.0]], columns=["s", "s"]), DataError, "appear more than once: 's'"),
        (pd.DataFrame({"a": pd.to_datetime(["2020-01-01"]), "b": [1.0], "c": ["x"]}), DataError, "not numeric"),
    ],
)
def test_what_cannot_be_read(y, error, message):
    with pytest.raises(error, match=message):
        as_feature_matrix(y)


def test_options_of_another_type():
    with pytest.raises(ArgumentTypeError, match="layer='raw' names a layer of an AnnData, and y is ndarray"):
        as_feature_matrix(VALUES, layer="raw")
    with pytest.raises(ArgumentTypeError, match="feature_columns= names columns of a DataFrame, and y is ndarray"):
        as_feature_matrix(VALUES, feature_columns="gene")


def test_a_vector_is_one_feature():
    assert as_feature_matrix(np.arange(3.0)).shape == (1, 3)


def test_a_matrix_is_taken_as_it_is():
    matrix = as_feature_matrix(FRAME)
    assert as_feature_matrix(matrix) is matrix
    assert matrix.has_sample_names
    assert not as_feature_matrix(VALUES).has_sample_names


def test_memory_is_shared_where_it_can_be():
    assert np.shares_memory(as_feature_matrix(VALUES).source.array, VALUES)
    assert np.shares_memory(as_feature_matrix(VALUES).source.read(2, 5), VALUES)
    assert np.shares_memory(as_feature_matrix(FRAME).source.array, FRAME.to_numpy())


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
class TestAnnData:
    @pytest.fixture
    def adata(self):
        anndata = pytest.importorskip("anndata")
        var = pd.DataFrame({"symbol": [f"S{i}" for i in range(25)]}, index=FEATURES)
        return anndata.AnnData(VALUES.T.copy(), obs=TABLE, var=var, layers={"twice": 2 * VALUES.T})

    @pytest.mark.parametrize("kind", [np.asarray, np.asfortranarray, sparse.csr_matrix, sparse.csc_matrix])
    @pytest.mark.parametrize("dtype", [np.float64, np.float32])
    def test_samples_are_rows(self, adata, kind, dtype):
        adata.X = kind(adata.X.astype(dtype))
        fit = el.lm_fit(adata, "~ group + age")
        assert_same_numbers(fit)
        assert list(fit.coefficients.index) == FEATURES
        assert list(fit.design.samples) == SAMPLES
        assert list(fit.features["symbol"])[:2] == ["S0", "S1"]

    @pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
    def test_layers(self, adata, kind):
        adata.layers["twice"] = kind(adata.layers["twice"])
        fit = el.lm_fit(adata, "~ group + age", layer="twice")
        assert_allclose(fit.record.coefficients, 2 * reference().record.coefficients, rtol=1e-15)
        with pytest.raises(ArgumentError, match="no layer 'once'; it has"):
            el.lm_fit(adata, "~ group", layer="once")

    def test_views(self, adata):
        part = adata[::-1, FEATURES[3:9]]
        assert part.is_view
        fit = el.lm_fit(part, "~ group + age")
        assert_allclose(fit.record.coefficients, reference().record.coefficients[3:9], rtol=1e-12, atol=1e-12)

    def test_without_x(self, adata):
        adata.X = None
        with pytest.raises(DataError, match="no X; name one of its layers"):
            el.lm_fit(adata, "~ group")
        assert_array_equal(el.lm_fit(adata, "~ group", layer="twice").record.df_residual, 6)

    def test_a_sample_table_given_beside_goes_first(self, adata):
        fit = el.lm_fit(adata, "~ dose", samples=pd.DataFrame({"dose": np.arange(8.0)}, index=SAMPLES[::-1]))
        assert list(fit.design.matrix[:, 1]) == list(range(7, -1, -1))


def test_a_function_is_not_blamed_for_numbers_that_are_not_in_the_data():
    """The type of what it gives is found from a one, of which a beta value has no logit."""
    beta = np.array([[0.25, 0.5, 0.75]])
    m_values = as_feature_matrix(beta).map(lambda b: np.log2(b / (1 - b)))
    assert m_values.dtype == np.float64
    assert m_values.plan().shape == (1, 3)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_a_store_holds_its_values(tmp_path, order):
    values = np.arange(12.0, dtype=np.float32).reshape(4, 3)
    np.save(tmp_path / "y.npy", np.asarray(values, order=order))
    y = el.open_matrix(tmp_path / "y.npy")
    assert y.ndim == np.ndim(y) == 2
    for found in (np.asarray(y), np.array(y), np.asarray(y, dtype=np.float64)):
        np.testing.assert_array_equal(found, values)
    assert np.asarray(y, dtype=np.float64).dtype == np.float64
