"""Sentences on designs of several kinds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.reporting.informing import informing_samples
from ebayes_lm.reporting.sentences import describe_informing, describe_prior, equation, title

PAIRED = {"patient": list("112233"), "group": list("ABABAA")}
FLAT = {"group": list("AABBC"), "age": [31.0, 44.0, 50.0, 28.0, 39.0]}
_PAIRS = "4 of 6 samples inform it: patient 1 (1 B and 1 A); patient 2 (1 B and 1 A). The 2 others have no weight"
_WITHOUT_C = "4 of 5 samples inform it: 2 B and 2 A. The other sample has no weight"

CROSSED = {"a": list("uuvvuuvv"), "b": list("xyxyxyxy")}


@pytest.mark.parametrize(
    ("columns", "formula", "contrast", "heading", "sentence"),
    [
        (PAIRED, "~ patient + group", "groupB", "B against A", _PAIRS),
        (FLAT, "~ group", "groupB", "B against A", _WITHOUT_C),
        (FLAT, "~ group", "(groupB + groupC)/2", "(groupB + groupC)/2", "All 5 samples inform it: 2 B, 1 C and 2 A."),
        (FLAT, "~ age", "age", "age", "All 5 samples inform it."),
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
