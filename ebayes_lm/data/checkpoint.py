"""Blocks kept on disk as they are done, so that a run goes on where another one ended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ebayes_lm.data.block_file import DamagedBlockError, read_block, write_block
from ebayes_lm.data.durable import PART
from ebayes_lm.data.engines import Engine, Parts, Work, working
from ebayes_lm.data.manifest import MANIFEST, Manifest, read_manifest
from ebayes_lm.data.run_lock import LOCK, TAKEN, held
from ebayes_lm.data.sources import Source
from ebayes_lm.errors import ArgumentError, StorageError, StorageWarning, counted, listing, warn

_OURS = re.compile(rf"({re.escape(MANIFEST)}|{re.escape(LOCK)}|{re.escape(TAKEN)}|block-\d+)({re.escape(PART)})?")


@dataclass(frozen=True, eq=False)
class Checkpointed:
    """An engine whose blocks land in a folder, one file each, and are read from there when they are wanted again.

    Blocks are those of the first run, whatever bounds are asked for later: the numbers then are the same to the last
    bit. A file is there whole or not at all; those that are damaged are made again, with a StorageWarning. The folder
    stays when the run is complete, and may be deleted at any time when none is at work.

    Attributes
    ----------
    inner : Engine
        Who does the work.
    folder : Path
        It is made where there is none.
    facts : mapping of str
        What the numbers depend on, by its name in a sentence.
    """

    inner: Engine
    folder: Path
    facts: Mapping[str, str]

    def run(self, source: Source, work: Work, bounds: Sequence[slice]) -> Iterator[tuple[slice, Parts]]:
        """Each block and what it gives, those on disk first.

        Raises
        ------
        StorageError
            The disk is full or not writeable, or another run is at work in the folder.
        ArgumentError
            The folder holds other things, or blocks of another run.
        DataError
            Its manifest is damaged.
        """
        with ExitStack() as holding:
            with self._storing("nothing is lost"):
                self._prepare()
                holding.enter_context(held(self.folder))
            yield from self._blocks(source, work, bounds)

    def _blocks(self, source: Source, work: Work, bounds: Sequence[slice]) -> Iterator[tuple[slice, Parts]]:
        manifest = self._manifest(source, bounds)
        missing: list[slice] = []
        damaged: list[str] = []
        safe = 0
        for at in manifest.bounds:
            parts = self._kept(manifest.run, at, damaged)
            if parts is None:
                missing.append(at)
            else:
                safe += 1
                yield at, parts
        if damaged:
            warn(
                f"{len(damaged):,} of {counted(len(manifest.stops), 'block')} in {self.folder} cannot be used (the "
                f"first is {damaged[0]}). Their features are fitted again",
                StorageWarning,
            )
        if missing:
            with working(self.inner.run(source, work, missing)) as blocks:
                for at, parts in blocks:
                    with self._storing(f"{safe:,} of {counted(len(manifest.stops), 'block')} are safe there"):
                        write_block(self._file(at), manifest.run, at, parts)
                    safe += 1
                    yield at, parts
        if not manifest.complete:
            with self._storing("all blocks are safe there"):
                replace(manifest, complete=True).write(self.folder)

    def _prepare(self) -> None:
        """Make the folder, or see that it is one for blocks."""
        if self.folder.exists() and not self.folder.is_dir():
            raise ArgumentError(f"checkpoint= takes a folder, and {self.folder} is a file")
        self.folder.mkdir(parents=True, exist_ok=True)
        if (self.folder / MANIFEST).exists():
            return
        others = sorted(entry.name for entry in self.folder.iterdir() if not _OURS.fullmatch(entry.name))
        if others:
            raise ArgumentError(
                f"{self.folder} holds other things ({listing(others)}); checkpoint= takes a folder of its own"
            )

    def _manifest(self, source: Source, bounds: Sequence[slice]) -> Manifest:
        """The manifest of the first run, which this one has to agree with; or a new one."""
        rows, samples = source.shape
        facts = {"the number of features": f"{rows}", "the number of samples": f"{samples}", **self.facts}
        found = read_manifest(self.folder, rows)
        if found is None:
            found = Manifest(facts, tuple(at.stop for at in bounds))
            with self._storing("nothing is lost"):
                for half in self.folder.glob(f"*{PART}"):
                    half.unlink()
                found.write(self.folder)
            return found
        found.require(facts, self.folder)
        largest, wanted = (max(at.stop - at.start for at in blocks) for blocks in (found.bounds, bounds))
        if largest > wanted:
            warn(
                f"blocks in {self.folder} hold {counted(largest, 'feature')}, more than the {wanted:,} that are asked "
                "for now; they stay as they are, so that the numbers are the same. Delete the folder to begin again",
                StorageWarning,
            )
        return found

    def _kept(self, run: str, at: slice, damaged: list[str]) -> Parts | None:
        """What a block gave, None where it is to be done; of a damaged one it is said in ``damaged`` why."""
        path = self._file(at)
        try:
            return read_block(path, run, at)
        except FileNotFoundError:
            return None
        except (DamagedBlockError, OSError) as error:
            damaged.append(f"{path.name}: {error}")
            return None

    def _file(self, at: slice) -> Path:
        return self.folder / f"block-{at.start:012d}"

    @contextmanager
    def _storing(self, safe: str) -> Iterator[None]:
        """Say of a failure what is safe, and what to do."""
        try:
            yield
        except StorageError:
            raise
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageError(
                f"{self.folder} cannot be written to: {reason}. Whatever was written before is whole ({safe}); when "
                "there is room, or leave to write, the same call goes on from there"
            ) from error
