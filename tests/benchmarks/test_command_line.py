"""The measurement of the command line runs commands in new processes."""

from __future__ import annotations

from benchmarks.command_line import COMMANDS, runs


def test_each_run_is_a_process_of_its_own():
    (cold, spent), warm = runs(COMMANDS["--version"], 1)
    assert cold > 0.0
    assert spent > 0.0
    assert len(warm) == 2
