"""Delimited text as a matrix on disk, against the same text in memory."""

from __future__ import annotations

import gc
import gzip
import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.data.readers.text import require_file
from ebayes_lm.data.scratch import SCRATCH_FOLDER
from ebayes_lm.data.sources import SampleMajor
from ebayes_lm.data.stores import conversion, text_file
from ebayes_lm.errors import AlignmentError, ArgumentError, DataError, EbayesLMError, StorageError
from tests.data.stores.damage import damage

#: Sums over blocks of another size are rounded otherwise.
BLOCKS = 1e-13
SAMPLES = pd.DataFrame({"group": list("aabbab")}, index=list("uvwxyz"))


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """The folder of scratch files, and blocks of a few rows."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv(SCRATCH_FOLDER, str(folder))
    monkeypatch.setattr(text_file, "_CELLS", 100)
    return folder


@pytest.fixture
def y():
    values = np.random.default_rng(7).normal(size=(50, 6))
    values[3, 2] = np.nan
    return pd.DataFrame(values, index=[f"g{i}" for i in range(50)], columns=list("uvwxyz"))


@pytest.mark.parametrize("name", ["y.csv", "y.tsv", "y.txt", "y.csv.gz", "y.tsv.gz", "Y.TXT.GZ"])
@pytest.mark.parametrize("orientation", ["features", "samples"])
def test_fits_are_those_in_memory(scratch, tmp_path, y, name, orientation):
    path = tmp_path / name
    kept = y.T if orientation == "samples" else y
    text = kept.to_csv(sep="," if "csv" in name else "\t")
    path.write_bytes(gzip.compress(text.encode()) if name.lower().endswith("gz") else text.encode())
    matrix = open_matrix(path, orientation=orientation)
    assert isinstance(matrix.source, SampleMajor) == (orientation == "samples")
    assert_array_equal(matrix.source.read(0, 50), y)
    fit, expected = (lm_fit(data, "~ group", samples=SAMPLES.iloc[::-1]) for data in (matrix, y))
    assert_allclose(fit.coefficients, expected.coefficients, rtol=BLOCKS, atol=BLOCKS)
    assert_allclose(fit.sigma, expected.sigma, rtol=BLOCKS, atol=BLOCKS)
    assert list(fit.coefficients.index) == list(y.index)


def test_numbers_are_converted_once_and_the_scratch_file_goes_with_them(scratch, tmp_path, y):
    y.to_csv(tmp_path / "y.csv")
    matrix = open_matrix(tmp_path / "y.csv")
    (tmp_path / "y.csv").unlink()
    mapped = matrix.map(np.square)
    (held,) = scratch.iterdir()
    assert held.stat().st_size == matrix.nbytes == 8 * y.size
    elsewhere = pickle.loads(pickle.dumps(matrix.source))
    assert_array_equal(elsewhere.read(0, 50), y)
    del elsewhere, matrix
    gc.collect()
    assert_array_equal(mapped.source.read(2, 9), np.square(y.iloc[2:9]))
    del mapped
    gc.collect()
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("row", ["bad,1", "bad,1,2,3,x,5,6", 'bad,1,2,3,"4,5,6'])
def test_nothing_is_left_where_opening_fails(scratch, tmp_path, y, row):
    (tmp_path / "y.csv").write_text(y.to_csv() + row + "\n")
    with pytest.raises(DataError, match=r"line 52"):
        open_matrix(tmp_path / "y.csv")
    assert list(scratch.iterdir()) == []


def test_columns_of_text_describe_the_rows(scratch, tmp_path, y):
    described = pd.DataFrame({"chr": ["", "X"] * 25, "gene": [f"n{i}" for i in range(50)]}, index=y.index)
    pd.concat([described[["chr"]], y, described[["gene"]]], axis=1).to_csv(tmp_path / "y.csv", quoting=2)
    matrix = open_matrix(tmp_path / "y.csv")
    assert_array_equal(matrix.source.read(0, 50), y)
    assert list(matrix.samples) == list(y.columns)
    pd.testing.assert_frame_equal(matrix.annotation, described, check_index_type=False, check_dtype=False)
    table = lm_fit(matrix, "~ group", samples=SAMPLES).ebayes(legacy=False).top_table("groupb", number=3)
    assert list(table["gene"]) == list(described["gene"][table.index])


def test_columns_of_text_describe_samples_that_stand_in_rows(scratch, tmp_path, y):
    pd.concat([SAMPLES, y.T], axis=1).to_csv(tmp_path / "y.csv")
    matrix = open_matrix(tmp_path / "y.csv", orientation="samples")
    fit, expected = lm_fit(matrix, "~ group"), lm_fit(y, "~ group", samples=SAMPLES)
    assert_allclose(fit.coefficients, expected.coefficients, rtol=BLOCKS, atol=BLOCKS)


def test_a_sample_with_text_in_one_cell_is_no_description(scratch, tmp_path, y):
    held = y.astype(object)
    held.iloc[1, 4] = "high"
    held.to_csv(tmp_path / "y.csv")
    with pytest.raises(DataError, match=r"line 3: column 'y' of row 'g1' holds 'high'"):
        open_matrix(tmp_path / "y.csv")


@pytest.mark.parametrize("cell", ["null", "N/A", "#N/A", "-", "1,234", "1 234", "5%", "None"])
def test_a_sample_in_another_spelling_is_no_description(scratch, tmp_path, cell):
    (tmp_path / "y.csv").write_text(f'id,a,b\ng,"{cell}",1\nh,"{cell}",2\n')
    with pytest.raises(DataError, match=f"holds '{cell}'.*name columns that describe features in feature_columns="):
        open_matrix(tmp_path / "y.csv")
    assert list(open_matrix(tmp_path / "y.csv", feature_columns="a").annotation["a"]) == [cell] * 2
    assert list(open_matrix(tmp_path / "y.csv", orientation="samples").sample_table["a"]) == [cell] * 2


def test_packed_rows_without_end_are_found_out_before_the_disk_is_full(scratch, tmp_path, monkeypatch):
    """Rows of empty cells: the file has ten kilobytes, and its numbers take eighty megabytes."""
    packed = gzip.compress("".join(f",s{i}" for i in range(1000)).encode() + (b"\n" + b"," * 1000) * 10_000)
    (tmp_path / "y.csv.gz").write_bytes(packed)
    monkeypatch.setattr(text_file, "_CELLS", 100_000)
    free = conversion.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(conversion.shutil, "disk_usage", lambda _: free._replace(free=conversion.SPARE + 4_000_000))
    with pytest.raises(StorageError, match=r"are needed after [\d,]+ rows"):
        open_matrix(tmp_path / "y.csv.gz")
    assert list(scratch.iterdir()) == []


def test_names_that_repeat(scratch, tmp_path):
    (tmp_path / "y.csv").write_text("id,a,b\ng,1,2\ng,3,4\n")
    assert list(open_matrix(tmp_path / "y.csv").features) == ["g", "g"]
    with pytest.raises(DataError, match="samples that appear more than once: 'g'"):
        open_matrix(tmp_path / "y.csv", orientation="samples")
    (tmp_path / "y.csv").write_text("id,a,a\ng,1,2\nNA,3,4\n")
    turned = open_matrix(tmp_path / "y.csv", orientation="samples")
    assert (list(turned.features), list(turned.samples)) == (["a", "a"], ["g", "NA"])
    with pytest.raises(DataError, match="more than once: 'a'"):
        open_matrix(tmp_path / "y.csv")


def test_samples_are_matched_by_name(scratch, tmp_path, y):
    y.to_csv(tmp_path / "y.csv")
    with pytest.raises(AlignmentError, match="missing: 'z'"):
        lm_fit(open_matrix(tmp_path / "y.csv"), "~ group", samples=SAMPLES.iloc[:-1])


def test_a_disk_without_room_is_said(scratch, tmp_path, y, monkeypatch):
    y.to_csv(tmp_path / "y.csv")
    monkeypatch.setattr(conversion, "SPARE", 1 << 60)
    with pytest.raises(StorageError, match=f"{SCRATCH_FOLDER}"):
        open_matrix(tmp_path / "y.csv")
    assert list(scratch.iterdir()) == []
    monkeypatch.setenv(SCRATCH_FOLDER, str(tmp_path / "nowhere"))
    with pytest.raises(StorageError, match="nowhere takes no scratch file"):
        open_matrix(tmp_path / "y.csv")


def test_a_disk_that_will_not_have_room_is_said_before_much_is_written(scratch, tmp_path, y, monkeypatch):
    pd.concat([y] * 40).to_csv(tmp_path / "y.csv")
    monkeypatch.setattr(text_file, "_CELLS", 1400)
    wanted = []
    monkeypatch.setattr(conversion.Conversion, "require_room", lambda self, rows: wanted.append(rows))
    open_matrix(tmp_path / "y.csv")
    expected, blocks = wanted[::2], wanted[1::2]
    assert 500 < expected[0] < 1000
    assert expected[-1] == 0
    assert blocks == [200] * 10


def test_what_is_no_matrix_is_refused(scratch, tmp_path):
    for text, message in {"": "is empty", "id,a\n": "no rows", "id\ng\n": "no column of numbers"}.items():
        (tmp_path / "y.csv").write_text(text)
        with pytest.raises(DataError, match=message):
            open_matrix(tmp_path / "y.csv")
    with pytest.raises(DataError, match="there is no file"):
        open_matrix(tmp_path / "none.csv")
    with pytest.raises(ArgumentError, match="layer='x'"):
        open_matrix(tmp_path / "y.csv", layer="x")


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("name", ["y.csv", "y.csv.gz"])
def test_damaged_files_are_refused_or_read_the_same(scratch, tmp_path, y, name, seed):
    """Packed text has a checksum; in plain text, a digit may turn into another and nobody can know."""
    path, rng = tmp_path / name, np.random.default_rng(seed)
    y.to_csv(path)
    how = damage(path, "flip" if seed % 2 else "cut", rng)
    values, said = _read(path)
    if values is None:
        assert "y.csv" in said, how
    elif name.endswith("gz"):
        assert_array_equal(values, y, err_msg=how)
    else:
        assert values.shape[1] == 6 or "flip" in how, how


def _read(path):
    """All values, or the error."""
    try:
        matrix = open_matrix(path)
        return matrix.source.read(0, matrix.shape[0]), ""
    except EbayesLMError as error:
        return None, str(error)


def test_names_that_share_their_ending_alone_are_not_suggested(tmp_path):
    (tmp_path / "people.csv").write_text("")
    (tmp_path / "expression.tsv").write_text("")
    with pytest.raises(DataError, match=r"there is no file .*nofile\.csv\.$"):
        require_file(tmp_path / "nofile.csv")
    with pytest.raises(DataError, match=r"Did you mean 'expression\.tsv'\?$"):
        require_file(tmp_path / "expresion.csv")
