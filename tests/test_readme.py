"""What the README shows runs as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ebayes_lm

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON_BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = "".join(re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)).replace("\\\n", " ").splitlines()
#: The second cell of each row of the map that holds nothing but code.
MAP = re.findall(r"^\|.*\| `([^`]+)` \|$", README.partition("## From R to Python")[2], flags=re.MULTILINE)
MAPPED = (
    "EList", "model_matrix", "is_full_rank", "non_estimable", "lm_fit", "fitted", "residuals", "make_contrasts",
    "contrasts_fit", "contrast_as_coef", "ebayes", "top_table", "top_table_f", "decide_tests", "squeeze_var",
    "fit_f_dist", "trigamma_inverse", "adjust_p",
)  # fmt: skip


@pytest.fixture
def setting():
    """The names that the map takes for granted."""
    rng = np.random.default_rng(1)
    names = [f"s{k}" for k in range(8)]
    return {
        "el": ebayes_lm,
        "E": pd.DataFrame(rng.normal(size=(60, 8)), index=[f"g{k}" for k in range(60)], columns=names),
        "targets": pd.DataFrame({"group": list("ABABABAB"), "batch": list("xxxxyyyy")}, index=names),
        "w": pd.Series(rng.uniform(0.5, 2, size=8), index=names),
        "p": rng.uniform(size=60),
    }


def test_there_is_an_example():
    assert PYTHON_BLOCKS


@pytest.mark.parametrize("block", PYTHON_BLOCKS)
def test_example_runs(block, capsys):
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out


def test_every_line_of_the_map_runs(setting):
    for line in MAP:
        exec(compile(line, "README.md", "exec"), setting)


@pytest.mark.parametrize("verb", MAPPED)
def test_map_holds(verb):
    assert any(re.search(rf"\b{verb}\(", line) for line in MAP)


def test_every_row_of_the_map_is_read():
    rows = README.partition("## From R to Python")[2].partition("\n\n[docs")[0].count("\n| ")
    assert len(MAP) == rows - 1  # without the heading


@pytest.mark.parametrize("command", COMMANDS)
def test_command_exists(command):
    from ebayes_lm.cli.options import parser

    program, *arguments = shlex.split(command)
    assert program == "ebayes-lm"
    parser().parse_args(arguments)


@pytest.mark.parametrize("text", ["README.md", "docs/decisions.md", "docs/limma.md"])
def test_links_lead_somewhere(text):
    page = ROOT / text
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
