"""Results in a folder: a header that says what they are, and their arrays."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from ebayes_lm.data.array_folder import ArrayReader, ArrayWriter
from ebayes_lm.data.durable import write_whole
from ebayes_lm.data.fingerprints import digest
from ebayes_lm.data.leftovers import locked_folder, remove_stagings, staging_name
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, StorageError, listing
from ebayes_lm.results.structures import read, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ebayes_lm.results.decisions import TestResults
    from ebayes_lm.results.quantities import LinearQuantities

HEADER = "header.json"
_FORMAT = "ebayes_lm result"
_VERSION = 1
#: No header is as large as this.
_LARGEST_HEADER = 1 << 28


def save_result(result: LinearQuantities | TestResults, path: Any) -> Path:
    """Write a result into a folder; one that was saved there before is replaced when the new one is whole.

    Raises
    ------
    ArgumentError
        Something else is there.
    DataError
        The result holds labels of a kind that cannot be kept.
    StorageError
        It cannot be written.
    """
    folder = checked_path(path)
    require_free(folder)
    with staged(folder) as staging, writing(folder):
        write_result(result, staging, ArrayWriter(staging))
        replace_by(folder, staging)
    return folder


def load(path: str | os.PathLike[str], *, verify: bool = True) -> Any:
    """Read a result that was saved.

    Parameters
    ----------
    path : str or Path
        The folder that ``save()`` of a fit or of decisions, or ``lm_fit(out=)`` wrote.
    verify : bool, optional
        Compare the checksums of all arrays, which reads them once, about a second for each gigabyte. Sizes are compared
        in any case.

    Returns
    -------
    LinearFit, MixedFit, VoomFit, ModeratedFit, TreatFit or TestResults
        What was saved, with the same numbers to the last bit. Large arrays stay in their files, and are read where they
        are needed.

    Raises
    ------
    DataError
        No saved result, one of a later version, or files that are not what was written.

    Examples
    --------
    >>> import tempfile, numpy as np, ebayes_lm as el
    >>> fit = el.lm_fit(np.array([[1.0, 2.0, 5.0, 6.0]]), [[1, 0], [1, 0], [1, 1], [1, 1]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = fit.save(f"{folder}/fit")
    ...     el.load(path).coefficients.to_numpy().tolist()
    [[1.5, 4.0]]
    """
    folder = checked_path(path)
    header = _read_header(folder)
    try:
        return read(header["result"], ArrayReader(folder, header["arrays"], bool(verify)))
    except DataError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError) as error:
        raise DataError(f"{folder} is not a result as it is saved ({type(error).__name__}: {error})") from None


def checked_path(path: Any) -> Path:
    """A path.

    Raises
    ------
    ArgumentTypeError
        It is none.
    """
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        raise ArgumentTypeError(f"a result is saved in a folder and loaded from one; give its path, not {path!r:.60}")
    return Path(path)


def require_free(folder: Path) -> None:
    """Refuse to replace anything but a result.

    Raises
    ------
    ArgumentError
        Something else is there.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    others = [folder.name] if not folder.is_dir() else sorted(_others(folder))
    if others:
        raise ArgumentError(f"{folder} holds {listing(others)}, which is no saved result and is not replaced")


def _others(folder: Path) -> set[str]:
    """Files that are not those of a result."""
    names = {entry.name for entry in folder.iterdir()}
    if HEADER in names:
        with suppress(DataError, KeyError, TypeError):
            names -= {HEADER, *(entry["file"] for entry in _read_header(folder)["arrays"])}
    return names


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder beside the one that is meant, for files until they are all there.

    Raises
    ------
    StorageError
        Something cannot be written; what was there before is as it was.
    """
    staging = folder.with_name(staging_name(folder))
    try:
        with writing(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            remove_stagings(folder)
            staging.mkdir()
        with locked_folder(staging):
            yield staging
    finally:
        rmtree(staging, ignore_errors=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say which result could not be written, and that nothing else happened.

    Raises
    ------
    StorageError
        In place of what the system says.
    """
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written: {error.strerror or error}. Nothing was changed there; make room, or choose "
            "another place"
        ) from error


def write_result(result: Any, folder: Path, writer: ArrayWriter) -> None:
    """Write arrays, then the header that makes a result of them.

    Raises
    ------
    OSError
        It cannot be written.
    DataError
        Something that cannot be saved.
    """
    said = {
        "format": _FORMAT, "version": _VERSION, "package": version("ebayes-lm"), "result": say(result, writer),
        "arrays": writer.written,
    }  # fmt: skip
    write_whole(folder / HEADER, [json.dumps(said | {"checksum": _checksum(said)}).encode()])


def replace_by(folder: Path, staging: Path) -> None:
    """Put what is staged in the place of the folder.

    Raises
    ------
    OSError
        The folder cannot be moved.
    """
    old = staging.with_name(staging.name + ".old")
    if folder.exists():
        os.replace(folder, old)
    try:
        os.replace(staging, folder)
    except OSError:
        if old.exists():
            os.replace(old, folder)
        raise
    rmtree(old, ignore_errors=True)


def _read_header(folder: Path) -> dict[str, Any]:
    path = folder / HEADER
    try:
        if path.stat().st_size > _LARGEST_HEADER:
            raise DataError(f"{path} is too large for a header")
        said = json.loads(path.read_bytes())
        if said["format"] != _FORMAT:
            raise ValueError
        if said["version"] > _VERSION:
            raise DataError(
                f"{folder} was saved by ebayes_lm {said['package']}, in format {said['version']}, and this version "
                f"reads up to {_VERSION}. Update ebayes_lm"
            )
        if said.pop("checksum") != _checksum(said):
            raise ValueError
    except DataError:
        raise
    except OSError:
        if not folder.exists():
            raise DataError(f"there is no folder {folder}") from None
        raise DataError(f"{folder} is no saved result: it has no {HEADER} that can be read") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(f"{path} is no header of a saved result, or is damaged") from None
    found: dict[str, Any] = said
    return found


def _checksum(said: Mapping[str, Any]) -> str:
    return digest(json.dumps(said, sort_keys=True))
