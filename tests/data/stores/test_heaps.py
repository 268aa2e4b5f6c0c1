from __future__ import annotations

import zlib

import pytest

from ebayes_lm.data.stores.heaps import require_sound_heaps, require_sound_text
from ebayes_lm.errors import DataError

h5py = pytest.importorskip("h5py")

WORDS = [f"gene{i}" for i in range(200)]
STORED = {
    "one piece": {},
    "chunks": {"chunks": (40,)},
    "gzip": {"chunks": (60,), "compression": "gzip"},
    "shuffled": {"chunks": (200,), "compression": "gzip", "shuffle": True},
}


def written(path, **storage):
    with h5py.File(path, "w") as file:
        file.create_dataset("words", data=WORDS, **storage)
    return path


def test_a_heap_that_leads_nowhere_is_found(tmp_path):
    path = written(tmp_path / "x.h5")
    require_sound_heaps(path)
    content = path.read_bytes()
    start = content.index(b"GCOL")
    ends = {"nothing": 0, "beyond": 1 << 40}
    for name, size in ends.items():
        broken = bytearray(content)
        # what is left over after the last object: number 0, and its size
        at = start + 16
        while number := int.from_bytes(content[at : at + 2], "little"):
            at += 16 + -(-int.from_bytes(content[at + 8 : at + 16], "little") // 8) * 8
        assert number == 0
        broken[at + 8 : at + 16] = size.to_bytes(8, "little")
        (tmp_path / f"{name}.h5").write_bytes(broken)
        with pytest.raises(DataError, match=f"{name}.h5 is damaged"):
            require_sound_heaps(tmp_path / f"{name}.h5")
    (tmp_path / "short.h5").write_bytes(content[: start + 20])
    with pytest.raises(DataError, match="damaged"):
        require_sound_heaps(tmp_path / "short.h5")


@pytest.mark.parametrize("stored", STORED)
def test_text_that_would_be_longer_than_its_file_is_found(tmp_path, stored):
    path = written(tmp_path / "x.h5", **STORED[stored])
    with h5py.File(path, "r+") as file:
        words = file["words"]
        require_sound_text(words)
        if words.chunks is None:
            offset = words.id.get_offset()
        else:
            skipped, raw = words.id.read_direct_chunk((0,))
            held = bytearray(zlib.decompress(raw) if words.compression else raw)
            held[3 * 16 + 3] = 0x40
            words.id.write_direct_chunk((0,), zlib.compress(held) if words.compression else bytes(held), skipped)
    if not STORED[stored]:
        content = bytearray(path.read_bytes())
        content[offset + 3 * 16 + 3] = 0x40
        path.write_bytes(content)
    with h5py.File(path, "r") as file, pytest.raises(DataError, match="longer"):
        require_sound_text(file["words"])
