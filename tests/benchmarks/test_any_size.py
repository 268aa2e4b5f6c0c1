"""Matrices of any size, on small ones: every problem runs, and its numbers agree."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from benchmarks import any_size, records, report
from benchmarks.large import fresh, stored
from benchmarks.large.fresh import NoRoomError, Options
from tests.peaks import linux

pytest.importorskip("zarr")
pytest.importorskip("h5py")
pytest.importorskip("distributed")
pytestmark = linux

SMALL = Options(share=0.0005, repeats=1, workers=(), cold=False)


@pytest.fixture
def here(monkeypatch):
    """Tasks run in this process: new ones would import everything anew."""

    def task(name: str, options: Options, **given: Any) -> dict[str, Any]:
        module, _, function = name.partition(":")
        done = getattr(import_module(f"benchmarks.large.{module}"), function)(**json.loads(json.dumps(given)))
        return {"bare_mb": 0.0, **done}

    monkeypatch.setattr(fresh, "task", task)


@pytest.mark.parametrize("name", list(any_size.PROBLEMS))
def test_small_runs_are_complete_and_leave_nothing_behind(here, tmp_path, name):
    record = any_size.measured([name], replace(SMALL, folder=tmp_path))
    assert record["notes"] == []
    assert records.problems_of(record) == []
    (found,) = record["any_size"]
    assert all(row["seconds"] > 0 for row in found["rows"] if "seconds" in row)
    assert all(value <= stored.DIFFERENCE for what, _, value, _ in found["aims"] if "relative difference" in what)
    assert f"## {name}: " in report.markdown(record)
    assert record["targets"] == []  # aims are those of the full sizes
    assert list(tmp_path.iterdir()) == []


def test_a_task_in_a_new_process_answers():
    found = fresh.task("in_memory:timed", SMALL, features=50, dtype="float32", threads=1, repeats=1)
    assert found["cold"].keys() == found["warm"].keys() == {"lm_fit", "product", "plain fit"}
    assert found["bare_mb"] > 0


def test_files_go_when_a_run_fails_and_are_not_begun_where_there_is_no_room(monkeypatch, tmp_path):
    options = replace(SMALL, folder=tmp_path)
    monkeypatch.setattr(fresh, "task", lambda *args, **given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        stored.zarr(options)
    assert list(tmp_path.iterdir()) == []
    record = any_size.measured(["zarr"], replace(options, share=1e6))
    assert "GB are needed" in record["notes"][0]
    with pytest.raises(NoRoomError), fresh.room(options, 1e18):
        pass
