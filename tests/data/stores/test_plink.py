"""PLINK files as a matrix on disk, against genotypes in memory."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.errors import AlignmentError, ArgumentError, DataError, EbayesLMError, MissingExtraError
from tests.data.stores.damage import damage

bed_reader = pytest.importorskip("bed_reader")

#: Sums over blocks of another size are rounded otherwise.
BLOCKS = 1e-13
SNPS, PEOPLE = 40, 10


@pytest.fixture
def dosages():
    rng = np.random.default_rng(4)
    values = rng.integers(0, 3, size=(SNPS, PEOPLE)).astype(np.float32)
    values[rng.random(values.shape) < 0.05] = np.nan
    return pd.DataFrame(values, index=[f"rs{i}" for i in range(SNPS)], columns=[f"p{j}" for j in range(PEOPLE)])


@pytest.fixture
def path(tmp_path, dosages):
    """A file that bed-reader writes, with all that PLINK tells of SNPs and individuals."""
    properties = {
        "fid": ["f1"] * 4 + ["f2"] * 6,
        "iid": list(dosages.columns),
        "father": ["0"] * PEOPLE,
        "mother": ["0"] * 9 + ["p1"],
        "sex": [1, 2, 0] + [1] * 7,
        "pheno": ["-9", "0", "NA", "1.5", "2"] + ["3"] * 5,
        "chromosome": ["1"] * 20 + ["X"] * 20,
        "sid": list(dosages.index),
        "cm_position": [0.5] * SNPS,
        "bp_position": list(range(1000, 1000 + SNPS)),
        "allele_1": ["A"] * SNPS,
        "allele_2": ["GT"] * SNPS,
    }
    bed_reader.to_bed(tmp_path / "x.bed", dosages.T.to_numpy().copy(), properties=properties, num_threads=1)
    return tmp_path / "x.bed"


@pytest.mark.parametrize("orientation", [None, "samples"])
def test_counts_are_those_that_were_written(path, dosages, orientation):
    matrix = open_matrix(path, orientation=orientation)
    assert (matrix.shape, matrix.dtype, matrix.source.grain) == ((SNPS, PEOPLE), np.float32, 1)
    for start, stop in [(0, SNPS), (3, 4), (7, 29), (5, 5)]:
        block = matrix.source.read(start, stop)
        assert_array_equal(block, dosages[start:stop])
        assert block.flags.c_contiguous
    elsewhere = pickle.loads(pickle.dumps(matrix.source))
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda at: elsewhere.read(at, at + 5), range(0, SNPS, 5)))
    assert_array_equal(np.concatenate(parts), dosages)


def test_fits_are_those_in_memory(path, dosages):
    samples = pd.DataFrame({"group": list("aabbabbaab")}, index=dosages.columns)
    fit, expected = (lm_fit(y, "~ group", samples=samples.iloc[::-1]) for y in (open_matrix(path), dosages))
    assert_allclose(fit.coefficients, expected.coefficients, rtol=BLOCKS, atol=BLOCKS)
    assert_allclose(fit.sigma, expected.sigma, rtol=BLOCKS, atol=BLOCKS)
    assert list(fit.coefficients.index) == list(dosages.index)
    table = fit.ebayes(legacy=False).top_table("groupb", number=2)
    assert list(table["position"]) == [1000 + int(name[2:]) for name in table.index]
    with pytest.raises(AlignmentError, match="missing: 'p9'"):
        lm_fit(open_matrix(path), "~ group", samples=samples.iloc[:-1])


def test_what_the_files_beside_it_tell(path, dosages):
    matrix = open_matrix(path)
    assert list(matrix.annotation.columns) == ["chromosome", "position", "cm", "allele_1", "allele_2"]
    assert list(matrix.annotation.loc["rs20"]) == ["X", 1020, 0.5, "A", "GT"]
    people = matrix.sample_table
    assert list(people.index) == list(dosages.columns)
    assert list(people["fid"]) == ["f1"] * 4 + ["f2"] * 6
    assert list(people["sex"].fillna("?")) == ["male", "female", "?"] + ["male"] * 7
    assert_array_equal(people["phenotype"], [np.nan, 0, np.nan, 1.5, 2] + [3] * 5)
    assert people["mother"].iloc[-1] == "p1"


def test_phenotypes_of_cases_and_controls(path):
    fam = path.with_suffix(".fam")
    rows = [f"f i{j} 0 0 1 {code}" for j, code in enumerate(["-9", "0", "1", "2", "2", "1", "1", "2", "NA", "1"])]
    fam.write_text("\n".join(rows))
    expected = [np.nan, np.nan, 1, 2, 2, 1, 1, 2, np.nan, 1]
    assert_array_equal(open_matrix(path).sample_table["phenotype"], expected)


def test_individuals_of_one_name_are_told_apart_by_family(path):
    fam = path.with_suffix(".fam")
    fam.write_text("".join(f"f{j} i 0 0 0 -9\n" for j in range(PEOPLE)))
    assert list(open_matrix(path).samples) == [f"f{j}:i" for j in range(PEOPLE)]
    fam.write_text("f i 0 0 0 -9\n" * PEOPLE)
    with pytest.raises(DataError, match="more than once: 'f:i'"):
        open_matrix(path)


def test_snps_may_have_no_name_of_their_own(path):
    bim = path.with_suffix(".bim")
    bim.write_text("".join(f"1\t.\t0\t{i}\tA\tNA\n" for i in range(SNPS)))
    matrix = open_matrix(path)
    assert list(matrix.features) == ["."] * SNPS
    assert list(matrix.annotation["allele_2"]) == ["NA"] * SNPS


def test_files_that_are_not_what_they_seem(path):
    held = path.read_bytes()
    for content, message in {
        b"chr1\t10\t20\n": "no PLINK .bed file",
        b"": "no PLINK .bed file",
        held[:2]: "no PLINK .bed file",
        held[:2] + b"\x00" + held[3:]: "individuals one after another",
        held[:-1]: "122 bytes where 40 SNPs of 10 individuals take 123",
        held + b"\x00": "124 bytes",
    }.items():
        path.write_bytes(content)
        with pytest.raises(DataError, match=message):
            open_matrix(path)
    path.write_bytes(held)
    bim = path.with_suffix(".bim")
    rows = bim.read_text().splitlines(keepends=True)
    for text, message in {
        "": "cannot be read",
        "".join(rows[:-1]): "belong to another one",
        "".join(["1 rs 0 x A G\n", *rows[1:]]): "cannot be read",
        "".join([*rows[:5], "1 rs 0 5 A\n", *rows[6:]]): "6 columns in every row",
        "".join([*rows[:5], "1 rs 0 5 A G T\n", *rows[6:]]): "cannot be read",
        "".join("1 rs 0 5 A G T\n" for _ in rows): "6 columns in every row",
    }.items():
        bim.write_text(text)
        with pytest.raises(DataError, match=rf"x\.(bim|bed).*{message}"):
            open_matrix(path)
    bim.unlink()
    with pytest.raises(DataError, match=r"there is no file .*x\.bim"):
        open_matrix(path)


def test_options_it_does_not_have(path, monkeypatch):
    with pytest.raises(ArgumentError, match="layer='x'"):
        open_matrix(path, layer="x")
    with pytest.raises(ArgumentError, match="individuals x SNPs"):
        open_matrix(path, orientation="features")
    monkeypatch.setattr("ebayes_lm.data.readers.stored.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="bed_reader"):
        open_matrix(path)


def test_a_file_that_is_cut_later_is_refused(path):
    source = open_matrix(path).source
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(DataError, match=r"x\.bed"):
        source.read(30, 40)


@pytest.mark.parametrize("seed", range(60))
def test_damaged_files_are_refused_or_read_the_same(path, dosages, seed):
    """Flips among genotypes give other genotypes, and nobody can know."""
    rng = np.random.default_rng(seed)
    which = path.with_suffix([".bed", ".bim", ".fam"][seed % 3])
    within = slice(3) if which == path and seed % 2 else slice(None)
    how = damage(which, "flip" if seed % 2 else "cut", rng, within)
    try:
        values = open_matrix(path).source.read(0, SNPS)
    except EbayesLMError:
        return
    assert_array_equal(values, dosages, err_msg=how)
