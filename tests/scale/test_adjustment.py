from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebayes_lm import model_matrix
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.scale.adjustment import covariate_columns, interaction_columns

NAMES = [f"s{k}" for k in range(6)]
MATRIX = as_feature_matrix(pd.DataFrame(np.zeros((2, 6)), columns=NAMES))
TABLE = pd.DataFrame(
    {"age": [31.0, 42, 58, 29, 37, 44], "the site": list("ABCABC"), "sex": list("FMFMFM")}, index=NAMES
)
ALL = np.ones(6, dtype=bool)
WANTED = model_matrix("~ age + `the site`", TABLE)


@pytest.mark.parametrize(
    "covariates",
    ["~ age + `the site`", ["age", "the site"], ("age", "the site"), WANTED, WANTED.frame.iloc[::-1], WANTED.matrix],
    ids=["formula", "names", "tuple", "design", "table", "array"],
)
def test_covariates_come_in_any_form(covariates):
    assert_array_equal(covariate_columns(covariates, MATRIX, TABLE.iloc[::-1], ALL), WANTED.matrix)


def test_no_covariates():
    assert covariate_columns(None, MATRIX, None, ALL).shape == (6, 0)
    assert interaction_columns(None, MATRIX, None, ALL).shape == (0, 6)


@pytest.mark.parametrize(
    ("interaction", "columns"),
    [
        ("age", [TABLE["age"]]), ("the site", [TABLE["the site"] == "B", TABLE["the site"] == "C"]),
        ("~ sex", [TABLE["sex"] == "M"]), (TABLE["age"].iloc[::-1], [TABLE["age"]]),
        ([1, 2, 3, 4, 5, 7], [[1, 2, 3, 4, 5, 7]]),
    ],
)  # fmt: skip
def test_interactions_are_centred_columns_without_a_constant(interaction, columns):
    expected = np.array(columns, dtype=float)
    assert_allclose(
        interaction_columns(interaction, MATRIX, TABLE, ALL),
        expected - expected.mean(axis=1, keepdims=True),
        atol=1e-15,
    )


GAPPED = TABLE.assign(age=TABLE["age"].mask(TABLE.index == "s2"), site=list("ABXABA"), dose=[1, 2, np.nan, 4, 5, 6])


@pytest.mark.parametrize(
    "covariates",
    ["~ age + site", ["age", "site"], WANTED, GAPPED[["age", "dose"]].iloc[::-1], GAPPED[["age", "dose"]].to_numpy()],
    ids=["formula", "names", "design", "table", "array"],
)
def test_of_samples_without_outcome_nothing_need_be_known(covariates):
    used = ~GAPPED["age"].isna().to_numpy()
    found = covariate_columns(covariates, MATRIX, GAPPED.iloc[::-1], used)
    assert_array_equal(found[2], 0)
    age = 0 if isinstance(covariates, (pd.DataFrame, np.ndarray)) else 1  # behind the constant
    assert_array_equal(found[used, age], GAPPED["age"][used] if covariates is not WANTED else TABLE["age"][used])
    factors = interaction_columns("site", MATRIX, GAPPED, used)
    assert_allclose(factors, [[-0.4, 0.6, 0, -0.4, 0.6, -0.4]], atol=1e-15)
    for numbers in (GAPPED["dose"], GAPPED["dose"].to_list()):
        assert_allclose(interaction_columns(numbers, MATRIX, GAPPED, used), [[-2.6, -1.6, 0, 0.4, 1.4, 2.4]])
