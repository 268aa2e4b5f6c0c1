"""Design matrices as pictures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import DesignError


def aliased() -> el.Design:
    return el.model_matrix("~ group + batch", pd.DataFrame({"group": list("AABB"), "batch": list("xxyy")}))


def test_values_stand_in_their_cells():
    frame = pd.DataFrame({"$a$": [1.0, 0.5, 0.0], "b\n": [0.0, -40.0, 3.0]}, index=["s1", "_s", "x" * 99])
    ax = el.plot.design(frame)
    ax.figure.canvas.draw()
    shown = {text.get_position(): text.get_text() for text in ax.texts}
    assert shown == {(0, 0): "1", (1, 0): "0", (0, 1): "0.5", (1, 1): "-40", (0, 2): "0", (1, 2): "3"}
    assert ax.get_title().startswith("Full rank: ")
    assert ax.get_title().endswith(" coefficients")
    np.testing.assert_allclose(ax.images[0].get_array(), [[1.0, 0.0], [0.5, -1.0], [0.0, 0.075]])


def test_what_cannot_be_estimated_is_said():
    found, ax = el.plot.design_data(aliased()), el.plot.design(aliased())
    assert (found.rank, found.aliased, found.dependencies) == (2, ["batchy"], ["batchy = groupB"])
    assert "Rank 2 of 3: batchy = groupB" in ax.get_title()
    assert [tick.get_color() == "black" for tick in ax.get_xticklabels()] == [True, True, False]


def test_the_design_of_a_fit_is_taken():
    fit = el.lm_fit(np.random.default_rng(1).normal(size=(9, 4)), np.array([[1, 0], [1, 0], [1, 1], [1, 1]]))
    for stage in (fit, fit.ebayes()):
        assert el.plot.design_data(stage).frame.equals(fit.design.frame)


def test_a_design_of_many_samples_has_no_values():
    ax = el.plot.design(np.random.default_rng(1).normal(size=(500, 3)))
    ax.figure.canvas.draw()
    assert not ax.texts


def test_what_is_no_design_is_refused():
    with pytest.raises(DesignError):
        el.plot.design("~ group")
