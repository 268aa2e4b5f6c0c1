"""Every format that can be opened gives the table of the text file."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ebayes_lm import open_matrix

#: The same numbers in blocks that are laid otherwise.
SAME = 1e-13


def _npy(study):
    np.save("y.npy", study.matrix.to_numpy())


def _turned(study):
    np.save("y.npy", np.ascontiguousarray(study.matrix.to_numpy().T))  # columns may lie one after another or not


def _zarr(study):
    pytest.importorskip("zarr")
    open_matrix(study.data).write("y.zarr")


def _h5(study):
    h5py = pytest.importorskip("h5py")
    with h5py.File("y.h5", "w") as file:
        file["all/values"] = study.matrix.to_numpy()
        file["all/features"], file["all/samples"] = list(study.matrix.index), list(study.matrix.columns)
        file["other"] = np.zeros((2, 2))


def _h5ad(study):
    anndata = pytest.importorskip("anndata")
    made = anndata.AnnData(study.matrix.T.to_numpy(), obs=study.targets)
    made.var_names = study.matrix.index
    made.layers["twice"] = made.X * 2
    made.write_h5ad("y.h5ad")


def _parquet(study):
    study.matrix.to_parquet("y.parquet")


def _text_of_samples(study):
    study.matrix.T.rename_axis("id").to_csv("y.tsv.gz", sep="\t")


FORMATS = {
    "npy": (_npy, "y.npy", ()),
    "npy of samples": (_turned, "y.npy", ("--orientation", "samples")),
    "zarr": (_zarr, "y.zarr", ()),
    "h5": (_h5, "y.h5", ("--layer", "all/values")),
    "h5ad": (_h5ad, "y.h5ad", ()),
    "parquet": (_parquet, "y.parquet", ()),
    "text of samples": (_text_of_samples, "y.tsv.gz", ("--orientation", "samples")),
}


def fit_of(command, data, samples, *options, out="out"):
    model = ("--formula", "~ group + batch", "--coef", "groupB")
    ran = command("fit", data, "--samples", samples, *model, "--out", out, *options)
    assert ran.code == 0, ran.err
    return pd.read_csv(f"{out}/groupB.tsv", sep="\t", index_col=0), ran


def same(found, expected, study):
    if pd.api.types.is_integer_dtype(found.index):
        found = found.set_axis(study.matrix.index[found.index], axis=0)
    pd.testing.assert_frame_equal(found.loc[expected.index], expected, rtol=SAME, check_names=False)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_table_is_that_of_the_text_with_samples_left_out_and_in_any_order(command, study, monkeypatch, kind):
    make, data, options = FORMATS[kind]
    make(study)
    study.samples.to_csv("ordered.csv", index=False)
    unnamed = data == "y.npy"
    table = "ordered.csv" if unnamed else study.table  # that one is shuffled
    for exclude in ((), ("--exclude", "sample=002", "--exclude", "sample=007")):
        expected, _ = fit_of(command, study.data, study.table, *exclude, out="text")
        found, ran = fit_of(command, data, table, *options, *exclude, "--chunk-size", "7", "--max-memory", "1MB")
        same(found, expected, study)
        assert ("have no names; the rows of ordered.csv are taken to be in their order" in ran.err) == unnamed
    weights = pd.read_csv("out/informing_samples.tsv", sep="\t", index_col=0, dtype={"sample": str})
    assert list(weights.index) == ["001", "003", "004", "005", "006", "008"]


def test_genotypes(command, study, monkeypatch):
    bed_reader = pytest.importorskip("bed_reader")
    counts = np.random.default_rng(2).integers(0, 3, size=(40, 8)).astype(np.float32)
    names = list(study.samples["sample"])
    bed_reader.to_bed("y.bed", counts.T, properties={"iid": names, "sid": list(study.matrix.index)})
    pd.DataFrame(open_matrix("y.bed").source.read(0, 40), index=study.matrix.index, columns=names).to_csv(study.data)
    expected, _ = fit_of(command, study.data, study.table, out="text")
    found, _ = fit_of(command, "y.bed", study.table)
    assert "chromosome" in found
    same(found[expected.columns], expected, study)


def test_table_and_layer_of_an_h5ad(command, study, monkeypatch):
    _h5ad(study)
    usual = ("fit", "y.h5ad", "--formula", "~ group", "--exclude", "batch=x", "--coef", "groupB", "--out")
    assert command(*usual, "one").code == 0
    assert command(*usual, "two", "--layer", "twice").code == 0
    one, two = (pd.read_csv(f"{out}/groupB.tsv", sep="\t", index_col=0)["logFC"] for out in ("one", "two"))
    pd.testing.assert_series_equal(two, 2 * one[two.index], rtol=SAME)
    assert "batch=none matches no sample" in command(*usual, "three", "--exclude", "batch=none").err


def _cut(study):
    np.save("y.npy", study.matrix.to_numpy())
    with open("y.npy", "r+b") as file:
        file.truncate(500)


def _lost_chunk(study):
    _zarr(study)
    for chunk in (study.folder / "y.zarr" / "values" / "c").rglob("*"):
        if chunk.is_file():
            chunk.unlink()


def _garbage(name):
    return lambda study: (study.folder / name).write_bytes(b"nothing of the sort" * 9)


DAMAGED = {
    "cut": (_cut, "y.npy", "y.npy"),
    "chunks lost": (_lost_chunk, "y.zarr", "y.zarr"),
    "no h5": (_garbage("y.h5"), "y.h5", "y.h5"),
    "no h5ad": (_garbage("y.h5ad"), "y.h5ad", "y.h5ad"),
    "no bed": (_garbage("y.bed"), "y.bed", "y.bed"),
    "no parquet": (_garbage("y.parquet"), "y.parquet", "y.parquet"),
    "no zarr": (lambda study: (study.folder / "y.zarr").mkdir(), "y.zarr", "y.zarr"),
    "unknown ending": (_garbage("y.xlsx"), "y.xlsx", "of no format"),
    "nothing there": (lambda study: None, "y.npy", "y.npy"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_files_end_in_one_line(command, study, monkeypatch, case):
    spoil, data, said = DAMAGED[case]
    spoil(study)
    study.samples.to_csv("ordered.csv", index=False)
    ran = command("fit", data, "--samples", "ordered.csv", "--formula", "~ group", "--out", "out")
    lines = [line for line in ran.err.splitlines() if not line.startswith("note: ")]
    assert (ran.code, ran.out, len(lines)) == (3, "", 1), ran.err
    assert said in lines[0]
    assert not (study.folder / "out").exists()


REFUSED = {
    "rows that are not there": (("y.npy", "short.csv"), (), 3, "8 samples without names, and short.csv has 7 rows"),
    "no table": (("y.npy", None), (), 2, "--samples is needed: y.npy carries no sample table"),
    "a column that names nothing once": (("y.npy", "ordered.csv"), ("--sample-column", "group"), 3, "more than once"),
    "a layer of text": (("data.csv", "ordered.csv"), ("--layer", "a"), 3, "--layer a names one of several matrices"),
    "a column of an array": (("y.npy", "ordered.csv"), ("--feature-columns", "a"), 3, "--feature-columns"),
    "an orientation": (("y.npy", "ordered.csv"), ("--orientation", "up"), 2, "--orientation"),
    "samples in rows": (("y.npy", "ordered.csv"), ("--orientation", "samples"), 3, "40 samples without names"),
    "a size": (("y.npy", "ordered.csv"), ("--max-memory", "much"), 2, "'much' is not a size such as 500MB or 2GB"),
    "no room": (("y.npy", "ordered.csv"), ("--max-memory", "64"), 3, "--max-memory"),
    "a block": (("y.npy", "ordered.csv"), ("--chunk-size", "0"), 2, "--chunk-size"),
    "edgeR": (("y.npy", "ordered.csv"), ("--checkpoint", "d", "--method", "voom-lm-fit"), 2, "leave out --checkpoint"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_go_together_is_told(command, study, monkeypatch, case):
    (data, table), options, code, said = REFUSED[case]
    _npy(study)
    study.samples.to_csv("ordered.csv", index=False)
    study.samples.head(7).to_csv("short.csv", index=False)
    samples = () if table is None else ("--samples", table)
    ran = command("fit", data, *samples, "--formula", "~ group", "--out", "out", *options)
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not (study.folder / "out").exists()


def test_a_table_without_names_is_numbered(command, study, monkeypatch):
    _npy(study)
    study.samples[["group", "batch"]].to_csv("plain.csv", index=False)
    expected, _ = fit_of(command, study.data, study.table, out="text")
    found, _ = fit_of(command, "y.npy", "plain.csv")
    same(found, expected, study)
    assert list(pd.read_csv("out/design.tsv", sep="\t")["sample"]) == list(range(1, 9))


def test_a_checkpoint_holds_the_blocks_and_the_fit_goes_on_from_them(command, study, monkeypatch):
    first, _ = fit_of(command, study.data, study.table, "--checkpoint", "kept", "--chunk-size", "9", out="one")
    kept = {file: file.stat().st_mtime_ns for file in (study.folder / "kept").glob("block-*")}
    assert len(kept) == 5
    again, _ = fit_of(command, study.data, study.table, "--checkpoint", "kept", "--chunk-size", "9", out="two")
    pd.testing.assert_frame_equal(first, again)
    assert kept == {file: file.stat().st_mtime_ns for file in (study.folder / "kept").glob("block-*")}


def test_counts_are_read_where_they_fit(command, study, monkeypatch):
    counts = np.random.default_rng(5).poisson(50, size=study.matrix.shape)
    pd.DataFrame(counts, study.matrix.index, study.matrix.columns).to_csv(study.data)
    np.save("y.npy", counts.astype(np.int32))
    study.samples.to_csv("ordered.csv", index=False)
    expected, _ = fit_of(command, study.data, study.table, "--method", "voom", out="text")
    found, _ = fit_of(command, "y.npy", "ordered.csv", "--method", "voom")
    same(found, expected, study)
    usual = ("fit", "y.npy", "--samples", "ordered.csv", "--formula", "~ group", "--method", "voom", "--out", "no")
    monkeypatch.setattr("ebayes_lm.data.count_list.DGEList.__init__", None)  # nothing is read
    ran = command(*usual, "--max-memory", "5KB")
    assert (ran.code, "about 6.4 kB of memory, and --max-memory allows 5KB" in ran.err) == (3, True)
    monkeypatch.setattr("ebayes_lm.data.memory.available_memory", lambda: 1000)
    assert "about 6.4 kB of memory, and 1.0 kB are free" in command(*usual).err


def test_a_plan_of_a_large_store_reads_nothing(command, study, monkeypatch):
    pytest.importorskip("zarr")
    usual = ("fit", "data.csv", "--samples", study.table, "--formula", "~ group", "--dry-run", "--max-memory", "1MB")
    small = " ".join(command(*usual).out.split())
    assert "1 block of 40 features, one pass" in small
    assert "not counted" not in small
    monkeypatch.setattr("ebayes_lm.cli.advice.MOST_BYTES", 2000)
    large = " ".join(command(*usual).out.split())
    assert "Missing values were not counted, which would take reading all 2.6 kB." in large
    facts = json.loads(command(*usual, "--json").out)
    assert facts["data"]["missing_values"] is None
    assert facts["reading"]["by"] == "features"


def test_some_features_speak_for_a_large_matrix(command, study, monkeypatch):
    rng = np.random.default_rng(7)
    noisy = np.where(np.arange(24) < 4, 4.0, 1.0) * rng.normal(size=(400, 24))
    np.save("y.npy", noisy)
    pd.DataFrame({"group": ["a"] * 4 + ["b"] * 20}).to_csv("two.csv", index=False)
    monkeypatch.setattr("ebayes_lm.cli.advice.MOST_BYTES", 0)
    monkeypatch.setattr("ebayes_lm.cli.advice.BLOCK_CELLS", 24 * 200)
    ran = command("fit", "y.npy", "--samples", "two.csv", "--formula", "~ group", "--out", "out")
    assert ran.code == 0
    assert "--var-group" in ran.err


def test_samples_in_rows_are_rewritten_where_features_are_needed(command, study, monkeypatch):
    monkeypatch.setenv("EBAYES_LM_SCRATCH_DIR", str(study.folder))
    _turned(study)
    study.samples.to_csv("ordered.csv", index=False)
    exclude = ("--exclude", "sample=005", "--sample-weights")
    expected, _ = fit_of(command, study.data, study.table, *exclude, out="text")
    options = ("--orientation", "samples", "--max-memory", "15KB", "--threads", "1")
    found, ran = fit_of(command, "y.npy", "ordered.csv", *options, *exclude)
    pd.testing.assert_frame_equal(
        found.set_axis(study.matrix.index[found.index]).loc[expected.index], expected, rtol=1e-9, check_names=False
    )
    assert "the data hold samples one after another, and what is asked for needs whole features: a scratch" in ran.err
    assert "which later steps share\n" in ran.err
    assert not list(study.folder.glob("*.scratch"))
