from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.batch.factors import Factors
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import AlignmentError, ContrastError, DesignError

SAMPLES = pd.DataFrame({"group": list("AAABBBCCC"), "sex": list("FMFMFMFMF")}, index=[f"s{k}" for k in range(9)])
HIDDEN = np.random.default_rng(5).normal(size=(9, 2))


@pytest.fixture
def y() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(6).normal(size=(60, 9)), columns=SAMPLES.index)


def appended(design: Design) -> Factors:
    return Factors.appended(design, HIDDEN, prefix="F", method="by hand", remarks=("from nowhere",))


class TestDesign:
    def test_factors_are_columns_and_terms_of_their_own(self):
        design = appended(el.model_matrix("~ group + sex", SAMPLES)).design
        assert design.names == ["(Intercept)", "groupB", "groupC", "sexM", "F1", "F2"]
        assert design.terms["F2"] == ["F2"]
        assert design.nuisance == ("F1", "F2")
        assert design.of_interest == ("group", "sex")
        assert "F1" in repr(design)

    def test_terms_of_interest_stay(self):
        design = appended(el.model_matrix("~ group + sex", SAMPLES, of_interest="group")).design
        assert design.of_interest == ("group",)

    def test_a_second_pair_is_no_interest_of_the_first(self):
        twice = appended(appended(el.model_matrix("~ group", SAMPLES)).design).design
        assert twice.nuisance == ("F1", "F2", "F3", "F4")
        assert twice.of_interest == ("group",)

    def test_parts_keep_what_is_nuisance(self):
        design = appended(el.model_matrix("~ group", SAMPLES)).design
        assert design.take([0, 4, 8]).nuisance == ("F1", "F2")
        assert design.with_interest("group").nuisance == ("F1", "F2")

    def test_conditions_stand_at_the_mean_of_a_factor(self):
        design = appended(el.model_matrix("~ group", SAMPLES)).design
        assert el.cond(design, group="B").tolist() == [1, 1, 0, *HIDDEN.mean(axis=0)]

    def test_other_samples_have_no_factors(self):
        with pytest.raises(DesignError, match="'F1', 'F2' were estimated from the samples of this design"):
            appended(el.model_matrix("~ group", SAMPLES)).design.apply(SAMPLES)

    def test_no_factor_changes_nothing(self):
        design = el.model_matrix("~ group", SAMPLES)
        none = Factors.appended(design, np.empty((9, 0)), prefix="F", method="found")
        assert none.design is design
        assert none.n_factors == 0
        assert repr(none) == "no factor found; the design ~ group stays as it is"
        unnamed = Factors.appended(el.Design(design.frame), np.empty((9, 0)), prefix="F", method="found")
        assert repr(unnamed) == "no factor found; the design of '(Intercept)', 'groupB', 'groupC' stays as it is"

    def test_columns_that_are_there_already(self):
        design = appended(el.model_matrix("~ group", SAMPLES)).design
        with pytest.raises(DesignError, match="columns of one name"):
            design.with_nuisance(pd.DataFrame({"F1": np.arange(9.0)}))

    def test_columns_with_labels_are_matched_by_these(self):
        """A column that is taken by position in another order is wrong for every feature, and nothing shows it."""
        design = el.model_matrix("~ group", SAMPLES)
        recorded = pd.DataFrame({"age": np.arange(9.0)}, index=design.samples)
        for given in (recorded, recorded[::-1], recorded.reset_index(drop=True), recorded["age"], np.arange(9.0)):
            assert design.with_nuisance(given).matrix[:, 3].tolist() == list(range(9))
        with pytest.raises(AlignmentError, match="do not name the same samples"):
            design.with_nuisance(recorded.rename(str.upper))
        for short in (recorded[:8].reset_index(drop=True), np.arange(8.0)):
            with pytest.raises(AlignmentError, match="has 8 entries and the matrix 9 samples"):
                design.with_nuisance(short)


class TestDefaultTests:
    """What names no coefficient leaves factors out."""

    def test_table_f_decisions_and_long_table(self, y):
        plain = el.model_matrix("~ group", SAMPLES)
        mod = el.lm_fit(y, appended(plain).design).ebayes()
        named = ["groupB", "groupC"]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert list(mod.top_table().columns[:2]) == named
        assert mod.tables()["contrast"].unique().tolist() == ["(Intercept)", *named]
        assert mod.decide_tests().to_frame().columns.tolist() == ["(Intercept)", *named]
        assert mod.decide_tests(method="nestedF").to_frame().columns.tolist() == ["(Intercept)", *named]
        expected = el.top_table_f(mod, coef=["(Intercept)", *named], number=None, sort_by="none")["F"]
        np.testing.assert_array_equal(mod.F, expected)
        np.testing.assert_array_equal(el.top_table_f(mod, number=None, sort_by="none")["F"], expected)

    def test_last_of_treat(self, y):
        treated = el.lm_fit(y, appended(el.model_matrix("~ group", SAMPLES)).design).treat()
        pd.testing.assert_frame_equal(treated.top_table(), treated.top_table("groupC"))

    def test_named_factors_are_tested(self, y):
        mod = el.lm_fit(y, appended(el.model_matrix("~ group", SAMPLES)).design).ebayes()
        assert "logFC" in mod.top_table("F2")

    def test_contrasts_and_pairs_of_levels(self, y):
        fit = el.lm_fit(y, appended(el.model_matrix("~ 0 + group", SAMPLES)).design)
        assert fit.contrast("groupB - groupA").ebayes().top_table().shape[0] == 10
        np.testing.assert_allclose(
            fit.all_pairwise("group").coefficients["B - A"], fit.contrast("groupB - groupA").coefficients.iloc[:, 0]
        )

    def test_contrasts_of_the_design_before(self, y):
        plain = el.model_matrix("~ 0 + group", SAMPLES)
        before = el.make_contrasts("groupB - groupA", levels=plain)
        with pytest.raises(ContrastError, match=r"missing: 'F1', 'F2'; make_contrasts\(..., levels=fit\)"):
            el.lm_fit(y, appended(plain).design).contrast(before)


class TestFactors:
    def test_words(self):
        found = appended(el.model_matrix("~ group", SAMPLES))
        assert repr(found) == "2 factors (F1, F2) by hand, appended to ~ group\nfrom nowhere."
        assert "<table" in found._repr_html_()
        unnamed = appended(el.Design(np.ones((9, 1))))
        assert repr(unnamed).startswith("2 factors (F1, F2) by hand, appended to the design of 'x1'\n")

    def test_names_from_strangers_are_escaped(self):
        samples = SAMPLES.set_axis([f"<b>{k}" for k in range(9)])
        assert "<b>" not in appended(el.model_matrix("~ group", samples))._repr_html_()

    def test_loadings_take_the_names_of_the_factors(self):
        design = el.model_matrix("~ group", SAMPLES)
        loadings = pd.DataFrame(np.zeros((3, 2)))
        assert list(Factors.appended(design, HIDDEN, prefix="W", method="", loadings=loadings).loadings) == ["W1", "W2"]
