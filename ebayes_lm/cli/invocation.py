"""How a command was called, and what ran it: for the log, and for workflow managers."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ebayes_lm.reporting.versions import versions

#: Files beyond this size are not read once more for the sake of a checksum.
_MOST_BYTES = 1_000_000_000
_INDENT = "  "


@dataclass(frozen=True)
class Invocation:
    """A command line as it was typed, and when it began."""

    command: str
    started: datetime

    @classmethod
    def now(cls, arguments: Sequence[str]) -> Invocation:
        """That of a command that begins."""
        return cls(as_text(shlex.join(["ebayes-lm", *arguments])), datetime.now(UTC))


def as_text(typed: str) -> str:
    r"""What was typed, with bytes that are no text as these are written.

    >>> as_text("a" + chr(0xDCFF))
    'a\\udcff'
    """
    return typed.encode(errors="backslashreplace").decode()


def versions_yaml(process: str) -> str:
    """The versions under the name of a process, as nf-core collects them.

    >>> print(versions_yaml("FIT:A").splitlines()[0])
    FIT:A:
    """
    import yaml

    return yaml.safe_dump({process: versions()}, indent=4, sort_keys=False, allow_unicode=True)


def checksums(files: Iterable[str | None]) -> dict[str, str | None]:
    """SHA-256 of each file; None of folders and of very large files."""
    return {as_text(name): checksum(Path(name)) for name in files if name is not None}


def checksum(path: Path) -> str | None:
    """SHA-256 of a file; None of folders and of very large files."""
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return None
    from hashlib import file_digest

    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def run_log(
    invocation: Invocation, said: Sequence[str], inputs: Mapping[str, str | None], files: Mapping[str, Sequence[str]]
) -> str:
    """The command, its times, what it read and wrote, every note in full, and the versions."""
    ended = datetime.now(UTC)
    read = [f"{name}  sha256 {digest}" if digest else f"{name}  (no checksum)" for name, digest in inputs.items()]
    written = [f"{folder}/{name}" if folder else name for folder, names in files.items() for name in names]
    sections: dict[str, list[str]] = {
        "Command": [invocation.command],
        "Times": [
            f"started  {invocation.started.isoformat(timespec='seconds')}",
            f"ended    {ended.isoformat(timespec='seconds')}",
            f"took     {(ended - invocation.started).total_seconds():.2f} s",
        ],
        "Read": read or ["what comes with the package"],
        "Written": written,
        "Notes": [" ".join(note.split()) for note in said] or ["none"],
        "Versions": [f"{name} {number}" for name, number in {**versions(), "platform": platform.platform()}.items()],
    }
    parts = ["\n".join([title, *(_INDENT + line for line in lines)]) for title, lines in sections.items()]
    return "\n\n".join(parts) + "\n"
