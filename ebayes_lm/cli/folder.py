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

from ebayes_lm.data.durable import share
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
    option : str
        What names the folder.

    Raises
    ------
    DataError
        The folder is a file, or holds a file of such a name that is not ours.
    """

    def __init__(self, path: str, names: Iterable[str], option: str = "--out") -> None:
        self.path, self.option = Path(path), option
        if self.path.exists() and not self.path.is_dir():
            raise DataError(f"{path} is a file; name a folder with {option}")
        require_writable(self.path, option)
        self.record = _record_of_ours(self.path / RECORD)
        self.before = _recorded(self.record)
        self.written: list[str] = []
        self.claim([*names, RECORD])

    def claim(self, names: Iterable[str]) -> None:
        """Refuse names of files that are there and not ours."""
        foreign = [name for name in names if (self.path / name).exists() and name not in self.before]
        if foreign:
            raise DataError(
                f"{self.path} holds {listing(foreign)}, which no earlier run wrote there; move them away or name "
                f"another folder with {self.option}"
            )

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
                    stream.write(content.encode(errors="backslashreplace"))  # of names that are no text
                else:
                    content(stream)
            share(Path(temporary))
            os.replace(temporary, self.path / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        if name not in self.written:
            self.written.append(name)

    def write_record(self, facts: dict[str, Any]) -> None:
        """Write what was found, and which files are ours; last, so that a run that fails leaves the old record."""
        left_over = [name for name in self.left_over if name != RECORD]
        files = {
            "files": list(dict.fromkeys([*self.written, RECORD])),
            **({"files_of_earlier_runs": left_over} if left_over else {}),
        }
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


def require_writable(folder: Path, option: str) -> None:
    """Refuse a folder that cannot be written to or be made, as far as that shows before it is tried."""
    there = next(path for path in (folder, *folder.parents) if path == path.parent or os.path.lexists(path))
    if not there.is_dir():
        raise DataError(f"{there} is a file, and holds nothing; name another place with {option}")
    if not os.access(there, os.W_OK | os.X_OK):
        raise DataError(f"{there} cannot be written to; name another place with {option}")


def _record_of_ours(path: Path) -> dict[str, Any]:
    """What an earlier run of this program found; nothing where the record is missing or not ours."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) and facts.get("program") == PROGRAM else {}


def _recorded(facts: dict[str, Any]) -> list[str]:
    """Files that an earlier run wrote."""
    if not isinstance(facts.get("files"), list):
        return []
    earlier = facts.get("files_of_earlier_runs")
    files = [*facts["files"], *(earlier if isinstance(earlier, list) else [])]
    return [name for name in files if isinstance(name, str) and Path(name).name == name]
