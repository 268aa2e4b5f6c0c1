"""Fresh random problems against live R: ``python -m tests.parity.oracle --cases 20 [--seed 1]``.

So many linear models are drawn, and as many problems of weights, correlations and mixed models, for which R needs
edgeR, lmerTest and nlme beside limma.

R is the command in the environment variable RSCRIPT (default ``Rscript``), called with a script and a folder in that
folder. Exit code 0: everything agrees, or there is no R with limma and none was asked for; 1: a number differs; 2: the
R that was asked for fails.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ebayes_lm.errors import EbayesLMError
from tests.parity import package, weighing
from tests.parity.comparison import Deviation, compare
from tests.parity.drawing import draw_problem
from tests.parity.drawing_weights import KINDS, draw_weighing
from tests.parity.exchange import r_literal, read
from tests.parity.live import RUnavailableError, run_r
from tests.parity.weighing_comparison import compare_weighing

Problem = dict[str, Any]


def ask_limma(problems: Sequence[Problem], script: str = "live.R") -> tuple[str, list[dict[str, Any]]]:
    """Which limma answered, and its answers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        literals = ",\n".join(r_literal(problem) for problem in problems)
        (folder / "problems.R").write_text(f"problems <- list(\n{literals}\n)\n")
        run_r(script, folder)
        content = read(folder / "answers.json.gz")
    return content["version"][0], content["answers"]


def deviations(problems: Sequence[Problem], answers: Sequence[dict[str, Any]]) -> list[tuple[int, Deviation]]:
    """Every compared quantity with the number of its problem."""
    return [
        (number, deviation)
        for number, (problem, expected) in enumerate(zip(problems, answers, strict=True))
        for deviation in _compared(problem, expected)
    ]


def _compared(problem: Problem, expected: dict[str, Any]) -> list[Deviation]:
    """Every compared quantity, or one that says why there is none."""
    try:
        if problem["kind"][0] in KINDS:
            return list(compare_weighing(problem, expected, weighing.answer(problem)))
        return compare(problem, expected, package.answer(problem))
    except EbayesLMError as error:
        return [Deviation("refusal", float("inf"), 0.0, f"{type(error).__name__}: {error}")]


def largest(compared: Sequence[tuple[int, Deviation]]) -> list[tuple[int, Deviation]]:
    """The worst of each quantity over all problems; intended differences are no deviations."""
    worst: dict[str, tuple[int, Deviation]] = {}
    for number, deviation in compared:
        if deviation.intended is None and deviation.worst >= worst.get(deviation.quantity, (0, deviation))[1].worst:
            worst[deviation.quantity] = (number, deviation)
    return list(worst.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, ask, compare, print; the exit code."""
    parser = argparse.ArgumentParser(description="Compare ebayes_lm with live R limma on random problems.")
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args(arguments)
    seed = secrets.randbelow(2**31) if asked.seed is None else asked.seed
    rng = np.random.default_rng(seed)
    models = [draw_problem(rng) for _ in range(asked.cases)]
    others = [draw_weighing(rng) for _ in range(asked.cases)]
    try:
        version, answers = ask_limma(models)
        versions, further = ask_limma([weighing.for_r(problem) for problem in others], "weighing.R")
    except RUnavailableError as error:
        _print(f"R with limma not found; nothing compared ({error})" if not error.asked_for else f"R fails: {error}")
        return 2 if error.asked_for else 0
    compared = deviations([*models, *others], [*answers, *further])
    for number, deviation in largest(compared):
        _print(f"{deviation}" if deviation.ok else f"{deviation} (problem {number})")
    failed = sum(not deviation.ok for _, deviation in compared)
    _print(f"{2 * asked.cases} problems (seed {seed}), {len(compared)} quantities, {failed} beyond tolerance")
    _print(f"{version}; {versions}")
    return 1 if failed else 0


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
