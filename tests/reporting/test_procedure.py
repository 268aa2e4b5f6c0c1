"""Choices in sentences."""

from __future__ import annotations

import pytest

from ebayes_lm.reporting.procedure import Procedure, describe_fitting, describe_testing


def test_plain_least_squares_needs_no_words():
    assert describe_fitting(Procedure(trend=True, lfc=1.0)) == ""
    assert describe_testing(Procedure()) == "Variances are moderated by a prior."


@pytest.mark.parametrize(
    ("procedure", "text"),
    [
        (Procedure(weights="features"), "Every feature has a weight."),
        (Procedure(weights="observations"), "Every value has a weight of its own"),
        (
            Procedure(block="dog", n_blocks=1, correlation=-0.1),
            "Samples of one dog are correlated by -0.1, in 1 block.",
        ),
        (Procedure(block="dog", n_blocks=7, correlation=0.0), "correlated by 0, in 7 blocks."),
        (Procedure(robust_fit=True), "Outlying observations lose weight"),
        (Procedure(inf_missing=True), "Infinite values are missing values."),
        (Procedure(min_observed=1), "fewer than 1 observation are not fitted"),
        (Procedure(compat="limma"), "its approximations are given"),
    ],
)
def test_fitting(procedure, text):
    assert text in describe_fitting(procedure)


@pytest.mark.parametrize(
    ("procedure", "text"),
    [
        (Procedure(trend=True), "by a prior that follows average expression."),
        (Procedure(trend=True, span=0.25), "in windows of 0.25 of the features."),
        (
            Procedure(robust=True, estimator="likelihood"),
            "is robust against outlying variances and is estimated by prof",
        ),
        (Procedure(estimator="moments"), "a prior that is estimated by moments."),
        (Procedure(zero_variance="exclude"), "Features without residual variance take no part in it."),
        (Procedure(lfc=0.25), "tested against a log fold change of 0.25 (TREAT)."),
    ],
)
def test_testing(procedure, text):
    assert text in describe_testing(procedure)
