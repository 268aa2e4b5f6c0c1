"""The comparison of weights, correlations and mixed models: it accepts R's answer and notices every wrong number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.parity import weighing
from tests.parity.drawing_weights import KINDS, draw_weighing
from tests.parity.exchange import r_literal
from tests.parity.weighing_comparison import compare_weighing, deviance

WRONG = 1e-3


def drawn(kind: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A problem of many rows, and the package's answer."""
    for seed in range(50):
        problem = draw_weighing(np.random.default_rng(seed), kind)
        rows = next(iter(problem.get("arguments", {"y": problem.get("y")}).values()))
        if len(rows) > 4:
            return problem, weighing.answer(problem)
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_agrees_with_itself_and_no_wrong_number_passes(kind: str) -> None:
    problem, answer = drawn(kind)
    assert all(deviation.ok for deviation in compare_weighing(problem, answer, answer))
    for name, values in answer.items():
        at = np.flatnonzero(np.isfinite(values) & (values != 0.0))
        if kind == "mixed" and "rho" not in name:
            # rows without a correlation are not compared, whatever they hold
            rows = np.flatnonzero(~np.isnan(answer["gls_rho"]))
            at = rows * values[0].size
        if not len(at):
            continue
        wrong = values.copy()
        wrong.flat[at[-1]] *= 1.0 + (10 * WRONG if kind == "mixed" else WRONG)
        compared = list(compare_weighing(problem, answer, answer | {name: wrong}))
        assert any(not deviation.ok for deviation in compared), name


def test_where_r_stops_nothing_is_compared() -> None:
    problem, answer = drawn("voom")
    assert not list(compare_weighing(problem, {"refused": ["no"]}, answer))  # type: ignore[dict-item]


def test_a_lower_likelihood_than_that_of_r_is_noticed() -> None:
    problem, answer = drawn("mixed")
    row = int(np.flatnonzero(np.abs(answer["gls_rho"]) < 0.8)[0])
    rho = float(answer["gls_rho"][row])
    assert deviance(problem, row, rho) < min(deviance(problem, row, rho + 0.01), deviance(problem, row, rho - 0.01))
    worse = answer["gls_rho"].copy()
    worse[row] += 0.05
    compared = list(compare_weighing(problem, answer, answer | {"gls_rho": worse}))
    assert [deviation.quantity for deviation in compared if not deviation.ok] == ["gls.likelihood"]


def test_drawn_problems_are_reproducible_and_speak_of_r() -> None:
    for kind in KINDS:
        first, second = (draw_weighing(np.random.default_rng(3), kind) for _ in range(2))
        assert r_literal(first) == r_literal(second)
    asked = weighing.for_r({"kind": ["voom"], "arguments": {"lib_size": np.ones(2)}})
    assert list(asked["arguments"]) == ["lib.size"]
