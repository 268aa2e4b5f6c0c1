"""The folder of results: safe names, nothing of the user's overwritten, no half-written file."""

from __future__ import annotations

import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from ebayes_lm.errors import DataError, listing

#: The file that tells which files of a folder are ours.
RECORD = "run.json"
PROGRAM = "ebayes-lm"

_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{i}" for port in ("COM", "LPT") for i in range(1, 10))}
_LONGEST_NAME = 80


class Folder:
    """A folder to write results to.

    Files that earlier runs wrote there, as ``run.json`` lists them, are replaced; any other file is left alone.

    Parameters
    ----------
    path : str
    names : iterable of str
        The files that will be written, besides ``run.json``.

    Raises
    ------
    DataError
        The folder is a file, or holds a file of such a name that is not ours.
    """

    def __init__(self, path: str, names: Iterable[str]) -> None:
        self.path = Path(path)
        if self.path.exists() and not self.path.is_dir():
            raise DataError(f"{path} is a file; name a folder with --out")
        self.before = _recorded(self.path / RECORD)
        here = [*names, RECORD]
        foreign = [name for name in here if (self.path / name).exists() and name not in self.before]
        if foreign:
            raise DataError(
                f"{path} holds {listing(foreign)}, which no earlier run wrote there; move them away or name another "
                "folder with --out"
            )
        self.written: list[str] = []

    @property
    def left_over(self) -> list[str]:
        """Files of an earlier run that this one did not write again."""
        return [name for name in self.before if name not in self.written and (self.path / name).exists()]

    def write(self, name: str, content: str | Callable[[IO[bytes]], None]) -> None:
        """Write a file whole or not at all: text as UTF-8, or what a function writes to it."""
        self.path.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".ebayes-lm-", dir=self.path)
        try:
            with os.fdopen(handle, "wb") as stream:
                if isinstance(content, str):
                    stream.write(content.encode())
                else:
                    content(stream)
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, self.path / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        self.written.append(name)

    def write_record(self, facts: dict[str, Any]) -> None:
        """Write what was found, and which files are ours; last, so that a run that fails leaves the old record."""
        left_over = [name for name in self.left_over if name != RECORD]
        files = {"files": [*self.written, RECORD], **({"files_of_earlier_runs": left_over} if left_over else {})}
        self.write(RECORD, json.dumps({**facts, **files}, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def file_names(names: Iterable[str], taken: Iterable[str] = (), suffix: str = ".tsv") -> list[str]:
    """A file name for each name, safe on every system and different from all others, letter case aside.

    >>> file_names(["B - A", "b / a", "B-A", "nul"])
    ['B-A.tsv', 'b_a.tsv', 'B-A_2.tsv', '_nul.tsv']
    """
    used = {name.casefold() for name in taken}
    chosen = []
    for name in names:
        stem = _safe_stem(name)
        candidate, i = stem + suffix, 1
        while candidate.casefold() in used:
            i += 1
            candidate = f"{stem}_{i}{suffix}"
        used.add(candidate.casefold())
        chosen.append(candidate)
    return chosen


def _safe_stem(name: str) -> str:
    text = re.sub(r"\s*([-+])\s*", r"\1", unicodedata.normalize("NFC", name))
    text = "".join(c if c.isalnum() or c in "-+._()" else "_" for c in text)
    text = re.sub(r"_{2,}", "_", text).strip("_. ").lstrip("-")
    text = text.encode()[:_LONGEST_NAME].decode(errors="ignore").rstrip("_. ") or "table"
    return f"_{text}" if text.split(".")[0].upper() in _RESERVED else text


def _recorded(path: Path) -> list[str]:
    """Files that an earlier run of this program wrote; none where the record is missing or not ours."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(facts, dict) or facts.get("program") != PROGRAM or not isinstance(facts.get("files"), list):
        return []
    earlier = facts.get("files_of_earlier_runs")
    files = [*facts["files"], *(earlier if isinstance(earlier, list) else [])]
    return [name for name in files if isinstance(name, str) and Path(name).name == name]


def _umask() -> int:
    """The permissions that new files go without; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
