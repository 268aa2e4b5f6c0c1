"""Dense matrices in HDF5 files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.blocks import BLOCK_CELLS
from ebayes_lm.data.sources import Band, SampleMajor, Source
from ebayes_lm.data.stores.hdf5_file import CHUNK_CACHE, Hdf5Source, Place, open_file, reading
from ebayes_lm.data.stores.hdf5_storage import is_text, labels, named, require_stored, values_of
from ebayes_lm.data.stores.layout import Bands, Reading, band_of, reading_of
from ebayes_lm.data.stores.links import follow
from ebayes_lm.data.stores.opening import Held, Opened, Request
from ebayes_lm.errors import ArgumentError, DataError, listing

#: What a disk reads at least, in bytes.
_PAGE = 1 << 12


class _Live(NamedTuple):
    """Values to be sliced, and the bands of chunks that serve blocks within them."""

    values: Any
    bands: Bands | None


@dataclass(frozen=True, eq=False)
class DenseHdf5(Hdf5Source):
    """Rows of a dataset; ``turned`` says that its axes are samples, features.

    Attributes
    ----------
    turned : bool
    layout : Reading
    """

    turned: bool
    layout: Reading

    @property
    def grain(self) -> int:
        """Rows that are stored together."""
        return self.layout.grain

    @property
    def band(self) -> Band:
        """A band, the same as it is turned round, and what the library keeps."""
        band = self.grain * self.shape[1] * self.dtype.itemsize
        return band_of(band, CHUNK_CACHE + band) if self.grain > 1 and not self.layout.by_samples else Band()

    def _open(self) -> _Live:
        dataset = follow(open_file(self.path), self.place.name, self.place.allow_external)
        shape = getattr(dataset, "shape", None) or ()
        self._require_as_before(shape[::-1] if self.turned else shape, getattr(dataset, "dtype", None))
        require_stored(dataset, self.place.allow_external)
        values = values_of(dataset)
        in_bands = self.layout.grain > 1 and not self.layout.by_samples
        return _Live(values, Bands(self._rows, self.shape[0], self.layout.grain) if in_bands else None)

    def _rows(self, start: int, stop: int) -> AnyArray:
        values = self._live.values
        with reading(self.path, f"at {self.place.name!r}, features {start:,} to {stop:,}"):
            return _plain(values[:, start:stop].T if self.turned else values[start:stop])

    def read(self, start: int, stop: int) -> AnyArray:
        """Rows ``start`` to ``stop``."""
        bands = self._live.bands
        return self._rows(start, stop) if bands is None else bands.read(start, stop)


@dataclass(frozen=True, eq=False)
class DenseHdf5OfSamples(DenseHdf5, SampleMajor):
    """A dataset whose samples are cheap to read and whose features are not."""

    @property
    def sample_grain(self) -> int:
        """Samples that are stored together."""
        return self.layout.sample_grain

    def read_samples(self, start: int, stop: int) -> AnyArray:
        """Samples ``start`` to ``stop``."""
        values = self._live.values
        with reading(self.path, f"at {self.place.name!r}, samples {start:,} to {stop:,}"):
            return _plain(values[start:stop] if self.turned else values[:, start:stop].T)


def _plain(values: AnyArray) -> AnyArray:
    """An array in C order and in the byte order of this machine."""
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("="))


def dense_source(path: Path, dataset: Any, place: Place, request: Request, *, turned: bool) -> Source:
    """The rows of a dataset.

    Raises
    ------
    DataError
        No matrix of real numbers, or values that are not in the file.
    """
    import h5py

    dtype = dataset.dtype
    request.require_matrix(path, dataset.shape or (), dtype)
    if h5py.check_enum_dtype(dtype) is not None:
        raise DataError(f"{named(dataset)} holds codes of {listing(h5py.check_enum_dtype(dtype))}, and no numbers")
    require_stored(dataset, place.allow_external)
    rows, columns = dataset.shape[::-1] if turned else dataset.shape
    layout = _layout((rows, columns), dataset, turned)
    kind = DenseHdf5OfSamples if layout.by_samples else DenseHdf5
    return kind(path, Held((rows, columns), dtype.newbyteorder("=")), place, turned, layout)


def _layout(shape: tuple[int, int], dataset: Any, turned: bool) -> Reading:
    """Chunks have their rule. One piece with samples first is read by features while a block takes pages of each."""
    if dataset.chunks is None:
        run = BLOCK_CELLS // shape[1] * dataset.dtype.itemsize
        return Reading(turned and run < _PAGE and 1 not in shape, 1, 1)
    chunks = dataset.chunks[::-1] if turned else dataset.chunks
    return reading_of(shape, (chunks[0], chunks[1]), dataset.dtype.itemsize)


def open_hdf5(path: Path, request: Request) -> Opened:
    """The matrix of a .h5 file: the dataset that ``layer`` names by its path, else the only one.

    Raises
    ------
    DataError
        Not such a file, no matrix of real numbers, or values that are not all there.
    ArgumentError
        No such dataset, or several matrices and no choice between them.
    """
    file = open_file(path)
    with reading(path):
        name = _only_matrix(path, file) if request.layer is None else request.layer
        dataset = follow(file, name, request.allow_external)
        if not hasattr(dataset, "dtype") or not hasattr(dataset, "shape"):
            raise ArgumentError(
                f"{path.name} has no dataset {name!r}; its matrices are {listing(_matrices(path, file), 10)}"
            )
        turned = request.orientation == "samples"
        source = dense_source(path, dataset, Place(name, request.allow_external), request, turned=turned)
        group = follow(file, name.rpartition("/")[0] or "/", request.allow_external)
        features, samples = (
            None if item is None or getattr(item, "ndim", 0) != 1 or not is_text(item)
            else labels(item, length, request.allow_external)
            for item, length in zip(
                (follow(group, axis, request.allow_external) for axis in ("features", "samples")), source.shape,
                strict=True,
            )
        )  # fmt: skip
    return Opened(source, features, samples)


def _only_matrix(path: Path, file: Any) -> str:
    names = _matrices(path, file)
    if len(names) != 1:
        found = f"these matrices: {listing(names, 10)}" if names else "no dataset of two axes and real numbers"
        raise ArgumentError(f"{path.name} holds {found}; name a dataset by its path in the file with layer=")
    return names[0]


def _matrices(path: Path, file: Any) -> list[str]:
    """Datasets of two axes and real numbers; links are not followed."""
    import h5py

    names: list[str] = []

    def look(name: str, item: Any) -> None:
        if "pandas_type" in item.attrs:
            raise DataError(
                f"{path} was written by pandas.to_hdf(), which stores Python objects; read it with pandas.read_hdf(), "
                "and give the DataFrame or write it as parquet"
            )
        if isinstance(item, h5py.Dataset) and len(item.shape or ()) == 2 and item.dtype.kind in "biuf":
            names.append(name)

    file.visititems(look)
    return names
