"""Memory that a worker's process keeps for its next array."""

from __future__ import annotations

import os
from ctypes import CDLL

#: Numbers of the C library's settings, and what they are set to: arrays up to 32 MB come from memory that the process
#: keeps, of which it gives back what lies above 128 MB.
_MMAP_THRESHOLD, _TRIM_THRESHOLD = (-3, 1 << 25), (-1, 1 << 27)


def keep_freed_memory() -> bool:
    """Undo what Dask starts workers with, and say whether there was anything to undo.

    Under ``MALLOC_TRIM_THRESHOLD_`` every array of more than 128 kB is fresh from the system, page by page, and given
    back at once: work on blocks takes four times as long.
    """
    if "MALLOC_TRIM_THRESHOLD_" not in os.environ:
        return False
    set_option = getattr(CDLL(None), "mallopt", None)  # the GNU library has it
    return set_option is not None and all(set_option(*option) == 1 for option in (_MMAP_THRESHOLD, _TRIM_THRESHOLD))
