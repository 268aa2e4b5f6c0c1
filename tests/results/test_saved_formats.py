"""Results saved in every format that there was are read, with the numbers that they had."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.data.fingerprints import digest
from ebayes_lm.errors import DataError
from ebayes_lm.results import saving

SAVED = Path(__file__).parent / "saved"
FORMATS = sorted(int(path.stem.removeprefix("format_")) for path in SAVED.glob("format_*.json"))
KINDS = {"moderated": "ModeratedFit", "decisions": "TestResults"}
#: t, p and log odds are computed from what was saved, by functions that differ between machines in the last digits.
COMPUTED = 1e-12
STORED = ("coefficients", "stdev_unscaled", "sigma", "amean", "s2_post")


def numbers_of(version, kind):
    said = json.loads((SAVED / f"format_{version}.json").read_text())[kind]
    return {name: [float.fromhex(v) for v in column] for name, column in said.items()}


def test_the_present_format_is_among_those_saved():
    assert FORMATS[-1] == saving._VERSION


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", FORMATS)
def test_saved_results_are_read_with_the_numbers_that_they_had(version, kind):
    found = el.load(SAVED / f"format_{version}" / kind)
    assert type(found).__name__ == KINDS[kind]
    frame = found.to_frame()
    wanted = numbers_of(version, kind)
    assert [str(name) for name in frame.columns] == list(wanted)
    for name, numbers in wanted.items():
        values = frame[name].to_numpy(np.float64, na_value=np.nan)
        if name.partition(".")[0] in STORED:
            assert_array_equal(values, numbers)
        else:
            assert_allclose(values, numbers, rtol=COMPUTED)


@pytest.mark.parametrize("version", FORMATS)
def test_work_goes_on_with_what_was_saved(version):
    mod = el.load(SAVED / f"format_{version}" / "moderated")
    assert list(mod.top_table("groupB", number=None).columns)[:2] == ["symbol", "logFC"]
    again = mod.fit.contrast("groupB").treat(lfc=0.2, legacy=True).to_frame()
    for name, numbers in numbers_of(version, "treat").items():
        assert_allclose(again[name], numbers, rtol=COMPUTED)
    assert_array_equal(mod.decide_tests().codes, el.load(SAVED / f"format_{version}" / "decisions").codes)


@pytest.fixture
def copied(tmp_path):
    return Path(shutil.copytree(SAVED / f"format_{FORMATS[-1]}" / "decisions", tmp_path / "saved"))


def test_a_later_format_is_refused_and_says_what_to_do(copied):
    said = json.loads((copied / "header.json").read_text()) | {"version": 99, "package": "9.9"}
    (copied / "header.json").write_text(json.dumps(said))
    with pytest.raises(DataError, match=r"saved by ebayes_lm 9\.9, in format 99.*reads up to 1.*Update"):
        el.load(copied)


def test_decisions_that_are_none_are_refused(copied):
    (codes,) = copied.glob("*codes*.npy")
    np.save(codes, np.load(codes) + np.int8(5))
    with pytest.raises(DataError, match="checksum"):
        el.load(copied)
    said = json.loads((copied / "header.json").read_text())
    del said["checksum"]
    entry = next(e for e in said["arrays"] if e["file"] == codes.name)
    entry["size"] = codes.stat().st_size
    (copied / "header.json").write_text(json.dumps(said | {"checksum": digest(json.dumps(said, sort_keys=True))}))
    with pytest.raises(DataError, match="codes or sizes"):
        el.load(copied, verify=False)
