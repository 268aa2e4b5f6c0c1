"""How loops are compiled: serial, without the GIL, cached in a folder of the user's own."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_ONE_AT_A_TIME = Lock()
#: Sums may be reassociated so that they run in vector registers; NaN and infinity keep their meaning.
_FASTMATH = {"reassoc", "contract", "nsz"}


def cache_folder() -> Path | None:
    """Folder for compiled kernels, or None where none is safely the user's own.

    ``EBAYES_LM_CACHE_DIR`` names another folder, and ``off`` turns the cache off.
    """
    from importlib.metadata import version

    wanted = os.environ.get("EBAYES_LM_CACHE_DIR")
    if wanted == "off":
        return None
    try:
        base = Path(wanted) if wanted else _user_cache() / "ebayes_lm"
        folder = base / f"kernels-{version('ebayes-lm')}-py{sys.version_info[0]}{sys.version_info[1]}"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder if _is_own(folder) else None
    except (OSError, RuntimeError):
        return None


def _user_cache() -> Path:
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _is_own(folder: Path) -> bool:
    """Compiled code is only ever loaded from a folder that nobody else can write to."""
    if os.name == "nt":
        return True
    facts, above = folder.stat(), folder.parent.stat().st_mode
    replaceable = above & stat.S_IWOTH and not above & stat.S_ISVTX
    return facts.st_uid == os.getuid() and not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not replaceable


def compiled(function: F) -> F:
    """Compile a kernel on its first call; importing it costs nothing."""
    return _compiled_when_called(function, _FASTMATH)


def compiled_as_written(function: F) -> F:
    """Compile a kernel on its first call, its sums kept in order: where rounding decides what is done next."""
    return _compiled_when_called(function, set())


def _compiled_when_called(function: F, fastmath: set[str]) -> F:
    @cache
    def made() -> Any:
        return _dispatcher(function, fastmath)

    def dispatcher() -> Any:
        with _ONE_AT_A_TIME:  # threads that meet at a first call share what is compiled
            return made()

    @wraps(function)
    def kernel(*arguments: Any) -> Any:
        return dispatcher()(*arguments)

    return kernel  # type: ignore[return-value]


def part(function: F) -> F:
    """A piece of a kernel, compiled into every kernel of its file that calls it.

    Files with pieces import numba at once, so they are themselves imported where they are used.
    """
    return _piece(function, error_model="numpy", fastmath=_FASTMATH)


def part_as_written(function: F) -> F:
    """A piece of a kernel whose sums keep their order."""
    return _piece(function, error_model="numpy")


def _piece(function: F, **options: Any) -> F:
    from numba.extending import register_jitable

    piece: F = register_jitable(**options)(function)
    return piece


def _dispatcher(function: Callable[..., Any], fastmath: set[str]) -> Any:
    """Numba's view of a function, its disk cache in our folder; numba's own settings are left as they were."""
    import numba

    folder = cache_folder()
    before = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    try:
        if folder is not None:
            numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
        options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": fastmath or False}
        return numba.njit(cache=folder is not None, **options)(function)
    finally:
        numba.config.CACHE_DIR = before  # type: ignore[attr-defined]
