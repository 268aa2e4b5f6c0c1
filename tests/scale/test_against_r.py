"""Scans against lm() of R, one feature after the other: see answers/scan.R."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm import scan
from ebayes_lm.scale import scanning

STORED = json.loads((Path(__file__).parent / "answers" / "scan.json").read_text())
#: R factorises a design for every feature, with another order of sums; a feature that is nearly a covariate costs two
#: digits in both.
ORACLE = 1e-10
#: Numbers that are zero but for rounding, such as t of an effect that is none.
FLOOR = 1e-13
#: Below the smallest normal number a p-value has fewer digits than others.
SMALLEST = 2.3e-308


def numbers(values):
    return np.array([float.fromhex(value) for value in values])


PEOPLE = pd.DataFrame({k: v if k in ("sex", "site") else numbers(v) for k, v in STORED["people"].items()})
OUTCOMES = pd.DataFrame({name: numbers(values) for name, values in STORED["outcomes"].items()})
FEATURES = np.array([numbers(row) for row in STORED["features"]])
NAMES = {"p": "P.Value", "log10p": "neg_log10_p"}
TABLE = PEOPLE.join(OUTCOMES.drop(columns="case"))


def assert_answers(table, answer):
    expected = {NAMES.get(name, name): numbers(values) for name, values in answer.items()}
    no_test = np.isnan(expected["P.Value"])
    assert_array_equal(table["P.Value"].isna(), no_test)
    assert_array_equal(table["n"], expected.pop("n"))
    assert no_test.sum() >= 3
    for name, wanted in expected.items():
        floor = 0.0 if name in ("beta", "SE") else FLOOR  # these have units of any size
        assert_allclose(table[name][~no_test], wanted[~no_test], rtol=ORACLE, atol=floor, err_msg=name)


@pytest.mark.parametrize("case", STORED["cases"], ids=[case["name"] for case in STORED["cases"]])
@pytest.mark.parametrize("by_kernel", [False, True], ids=["", "kernel"])
def test_every_feature_has_the_coefficient_of_lm(case, by_kernel, monkeypatch):
    monkeypatch.setattr(scanning, "KERNEL_CELLS", 0 if by_kernel else 1 << 60)
    table = scan(
        FEATURES, case["outcome"], samples=TABLE, covariates=case["covariates"], interaction=case["interaction"]
    )
    assert_answers(table, case["result"])


def test_outcomes_together_are_those_of_each():
    together = scan(FEATURES, OUTCOMES, samples=PEOPLE, covariates="~ age + sex")
    for case in STORED["cases"]:
        if case["covariates"] == "~ age + sex" and case["interaction"] is None:
            one = together[together["outcome"] == case["outcome"]].reset_index(drop=True)
            assert_answers(one, case["result"])


@pytest.mark.parametrize("answer", STORED["tails"], ids=lambda answer: f"1e-{float.fromhex(answer['log10p']):.0f}")
def test_p_values_at_the_end_of_the_range_of_numbers(answer):
    table = scan(numbers(STORED["predictor"])[None], numbers(answer["y"])).iloc[0]
    for name in ("beta", "SE", "t"):
        assert_allclose(table[name], float.fromhex(answer[name]), rtol=ORACLE)
    assert_allclose(table["P.Value"], float.fromhex(answer["p"]), rtol=1e-9, atol=1e-8 * SMALLEST)
    assert_allclose(table["neg_log10_p"], float.fromhex(answer["log10p"]), rtol=ORACLE)
