"""The warning of group means tested against zero: it fires where that was not meant, and nowhere else."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import DesignWarning

SAMPLES = pd.DataFrame({"group": list("AAAABBBB"), "age": [31.0, 42, 58, 29, 37, 44, 51, 60]})


def values(level: float, features: int = 200) -> np.ndarray:
    rng = np.random.default_rng(3)
    return level + rng.normal(size=(features, 1)) + 0.3 * rng.normal(size=(features, 8))


def moderated(level: float, design: object = "~ 0 + group", **options: int) -> el.ModeratedFit:
    return el.lm_fit(values(level, **options), design, samples=SAMPLES).ebayes()


@pytest.fixture
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("coef", ["groupA", "groupB"])
def test_a_group_mean_of_intensities_warns(coef):
    with pytest.warns(DesignWarning, match=rf"'{coef}' is a level.*100% of features.*group. - group."):
        moderated(8.0).top_table(coef)


def test_decisions_warn_as_well():
    with pytest.warns(DesignWarning, match="'groupA' is a level") as caught:
        moderated(8.0).decide_tests()
    assert len(caught) == 1, "one warning, however many groups there are"


def test_group_means_tested_together_warn():
    with pytest.warns(DesignWarning, match="'groupA' is a level") as caught:
        moderated(8.0).top_table()
    assert len(caught) == 1


def test_intensities_below_zero_warn_too():
    with pytest.warns(DesignWarning, match="is a level"):
        moderated(-8.0).top_table("groupA")


def test_the_suggested_contrast_can_be_made():
    mod = moderated(8.0)
    with pytest.warns(DesignWarning) as caught:
        mod.top_table("groupB")
    text = str(caught[0].message)
    assert "fit.contrast('groupB - groupA')" in text
    assert mod.contrast("groupB - groupA").shape == (200, 1)


@pytest.mark.usefixtures("strict")
class TestSoundAnalysesDoNotWarn:
    def test_log_ratios(self):
        moderated(0.0).top_table("groupA")
        moderated(0.0).decide_tests()

    def test_log_ratios_that_lean_to_one_side(self):
        moderated(0.5).top_table("groupA")

    def test_contrasts(self):
        fit = el.lm_fit(values(8.0), "~ 0 + group", samples=SAMPLES)
        fit.contrast("groupB - groupA").ebayes().top_table()
        fit.contrast("groupB - groupA").ebayes().decide_tests()

    def test_a_true_difference_of_every_feature(self):
        y = values(8.0)
        y[:, 4:] += 6.0
        el.lm_fit(y, "~ group", samples=SAMPLES).ebayes().top_table("groupB")

    def test_the_intercept_named_on_purpose(self):
        moderated(8.0, "~ group").top_table("(Intercept)")

    def test_differences_of_a_treatment_design(self):
        moderated(8.0, "~ group").top_table("groupB")
        moderated(8.0, "~ group").decide_tests()

    def test_a_slope(self):
        moderated(8.0, "~ age").top_table("age")

    def test_a_design_without_a_mean(self):
        moderated(0.0, np.array([-1, -1, -1, -1, 1, 1, 1, 1.0])).top_table(0)

    def test_too_few_features_to_tell(self):
        moderated(8.0, features=10).top_table("groupA")

    def test_log_ratios_of_groups_together(self):
        moderated(0.0).top_table()
