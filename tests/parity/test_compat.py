"""Stored problems of weights, missing values, blocks, duplicates, priors and decisions, against what limma answered.

All are asked under ``compat="limma"``. Where limma is exact as well the native answer has to agree too: in all that it
says, or (under weights of each value, or with missing values) in everything but the covariance of coefficients and F.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import special

import ebayes_lm
from tests import tolerances
from tests.parity import package
from tests.parity.comparison import compare
from tests.parity.exchange import ANSWERS, read

TOPICS = (
    "blocks",
    "duplicates",
    "full_weights",
    "missing_values",
    "moderation",
    "prior_vectors",
    "robust_fits",
    "thresholds",
    "verdicts",
)
SCENARIOS = {
    f"{topic}-{name}": scenario
    for topic in TOPICS
    for name, scenario in read(ANSWERS / f"{topic}.json.gz")["scenarios"].items()
}
NOT_SHOWING_F = {"fit", "contrast", "ebayes"}


def _problem(name: str, compat: str | None) -> dict[str, Any]:
    problem: dict[str, Any] = SCENARIOS[name]["problem"]
    return problem | {"compat": compat} if compat else problem


def _groups(name: str, compat: str | None) -> set[str]:
    """The groups of a scenario that are compared with or without compat."""
    problem, groups = SCENARIOS[name]["problem"], set(SCENARIOS[name]["answer"])
    if problem["kind"] != ["model"]:
        return set() if compat else groups
    if compat or problem.get("exact") == ["all"]:
        return groups
    return groups & NOT_SHOWING_F if problem.get("exact") == ["t"] else set()


QUESTIONS = [
    pytest.param(name, compat, id=f"{name}-{compat or 'native'}")
    for name in SCENARIOS
    for compat in ("limma", None)
    if _groups(name, compat)
]


@cache
def package_answer(name: str, compat: str | None) -> dict[str, Any]:
    return package.answer(_problem(name, compat))


@pytest.mark.parametrize(("name", "compat"), QUESTIONS)
def test_answers_agree_with_limma(name: str, compat: str | None) -> None:
    expected, mine = SCENARIOS[name]["answer"], package_answer(name, compat)
    compared = compare(_problem(name, compat), expected, mine, sorted(_groups(name, compat)))
    assert compared
    assert not [str(deviation) for deviation in compared if not deviation.ok]


def test_a_span_serves_the_trend_without_outliers_as_well() -> None:
    problem, mine = SCENARIOS["moderation-span_robust"]["problem"], package_answer("moderation-span_robust", None)
    fit, span = mine["fit"], float(problem["ebayes"]["span"][0])
    s2, df, trend = np.square(fit["sigma"]), fit["df_residual"], {"covariate": fit["amean"], "span": span}
    first = ebayes_lm.fit_f_dist_unequal_df1(s2, df, **trend)
    f = np.asarray(s2 / first.scale)
    p = 2 * np.minimum(special.fdtrc(df, first.df2, f), special.fdtr(df, first.df2, f))
    false_rate = np.asarray(ebayes_lm.adjust_p(p, "BH"))
    again = ebayes_lm.fit_f_dist_unequal_df1(s2, df, **trend, prior_weights=np.where(false_rate > 0.3, 1, false_rate))
    np.testing.assert_allclose(mine["ebayes"]["s2_prior"], again.scale, rtol=tolerances.SEARCHED_PRIOR)


def test_without_the_reference_group_its_comparisons_are_missing_and_others_are_not() -> None:
    problem = SCENARIOS["missing_values-without_reference_treatment"]["problem"]
    limma = SCENARIOS["missing_values-without_reference_treatment"]["answer"]["fit"]["coefficients"]
    affected = problem["y"].iloc[:, :3].isna().all(axis=1).to_numpy()
    mine = package_answer("missing_values-without_reference_treatment", None)
    assert np.isnan(limma[affected, 2]).all()
    assert not np.isnan(limma[affected, :2]).any()
    assert mine["fit"]["coefficients"][affected].isna().all(axis=None)
    means = problem["y"].T.groupby([0, 0, 0, 1, 1, 1, 2, 2, 2]).mean().T
    np.testing.assert_allclose(mine["contrast"]["coefficients"]["CvsB"], means[2] - means[1], rtol=1e-12)
    np.testing.assert_allclose(
        mine["fit"]["coefficients"][~affected], limma[~affected], rtol=tolerances.LEAST_SQUARES, atol=1e-13
    )


def test_sorting_again_is_done_for_thresholds_too() -> None:
    """limma's topTreat takes resort.by and leaves the rows as they are."""
    problem = SCENARIOS["thresholds-plain"]["problem"]
    fit = ebayes_lm.treat(ebayes_lm.lm_fit(problem["y"], problem["design"]))
    plain, again = (ebayes_lm.top_treat(fit, 2, resort_by=by) for by in (None, "logFC"))
    assert list(again.index) == list(plain.sort_values("logFC", ascending=False).index)


def test_missing_p_values_do_not_count() -> None:
    p = SCENARIOS["prior_vectors-true_null_missing"]["problem"]["p"]
    mine = package_answer("prior_vectors-true_null_missing", None)["true_null"]
    for method, share in mine.items():
        assert share == ebayes_lm.prop_true_null(p[~np.isnan(p)], method=method)


def test_there_are_many_scenarios() -> None:
    assert len(SCENARIOS) >= 170
