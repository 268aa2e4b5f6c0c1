from __future__ import annotations

import mmap

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebayes_lm.core.rooms import MEMORY, let_go


def test_blocks_cover_all_rows_once():
    for rows in (0, 1, 1 << 16, (1 << 17) + 3):
        assert [k for at in MEMORY.blocks(rows) for k in (at.start, at.stop)][1::2][-1:] == ([rows] if rows else [])
        assert sum(at.stop - at.start for at in MEMORY.blocks(rows)) == rows


@pytest.mark.skipif(not hasattr(mmap, "MADV_DONTNEED"), reason="the system keeps pages")
@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_what_was_let_go_of_is_there(tmp_path, mode):
    wanted = np.arange(5000.0)
    np.save(tmp_path / "a.npy", wanted)
    mapped = np.load(tmp_path / "a.npy", mmap_mode=mode)
    if mode != "r":
        mapped[7] = wanted[7] = -1.0
    let_go(mapped[3:].view(np.ndarray))
    let_go(wanted)
    assert_array_equal(mapped, wanted)
