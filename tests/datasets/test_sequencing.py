from __future__ import annotations

import hashlib
import zipfile
from importlib import resources

import numpy as np
import pytest

from ebayes_lm import datasets
from ebayes_lm.datasets.sequencing import _read_people

SHA256 = "2ae3bc5d53856d81750b9dc7d3745b98f3f3a01c0f3f1debc8691ba133d0f2f8"
# What one file of counts may take of everybody's download.
MOST_BYTES = 2_000_000

# What R answers for colSums(assay(humanGender)), and for counts of single genes and people.
TOTALS = """
8825053 9714593 13351821 7805697 11405834 7588608 10498994 12687972 10921934 9233960 7482659 11957366 6690164
12051648 7309048 10527676 9957803 10446206 6698791 9977224 9832315 10088969 8011509 10400890 12091464 9076263
7180889 12026151 9569091 14123243 13769928 10600706 13007406 10272238 10159203 12669823 10223095 12872583
7757084 10108435 16145057 20537487 5975358 9273359 12645777 11114039 11460294 12629141 5145621 8276001
11547041 9849723 13871360 11114239 12247901 5505200 10342407 9371251 9941867 8558978 11153147 11087330
13445035 9542226 14734115 8488053 15386476 6119065 3458561 11698725 10520457 12424361 10133024 18291552
7903415 14030558 19421405 6707394 6398760 9454246 12832187 8552166 11430376 12196490 9743331
"""
R_TOTALS = [int(total) for total in TOTALS.split()]
R_COUNTS = [
    ("ENSG00000129824", "NA20502", 0),
    ("ENSG00000067048", "NA20816", 2683),
    ("ENSG00000269858", "NA20816", 312),
    ("ENSG00000075624", "NA20803", 285004),
]
R_ZEROS = 258
# sum(counts * ((seq_along(counts) - 1) %% 1009)): a count in a wrong place would change it.
R_PLACED = 453838109561


@pytest.fixture(scope="module")
def people():
    return datasets.sex_rnaseq()


@pytest.fixture(scope="module")
def file():
    return resources.files("ebayes_lm.datasets").joinpath("files", "sex_rnaseq.npz")


def test_totals_are_those_of_r(people):
    assert people.counts.sum().tolist() == R_TOTALS
    assert people.samples["lib_size"].tolist() == R_TOTALS


def test_every_count_is_in_its_place(people):
    by_person = people.counts.to_numpy().ravel(order="F").astype(np.int64)
    assert (by_person * (np.arange(by_person.size) % 1009)).sum() == R_PLACED
    assert (by_person == 0).sum() == R_ZEROS


@pytest.mark.parametrize(("gene", "person", "answer"), R_COUNTS)
def test_counts_are_those_of_r(people, gene, person, answer):
    assert people.counts.loc[gene, person] == answer


def test_labels_belong_together(people):
    assert people.shape == (10101, 85)
    assert people.counts.index.equals(people.genes.index)
    assert people.counts.columns.equals(people.samples.index)
    assert people.counts.index.is_unique
    assert people.counts.columns.is_unique
    assert list(people.genes.columns) == ["symbol", "chromosome", "truth"]


def test_women_come_first(people):
    assert list(people.samples["group"].cat.categories) == ["Female", "Male"]
    assert (people.samples["norm_factors"] == 1).all()


def test_truth_goes_with_chromosomes(people):
    truth, chromosome = people.genes["truth"], people.genes["chromosome"]
    assert truth.value_counts().to_dict() == {"": 10067, "escapes X inactivation": 26, "Y": 8}
    assert (chromosome[truth == "Y"] == "Y").all()
    assert (chromosome[truth == "escapes X inactivation"] == "X").all()
    assert set(chromosome) == {"", "X", "Y", *map(str, range(1, 23))}


def test_women_do_not_express_the_y_chromosome(people):
    women = (people.samples["group"] == "Female").to_numpy()
    per_million = people.counts / people.counts.sum() * 1e6
    on_y = per_million[people.genes["truth"] == "Y"]
    # A read from a wrong place now and then; men have tens or hundreds of reads in a million.
    assert on_y.loc[:, women].mean(axis=1).max() < 0.3
    assert on_y.loc[:, ~women].mean(axis=1).min() > 20


def test_escaping_genes_are_higher_in_women(people):
    women = (people.samples["group"] == "Female").to_numpy()
    per_million = people.counts / people.counts.sum() * 1e6
    levels = np.log2(per_million[people.genes["truth"] == "escapes X inactivation"] + 0.5)
    higher = levels.loc[:, women].mean(axis=1) > levels.loc[:, ~women].mean(axis=1)
    # ARSD has a pseudogene on the Y chromosome, whose reads it may receive.
    assert people.genes.loc[higher.index[~higher], "symbol"].tolist() == ["ARSD"]


def test_file_is_the_one_that_was_checked(file):
    content = file.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert len(content) < MOST_BYTES


def test_file_needs_no_pickle(file):
    with file.open("rb") as opened, zipfile.ZipFile(opened) as archive:
        assert all(name.endswith(".npy") for name in archive.namelist())
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
        assert all(stored[name].dtype.kind in "uU" for name in stored.files)


def test_each_call_answers_for_itself(people):
    counts, _, _ = _read_people()
    counts.iloc[0, 0] = -1
    assert _read_people()[0].equals(people.counts)


@pytest.mark.parametrize("name", ["sex_rnaseq.md", "MIT-DEGreport.txt", "Artistic-2.0.txt"])
def test_licence_and_source_stand_beside_the_data(name):
    assert resources.files("ebayes_lm.datasets").joinpath("files", name).is_file()
