"""A small part of the study of hidden factors: the whole of it is in docs/calibration.md."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.factor_study.__main__ import holds
from tests.factor_study.approaches import APPROACHES
from tests.factor_study.cells import Cell, grid
from tests.factor_study.study import MOST_NULL, study
from tests.factor_study.verdict import markdown, read, verdict

REPLICATES = 4
#: Of a mean share of 1,800 null features over four data sets, which share their factors.
SAMPLING = 0.012
GOES_ALONG = Cell(24, 1, "half", 2.0, 0.1, "both")
MANY_EFFECTS = Cell(24, 3, "all", 1.0, 0.3, "up")


@pytest.fixture(scope="module", params=[GOES_ALONG, MANY_EFFECTS], ids=str)
def table(request: pytest.FixtureRequest) -> pd.DataFrame:
    return study(request.param, REPLICATES).set_index("approach")


def test_doing_nothing_is_wrong(table):
    assert table.loc["plain", "null_rejected"] > 3 * MOST_NULL


@pytest.mark.parametrize("name", [name for name in APPROACHES if name != "plain"])
def test_an_approach_is_right_or_warns(table, name):
    """Where it warns in every data set there is nothing left to be right about."""
    row = table.loc[name]
    assert row["warned"] == 1.0 or row["quiet_null_rejected"] < MOST_NULL + SAMPLING


def test_robust_adjustment_is_as_good_as_knowing(table):
    assert table.loc["latent robust", "null_rejected"] == pytest.approx(
        table.loc["oracle", "null_rejected"], abs=SAMPLING
    )


def test_a_verdict_names_what_fails(tmp_path):
    path = tmp_path / "done.tsv"
    study(GOES_ALONG, 25, ["plain", "oracle"]).to_csv(path, sep="\t", index=False)
    rows = verdict(read(path))
    assert rows.loc["plain", ["beyond", "beyond without warning"]].tolist() == [1, 1]
    assert rows.loc["oracle", ["beyond", "beyond without warning"]].tolist() == [0, 0]
    assert markdown(rows).startswith("| approach | cells | beyond |")


def test_the_grid_has_every_cell_once():
    cells = grid()
    assert len(set(cells)) == len(cells) == 2 * 5 * (1 + 2 * 2 * 3)


def test_a_run_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "done.tsv"
    study(GOES_ALONG, 1, ["plain"]).to_csv(path, sep="\t", index=False)
    done = pd.read_csv(path, sep="\t", keep_default_na=False)
    assert holds(done, GOES_ALONG)
    assert not holds(done, MANY_EFFECTS)
    assert not holds(pd.DataFrame(), GOES_ALONG)
