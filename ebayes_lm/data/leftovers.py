"""Files and folders that a process needs for a while, and what killed processes left of theirs.

They are locked as long as their process lives: the system lets go of a lock however a process ends. Names say on which
machine it runs, because some file systems of a network keep locks to one machine.
"""

from __future__ import annotations

import os
import re
import socket
import stat
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_WRITE = _READ | os.O_RDWR  # what file systems of a network ask of whoever locks a file


@dataclass(frozen=True)
class ScratchFile:
    """A new file, locked; it goes with :meth:`remove`, with what it is for, or at the end of the process.

    Attributes
    ----------
    path : Path
    lock : int
        Number of the open file that holds the lock.
    owner : int
        The process. One that is split off from it removes nothing.
    """

    path: Path
    lock: int
    owner: int

    def remove(self) -> None:
        """Remove the file."""
        if os.getpid() != self.owner:
            return
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        with suppress(OSError):
            os.close(self.lock)

    def remove_with(self, user: Any) -> None:
        """Remove the file when nothing refers to that any more."""
        weakref.finalize(user, self.remove)


def scratch_file(folder: Path) -> ScratchFile:
    """A new scratch file in a folder, from which those go that killed processes of this machine left.

    Raises
    ------
    OSError
        The folder takes none.
    """
    prefix = f"ebayes-lm-{_machine()}-"
    _remove_left(folder, re.compile(rf"{prefix}\w{{8}}\.scratch"))
    while True:
        number, name = tempfile.mkstemp(prefix=prefix, suffix=".scratch", dir=folder)
        _lock(number, wait=True)
        if os.name == "nt" or os.fstat(number).st_nlink:  # nobody took it for one that was left
            return ScratchFile(Path(name), number, os.getpid())
        os.close(number)


def staging_name(target: Path) -> str:
    """A name beside a folder, for what becomes that folder."""
    return f".{target.name}.{_machine()}-{os.getpid()}-{os.urandom(4).hex()}"


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold the lock of a new folder."""
    number = None
    with suppress(OSError):  # not every system opens folders
        number = os.open(folder, _READ)
        _lock(number)
    try:
        yield
    finally:
        if number is not None:
            os.close(number)


def remove_stagings(target: Path) -> None:
    """Remove what killed processes of this machine left beside a folder on the way to it.

    One that was killed between putting the old folder aside and the new one in its place left the old one under another
    name: it gets its name back.
    """
    ours = re.compile(rf"\.{re.escape(target.name)}\.{_machine()}-(\d+)-[0-9a-f]{{8}}(\.old)?")
    for entry in _entries(target.parent):
        found = ours.fullmatch(entry.name)
        if not found or not entry.is_dir(follow_symlinks=False):
            continue
        path = Path(entry.path)
        if found[2] and _lives(int(found[1])):
            continue
        with _unlocked(path) as left, suppress(OSError):
            if left and found[2] and not target.exists():
                path.rename(target)
            elif left:
                rmtree(path, ignore_errors=True)


def _remove_left(folder: Path, ours: re.Pattern[str]) -> None:
    for entry in _entries(folder):
        if ours.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
            with _unlocked(Path(entry.path), _WRITE) as left, suppress(OSError):
                if left:
                    os.unlink(entry.path)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


@contextmanager
def _unlocked(path: Path, flags: int = _READ) -> Iterator[bool]:
    """Whether nobody holds the lock of what is our user's; it is then held here."""
    try:
        number = os.open(path, flags)
    except OSError:
        yield False
        return
    try:
        about = os.fstat(number)
        known = stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)
        mine = not hasattr(os, "getuid") or about.st_uid == os.getuid()
        yield known and mine and _lock(number)
    finally:
        os.close(number)


def _lock(number: int, *, wait: bool = False) -> bool:
    """Lock an open file; False where another process holds it, or where the system has no locks."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lives(pid: int) -> bool:
    """Whether there is such a process, or may be."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _machine() -> str:
    return sha256(socket.gethostname().encode()).hexdigest()[:8]
