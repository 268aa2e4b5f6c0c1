"""open_matrix: a matrix on disk, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.stores.opening import Opened, Request, columns_named
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, listing

#: By the end of the name: module and function that open such a file.
FORMATS = {
    ".bed": ("plink", "open_plink"),
    ".csv": ("text_file", "open_text_file"),
    ".csv.gz": ("text_file", "open_text_file"),
    ".h5": ("hdf5", "open_hdf5"),
    ".h5ad": ("anndata_file", "open_anndata"),
    ".hdf5": ("hdf5", "open_hdf5"),
    ".npy": ("numpy_file", "open_numpy_file"),
    ".parquet": ("parquet_file", "open_parquet_file"),
    ".pq": ("parquet_file", "open_parquet_file"),
    ".tab": ("text_file", "open_text_file"),
    ".tab.gz": ("text_file", "open_text_file"),
    ".tsv": ("text_file", "open_text_file"),
    ".tsv.gz": ("text_file", "open_text_file"),
    ".txt": ("text_file", "open_text_file"),
    ".txt.gz": ("text_file", "open_text_file"),
    ".zarr": ("zarr_store", "open_zarr"),
}
#: Formats whose columns have names, and may describe features.
_TABLES = ("parquet_file", "text_file")
#: Formats that may hold AnnData.
_ANNDATA = ("anndata_file", "zarr_store")


def open_matrix(
    path: Any,
    *,
    layer: str | None = None,
    feature_columns: str | Iterable[str] | None = None,
    orientation: str | None = None,
    allow_external: bool = False,
) -> FeatureMatrix:
    """Open a matrix on disk; its values are read when a verb needs them, block by block.

    Parameters
    ----------
    path : str or Path
        A file or a folder of one of these formats, by the end of its name:

        * .npy: a matrix of NumPy.
        * .h5, .hdf5: the dataset that ``layer`` names by its path in the file, else the only matrix; ``features`` and
          ``samples`` beside it name both, where they are there.
        * .h5ad: X of an AnnData, or the layer that is named, or ``"raw"``; dense or sparse.
        * .parquet, .pq: columns are samples. The index that pandas stored names the rows, else a first column of text
          or of whole numbers that are all different.
        * .csv, .tsv, .tab, .txt, plain or with .gz: columns are samples, the first one names the rows. Numbers are
          parsed once, into a scratch file in the folder that the environment variable ``EBAYES_LM_SCRATCH_DIR`` names,
          else in that of temporary files; it goes with the matrix.
        * .bed: genotypes of PLINK with .bim and .fam beside them, as counts of the first allele.
        * .zarr: a zarr folder (formats 2 and 3) that is an array, a group with one matrix, or AnnData. In a group the
          matrix is the one that ``layer`` names by its path, else the only one, else ``values`` or ``X``; arrays
          ``features`` and ``samples`` beside it name both, where they are there.

        Columns of text in tables describe the rows.
    layer : str, optional
        Which matrix, where the file holds several.
    feature_columns : str or list of str, optional
        Columns of a text or parquet file that describe features and are not samples although they hold numbers, such
        as lengths or positions. They keep the values that are in the file, in text files as text.
    orientation : {"features", "samples"}, optional
        What stands in the rows of the file, where that is not what is usual in its format: features, but samples in
        AnnData and PLINK files.
    allow_external : bool, optional
        Whether a file may refer to values in other files.

    Returns
    -------
    FeatureMatrix
        It takes the place of a matrix in every verb. ``.shape``, ``.dtype`` and ``.nbytes`` are known; ``.map(fn)``
        transforms values as they are read.

    Raises
    ------
    DataError
        Not such a file, no matrix of real numbers, or a file that holds less than it says.
    ArgumentError
        A format that is not known, or options that it does not have.

    Examples
    --------
    >>> import tempfile, numpy as np, ebayes_lm as el
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/beta.npy", np.array([[0.1, 0.2, 0.7, 0.8], [0.6, 0.6, 0.8, 0.8]]))
    ...     y = el.open_matrix(f"{folder}/beta.npy").map(lambda beta: np.log2(beta / (1 - beta)))
    ...     el.lm_fit(y, [[1, 0], [1, 0], [1, 1], [1, 1]]).coefficients.round(2).to_numpy().tolist()
    [[-2.58, 4.2], [0.58, 1.42]]

    Numbers that describe features are named, text describes them in any case:

    >>> import pandas as pd
    >>> table = pd.DataFrame({"gene": ["TP53", "MYC"], "length": [2512, 2367], "a": [8, 5], "b": [9, 6]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table.to_csv(f"{folder}/counts.csv", index=False)
    ...     counts = el.open_matrix(f"{folder}/counts.csv", feature_columns="length")
    >>> list(counts.samples)
    ['a', 'b']
    >>> counts.annotation["length"].astype(int).tolist()
    [2512, 2367]
    """
    if not isinstance(path, (str, Path)):
        raise ArgumentTypeError(f"open_matrix() takes the path of a file; got {type(path).__name__}")
    if orientation not in (None, "features", "samples"):
        raise ArgumentError(f"orientation is 'features' or 'samples', what stands in rows; got {orientation!r}")
    if re.match(r"[A-Za-z][\w+.-]+:/", str(path)):
        raise ArgumentError(f"{path} is an address; open_matrix() reads local files and folders: copy it first")
    path = Path(path)
    opened = _open(path, Request(layer, orientation, bool(allow_external), columns_named(feature_columns)))
    features, samples = opened.source.shape
    return FeatureMatrix(
        opened.source,
        pd.RangeIndex(features) if opened.features is None else opened.features,
        pd.RangeIndex(samples) if opened.samples is None else opened.samples,
        opened.annotation,
        opened.sample_table,
        adjusted=opened.adjusted,
    )


def _open(path: Path, request: Request) -> Opened:
    name = path.name.lower()
    ending = next((ending for ending in sorted(FORMATS, key=len, reverse=True) if name.endswith(ending)), None)
    if ending is None and path.is_dir():
        raise DataError(f"{path} is a folder; name the file in it")
    if ending is None:
        raise ArgumentError(f"{path.name} is of no format that is known here: {listing(FORMATS, 20)}")
    module, function = FORMATS[ending]
    if request.feature_columns and module not in _TABLES:
        instead = "; the annotation of an AnnData is its var" if module in _ANNDATA else ""
        raise ArgumentError(
            f"feature_columns= names columns of text or parquet files, and {path.name} is neither{instead}"
        )
    opener: Callable[[Path, Request], Opened] = getattr(import_module(f"ebayes_lm.data.stores.{module}"), function)
    return opener(path, request)
