"""The phrasebook's Python gives what its R gave: every table that both make, to nine digits."""

from __future__ import annotations

import doctest
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from ebayes_lm.results.decisions import TestResults

ROOT = Path(__file__).parents[1]
STORED = json.loads((ROOT / "tests" / "answers" / "phrasebook.json").read_text())
#: The page says nine digits; sines of large arguments differ in the last bit between machines.
AGREED = 1e-9


@pytest.fixture(scope="module")
def names():
    """What the blocks of Python on the page leave behind."""
    text = (ROOT / "docs" / "phrasebook.md").read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {}, "phrasebook", None, None)
    tried = doctest.DocTestRunner()
    tried.run(test, clear_globs=False)
    assert tried.summarize(verbose=False).failed == 0
    return test.globs


@pytest.mark.parametrize("name", STORED["tables"])
def test_python_answers_as_r_did(names, name):
    found = names[name]
    frame = found.to_frame() if isinstance(found, TestResults) else found
    expected = pd.DataFrame({k: [float.fromhex(v) for v in column] for k, column in STORED["tables"][name].items()})
    if STORED["rows"][0] in frame.index:
        frame = frame.loc[STORED["rows"]]
    shared = [column for column in expected.columns if column in frame.columns]
    positional = not shared  # of contrasts, whose names differ in spaces and prefixes
    left = frame.to_numpy(dtype=np.float64) if positional else frame[shared].to_numpy(dtype=np.float64)
    right = expected.to_numpy() if positional else expected[shared].to_numpy()
    assert left.shape == right.shape
    assert_allclose(left, right, rtol=AGREED, atol=1e-12)
