"""Runs that are killed, run out of disk or find their folder changed, and go on."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
import threading
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm import lm_fit, open_matrix
from ebayes_lm.data import run_lock
from ebayes_lm.data.checkpoint import Checkpointed
from ebayes_lm.data.engines import Parts, Threads
from ebayes_lm.data.mapped import mapped
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, StorageError, StorageWarning, VarianceWarning

STEPS = ("open", "write", "fsync", "replace")
Y = np.random.default_rng(5).normal(size=(75, 6))
Y[[4, 31, 60], [0, 1, 2]] = np.nan
X = np.column_stack([np.ones(6), np.repeat([0.0, 1.0], 3)])


def fitted(folder=None, y=Y, x=X, chunk_size=3, **options):
    return lm_fit(y, x, chunk_size=chunk_size, threads=1, progress=False, checkpoint=folder, **options)


def numbers(fit):
    own = fit.covariances
    return [fit.to_frame().to_numpy(), fit.record.status, own.rows, own.missing, fit.contrast("x2 - x1").sigma]


def assert_same(found, wanted):
    for a, b in zip(numbers(found), numbers(wanted), strict=True):
        assert_array_equal(a, b)


@pytest.fixture(scope="module")
def wanted():
    return fitted()


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What is tested here does not depend on waiting for the disk."""
    monkeypatch.setattr(os, "fsync", lambda number: None)


class Interrupted:
    """Calls that reach the disk, counted; at one of them something happens, before it, halfway or after it."""

    def __init__(self, monkeypatch, at, when, event):
        self.calls, self.at, self.when, self.event = 0, at, when, event
        for step in STEPS:
            monkeypatch.setattr(os, step, self._watched(getattr(os, step)))

    def _watched(self, step):
        def call(*given, **named):
            self.calls += 1
            here = self.calls == self.at
            if here and self.when == "halfway" and step.__name__ == "write":
                step(given[0], given[1][: len(given[1]) // 2])
            if here and self.when != "after":
                self.event()
            found = step(*given, **named)
            if here and self.when == "after":
                self.event()
            return found

        return call


def counted_calls(folder, **options):
    with pytest.MonkeyPatch.context() as patched:
        watched = Interrupted(patched, 0, "before", None)
        fitted(folder, **options)
    return watched.calls


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
def test_a_run_killed_at_any_point_goes_on_to_the_same_numbers(tmp_path, wanted):
    calls = counted_calls(tmp_path / "whole")
    points = [(k, when) for k in np.linspace(1, calls, 9).astype(int) for when in ("before", "halfway", "after")]
    for k, when in points:
        folder = tmp_path / f"{k}-{when}"
        child = os.fork()
        if not child:
            with pytest.MonkeyPatch.context() as patched:
                Interrupted(patched, k, when, lambda: os._exit(9))
                fitted(folder)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert_same(fitted(folder), wanted)
        assert json.loads((folder / "manifest.json").read_bytes())["complete"]


def failed(folder, **options):
    try:
        fitted(folder, **options)
    except StorageError as error:
        return error
    return None


def test_a_disk_that_is_full_at_any_write_is_one_error_and_the_same_call_goes_on(tmp_path):
    calls = counted_calls(tmp_path / "whole", chunk_size=15)

    def full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    wanted = fitted(chunk_size=15)
    unharmed = 0
    for k in range(1, calls + 1):
        folder = tmp_path / f"{k}"
        with pytest.MonkeyPatch.context() as patched:
            Interrupted(patched, k, "halfway", full)
            found = failed(folder, chunk_size=15)
        unharmed += found is None
        assert found is None or re.search("No space left .* the same call goes on", str(found))
        assert not list(folder.glob("*.part"))
        assert_same(fitted(folder, chunk_size=15), wanted)
    assert unharmed <= 1, "only who holds the lock may go unsaid"


def test_the_first_blocks_hold_whatever_is_asked_for_later(tmp_path, wanted):
    fitted(tmp_path)
    for block in sorted(tmp_path.glob("block-*"))[::2]:
        block.unlink()
    again = lm_fit(Y, X, threads=2, chunk_size=10, checkpoint=tmp_path)
    assert_same(again, wanted)
    with pytest.warns(StorageWarning, match="hold 3 features, more than the 2 that are asked"):
        assert_same(fitted(tmp_path, chunk_size=2), wanted)


def test_a_complete_run_is_read_and_not_done_again(tmp_path):
    source = ArraySource(Y)
    bounds = [slice(0, 40), slice(40, 75)]

    def work(values, at):
        done.append(at)
        return Parts((values.sum(axis=1), np.zeros((len(values), 0))), (values[0],) if at.start else ())

    for expected in (bounds, []):
        done = []
        engine = Checkpointed(Threads(1), tmp_path, {"the work": "sums"})
        found = {at.start: parts for at, parts in engine.run(source, work, bounds)}
        assert done == expected
        assert_array_equal(found[0].rows[0], Y[:40].sum(axis=1))
        assert found[40].rows[1].shape == (35, 0)
        assert not found[0].loose
        assert_array_equal(found[40].loose[0], Y[40])


@pytest.mark.parametrize("damage", ["shorter", "flipped", "empty", "of another block"])
def test_a_damaged_block_is_fitted_again(tmp_path, wanted, damage):
    fitted(tmp_path)
    path = tmp_path / "block-000000000030"
    held = path.read_bytes()
    flipped = bytearray(held)
    flipped[len(held) // 2] ^= 1
    other = (tmp_path / "block-000000000033").read_bytes()
    path.write_bytes({"shorter": held[:-1], "flipped": bytes(flipped), "empty": b"", "of another block": other}[damage])
    with pytest.warns(StorageWarning, match="1 of 25 blocks .* cannot be used .*block-000000000030: "):
        assert_same(fitted(tmp_path), wanted)
    assert path.read_bytes() == held


CELLS = np.random.default_rng(6).uniform(0.5, 2.0, Y.shape)
CHANGES = {
    "the input": {"y": np.where(np.arange(75)[:, None] == 50, Y + 1e-9, Y)},
    "the design": {"x": X + np.array([0.0, 1e-12])},
    "the number of features": {"y": Y[:-1]},
    "tol \\(1e-07 then, 1e-05 now\\)": {"tol": 1e-5},
    "weights of samples": {"weights": np.arange(1.0, 7.0)},
    "weights of observations": {"weights": CELLS},
    "min_observed \\(0 then, 4 now\\)": {"min_observed": 4},
    "the iterations": {"method": "robust"},
    "the correlation": {"block": [0, 0, 1, 1, 2, 2], "correlation": 0.3},
    "the input,": {"y": np.vstack([Y, Y])[:150], "ndups": 2, "spacing": 75, "correlation": 0.3},
}


@pytest.mark.parametrize("reason", CHANGES)
def test_what_would_give_other_numbers_is_refused_with_the_reason(tmp_path, reason):
    fitted(tmp_path)
    with pytest.raises(ArgumentError, match=f"blocks of another run: .*{reason}"):
        fitted(tmp_path, **CHANGES[reason])


def test_another_version_is_refused(tmp_path, monkeypatch):
    fitted(tmp_path)
    monkeypatch.setattr("ebayes_lm.results.resuming.version", lambda _: "99.0")
    with pytest.raises(ArgumentError, match=r"the version of ebayes_lm .* then, 99.0 now"):
        fitted(tmp_path)


def test_a_file_that_was_written_again_is_another_input(tmp_path):
    path = tmp_path / "y.npy"
    np.save(path, Y)
    fitted(tmp_path / "run", y=open_matrix(path))
    state = path.stat()
    (tmp_path / "moved").mkdir()
    path = path.rename(tmp_path / "moved" / "z.npy")
    fitted(tmp_path / "run", y=open_matrix(path))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    with pytest.raises(ArgumentError, match="the input changed"):
        fitted(tmp_path / "run", y=open_matrix(path))


OFFSET, TABLE_OF_OFFSETS = 1.0, np.arange(4.0)


class Shifted:
    def __init__(self, by):
        self.by = by

    def __call__(self, values):
        return values + self.by


def of_one(by):
    return lambda values: values + by


def shifted(values, by=1.0):
    return values + by


FUNCTIONS = {
    "the same": [lambda: np.sinh, lambda: of_one(1.0), lambda: Shifted(1.0), lambda: partial(shifted, by=2.0),
                 lambda: lambda v: v if OFFSET in {1.0, 2.5, "a", "b"} else v + 1,
                 lambda: lambda v: np.where(v > OFFSET, TABLE_OF_OFFSETS[2], shifted(v)),
                 lambda: Shifted(2.0).__call__],
    "another": [
        (np.sinh, np.tanh),
        (of_one(1.0), of_one(1.0 + 1e-12)),
        (Shifted(1.0), Shifted(1.5)),
        (Shifted(1.0).__call__, Shifted(1.5).__call__),
        (partial(shifted, by=2.0), partial(shifted, by=2.5)),
        (lambda v: v + 1, lambda v: np.where(np.isnan(v), 0.0, v + 1)),
        (lambda v: np.where(v == 1.21, 0.0, v), lambda v: np.where(v == 1.22, 0.0, v)),
        (lambda v: np.clip(v, -10.0, None), lambda v: np.clip(v, -11.0, None)),
        (lambda v: sum(w + 1 for w in [v]), lambda v: sum(w + 2 for w in [v])),
    ],
}  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS["the same"])
def test_the_same_function_is_the_same_input(function):
    assert mapped(ArraySource(Y), function()).fingerprint() == mapped(ArraySource(Y), function()).fingerprint()


def digests():
    return [mapped(ArraySource(Y), function()).fingerprint() for function in FUNCTIONS["the same"]]


def test_the_same_function_is_the_same_in_another_process():
    code, here = "import tests.data.test_checkpoint as t; print(t.digests())", Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str(digests())


@pytest.mark.parametrize(("one", "other"), FUNCTIONS["another"])
def test_another_function_is_another_input_whatever_it_makes_of_most_numbers(one, other):
    assert mapped(ArraySource(Y), one).fingerprint() != mapped(ArraySource(Y), other).fingerprint()


def test_what_a_function_refers_to_is_part_of_it(monkeypatch):
    source = mapped(ArraySource(Y), lambda v: np.where(v > 1e6, TABLE_OF_OFFSETS[2] + OFFSET, shifted(v)))
    before = source.fingerprint()
    with monkeypatch.context() as patch:
        patch.setitem(globals(), "OFFSET", 2.0)
        assert source.fingerprint() != before
    with monkeypatch.context() as patch:
        patch.setitem(globals(), "TABLE_OF_OFFSETS", np.arange(4.0) * 2)
        assert source.fingerprint() != before
    with monkeypatch.context() as patch:
        patch.setitem(globals(), "shifted", lambda v: np.where(v == 7.77, 0.0, v + 1.0))
        assert source.fingerprint() != before
    assert source.fingerprint() == before


def test_another_function_of_the_values_is_refused(tmp_path):
    np.save(tmp_path / "y.npy", Y)
    matrix = open_matrix(tmp_path / "y.npy")
    for _ in range(2):
        fitted(tmp_path / "run", y=matrix.map(lambda values: np.sinh(values)))
    with pytest.raises(ArgumentError, match="the input changed"):
        fitted(tmp_path / "run", y=matrix.map(lambda values: np.where(values < 0, 0.0, np.sinh(values))))


def test_a_result_does_not_go_where_blocks_are(tmp_path):
    for checkpoint, out in (("a", "a"), ("a", "a/b"), ("a/b", "a"), ("a", "b/../a")):
        with pytest.raises(ArgumentError, match="out= and checkpoint="):
            fitted(tmp_path / checkpoint, out=tmp_path / out)
    assert not list(tmp_path.iterdir())


def test_many_damaged_blocks_are_one_warning(tmp_path, wanted):
    fitted(tmp_path)
    (tmp_path / "manifest.json").unlink()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fitted(tmp_path, x=X[:, ::-1])
    assert [w.category for w in said] == [StorageWarning]
    assert re.search("25 of 25 blocks in .* cannot be used .*block-000000000000.* another run", str(said[0].message))


def test_mixed_models_go_on_too(tmp_path):
    gapped = np.where(np.arange(75)[:, None] == [7, 7, -1, -1, -1, 7], np.nan, Y)  # tells no correlation
    options = {"y": gapped, "block": [0, 1, 0, 1, 0, 1], "correlation": "feature"}
    with pytest.warns(VarianceWarning, match="cannot tell"):
        wanted = fitted(**options)
    for lost in ("block-*3*", "block-*9", "nothing"):
        with pytest.warns(VarianceWarning, match="cannot tell"):
            found = fitted(tmp_path, **options)
        assert_array_equal(found.to_frame(), wanted.to_frame())
        assert_array_equal(found.rho, wanted.rho)
        for block in tmp_path.glob(lost):
            block.unlink()
    with pytest.raises(ArgumentError, match=r"the model \(mixed then, shared now\)"):
        fitted(tmp_path, y=gapped)


def test_labels_and_what_is_looked_at_afterwards_may_change(tmp_path):
    infinite = np.where(np.arange(75)[:, None] == 7, np.inf, Y)
    with pytest.raises(DataError, match="infinite"):
        fitted(tmp_path, y=infinite)
    found = fitted(tmp_path, y=pd.DataFrame(infinite), inf="missing")
    assert_same(found, fitted(y=infinite, inf="missing"))


def test_two_runs_do_not_share_a_folder(tmp_path):
    engine = Checkpointed(Threads(1), tmp_path, {})
    run = engine.run(ArraySource(Y), lambda values, at: Parts((values[:, 0],)), [slice(0, 75)])
    next(run)
    with pytest.raises(StorageError, match=rf"another run works in .*process {os.getpid()} on "):
        fitted(tmp_path)
    run.close()
    with pytest.raises(ArgumentError, match="blocks of another run"):
        fitted(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
def test_without_locks_of_the_system_a_file_stands_for_one(tmp_path, monkeypatch, wanted):
    monkeypatch.setattr(run_lock, "_locked", lambda number, folder: False)
    child = os.fork()
    if not child:
        with run_lock.held(tmp_path):
            os._exit(9)
    os.waitpid(child, 0)
    assert (tmp_path / "lock.taken").exists(), "the process is gone and could not clear up"
    with run_lock.held(tmp_path), pytest.raises(StorageError, match="delete"):
        fitted(tmp_path)
    assert_same(fitted(tmp_path), wanted)
    (tmp_path / "lock.taken").write_text(json.dumps({"pid": child, "host": "elsewhere"}))
    with pytest.raises(StorageError, match="on elsewhere"):
        fitted(tmp_path)


def test_a_run_that_fails_lets_go_of_its_folder_and_its_threads(tmp_path, wanted):
    class Failing(ArraySource):
        def read(self, start, stop):
            if start > 30:
                raise DataError("the file ends here")
            return super().read(start, stop)

    def work(values, at):
        return Parts((values[:, 0],))

    bounds = [slice(k, k + 3) for k in range(0, 75, 3)]
    before = threading.active_count()
    with pytest.raises(DataError, match="ends here"):
        list(Checkpointed(Threads(2), tmp_path, {}).run(Failing(Y), work, bounds))
    assert threading.active_count() == before
    found = list(Checkpointed(Threads(2), tmp_path, {}).run(ArraySource(Y), work, bounds))
    assert len(found) == len(bounds)


def test_folders_that_hold_other_things_are_refused(tmp_path):
    (tmp_path / "thesis.doc").write_text("")
    with pytest.raises(ArgumentError, match=r"other things \('thesis.doc'\)"):
        fitted(tmp_path)
    with pytest.raises(ArgumentError, match="is a file"):
        fitted(tmp_path / "thesis.doc")
    with pytest.raises(ArgumentTypeError, match="the path of a folder"):
        fitted(3)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.doc"]


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[" * 100_000, '{"format": 1}', "flipped"])
def test_a_damaged_manifest_is_refused(tmp_path, text):
    fitted(tmp_path)
    path = tmp_path / "manifest.json"
    path.write_text(path.read_text().replace("75", "74") if text == "flipped" else text)
    with pytest.raises(DataError, match=r"manifest\.json is damaged; delete"):
        fitted(tmp_path)


def test_a_later_format_is_refused(tmp_path):
    fitted(tmp_path)
    path = tmp_path / "manifest.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(DataError, match="a later version"):
        fitted(tmp_path)
