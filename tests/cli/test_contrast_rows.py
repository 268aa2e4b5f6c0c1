"""Contrasts in files: what rows say, and what is refused."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from ebayes_lm.cli.contrast_rows import ContrastRow, read_contrast_rows
from ebayes_lm.errors import DataError, EbayesLMWarning

HEADER = "id,variable,reference,target,blocking\n"


@pytest.fixture
def rows_of(tmp_path):
    def read(text, name="contrasts.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_contrast_rows(str(path))

    return read


def test_a_table_and_yaml_say_the_same(rows_of):
    expected = [
        ContrastRow("plain", "group", "A", "B"),
        ContrastRow("blocked", "group", "A", "B", ("batch", "sex"), ("quality", ("bad", "poor"))),
        ContrastRow("own", formula="~ group * time", expression="groupB.time2"),
    ]
    table = (
        "id,variable,reference,target,blocking,exclude_samples_col,exclude_samples_values,formula,make_contrasts_str\n"
        "plain,group,A,B,NA,,,,\nblocked,group,A,B,batch;sex,quality,bad;poor,,\n"
        "own,,,,,,,~ group * time,groupB.time2\n"
    )
    listed = """
contrasts:
  - id: plain
    comparison: [group, A, B]
  - id: blocked
    comparison: ["group", "A", "B"]
    blocking_factors: ["batch", "sex"]
    exclude_samples_col: quality
    exclude_samples_values: [bad, poor]
  - id: own
    formula: "~ group * time"
    make_contrasts_str: "groupB.time2"
"""
    assert rows_of(table) == expected
    assert rows_of(table.replace(",", "\t"), "contrasts.tsv") == expected
    assert rows_of(listed, "contrasts.yaml") == expected


def test_a_compressed_table(tmp_path):
    path = tmp_path / "c.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}one,g,A,B,\n".encode()))
    assert read_contrast_rows(str(path)) == [ContrastRow("one", "g", "A", "B")]


def test_cells_may_be_left_out_at_the_end_of_a_row(rows_of):
    assert rows_of(f"{HEADER}one,g,A,B\ntwo,g,A,B,x,,\n") == [
        ContrastRow("one", "g", "A", "B"),
        ContrastRow("two", "g", "A", "B", ("x",)),
    ]


def test_words_that_yaml_takes_for_other_things_stay_levels(rows_of):
    (row,) = rows_of("contrasts: [{id: 007, comparison: [smoker, no, yes]}]", "c.yml")
    assert (row.name, row.reference, row.target) == ("007", "no", "yes")


def test_a_row_without_id_is_named_after_what_it_compares(rows_of):
    assert rows_of(f"{HEADER},g,A,B,x;y\n")[0].name == "g_A_B_x_y"


def test_what_is_not_known_is_noted(rows_of):
    with pytest.warns(EbayesLMWarning, match=r"'blockin', which is not known here.* Did you mean 'blocking'"):
        rows_of("id,variable,reference,target,blockin\none,g,A,B,x\n")
    with pytest.warns(EbayesLMWarning, match=r"the latter is tested"):
        (row,) = rows_of("id,variable,reference,target,make_contrasts_str\none,g,A,B,gB - gA\n")
    assert row.expression == "gB - gA"


@pytest.mark.parametrize(
    ("text", "name", "what"),
    [
        (HEADER + "a,g,A,B,\na,g,A,C,\n", "c.csv", "id more than once: 'a'"),
        (HEADER + "a,g,A,,\n", "c.csv", "contrast 1 does not say 'target'"),
        (HEADER + "a,g,A,A,\n", "c.csv", "compares 'A' with itself"),
        (HEADER + "a,g,A,B\nb,g,A,B,,x\n", "c.csv", "line 3: 6 cells where the header has 5"),
        ("id,variable,id\na,g,b\n", "c.csv", "more than once: 'id'"),
        (HEADER + "a,g,A,B,\n" * 10_001, "c.csv", "more than 10,000 contrasts"),
        (HEADER, "c.csv", "a header and no rows"),
        ("id,var\na,g\n", "c.csv", "neither a column 'variable' nor 'formula'"),
        ("id,make_contrasts_str,formula\n,b,~ x\n", "c.csv", "contrast 1 has no id"),
        ("id,variable,reference,target,exclude_samples_col\na,g,A,B,q\n", "c.csv", "go together"),
        (HEADER + "a,g,A," + "B" * 4001 + ",\n", "c.csv", "'target' is 4,001 characters long"),
        (HEADER + "a,g,A,B,\n", "c.xlsx", "no kind of file for contrasts"),
        (HEADER + '"a\nb",g,A,B,\n', "c.csv", "'id' is 'a.nb', which holds line breaks"),
        ('contrasts: [{id: "a\\e[31m", comparison: [g, A, B]}]', "c.yaml", "characters that do not show"),
        ("contrasts: []", "c.yaml", "does not hold a list 'contrasts:'"),
        ("- id: a", "c.yaml", "does not hold a list 'contrasts:'"),
        ("contrasts: [{id: a, comparison: [g, A]}]", "c.yaml", "a list of three"),
        ("contrasts: [{id: a, comparison: [g, A, {}]}]", "c.yaml", "'target' is dict, where text is expected"),
        ("contrasts: [{id: [a], comparison: [g, A, B]}]", "c.yaml", "'id' is list, where text is expected"),
        ("contrasts: [{id: a, id: b}]", "c.yaml", "line 1: 'id' is said twice"),
        ("contrasts: [{id: a", "c.yaml", "is not YAML"),
        ("contrasts: [{? [a] : b}]", "c.yaml", "found unhashable key"),
        ("a: &a [x]\ncontrasts: [*a, *a]", "c.yaml", "line 1: anchors and aliases are not taken"),
        ("contrasts: " + "[" * 3000, "c.yaml", "nested more than 20 levels deep"),
        ("contrasts: [{id: !!python/object/apply:os.system [true]}]", "c.yaml", "'id' is list"),
    ],
)
def test_what_is_refused(rows_of, text, name, what):
    with pytest.raises(DataError, match=what.replace("[", r"\[")):
        rows_of(text, name)


def test_large_files_are_not_read(tmp_path):
    path = tmp_path / "c.yaml"
    with path.open("wb") as stream:
        stream.truncate(2_000_001)
    with pytest.raises(DataError, match="larger than 2 MB"):
        read_contrast_rows(str(path))


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_bytes(b"contrasts: \xff\xfe")
    with pytest.raises(DataError, match="not text in UTF-8"):
        read_contrast_rows(str(path))


def test_the_page_on_files_of_contrasts(rows_of):
    page = (Path(__file__).parents[2] / "docs" / "contrast_files.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"```text\n(.*?)```", page, flags=re.DOTALL)
    (listed,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    assert rows_of(table) == rows_of(listed, "contrasts.yaml")
    assert [row.name for row in rows_of(table)] == ["drug", "drug_adjusted", "drug_good", "drug_in_mutants"]
