"""Whether what has to be in memory at once fits, asked before it is read."""

from __future__ import annotations

from ebayes_lm.data import memory
from ebayes_lm.data.blocks import in_bytes, memory_bytes
from ebayes_lm.errors import DataError


def require_memory(needed: int, what: str, allowed: str | None, instead: str) -> None:
    """Refuse what does not fit.

    Parameters
    ----------
    needed : int
        Bytes.
    what : str
        What is held in memory, for the message.
    allowed : str or None
        What --max-memory allows.
    instead : str
        What to do about it.

    Raises
    ------
    DataError
    """
    if allowed is not None and needed > memory_bytes(allowed):
        takes = f"{what} takes about {in_bytes(needed)} of memory"
        raise DataError(f"{takes}, and --max-memory allows {allowed}; {instead}")
    memory.require_memory(needed, what, instead)
