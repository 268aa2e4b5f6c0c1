from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ebayes_lm import scan

#: Text holds every digit of a number.
EXACT = 1e-15
#: Sums of values that lie in memory in another order.
DIRECT = 1e-12


@pytest.fixture
def people(study):
    """The sample table of the study, with an age and an outcome."""
    rng = np.random.default_rng(3)
    table = study.samples.assign(age=rng.uniform(20, 70, 8).round(1), bmi=rng.normal(25, 3, 8))
    table.sample(frac=1, random_state=1).to_csv(study.table, index=False)
    return table.set_index("sample")


def test_a_table_in_a_file_and_the_best_on_the_screen(command, study, people):
    ran = command("scan", study.data, "--samples", study.table, "--outcome", "bmi", "--covariates", "~ age",
                  "--out", "bmi.tsv")  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    table = scan(study.matrix, "bmi", samples=people, covariates="~ age")
    read = pd.read_csv("bmi.tsv", sep="\t").set_index("feature")
    pd.testing.assert_frame_equal(read, table, rtol=EXACT, check_names=False)
    assert ran.out.startswith(f"bmi ~ age + feature: 40 features of {study.data}, 8 samples\n40 tests (inflation ")
    assert f"(inflation {table.attrs['inflation']:.3f}), 0 with" in ran.out
    assert table["P.Value"].idxmin() in ran.out


def test_many_outcomes_of_which_hits_are_kept(command, study, people):
    ran = command("scan", study.data, "--samples", study.table, "--outcome", "bmi,age", "--interaction", "group",
                  "--keep-p", "0.2", "--out", "hits.parquet", "--json")  # fmt: skip
    facts = json.loads(ran.out)
    table = scan(study.matrix, ["bmi", "age"], samples=people, interaction="group", keep_p=0.2)
    pd.testing.assert_frame_equal(pd.read_parquet("hits.parquet"), table, check_dtype=False)
    assert (facts["tests"], facts["kept"], facts["file"]) == (80, len(table), "hits.parquet")
    assert 0 < len(table) < 80


def test_data_without_names_go_by_order(command, study, people):
    np.save("y.npy", study.matrix.to_numpy())
    people.reset_index().to_csv("people.csv", index=False)
    ran = command("scan", "y.npy", "--samples", "people.csv", "--outcome", "bmi", "--out", "bmi.csv",
                  "--checkpoint", "blocks")  # fmt: skip
    assert ran.code == 0
    assert (study.folder / "blocks" / "block-000000000000").is_file()
    table = scan(study.matrix.to_numpy(), people["bmi"].to_numpy())
    np.testing.assert_allclose(pd.read_csv("bmi.csv")["t"], table["t"], rtol=DIRECT)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--out", "bmi.txt"), 3, "of no format"),
        (("--out", "taken.csv"), 3, "taken.csv is there already"),
        (("--out", "nowhere/bmi.csv"), 3, "folder that is not there"),
        (("--outcome", "bmi,weight"), 3, "'weight' is not a column"),
        (("--outcome", ","), 2, "--outcome names no column"),
        (("--outcome", "group"), 3, "'group' is not"),
        (("--covariates", "~ agee"), 3, "'age'"),
        (("--interaction", "sex"), 3, "'sex'"),
        (("--sample-column", "bmi"), 3, "--sample-column"),
        (("--sample-column", "id"), 3, "'id', which is not a column"),
        (("--keep-p", "5"), 2, "between 0 and 1"),
        (("--max-memory", "lots"), 2, "is not a size such as"),
        (("--layer", "counts"), 3, "layer"),
    ],
)
def test_what_is_refused(command, study, people, arguments, code, says):
    (study.folder / "taken.csv").write_text("mine")
    before = sorted(p.name for p in study.folder.iterdir())
    usual = {"--samples": study.table, "--outcome": "bmi", "--out": "bmi.tsv"} | {arguments[0]: arguments[1]}
    ran = command("scan", study.data, *(part for pair in usual.items() for part in pair))
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert sorted(p.name for p in study.folder.iterdir()) == before
    assert (study.folder / "taken.csv").read_text() == "mine"
