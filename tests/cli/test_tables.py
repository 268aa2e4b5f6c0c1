"""Tables as files of two formats."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.cli.tables import tsv, write_parquet
from ebayes_lm.errors import DataError


def test_parquet_holds_what_tsv_holds(fit, study):
    pytest.importorskip("pyarrow")
    options = ["--coef", "groupB", "--test-term", "batch", "--columns", "n,status"]
    assert fit(*options, out="text").code == 0
    ran = fit(*options, "--format", "parquet")
    assert (ran.code, ran.err) == (0, "")
    for name in ("groupB", "F_batch"):
        stored = pd.read_parquet(study.folder / "out" / f"{name}.parquet")
        text = pd.read_csv(study.folder / "text" / f"{name}.tsv", sep="\t", index_col=0)
        assert stored.index.name == "feature"
        pd.testing.assert_frame_equal(stored, text, check_dtype=False, check_index_type=False, rtol=1e-15)
    folder = study.folder / "out"
    assert {p.name for p in folder.iterdir()} == set(json.loads((folder / "run.json").read_text())["files"])
    assert (folder / "design.tsv").exists()
    assert "groupB.parquet" in (folder / "summary.txt").read_text()


def test_another_format_leaves_the_old_tables_and_says_so(fit, study):
    pytest.importorskip("pyarrow")
    assert fit("--coef", "groupB").code == 0
    ran = fit("--coef", "groupB", "--format", "parquet")
    assert "still holds 'groupB.tsv' of an earlier run" in ran.err


def test_a_missing_package_is_named_before_the_fit(fit, study, monkeypatch):
    monkeypatch.setattr("ebayes_lm.data.readers.stored.find_spec", lambda _: None)
    ran = fit("--coef", "groupB", "--format", "parquet")
    assert ran.code == 3
    assert '--format parquet needs pyarrow: pip install "ebayes-lm[scale]"' in ran.err
    assert not (study.folder / "out").exists()


def test_names_and_annotation_survive(tmp_path):
    pytest.importorskip("pyarrow")
    names = ["NA", "", "same", "same", "é\n"]
    table = pd.DataFrame({"feature": list("abcde"), "t": [1.0, np.nan, 3.0, 4.0, 5.0]}, index=names)
    path = tmp_path / "x.parquet"
    with path.open("wb") as file:
        write_parquet(table, "feature", file)
    read = pd.read_parquet(path)
    assert list(read.index) == names
    assert list(read.columns) == ["feature.annotation", "t"]
    assert tsv(table, "feature").startswith("feature\tfeature.annotation\tt\n")


def test_numbered_features_become_a_column_of_text(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "x.parquet"
    with path.open("wb") as file:
        write_parquet(pd.DataFrame({"t": [1.0, 2.0]}), "feature", file)
    assert list(pd.read_parquet(path).index) == ["0", "1"]


def test_columns_of_mixed_kinds_are_refused_with_a_way_out():
    pytest.importorskip("pyarrow")
    with pytest.raises(DataError, match="--format tsv"):
        write_parquet(pd.DataFrame({"odd": [1, "a", object()]}, dtype=object), "feature", io.BytesIO())


def test_text_is_made_piece_by_piece(monkeypatch):
    table = pd.DataFrame({"name": ["a", "b\rc", "d"], "t": [1.5, np.nan, 1e-300]}, index=["x", 'y"', "z"])
    whole = tsv(table, "feature")
    monkeypatch.setattr("ebayes_lm.cli.tables._ROWS", 2)
    assert tsv(table, "feature") == whole
    assert whole.startswith('"feature"\t"name"\t"t"\n"x"\t"a"\t1.5\n')
    assert tsv(table.iloc[:0], "feature") == "feature\tname\tt\n"
