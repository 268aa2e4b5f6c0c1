"""``limma-module`` against the files that nf-core's module limma/differential writes in R: see answers/module."""

from __future__ import annotations

import io
import json
import re
import shlex
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import ebayes_lm as el
from ebayes_lm.cli.module_files import ModuleFiles
from ebayes_lm.cli.options import parser
from ebayes_lm.data.readers.number_blocks import EXACT

HERE = Path(__file__).parent / "answers" / "module"
CASES = {case["name"]: case for case in json.loads((HERE / "answers.json").read_text())}
#: R writes 15 digits; sums and products in another order cost a few of them, the search for a prior some more.
WRITTEN = 1e-10
#: Rows of which the module writes nothing but NA: features that a table leaves out, and all where rows are duplicates.
WITHOUT_ROWS = {"rows chosen"}
NEVER_RIGHT = {"duplicates"}


NO_LEVELS = shlex.split(
    "--contrast_variable null --reference_level null --target_level null --formula '~ age' --contrast_string age"
)


def options(case: dict) -> list[str]:
    """The options of a case, those that Nextflow fills in and those of ext.args."""
    given = {
        "--count_file": HERE / case["file"],
        "--sample_file": HERE / "samples.csv",
        "--output_prefix": "out",
        "--contrast_variable": case["contrast_variable"],
        "--reference_level": case["reference_level"],
        "--target_level": case["target_level"],
        "--formula": case["formula"],
        "--contrast_string": case["comparison"],
    }
    return [str(part) for pair in given.items() for part in pair] + shlex.split(case["args"])


def table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), sep="\t", index_col=0, **EXACT)


def agree(ours: pd.DataFrame, theirs: pd.DataFrame, tolerance: float) -> None:
    assert list(ours.columns) == list(theirs.columns)
    assert ours.index.name == theirs.index.name
    assert list(ours.index) == list(theirs.index)
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=WRITTEN)


def tolerance(case: dict) -> float:
    """Of rounded numbers one unit in the last digit: values halfway between two may fall to either side."""
    digits = re.search(r"--round_digits (\d+)", case["args"])
    return 10.0 ** (1 - int(digits[1])) if digits else WRITTEN


@pytest.fixture
def tables_alone(monkeypatch):
    """Pictures and fits are not written, which is most of the time."""
    monkeypatch.setattr(ModuleFiles, "picture", lambda *_: None)
    monkeypatch.setattr(ModuleFiles, "fit", lambda *_: None)


@pytest.mark.usefixtures("tables_alone")
@pytest.mark.parametrize("name", sorted(set(CASES) - NEVER_RIGHT))
def test_files_are_those_of_the_module(name, command, tmp_path):
    case = CASES[name]
    ran = command("limma-module", *options(case))
    assert ran.code == 0, ran.err
    theirs = table(case["results"])
    if name in WITHOUT_ROWS:
        theirs = theirs.dropna(how="all")
    agree(table((tmp_path / "out.limma.results.tsv").read_text()), theirs, tolerance(case))
    assert (tmp_path / "out.limma.model.txt").read_text() == case["model"]
    values = tmp_path / "out.normalised_counts.tsv"
    assert values.exists() == (case.get("values") is not None)
    if values.exists():
        agree(table(values.read_text()), table(case["values"]), tolerance(case))


@pytest.fixture
def module(command):
    """``limma-module`` on the small study, with other options after the usual ones."""
    usual = "--contrast_variable treatment --reference_level ctrl --target_level hi --sample_id_col sample"
    files = ["--count_file", HERE / "values.csv", "--sample_file", HERE / "samples.csv", "--output_prefix", "out"]

    def run(*given, file="values.csv"):
        files[1] = HERE / file if isinstance(file, str) else file
        return command("limma-module", *files, "--probe_id_col", "gene_id", *usual.split(), *given)

    return run


def results(folder: Path) -> pd.DataFrame:
    return table((folder / "out.limma.results.tsv").read_text())


def test_every_file_is_there(module, tmp_path):
    ran = module("--process", "FLOW:LIMMA", "--json", "--out", "made")
    assert (ran.code, ran.err) == (0, "")
    facts, folder = json.loads(ran.out), tmp_path / "made"
    assert sorted(facts["files"]) == sorted(path.name for path in folder.iterdir())
    assert (facts["features"], facts["samples"], facts["up"], facts["down"]) == (40, 12, 4, 1)
    fit = el.load(folder / "out.MArrayLM.limma")
    np.testing.assert_allclose(fit.t.iloc[:, 0], results(folder)["t"], rtol=WRITTEN)
    picture = (folder / "out.limma.mean_difference.png").read_bytes()
    assert struct.unpack(">II", picture[16:24]) == (600, 600)
    assert list(yaml.safe_load((folder / "versions.yml").read_text())) == ["FLOW:LIMMA"]
    assert "--contrast_variable treatment" in (folder / "out.R_sessionInfo.log").read_text()


@pytest.mark.usefixtures("tables_alone")
def test_spellings_and_nothing(module, tmp_path):
    """Dots, underscores and hyphens; null and nothing are the default; one text for all of ext.args."""
    tables = []
    for given in (
        ["--p.value", "0.2", "--winsor.tail.p", "0.1,0.2", "--robust", "TRUE", "--lfc", "null", "--block", ""],
        ["--p-value=0.2", "--winsor-tail-p", "0.1,0.2", "--robust", "T"],
        [
            "--p_value",
            "0.2",
            "--winsor_tail_p",
            "0.1,0.2",
            "--robust",
            "true",
            "--seed",
            "1",
            "--number",
            "5",
            "--ndups",
            "1",
        ],
        ["--args=--p.value 0.2 --winsor.tail.p 0.1,0.2 --robust TRUE --exclude_samples_values 'a;b'", "--args=null"],
    ):
        ran = module(*given)
        assert (ran.code, ran.err) == (0, "")
        tables.append((tmp_path / "out.limma.results.tsv").read_text())
    assert len(set(tables)) == 1
    assert 1 < len(tables[0].splitlines()) < 41


@pytest.mark.usefixtures("tables_alone")
def test_duplicates_are_rows_of_their_own(module, tmp_path):
    """The module looks for the rows of the file in a table of features, and writes NA."""
    assert set(table(CASES["duplicates"]["results"])["t"].isna()) == {True}
    assert module("--ndups", 2, "--correlation", 0.4).code == 0
    ours = results(tmp_path)
    y = pd.read_csv(HERE / "values.csv", index_col=0)
    assert list(ours.index) == list(y.index[::2])
    means = (y.iloc[::2].to_numpy() + y.iloc[1::2].to_numpy()) / 2
    np.testing.assert_allclose(ours["AveExpr"], means.mean(axis=1), rtol=WRITTEN)


@pytest.mark.usefixtures("tables_alone")
def test_what_notes_point_to(module, tmp_path):
    """Infinite values as missing ones, and either way to a prior."""
    y = pd.read_csv(HERE / "gaps.csv", index_col=0)
    y.fillna(-np.inf).to_csv(tmp_path / "infinite.csv")
    tables = []
    for file, given in (("infinite.csv", ["--inf", "missing"]), ("gaps.csv", []), ("gaps.csv", ["--prior", "moments"])):
        path = tmp_path / file if file == "infinite.csv" else file
        assert module("--block", "patient", "--zero-variance", "exclude", *given, file=path).code == 0
        tables.append(results(tmp_path))
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not np.allclose(tables[1]["t"], tables[2]["t"])
    ran = module(file=tmp_path / "infinite.csv")
    assert ran.code == 3
    assert "--inf missing" in ran.err


@pytest.mark.usefixtures("tables_alone")
def test_names_of_samples(module, tmp_path):
    """Numbers are names, and the file's may be what R makes of them in the sample table."""
    sheet, y = (pd.read_csv(HERE / name) for name in ("samples.csv", "values.csv"))
    assert module().code == 0
    usual = results(tmp_path)
    for of_table, of_file in (("", ""), ("X", ""), ("X", "X")):
        renamed = y.rename(columns=lambda name, of=of_file: of + name[1:] if name[0] == "s" else name)
        renamed.to_csv(tmp_path / "values.csv", index=False)
        sheet.assign(sample=of_table + sheet["sample"].str[1:]).to_csv(tmp_path / "sheet.csv", index=False)
        ran = module("--sample_file", tmp_path / "sheet.csv", file=tmp_path / "values.csv")
        assert ran.code == 0, ran.err
        pd.testing.assert_frame_equal(results(tmp_path), usual)


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (["--output_prefix", "../out"], 2, "no beginning of a file name"),
        (["--output_prefix", ".out"], 2, "no beginning of a file name"),
        (["--output_prefix", "x" * 200], 2, "200 characters long"),
        (["--output_prefix", "null"], 2, "--output_prefix is needed"),
        (["--use_voom", "yes"], 2, "neither TRUE nor FALSE"),
        (["--winsor.tail.p", "0.1,0.2,0.3"], 2, "not two numbers"),
        (["--proportion", "2"], 2, "not a number between 0 and 1"),
        (["--ndups", "1.5"], 2, "not a whole number"),
        (["--lfc", "-1"], 2, "zero or more"),
        (["--method", "rlm"], 2, "none of ls, robust"),
        (["--args=--trend"], 2, "expected one argument"),
        (["--args=--block 'a"], 2, "No closing quotation"),
        (["--args=--args=--args"], 2, "no --args of their own"),
        (["--rounding", "3"], 2, "unrecognized arguments"),
        (["--target_level", "null"], 2, "goes with --target_level"),
        (["--target_level", "ctrl"], 2, "are the same"),
        (["--formula", "~ treatment"], 2, "goes with --contrast_string"),
        (["--formula", "~ treatment", "--contrast_string", "treatmenthi", "--blocking_variables", "batch"], 2, "both"),
        (["--blocking_variables", "batch;treatment"], 2, "is the contrast variable"),
        (["--block", "patient", "--ndups", "2"], 2, "two kinds of correlation"),
        (["--target_level", "high"], 3, "Did you mean 'hi'?"),
        (["--contrast_variable", "treat"], 3, "Did you mean 'treatment'?"),
        (["--blocking_variables", "batch;day"], 3, "'day', which is not a column"),
        (["--exclude_samples_col", "treatment", "--exclude_samples_values", "lo;ctrl"], 3, "--reference_level ctrl"),
        (["--exclude_samples_col", "batch", "--exclude_samples_values", "x;y"], 3, "no sample"),
        (["--sample_id_col", "id"], 3, "'id', which is not a column"),
        ([*NO_LEVELS, "--sample_id_col", "plate"], 3, "lacks 3 of the 3 samples"),
        (["--probe_id_col", "gene"], 3, "Did you mean 'gene_id'?"),
        (["--contrast_string", "treatment.hi - __import__('os')"], 3, "A contrast holds"),
        (["--formula", "~ system(batch)", "--contrast_string", "batch"], 3, "not part of the language"),
        (["--out", HERE / "values.csv"], 3, "is a file"),
    ],
)
def test_what_is_wrong_is_said(module, tmp_path, given, code, said):
    ran = module(*given)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert not list(tmp_path.iterdir())


def test_two_features_of_one_name(module, tmp_path):
    text = (HERE / "values.csv").read_text().replace("g07", "g06")
    (tmp_path / "values.csv").write_text(text)
    ran = module(file=tmp_path / "values.csv")
    assert ran.code == 3
    assert "more than once in 'gene_id': 'g06'" in ran.err


def test_two_levels_of_one_name(module, tmp_path):
    sheet = (HERE / "samples.csv").read_text().replace("lo dose", "hi.dose")
    (tmp_path / "sheet.csv").write_text(sheet)
    arms = ["--contrast_variable", "arm of trial", "--reference_level", "no drug", "--target_level", "hi dose"]
    ran = module(*arms, "--sample_file", tmp_path / "sheet.csv")
    assert ran.code == 3
    assert "one to R" in ran.err


@pytest.mark.usefixtures("tables_alone")
def test_a_column_of_samples_and_of_the_model(module, tmp_path):
    ran = module("--block", "patient", "--blocking_variables", "patient")
    assert ran.code == 0
    assert "counts as --block" in ran.err
    assert (tmp_path / "out.limma.model.txt").read_text() == "~ 0 + treatment\n"


def test_what_the_page_says_nextflow_should_run():
    """The script in docs/limma.md, as Nextflow would fill it in and a shell read it."""
    page = (Path(__file__).parents[2] / "docs" / "limma.md").read_text()
    script = re.search(r'"""\n(.*?)"""', page.split("```groovy")[1], re.DOTALL)[1].replace("\\\\\n", " ")
    filled = {
        '${task.ext.args ?: ""}': '--blocking_variables batch;plate --exclude_samples_values "a b;c"',
        "$task.cpus": "2",
        "${task.process}": "FLOW:LIMMA",
        "$contrast_variable": "treatment",
        "$formula": "",
        "$comparison": "null",
    }
    for placeholder, value in filled.items():
        assert placeholder in script
        script = script.replace(placeholder, value)
    given = parser().parse_args(shlex.split(script)[1:])
    assert (given.blocking_variables, given.exclude_samples_values) == ("batch;plate", "a b;c")
    assert (given.formula, given.contrast_string, given.contrast_variable) == (None, None, "treatment")
    assert (given.count_file, given.threads, given.process) == ("$intensities", 2, "FLOW:LIMMA")
