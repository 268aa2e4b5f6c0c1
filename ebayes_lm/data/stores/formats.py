"""open_matrix: a matrix on disk, whatever its format."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.stores.opening import Opened, Request
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, listing

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
    ".tsv": ("text_file", "open_text_file"),
    ".tsv.gz": ("text_file", "open_text_file"),
    ".txt": ("text_file", "open_text_file"),
    ".txt.gz": ("text_file", "open_text_file"),
    ".zarr": ("zarr_store", "open_zarr"),
}


def open_matrix(
    path: Any, *, layer: str | None = None, orientation: str | None = None, allow_external: bool = False
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
        * .parquet, .pq: columns are samples. The index that pandas stored names the rows, else a first column of text.
        * .csv, .tsv, .txt, plain or with .gz: columns are samples, the first one names the rows. Numbers are parsed
          once, into a scratch file in the folder that the environment variable ``EBAYES_LM_SCRATCH_DIR`` names, else
          in that of temporary files; it goes with the matrix.
        * .bed: genotypes of PLINK with .bim and .fam beside them, as counts of the first allele.
        * .zarr: a zarr folder (formats 2 and 3) that is an array, a group with one matrix, or AnnData. In a group the
          matrix is the one that ``layer`` names by its path, else the only one, else ``values`` or ``X``; arrays
          ``features`` and ``samples`` beside it name both, where they are there.

        Columns of text in tables describe the rows.
    layer : str, optional
        Which matrix, where the file holds several.
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
    """
    if not isinstance(path, (str, Path)):
        raise ArgumentTypeError(f"open_matrix() takes the path of a file; got {type(path).__name__}")
    if orientation not in (None, "features", "samples"):
        raise ArgumentError(f"orientation is 'features' or 'samples', what stands in rows; got {orientation!r}")
    path = Path(path)
    opened = _opener(path)(path, Request(layer, orientation, bool(allow_external)))
    features, samples = opened.source.shape
    return FeatureMatrix(
        opened.source,
        pd.RangeIndex(features) if opened.features is None else opened.features,
        pd.RangeIndex(samples) if opened.samples is None else opened.samples,
        opened.annotation,
        opened.sample_table,
        adjusted=opened.adjusted,
    )


def _opener(path: Path) -> Callable[[Path, Request], Opened]:
    name = path.name.lower()
    for ending in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(ending):
            module, function = FORMATS[ending]
            opener: Callable[[Path, Request], Opened] = getattr(
                import_module(f"ebayes_lm.data.stores.{module}"), function
            )
            return opener
    raise ArgumentError(f"{path.name} is of no format that is known here: {listing(FORMATS, 20)}")
