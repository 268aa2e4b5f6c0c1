"""Results inside AnnData, and back.

:func:`write` gives an AnnData that holds a result: its statistics in ``varm``, where other packages find them, and all
of it in ``uns``, from where :func:`read` makes the same object again. Both survive ``write_h5ad`` and ``write_zarr``.
"""

from __future__ import annotations

from ebayes_lm.io_anndata.reading import read
from ebayes_lm.io_anndata.writing import write

__all__ = ["read", "write"]
