"""What an HDF5 file refers to: names are followed link by link, and other files entered only where that is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ebayes_lm.data.readers.text import require_file
from ebayes_lm.data.stores.hdf5_file import open_file
from ebayes_lm.errors import DataError, listing

#: Links from one name to the next, as many as the HDF5 library follows.
_MOST_LINKS = 16
_WAY_OUT = "allow_external=True reads it, where you trust both"


def follow(group: Any, name: str, allow_external: bool, links: int = _MOST_LINKS) -> Any:
    """The object of a name; None where there is none.

    Raises
    ------
    DataError
        The name leads to another file, and that is not allowed or there is no such file, or it leads in a circle.
    """
    import h5py

    item = group.file if name.startswith("/") else group
    for part in name.split("/"):
        if part in ("", "."):
            continue
        if not isinstance(item, h5py.Group):
            return None
        link = item.get(part, getlink=True)
        if link is None:
            return None
        if isinstance(link, h5py.HardLink):
            item = item[part]
            continue
        if not links:
            raise DataError(f"{group.file.filename}: the links at {part!r} lead in a circle")
        if isinstance(link, h5py.ExternalLink):
            item = _outside(item, part, link, allow_external, links - 1)
        else:
            item = follow(item, link.path, allow_external, links - 1)
    return item


def _outside(group: Any, part: str, link: Any, allow_external: bool, links: int) -> Any:
    where = f"{group.name.rstrip('/')}/{part}"
    if not allow_external:
        raise DataError(
            f"{group.file.filename}: {where!r} is a link to {link.path!r} of another file, {link.filename!r}; "
            f"{_WAY_OUT}"
        )
    found = follow(open_file(beside(group, link.filename)), link.path, allow_external, links)
    if found is None:
        raise DataError(f"{group.file.filename}: {where!r} links to {link.path!r} of {link.filename!r}, which has none")
    return found


def beside(item: Any, name: str) -> Path:
    """The path of a file that an HDF5 file names: from its own folder, where it is not absolute."""
    return Path(item.file.filename).parent / name


def require_inside(dataset: Any, allow_external: bool) -> None:
    """Refuse values that lie in other files, unless that is allowed and those hold all of them.

    Raises
    ------
    DataError
        Values lie in other files, and that is not allowed, or those are not there or too short.
    """
    virtual = dataset.virtual_sources() if dataset.is_virtual else []
    outside = [part.file_name for part in virtual] or [part[0] for part in dataset.external or ()]
    if not outside and not dataset.is_virtual:
        return
    if not allow_external:
        kind = "a view of datasets in" if dataset.is_virtual else "stored in"
        files = listing(sorted(set(outside)))
        raise DataError(f"{dataset.file.filename}: {dataset.name!r} is {kind} other files, {files}; {_WAY_OUT}")
    if dataset.is_virtual:
        _require_whole_view(dataset, virtual)
    else:
        external_file(dataset)


def external_file(dataset: Any) -> tuple[Path, int]:
    """The file of values that lie in another one, and where they begin in it.

    HDF5 itself would look for it in the folder of the process, and read zeros where it ends too soon.

    Raises
    ------
    DataError
        Several files, or one that is not there or too short.
    """
    if len(dataset.external) != 1:
        raise DataError(
            f"{dataset.file.filename}: {dataset.name!r} lies in {len(dataset.external)} files; write it into one"
        )
    name, offset, _ = dataset.external[0]
    path, wanted = beside(dataset, name), dataset.size * dataset.id.get_type().get_size()
    require_file(path)
    if not path.is_file() or path.stat().st_size < offset + wanted:
        raise DataError(f"{path} holds less than the {wanted:,} bytes that {dataset.file.filename} says are in it")
    return path, offset


def _require_whole_view(dataset: Any, parts: list[Any]) -> None:
    """HDF5 reads the fill value where a part is not there."""
    from ebayes_lm.data.stores.hdf5_storage import require_stored

    covered = 0
    for part in parts:
        file = dataset.file if part.file_name == "." else open_file(beside(dataset, part.file_name))
        source = follow(file, part.dset_name, True)
        if source is None or getattr(source, "is_virtual", True):
            raise DataError(
                f"{dataset.file.filename}: {dataset.name!r} is a view of {part.dset_name!r} in {part.file_name!r}, "
                "which is no plain dataset"
            )
        require_stored(source, True)
        covered += part.vspace.get_select_npoints()
    if covered != dataset.size:
        raise DataError(
            f"{dataset.file.filename}: the parts of {dataset.name!r} hold {covered:,} of its {dataset.size:,} values"
        )
