from __future__ import annotations

import gzip
import json
from base64 import b64decode

import numpy as np
import pytest

from ebayes_lm.reporting.page.arrays import ArrayStore, rounded


def test_arrays_lie_aligned_and_come_back() -> None:
    store = ArrayStore()
    given = {
        "a": np.array([1.5, np.nan, -np.inf], dtype=">f4"),
        "b": np.arange(6, dtype=np.uint16).reshape(2, 3).T,
        "c": np.array([True, False]),
        "d": np.empty(0, dtype=np.int32),
        "e": np.array([2.0**60]),
    }
    assert [store.add(name, values) for name, values in given.items()] == [f"@{name}" for name in given]
    store.add("t", ["ä", None, "</script>"])
    body, facts = gzip.decompress(b64decode(store.packed())), store.facts()
    assert all(fact["offset"] % 8 == 0 for fact in facts.values())
    for name, values in given.items():
        fact = facts[name]
        found = np.frombuffer(body, f"<{fact['dtype']}", fact["length"], fact["offset"]).reshape(fact.get("shape", -1))
        np.testing.assert_array_equal(found, values)
    text = facts["t"]
    assert json.loads(body[text["offset"] :][: text["length"]]) == ["ä", None, "</script>"]


def test_names_are_given_once_and_arrays_have_a_type_that_pages_read() -> None:
    store = ArrayStore()
    store.add("a", np.zeros(2))
    with pytest.raises(ValueError, match="already"):
        store.add("a", np.zeros(2))
    for values in (np.zeros(2, dtype=np.int64), np.array(["x"]), np.zeros(2, dtype=complex)):
        with pytest.raises(TypeError, match="no place"):
            store.add("b", values)


def test_rounded_numbers_are_near_and_keep_what_is_not_finite() -> None:
    values = np.array([0.0, -0.0, 1.0, -np.pi, 1e-30, 3.4e38, np.nan, np.inf, -np.inf])
    found = rounded(values)
    np.testing.assert_allclose(found, values.astype(np.float32), rtol=2.0**-16)
    assert np.all(found[~np.isnan(found)].view(np.uint32)[:4] & 0xFF == 0)
