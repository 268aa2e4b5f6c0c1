"""Exit codes, and what reaches stderr."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path

import pytest

import ebayes_lm.cli.demo
from ebayes_lm.errors import DataError, warn

#: Modules that help, version and usage errors do without: they take longer to load than all the rest.
HEAVY = {"numpy", "pandas", "scipy", "numba"}
PLACES = ("--out", "--report", "--plots", "--checkpoint")


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        ((), 2, "", "required: COMMAND"),
        (("--help",), 0, "demo", ""),
        (("fit", "--help"), 0, "--contrast", ""),
        (("--version",), 0, "ebayes-lm 0", ""),
        (("fly",), 2, "", "invalid choice"),
        (("fit", ".", "--samples", "s", "--formula", "~ a", "--out", "o"), 3, "", ". is a folder; name the file in it"),
        (("fit", "data.csv"), 2, "", "--formula"),
        (("fit", "x.csv", "--formula", "~ a"), 2, "", "--out DIR is needed"),
        (("fit", "x.csv", "--formula", "~ a", "--out", "o"), 3, "", "there is no file x.csv"),
        (
            ("fit", "x.csv", "--samples", "s", "--layer", "l", "--formula", "~ a", "--out", "o"),
            3,
            "",
            "--layer l names",
        ),
        (("fit", "x", "--formula", "~ a", "--exclude", "batch"), 2, "", "COL=VALUE"),
        (("fit", "x", "--formula", "~ a", "--ref", "=A"), 2, "", "COL=VALUE"),
        (("fit", "x", "--formula", "~ a", "--threads", "0"), 2, "", "above zero"),
        (("fit", "x", "--formula", "~ a", "--fdr", "5"), 2, "", "between 0 and 1"),
        *((("fit", "x", "--formula", "~ a", o, ""), 2, "", f"{o}: it is empty") for o in PLACES),
        *((("demo", option, " "), 2, "", f"{option}: it is empty") for option in PLACES[:3]),
    ],
)
def test_usage(command, arguments, code, out, err):
    ran = command(*arguments)
    assert ran.code == code
    assert out in ran.out
    assert err in ran.err
    assert "Traceback" not in ran.err


def test_a_misspelt_option_is_told_in_two_lines(command):
    ran = command("fit", "x.csv", "--formual", "~ a")
    assert ran.code == 2
    assert ran.err.splitlines() == [
        "ebayes-lm fit: error: unrecognized arguments: --formual '~ a'. Did you mean '--formula'?",
        "'ebayes-lm fit --help' lists what it takes",
    ]
    assert "Did you mean" not in command("demo", "--bogus").err


def test_two_references_of_one_column_are_a_usage_error(fit):
    assert fit("--ref", "group=A", "--ref", "group=B").code == 2


def _demo_that(monkeypatch, act):
    monkeypatch.setattr(ebayes_lm.cli.demo, "run_demo", lambda arguments, said: act())


def _raise(error):
    raise error


def test_an_error_is_one_line_without_control_characters(command, monkeypatch):
    _demo_that(monkeypatch, lambda: _raise(DataError("bad\x1b[31m name\nsecond line")))
    ran = command("demo")
    assert (ran.code, ran.err) == (3, "ebayes-lm: bad?[31m name second line\n")


def test_a_fault_hints_at_debug(command, monkeypatch):
    _demo_that(monkeypatch, lambda: _raise(KeyError("x")))
    ran = command("demo")
    assert ran.code == 1
    assert ran.err == "ebayes-lm: a fault of the program, KeyError: 'x'; run it again with --debug for the traceback\n"
    assert "Traceback" in command("demo", "--debug").err


def test_interrupts_and_full_memory(command, monkeypatch):
    _demo_that(monkeypatch, lambda: _raise(KeyboardInterrupt()))
    assert command("demo").code == 130
    _demo_that(monkeypatch, lambda: _raise(MemoryError()))
    assert command("demo").code == 3


def test_warnings_of_others_stay_what_they_are(command, monkeypatch):
    _demo_that(monkeypatch, lambda: (warn("ours"), warn("ours")))
    assert command("demo").err == "note: ours\n"
    _demo_that(monkeypatch, lambda: warnings.warn("theirs", stacklevel=1))
    assert "UserWarning: theirs" in command("demo").err  # an error here, as in every test


def test_the_installed_command(tmp_path):
    program = Path(sysconfig.get_path("scripts")) / "ebayes-lm"
    if not program.exists():
        pytest.skip("the package is not installed with its command")
    ran = subprocess.run([program, "demo", "--out", "here"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "18 of 57 samples in batch 2" in " ".join(ran.stdout.split())
    assert ran.stderr == ""
    assert (tmp_path / "here" / "cancerCancer.tsv").exists()


def test_a_terminal_without_the_letters_is_no_error(tmp_path):
    program = [sys.executable, "-m", "ebayes_lm", "demo"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert "Dyrskj?t" in ran.stdout
    assert "Dyrskjøt" in (tmp_path / "ebayes_lm_demo" / "summary.txt").read_text(encoding="utf-8")


def test_help_loads_nothing_heavy():
    code = "import sys; from ebayes_lm.cli import main; main(['--help']); main(['--version']); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(ran.stdout.split())


def test_the_module_is_the_command():
    ran = subprocess.run([sys.executable, "-m", "ebayes_lm", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("ebayes-lm 0")


def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    program = [sys.executable, "-m", "ebayes_lm", "demo"]
    with subprocess.Popen(program, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
