from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.design.conditions import cond, contrast_as_coef
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.estimability import is_full_rank
from ebayes_lm.design.model import model_matrix
from ebayes_lm.errors import ContrastError, DesignError, FormulaError

SAMPLES = pd.DataFrame(
    {
        "group": ["A", "B", "C", "A", "B", "C", "A", "B", "C", "A"],
        "sex": ["F", "M", "M", "F", "F", "M", "M", "F", "F", "M"],
        "age": [31.0, 42, 58, 29, 63, 47, 36, 52, 71, 44],
        "batch": [1, 2, 1, 2, 1, 2, 2, 1, 2, 1],
        "smoker": [True, False, True, False, True, False, False, True, False, True],
    }
)

#: Back substitution and a complete QR of small contrast matrices; splines times a small matrix.
ROTATION = 1e-12


class TestCond:
    def test_reference_and_mean(self):
        design = model_matrix("~ group + age + smoker", SAMPLES, reference={"group": "B"})
        assert cond(design).tolist() == [1, 0, 0, SAMPLES["age"].mean(), 0]
        assert cond(design, group="C", age=50, smoker=True).tolist() == [1, 0, 1, 50, 1]

    def test_differences_are_contrasts_whatever_the_coding(self):
        beta = {"A": 2.0, "B": 5.0, "C": -1.0}
        y = SAMPLES["group"].map(beta).to_numpy()
        for formula in ("~ group", "~ 0 + group", "~ C(group, contr.sum)", "~ C(group, contr.helmert)"):
            design = model_matrix(formula, SAMPLES)
            coefficients = np.linalg.lstsq(design.matrix, y)[0]
            contrast = cond(design, group="C") - cond(design, group="B")
            assert contrast.to_numpy() @ coefficients == pytest.approx(-6.0, abs=1e-12)

    def test_rows_of_the_design_come_back(self):
        design = model_matrix("~ group * sex + ns(age, df = 3) * sex + C(batch)", SAMPLES)
        for i, row in SAMPLES.iterrows():
            levels = {name: row[name] for name in ("group", "sex", "age", "batch")}
            np.testing.assert_allclose(cond(design, **levels), design.matrix[i], atol=ROTATION)

    def test_series_over_the_coefficients(self):
        design = model_matrix("~ group", SAMPLES)
        assert list(cond(design).index) == design.names

    @pytest.mark.parametrize(
        ("levels", "words"),
        [
            ({"gruop": "A"}, r"'gruop' plays no part in the design. Did you mean 'group'\?"),
            ({"sex": "F"}, "'sex' plays no part"),
            ({"group": "D"}, "'group' has the level 'D'"),
            ({"age": "old"}, "'age' enters the design as a number"),
            ({"age": np.nan}, "'age' enters the design as a number"),
            ({"age": None}, "'age' enters the design as a number"),
        ],
    )
    def test_unknown_conditions(self, levels, words):
        with pytest.raises(DesignError, match=words):
            cond(model_matrix("~ group + age", SAMPLES), **levels)

    def test_numbers_have_no_conditions(self):
        with pytest.raises(DesignError, match="given as numbers"):
            cond(Design([1, 2, 3]))

    def test_of_an_intercept(self):
        assert cond(model_matrix("~ 1", SAMPLES)).tolist() == [1]


class TestContrastAsCoef:
    GROUPS = model_matrix("~ 0 + g", {"g": ["A", "A", "B", "B", "C", "D"]})

    def test_the_numbers_of_limma(self):
        design, at = contrast_as_coef(self.GROUPS, ["gB - gA", "u = gC - gA", "dup = 2*(gC - gB)"])
        third, root = 1 / 3, 3**-0.5
        limma = [[-third, -third, root, 0]] * 2 + [[2 * third, -third, root, 0]] * 2 + [[-third, 2 * third, root, 0]]
        assert at == [0, 1]
        assert design.names == ["gB - gA", "u", "Q3", "Q4"]
        np.testing.assert_allclose(design.matrix, [*limma, [0, 0, 0, 1]], atol=ROTATION)

    def test_last(self):
        design, at = contrast_as_coef(self.GROUPS, [-1, 1, 0, 0], first=False)
        root = 0.5**0.5
        assert at == [3]
        assert design.names == ["Q2", "Q3", "Q4", "C1"]
        limma = [[root, 0, 0, -0.5]] * 2 + [[root, 0, 0, 0.5]] * 2 + [[0, 1, 0, 0], [0, 0, 1, 0]]
        np.testing.assert_allclose(design.matrix, limma, atol=ROTATION)

    @pytest.mark.parametrize("first", [True, False])
    def test_new_coefficients_equal_the_contrasts(self, first):
        old = model_matrix("~ group * sex + age", SAMPLES)
        rng = np.random.default_rng(7)
        weights, y = rng.normal(size=(old.shape[1], 3)), rng.normal(size=len(SAMPLES))
        design, at = contrast_as_coef(old, weights, first=first)
        before, after = np.linalg.lstsq(old.matrix, y)[0], np.linalg.lstsq(design.matrix, y)[0]
        np.testing.assert_allclose(after[at], weights.T @ before, rtol=1e-9)
        np.testing.assert_allclose(design.matrix @ after, old.matrix @ before, rtol=1e-9)
        assert is_full_rank(design)
        assert design.samples.equals(old.samples)

    def test_nothing_to_contrast(self):
        with pytest.raises(ContrastError, match="all weights of the contrast are zero"):
            contrast_as_coef(self.GROUPS, [0, 0, 0, 0])


def test_conditions_run_no_code():
    with pytest.raises(FormulaError):
        cond(model_matrix("~ I(__import__('os'))", SAMPLES))


def test_a_design_given_as_numbers_or_held_by_a_fit():
    x = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    turned, at = contrast_as_coef(x, "x2 - x1")
    assert at == [0]
    assert turned.shape == (4, 2)
    with pytest.raises(DesignError, match="given as numbers"):
        cond(x, x2=1)


def test_contrasts_as_coefficients_are_what_it_is_about_beside_nuisance():
    design = model_matrix("~ group", {"group": list("AABBCC")})
    hidden = design.with_nuisance(pd.DataFrame({"F1": np.arange(6.0) ** 2}))
    for first in (True, False):
        assert contrast_as_coef(hidden, "groupB - groupC", first=first)[0].of_interest == ("groupB - groupC",)
    assert contrast_as_coef(design, "groupB - groupC")[0].of_interest is None
