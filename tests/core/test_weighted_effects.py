from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from ebayes_lm.batch.row_passes import RowPasses
from ebayes_lm.core import weighted_effects as module
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import as_feature_matrix

#: A factor of pieces against a factor of the whole.
AGREES = 1e-11

RNG = np.random.default_rng(6)
Y = RNG.normal(size=(90, 8)) + np.outer(RNG.normal(size=90), RNG.normal(size=8)) * 2
X = np.column_stack([np.ones(8), np.repeat([0.0, 1], 4)])


def weighted_effects(y, x, count, *, by_sd, exponent=0, **running):
    rows = RowPasses(as_feature_matrix(y), Running(**running))
    return module.weighted_effects(rows, x, count, by_sd=by_sd, exponent=exponent)


def test_one_after_another_is_what_all_at_once_begins_with():
    both = weighted_effects(Y, X, 2, by_sd=True)
    assert_allclose(weighted_effects(Y, X, 1, by_sd=True), both[:, :1], rtol=AGREES)
    assert_allclose(weighted_effects(Y, np.column_stack([X, both[:, 0]]), 1, by_sd=True), both[:, 1:], rtol=AGREES)


def test_pieces_do_not_matter(monkeypatch):
    whole = [weighted_effects(Y, X, 3, by_sd=by_sd) for by_sd in (False, True)]
    monkeypatch.setattr(module, "_PIECE", 7)
    for by_sd in (False, True):
        assert_allclose(weighted_effects(Y, X, 3, by_sd=by_sd), whole[by_sd], rtol=AGREES, atol=AGREES)
        for blocks in (1, 13):  # with fewer rows than directions, and with more
            found = weighted_effects(Y, X, 3, by_sd=by_sd, chunk_size=blocks, threads=2)
            assert_allclose(found, whole[by_sd], rtol=AGREES, atol=AGREES)


def test_units_do_not_matter():
    found = weighted_effects(Y * 2.0**600, X, 2, by_sd=True, exponent=601)
    assert_allclose(found, weighted_effects(Y, X, 2, by_sd=True, exponent=1), rtol=AGREES)


def test_there_are_as_many_as_there_are_directions():
    exact = np.outer(np.arange(1.0, 10), [1, 1, 0, 0, 1, 1, 0, 0]) + 3
    for by_sd in (False, True):
        assert weighted_effects(exact, X, 3, by_sd=by_sd).shape == (8, 1)
    assert weighted_effects(np.ones((5, 8)), X, 3, by_sd=False).shape == (8, 0)
    assert weighted_effects(Y, np.eye(8), 3, by_sd=True).shape == (8, 0)
