"""One run at a time in a folder."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from ebayes_lm.errors import StorageError

#: The file that a run holds, and the one that stands for it where a file system has no locks.
LOCK, TAKEN = "lock", "lock.taken"
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder: the system lets go of it when the process ends, however it ends.

    Raises
    ------
    StorageError
        Another run holds it.
    """
    number = os.open(folder / LOCK, _FLAGS, 0o666)
    try:
        if _locked(number, folder):
            with suppress(OSError):  # who holds it is a courtesy
                os.ftruncate(number, 0)
                os.write(number, _here())
            yield
        else:
            with _taken(folder):
                yield
    finally:
        os.close(number)


def _locked(number: int, folder: Path) -> bool:
    """Whether the system has locked the file for this run; False where it has no locks."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _refusal(folder, _who(folder / LOCK)) from None
    except OSError:
        return False
    return True


@contextmanager
def _taken(folder: Path) -> Iterator[None]:
    """A file that only one run can make. One left by a process of this machine that is gone is no hindrance."""
    path = folder / TAKEN
    who = _who(path)
    if who.get("host") == socket.gethostname() and _gone(who.get("pid")):
        path.unlink(missing_ok=True)
    try:
        number = os.open(path, _FLAGS | os.O_EXCL, 0o666)
    except FileExistsError:
        raise _refusal(folder, who, f"; if it is gone, delete {path}") from None
    try:
        with suppress(OSError):
            os.write(number, _here())
        yield
    finally:
        os.close(number)
        path.unlink(missing_ok=True)


def _here() -> bytes:
    since = datetime.now().isoformat(sep=" ", timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}).encode()


def _who(path: Path) -> dict[str, object]:
    with suppress(OSError, ValueError):
        found = json.loads(path.read_bytes()[:1000])
        if isinstance(found, dict):
            return found
    return {}


def _gone(pid: object) -> bool:
    """Whether there is no such process; where that cannot be asked, there may be."""
    if not isinstance(pid, int) or pid <= 0 or os.name == "nt":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _refusal(folder: Path, who: dict[str, object], advice: str = "") -> StorageError:
    by = f", process {who.get('pid')} on {who.get('host')} since {who.get('since')}" if who else ""
    return StorageError(f"another run works in {folder}{by}; wait for it, or give this one another folder{advice}")
