"""Some samples of a source, read as they are wanted."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from ebayes_lm import lm_fit
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.chosen_samples import with_samples
from ebayes_lm.data.mapped import MappedSamples
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.sample_blocks import sample_bounds
from ebayes_lm.data.scratch import by_features
from ebayes_lm.data.sources import ArraySource, SampleMajor, Source
from tests.data.sample_stores import Samples, matrix_of

VALUES = np.random.default_rng(4).normal(size=(50, 12)).astype(np.float32)
CHOSEN = [np.array([0, 1, 2, 5, 6, 11]), np.array([11, 3, 4, 0]), np.array([7])]


@dataclass(frozen=True, eq=False)
class Banded(Source):
    """Rows in bands, and a record of what was read."""

    grain = 8
    asked: list[tuple[int, int]] = field(default_factory=list)
    shape = VALUES.shape
    dtype = VALUES.dtype

    def read(self, start, stop):
        self.asked.append((start, stop))
        return VALUES[start:stop]


class Packed(Samples):
    """Samples that take more room while they are unpacked."""

    read_copies = 5


def columns():
    return Samples(VALUES, together=4)


def chosen(source, positions):
    return with_samples(matrix_of(source), positions).source


@pytest.mark.parametrize("positions", CHOSEN)
def test_rows_are_those_of_the_array(positions):
    source = chosen(Banded(), positions)
    assert (source.shape, source.dtype, source.grain) == ((50, len(positions)), VALUES.dtype, 8)
    for start, stop in [(0, 50), (3, 4), (7, 33), (8, 16), (49, 50)]:
        rows = source.read(start, stop)
        assert rows.flags.c_contiguous
        np.testing.assert_array_equal(rows, VALUES[start:stop, positions])


def test_pieces_are_no_larger_than_what_is_wanted_and_cut_where_bands_end():
    below = Banded()
    chosen(below, CHOSEN[0]).read(3, 50)  # 47 rows of half the samples
    assert below.asked == [(3, 16), (16, 32), (32, 48), (48, 50)]
    assert sum(stop - start for start, stop in below.asked) == 47


@pytest.mark.parametrize("positions", CHOSEN)
def test_samples_are_those_of_the_array_and_no_others_are_read(positions):
    below = columns()
    source = chosen(below, positions)
    assert isinstance(source, SampleMajor)
    for start in range(len(positions)):
        found = source.read_samples(start, len(positions))
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, VALUES.T[positions[start:]])
    below.reads.clear()
    source.read_samples(0, len(positions))
    bands = len(np.flatnonzero(np.diff(positions // 4))) + 1
    assert len(below.reads) == bands
    assert sum(stop - start for start, stop in below.reads) <= len(positions) + bands


def test_what_is_rewritten_is_what_is_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("EBAYES_LM_SCRATCH_DIR", str(tmp_path))
    source = chosen(columns(), CHOSEN[0])
    running = Running(max_memory="10KB", threads=1)
    with pytest.warns(match="scratch file of"):
        turned = by_features(source, running)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size == 50 * 6 * 4
    np.testing.assert_array_equal(turned.read(0, 50), VALUES[:, CHOSEN[0]])


def test_room_is_left_for_what_the_store_unpacks():
    running = Running(max_memory="6KB", threads=1)
    bounds = sample_bounds(chosen(Packed(VALUES), CHOSEN[0]), running)
    assert bounds == sample_bounds(Packed(VALUES[:, CHOSEN[0]]), running)
    assert len(bounds) > len(sample_bounds(chosen(Samples(VALUES), CHOSEN[0]), running))


def test_functions_of_values_are_kept():
    matrix = with_samples(matrix_of(columns()).map(np.abs), CHOSEN[1]).map(np.sqrt)
    assert isinstance(matrix.source, MappedSamples)
    wanted = np.sqrt(np.abs(VALUES[:, CHOSEN[1]]))
    np.testing.assert_array_equal(matrix.source.read(0, 50), wanted)
    np.testing.assert_array_equal(by_features(matrix.source, Running()).read(0, 50), wanted)


@pytest.mark.parametrize("source", [ArraySource(VALUES), columns()])
def test_sources_travel_and_are_known_again(source):
    one = chosen(source, CHOSEN[0])
    again = pickle.loads(pickle.dumps(one))
    np.testing.assert_array_equal(again.read(2, 9), one.read(2, 9))
    assert again.fingerprint() == one.fingerprint()
    assert chosen(source, CHOSEN[1]).fingerprint() != one.fingerprint()


def test_labels_and_table_go_along():
    table = pd.DataFrame({"a": range(12)}, index=[f"s{k}" for k in range(12)])
    frame = pd.DataFrame(VALUES, columns=table.index)
    matrix = with_samples(as_feature_matrix(frame), CHOSEN[1])
    assert list(matrix.samples) == ["s11", "s3", "s4", "s0"]
    plain = as_feature_matrix(VALUES)
    assert not with_samples(plain, CHOSEN[1]).has_sample_names
    assert with_samples(plain, np.arange(12)) is plain


@pytest.mark.parametrize("source", [Banded(), columns()])
def test_a_fit_of_some_samples_is_that_of_the_array(source):
    x = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    fit = lm_fit(with_samples(matrix_of(source), CHOSEN[0]), x, chunk_size=10)
    np.testing.assert_allclose(fit.coefficients, lm_fit(VALUES[:, CHOSEN[0]], x).coefficients, rtol=1e-12)
