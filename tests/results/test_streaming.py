"""Fits whose numbers go to disk as they come are the fits that they are in memory."""

from __future__ import annotations

import errno
import json
import os

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal

import ebayes_lm as el
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, EbayesLMError, StorageError

RNG = np.random.default_rng(3)
SAMPLES = pd.DataFrame({"group": list("AABBAB"), "block": list("xyxyxy")})
Y = pd.DataFrame(RNG.normal(size=(90, 6)), index=[f"gene {k}" for k in range(90)])
GAPPED = Y.mask(RNG.uniform(size=Y.shape) < 0.1)
KINDS = {
    "complete": {"y": Y},
    "in one block": {"y": Y, "chunk_size": 90},
    "gaps": {"y": GAPPED},
    "weights": {"y": GAPPED, "weights": RNG.uniform(0.5, 2.0, Y.shape)},
    "weights of features": {"y": Y, "weights": RNG.uniform(0.5, 2.0, (90, 1))},
    "duplicates": {"y": Y, "ndups": 2, "correlation": 0.3},
    "mixed": {"y": GAPPED, "block": "block", "correlation": "feature"},
    "robust": {"y": Y, "method": "robust"},
}
quiet = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EbayesLMWarning")


def fitted(kind, **options):
    return el.lm_fit(**{"design": "~ group", "samples": SAMPLES, "chunk_size": 16, **KINDS[kind], **options})


@quiet
@pytest.mark.parametrize("checkpointed", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_in_a_folder_is_the_fit_in_memory(tmp_path, kind, checkpointed):
    wanted = fitted(kind)
    options = {"checkpoint": tmp_path / "blocks"} if checkpointed else {}
    for found in (fitted(kind, out=tmp_path / "fit", **options), el.load(tmp_path / "fit")):
        assert type(found) is type(wanted)
        assert_frame_equal(found.to_frame(), wanted.to_frame(), check_exact=True)
        assert_array_equal(
            found.contrast("groupB").ebayes(legacy=True).t, wanted.contrast("groupB").ebayes(legacy=True).t
        )
    assert set(os.listdir(tmp_path)) <= {"fit", "blocks"}
    fitted(kind, out=tmp_path / "fit")
    assert not [name for name in os.listdir(tmp_path / "fit") if name not in held(tmp_path / "fit")]


def held(folder):
    return {"header.json", *(entry["file"] for entry in json.loads((folder / "header.json").read_bytes())["arrays"])}


def test_large_results_are_read_from_their_files(tmp_path):
    y = np.random.default_rng(1).normal(size=(200_000, 4))
    fit = el.lm_fit(y, np.column_stack([np.ones(4), [0, 0, 1, 1]]), out=tmp_path / "fit", chunk_size=70_000)
    under = fit.record.coefficients
    while not isinstance(under, np.memmap):
        under = under.base
    assert os.fspath(under.filename) == os.fspath(tmp_path / "fit" / "rows-0.npy")
    assert type(fit.coefficients.to_numpy()) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        fit.record.coefficients[0] = 0.0


@quiet
@pytest.mark.parametrize("kind", ["complete", "gaps", "mixed"])
def test_a_parquet_file_has_a_row_for_each_feature(tmp_path, kind, monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr("ebayes_lm.results.parquet_export.ROWS", 40)
    fit = fitted(kind, out=tmp_path / "fit.parquet")
    found = pd.read_parquet(tmp_path / "fit.parquet")
    assert found["feature"].tolist() == list(Y.index)
    assert found["status"].tolist() == fit.status.tolist()
    wanted = fit.to_frame()
    assert_frame_equal(found[list(wanted.columns)], wanted.reset_index(drop=True), check_exact=True)
    assert_frame_equal(fit.to_frame(), fitted(kind).to_frame(), check_exact=True)
    assert os.listdir(tmp_path) == ["fit.parquet"]


@quiet
@pytest.mark.parametrize("kind", ["complete", "mixed"])
def test_a_zarr_group_has_an_array_for_each_quantity(tmp_path, kind, monkeypatch):
    zarr = pytest.importorskip("zarr")
    monkeypatch.setattr("ebayes_lm.results.zarr_export.ROWS", 40)
    fit = fitted(kind, out=tmp_path / "fit.zarr")
    group = zarr.open_group(tmp_path / "fit.zarr", mode="r")
    assert group.attrs["coefs"] == ["(Intercept)", "groupB"]
    for name in fit.record.declared_axes():
        assert_array_equal(group[name][:], getattr(fit.record, name))
    assert list(group["feature"][:]) == list(Y.index)


MIXED = pd.Index([1, "a", ("b", 2), None] * 30, dtype=object)[: len(Y)]


def test_labels_that_cannot_be_saved_are_refused_before_the_fit(tmp_path):
    def never(values):
        raise AssertionError("it was fitted")

    for frame, columns in ((Y.set_axis(MIXED), None), (Y.assign(where=MIXED), ["where"])):
        matrix = as_feature_matrix(frame, feature_columns=columns)
        with pytest.raises(DataError, match="holds 1, a int among texts"):
            el.lm_fit(matrix.map(never), out=tmp_path / "fit")
    assert os.listdir(tmp_path) == []


def test_labels_of_mixed_types_are_text_in_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    el.lm_fit(Y.set_axis(MIXED), out=tmp_path / "fit.parquet")
    found = pd.read_parquet(tmp_path / "fit.parquet")["feature"]
    assert found[:3].tolist() == ["1", "a", "('b', 2)"]
    assert found.isna().sum() == (len(Y) // 4)


def test_what_is_there_is_not_replaced_unless_it_is_a_result(tmp_path):
    (tmp_path / "fit.parquet").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.doc").write_text("")
    for out, reason in (("fit.parquet", "there already"), ("folder", "is not replaced")):
        with pytest.raises(ArgumentError, match=reason):
            fitted("complete", out=tmp_path / out)
    with pytest.raises(ArgumentTypeError, match="give its path, not 3"):
        fitted("complete", out=3)


def test_a_name_of_another_format_is_no_folder(tmp_path):
    with pytest.raises(ArgumentError, match=r"'fit\.csv' names a \.csv file; out= makes a folder"):
        fitted("complete", out=tmp_path / "fit.csv")


def test_a_fit_that_fails_leaves_nothing(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="infinite"):
        fitted("complete", y=Y.replace(Y.iloc[3, 3], np.inf), out=tmp_path / "fit")
    assert os.listdir(tmp_path) == []

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for step in ("posix_fallocate", "fsync", "replace"):
        if hasattr(os, step):
            with monkeypatch.context() as patched:
                patched.setattr(os, step, full)
                with pytest.raises(StorageError, match=r"fit cannot be written: No space left"):
                    fitted("complete", out=tmp_path / "fit")
            assert os.listdir(tmp_path) == []


def test_an_input_that_cannot_be_read_is_not_taken_for_a_full_disk(tmp_path):
    np.save(tmp_path / "y.npy", Y)
    matrix = el.open_matrix(tmp_path / "y.npy")
    (tmp_path / "y.npy").unlink()
    with pytest.raises((EbayesLMError, OSError)) as caught:
        fitted("complete", y=matrix, out=tmp_path / "fit")
    assert not isinstance(caught.value, StorageError)
    assert os.listdir(tmp_path) == []
