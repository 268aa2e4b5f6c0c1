"""Tests of several coefficients together, as the page tells them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.reporting.page.f_tests import f_section, f_tests
from ebayes_lm.reporting.page.subject import subject_of

SIMULATION = el.datasets.simulate(n_features=150, groups={"A": 4, "B": 4, "C": 4}, seed=1)
FIT = el.lm_fit(SIMULATION.data, "~ group")


def subject(mod):
    return subject_of(mod, None, None, layer=None, fdr=0.05, lfc=0.0)


def test_terms_of_several_coefficients_are_tested_by_themselves():
    mod = FIT.ebayes()
    (found,) = f_tests(subject(mod), ())
    pd.testing.assert_frame_equal(found.table, mod.test("group"))
    text = f_section(subject(mod), [found])
    n = int((mod.test("group")["adj.P.Val"] < 0.05).sum())
    assert f"{n} of 150 features differ by group at a false discovery rate of 0.05 (F test)." in text
    assert str(mod.test("group").index[0]) in text
    assert text.count("<tr>") == 101


def test_contrasts_are_tested_together_and_tables_that_are_given_are_shown():
    contrasts = FIT.contrast(["groupB", "groupC - groupB"]).ebayes()
    (found,) = f_tests(subject(contrasts), ())
    assert found.what == "in one of the 2 comparisons at least"
    np.testing.assert_array_equal(found.table["F"], np.sort(contrasts.F)[::-1])
    (given,) = f_tests(subject(contrasts), {"group": FIT.ebayes().test("group").iloc[:1]})
    assert "The feature with most evidence to differ by group" in f_section(subject(contrasts), [given])


@pytest.mark.parametrize("mod", [FIT.contrast(["groupB"]).ebayes(), FIT.contrast(["groupB", "groupC"]).treat(lfc=0.2)])
def test_where_nothing_is_tested_together_there_is_no_section(mod):
    assert f_section(subject(mod), f_tests(subject(mod), ())) is None
