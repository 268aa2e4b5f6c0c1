"""Sentences on designs of several kinds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.reporting.informing import informing_samples
from ebayes_lm.reporting.sentences import (
    describe_data,
    describe_decisions,
    describe_informing,
    describe_prior,
    equation,
    lowest_df,
    title,
)

PAIRED = {"patient": list("112233"), "group": list("ABABAA")}
FLAT = {"group": list("AABBC"), "age": [31.0, 44.0, 50.0, 28.0, 39.0]}
_PAIRS = "4 of 6 samples inform it: patient 1 (1 B and 1 A); patient 2 (1 B and 1 A). The 2 others have no weight"
_WITHOUT_C = "4 of 5 samples inform it: 2 B and 2 A. The other sample has no weight"

NUMBERED = {"batch": list("112212"), "group": list("ABABAA")}
_BATCHES = "All 6 samples inform it: 3 of batch 2 and 3 of batch 1."

CROSSED = {"a": list("uuvvuuvv"), "b": list("xyxyxyxy")}


@pytest.mark.parametrize(
    ("columns", "formula", "contrast", "heading", "sentence"),
    [
        (PAIRED, "~ patient + group", "groupB", "B against A", _PAIRS),
        (FLAT, "~ group", "groupB", "B against A", _WITHOUT_C),
        (FLAT, "~ group", "(groupB + groupC)/2", "(groupB + groupC)/2", "All 5 samples inform it: 2 B, 1 C and 2 A."),
        (FLAT, "~ age", "age", "age", "All 5 samples inform it."),
        (NUMBERED, "~ group + batch", "batch2", "batch 2 against batch 1", _BATCHES),
        (CROSSED, "~ a * b", "av:by", "av:by", "All 8 samples inform it."),
    ],
)  # fmt: skip
def test_sentences(columns, formula, contrast, heading, sentence):
    samples = pd.DataFrame(columns)
    found = informing_samples(el.model_matrix(formula, samples), contrast, samples)
    assert title(found) == heading
    assert describe_informing(found).startswith(sentence)


def test_many_blocks_are_counted():
    samples = pd.DataFrame({"patient": [f"p{i // 2}" for i in range(30)], "group": list("AB" * 14 + "AA")})
    found = informing_samples(el.model_matrix("~ patient + group", samples), "groupB", samples)
    assert "28 of 30 samples inform it: 14 levels of patient" in describe_informing(found)


def test_equations():
    weights = pd.Series([1.0, -1 / 3, 0.0, 2.0], index=["A", "B", "C", "D"])
    assert equation(weights) == "A + 2 D - 0.333333 B"
    assert equation(weights * 0) == "0"


def test_priors():
    data = el.datasets.simulate(n_features=300, seed=1).data
    fit = el.lm_fit(data, "~ group")
    assert "a common prior, standard deviation s0 =" in describe_prior(fit.ebayes())
    assert "follows average expression" in describe_prior(fit.ebayes(trend=True))
    assert "nothing is moderated" in describe_prior(fit.ordinary())
    equal = np.tile([1.0, 2.0, 5.0, 6.0], (30, 1))
    samples = pd.DataFrame({"group": list("AABB")})
    assert "d0 are infinite" in describe_prior(el.lm_fit(equal, "~ group", samples=samples).ebayes())


def test_robust_priors_tell_how_far_they_go_down():
    data = el.datasets.simulate(n_features=300, seed=1).data
    values = data.E.copy()
    values.iloc[:3] *= 30.0
    mod = el.lm_fit(values, "~ group", samples=data.targets).ebayes(robust=True)
    assert "Estimated by winsorised moments; d0 is lower where a variance stands out, down to" in describe_prior(mod)
    assert lowest_df(mod) == mod.prior.df2_shrunk.min()
    assert lowest_df(el.lm_fit(data, "~ group").ebayes()) is None


def test_too_few_features_for_a_prior():
    fit = el.lm_fit(el.datasets.simulate(n_features=50, seed=1).data[:2, :], "~ group")
    assert "too few features to learn a prior" in describe_prior(fit.ebayes())


def test_decisions_against_a_threshold():
    samples = pd.DataFrame(FLAT)
    found = informing_samples(el.model_matrix("~ group", samples), "groupB", samples)
    counts = pd.Series({"Down": 1, "NotSig": 7, "Up": 2})
    assert "2 of 10 features are higher in B by more than 0.5 (TREAT)" in describe_decisions(counts, found, 0.05, 0.5)
    assert "are higher in B, 1 is lower" in describe_decisions(counts, found, 0.05)


def test_samples_of_weight_zero_are_told():
    samples = pd.DataFrame(FLAT)
    weights = np.array([0.0, 1, 1, 1, 1])
    fit = el.lm_fit(np.arange(10.0).reshape(2, 5) ** 1.5, "~ group", samples=samples, weights=weights)
    found = informing_samples(fit.design, "groupB", samples, plan=fit.plan)
    text = describe_informing(found)
    assert "3 of 5 samples inform it: 2 B and 1 A. The other sample has no weight in the estimate" in text
    assert text.endswith("1 sample of weight zero takes no part.")
    whole = informing_samples(fit.design, "(groupB + groupC)/2", samples, plan=fit.plan)
    assert describe_informing(whole).startswith("All 4 of 5 samples that have a weight inform it: ")


def test_one_is_one() -> None:
    mod = el.lm_fit(np.random.default_rng(1).normal(size=(1, 3)), np.ones((3, 1))).ordinary()
    assert describe_data(mod).startswith("1 feature on 3 samples; 1 coefficient is estimated, which leaves 2 residual")
    two = el.lm_fit(np.random.default_rng(1).normal(size=(2, 2)), np.ones((2, 1))).ordinary()
    assert describe_data(two).endswith("leaves 1 residual degree of freedom per feature.")


def test_a_strong_prior_is_never_all_of_a_variance() -> None:
    mod = el.lm_fit(np.random.default_rng(1).normal(size=(50, 6)), np.ones((6, 1))).ebayes()
    mod = replace(mod, prior=replace(mod.prior, df2=3010.4))
    assert "d0 = 3,010 degrees of freedom beside the 5 of a feature, so over 99% of a moderated" in describe_prior(mod)
