"""How much memory there is, asked before something large is laid out in it."""

from __future__ import annotations

from pathlib import Path

from ebayes_lm.data.blocks import in_bytes
from ebayes_lm.errors import DataError


def require_memory(needed: int, what: str, instead: str) -> None:
    """Refuse what the machine cannot hold.

    Parameters
    ----------
    needed : int
        Bytes.
    what : str
        What is to be held in memory, for the message.
    instead : str
        What to do about it.

    Raises
    ------
    DataError
    """
    free = available_memory()
    if free is not None and needed > free:
        raise DataError(f"{what} takes about {in_bytes(needed)} of memory, and {in_bytes(free)} are free; {instead}")


def available_memory() -> int | None:
    """Bytes that this process may still take; None where the system does not tell."""
    found = [_system(Path("/proc/meminfo")), _control_group(Path("/sys/fs/cgroup"))]
    known = [n for n in found if n is not None]
    return min(known) if known else None


def _system(path: Path) -> int | None:
    try:
        fields = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError, IndexError):
        return None


def _control_group(folder: Path) -> int | None:
    """What a container leaves; files that are held in memory give way."""
    try:
        most, used = (int((folder / name).read_text()) for name in ("memory.max", "memory.current"))
        held = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        return max(0, most - used + int(held.get("inactive_file", 0)))
    except (OSError, ValueError):  # no limit is the word max
        return None
