"""What a folder of blocks is about: the run, and where its blocks begin and end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ebayes_lm.data.durable import write_whole
from ebayes_lm.data.fingerprints import digest
from ebayes_lm.errors import ArgumentError, DataError, joined

MANIFEST = "manifest.json"
_FORMAT = "ebayes_lm checkpoint"
_VERSION = 1
#: Facts that are told as they are; of longer ones only that they differ.
_SHORT = 24


@dataclass(frozen=True)
class Manifest:
    """What decides the blocks of a run.

    Attributes
    ----------
    facts : dict of str
        Everything that the numbers depend on, by its name in a sentence ("the design"), each in short or as a digest.
    stops : tuple of int
        Where blocks end, in rising order; each begins where the one before it ends.
    complete : bool
    """

    facts: dict[str, str]
    stops: tuple[int, ...]
    complete: bool = False

    @property
    def bounds(self) -> list[slice]:
        """Where blocks begin and end."""
        return [slice(start, stop) for start, stop in zip((0, *self.stops), self.stops, strict=False)]

    @property
    def run(self) -> str:
        """What blocks of this run are known by."""
        return digest(json.dumps(self.facts, sort_keys=True), self.stops)

    def write(self, folder: Path) -> None:
        """Write it into the folder.

        Raises
        ------
        OSError
            It cannot be written.
        """
        said = {
            "format": _FORMAT, "version": _VERSION, "facts": self.facts, "stops": list(self.stops),
            "complete": self.complete,
        }  # fmt: skip
        write_whole(folder / MANIFEST, [json.dumps(said | {"checksum": _checksum(said)}, indent=1).encode()])

    def require(self, facts: Mapping[str, str], folder: Path) -> None:
        """Refuse a run that would give other numbers.

        Raises
        ------
        ArgumentError
            Facts differ.
        """
        changed = [
            name + (f" ({self.facts[name]} then, {value} now)" if len(value) <= _SHORT and name in self.facts else "")
            for name, value in facts.items()
            if self.facts.get(name) != value
        ]
        if changed:
            raise ArgumentError(
                f"{folder} holds blocks of another run: {joined(changed)} changed since it began. Give checkpoint= "
                "another folder, or delete this one to begin again"
            )


def read_manifest(folder: Path, rows: int) -> Manifest | None:
    """The manifest of a folder, for a matrix of so many rows; None where there is none.

    Raises
    ------
    DataError
        It is damaged, or of a later version of the package.
    """
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
        if said.get("format") == _FORMAT and said.get("version", 0) > _VERSION:
            raise DataError(f"{folder} was written by a later version of ebayes_lm, which this one does not read")
        if said.pop("checksum") != _checksum(said) or said["format"] != _FORMAT:
            raise ValueError
        facts = {str(name): str(value) for name, value in said["facts"].items()}
        manifest = Manifest(facts, tuple(map(int, said["stops"])), bool(said["complete"]))
        if facts.get("the number of features") == str(rows):
            _require_cover(manifest.stops, rows)
    except FileNotFoundError:
        return None
    except DataError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(f"{folder / MANIFEST} is damaged; delete {folder} to begin again") from None
    return manifest


def _require_cover(stops: Sequence[int], rows: int) -> None:
    if not stops or stops[-1] != rows or any(b < a for a, b in zip((0, *stops), stops, strict=False)):
        raise ValueError


def _checksum(said: Mapping[str, Any]) -> str:
    return digest(json.dumps(said, sort_keys=True))
