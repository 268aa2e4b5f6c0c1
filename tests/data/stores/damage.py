"""Files damaged as disks and copies damage them, at places that a seed draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np

WAYS = ("cut", "flip", "lengthen", "empty", "delete")


def damage(file: Path, way: str, rng: np.random.Generator, within: slice = slice(None)) -> str:
    """Damage a file and say how; a flip turns round one bit of those bytes."""
    if way == "delete":
        file.unlink()
        return f"{file.name} deleted"
    held = bytearray(file.read_bytes())
    at = int(rng.integers(*within.indices(len(held))[:2]))
    if way == "cut":
        del held[at:]
    elif way == "flip":
        held[at] ^= 1 << int(rng.integers(8))
    elif way == "lengthen":
        held += rng.bytes(1 + at)
    elif way == "empty":
        held.clear()
    else:
        raise ValueError(way)
    file.write_bytes(held)
    return f"{file.name}: {way} at {at}"


def files_of(folder: Path) -> list[Path]:
    """Every file below, in an order that does not depend on the disk."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
