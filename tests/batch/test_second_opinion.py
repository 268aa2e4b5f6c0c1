from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.batch.second_opinion import second_opinion, warn_of_dispute
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.errors import HiddenFactorWarning
from tests.factor_study.cells import Cell
from tests.factor_study.drawing import Drawn, draw

QUIET = Running(threads=1, progress=False)
#: Sums over rows in other places of memory.
ROUNDING = 1e-12
GOES_ALONG = Cell(24, 1, "all", 2.0, 0.1, "both")


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw(GOES_ALONG, 1)


def opinion(drawn: Drawn, values: np.ndarray, y: pd.DataFrame | None = None):
    return second_opinion(as_feature_matrix(drawn.y if y is None else y), drawn.design, values, QUIET)


def test_the_true_factor_is_agreed_on(drawn):
    found = opinion(drawn, drawn.hidden)
    assert list(found.columns) == ["groupB"]
    assert not found.disputed
    assert "robust factor adjustment agrees (" in found.remarks()[0]
    warn_of_dispute(found, "these")


def test_a_factor_without_its_association_is_disputed(drawn):
    """What is left of the factor beside the group: residual directions, as if they had nothing to do with it."""
    x = drawn.design.matrix
    beside = drawn.hidden - x @ np.linalg.lstsq(x, drawn.hidden, rcond=None)[0]
    found = opinion(drawn, beside)
    rejected = el.lm_fit(drawn.y, drawn.design.with_nuisance(pd.DataFrame(beside, columns=["F"]))).ebayes()
    actual = (rejected.p_value["groupB"][drawn.is_null] < 0.05).mean()
    assert found.disputed["groupB"].rejected == pytest.approx(actual, abs=0.05)
    with pytest.warns(
        HiddenFactorWarning,
        match="these and robust factor adjustment disagree about 'groupB': if the latter is right, .* %.*for 'groupB'",
    ):
        warn_of_dispute(found, "these")


def test_none_in_use_is_an_opinion(drawn):
    """As many null features are rejected as where nothing is done about the factor."""
    found = opinion(drawn, np.empty((24, 0)))
    plain = el.lm_fit(drawn.y, drawn.design).ebayes().p_value["groupB"]
    assert found.disputed["groupB"].rejected == pytest.approx((plain[drawn.is_null] < 0.05).mean(), abs=0.05)


def test_surrogate_variables_that_come_to_nothing_are_disputed():
    drawn = draw(Cell(24, 1, "half", 2.0, 0.0, "none"), 16)
    with pytest.warns(HiddenFactorWarning, match="surrogate variables and robust factor adjustment disagree"):
        found = el.surrogate_variables(drawn.y, drawn.design, n_sv=1, method="two-step")
    assert found.n_factors == 0


def test_fewer_factors_than_there_are_are_disputed():
    """The second opinion counts factors itself: one of three is not enough where all go along with the group."""
    drawn = draw(Cell(24, 3, "all", 2.0, 0.1, "both"), 2)
    found = opinion(drawn, drawn.hidden[:, :1])
    assert found.n_factors == 3
    assert found.disputed
    with pytest.warns(HiddenFactorWarning, match="with 3 factors .latent_factors"):
        warn_of_dispute(found, "these")


def test_another_share_that_harms_no_test_is_told_as_such(drawn):
    """A column that goes along with the group and moves no feature costs power, and no p-value is too small for it."""
    idle = drawn.design.matrix[:, 1] + np.random.default_rng(1).normal(0, 0.2, 24)
    found = opinion(drawn, np.column_stack([drawn.hidden, idle]))
    assert not found.disputed
    assert "robust factor adjustment says" in found.remarks()[0]
    assert "not too small" in found.remarks()[0]


def test_more_than_there_are_is_no_dispute(drawn):
    """Columns of noise cost df, but no test is wrong for them: also where they come from the data's own noise."""
    hidden = el.surrogate_variables(drawn.y, drawn.design.with_nuisance(pd.DataFrame(drawn.hidden, columns=["Z"])),
                                    n_sv=2).values  # fmt: skip
    assert not opinion(drawn, np.column_stack([drawn.hidden, hidden])).disputed


@pytest.mark.parametrize("seed", range(15))
def test_factors_in_noise_are_no_dispute(seed):
    """Surrogate variables that were asked for though nothing is hidden; a warning would be an error here."""
    rng = np.random.default_rng(seed)
    y, design = rng.normal(size=(400, 16)), el.model_matrix("~ group", {"group": list("ABCD") * 4})
    assert el.surrogate_variables(y, design, n_sv=2).n_factors == 2


def test_it_says_nothing_where_it_finds_no_factor():
    drawn = draw(Cell(24, 0, "no", 0.0, 0.0, "none"), 1)
    assert opinion(drawn, np.random.default_rng(1).normal(size=(24, 1))) is None


def test_many_features_are_looked_at_in_part(drawn, monkeypatch):
    """Evenly over all of them: each row twice says what each row once does."""
    twice = drawn.y.loc[drawn.y.index.repeat(2)]
    monkeypatch.setattr("ebayes_lm.batch.second_opinion.MOST_FEATURES", len(drawn.y))
    (one,), (part,) = (opinion(drawn, drawn.hidden, y).columns.values() for y in (drawn.y, twice))
    assert part.rejected == pytest.approx(one.rejected, abs=1e-3)
    assert part.other_share == pytest.approx(one.other_share, rel=1e-2)


def test_incomplete_rows_do_not_speak(drawn):
    y = drawn.y.copy()
    y.iloc[5, 3] = np.nan
    with_gap, without = (opinion(drawn, drawn.hidden, rows).table for rows in (y, drawn.y.drop(index="g5")))
    pd.testing.assert_frame_equal(with_gap, without, rtol=ROUNDING)


@pytest.mark.parametrize("why", ["dependent columns", "few df"])
def test_it_says_nothing(drawn, why):
    design, values = drawn.design, drawn.hidden
    if why == "dependent columns":
        design = el.Design(np.column_stack([design.matrix, design.matrix.sum(axis=1)]))
    else:
        design = el.Design(np.column_stack([design.matrix, np.eye(24)[:, :20]]))
    assert second_opinion(as_feature_matrix(drawn.y), design, values, QUIET) is None
    warn_of_dispute(None, "these")
