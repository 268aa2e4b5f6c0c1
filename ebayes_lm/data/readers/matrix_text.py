"""The header of a matrix in delimited text."""

from __future__ import annotations

import pandas as pd

from ebayes_lm.data.readers.text import TextFile
from ebayes_lm.errors import DataError, listing


def check_header(file: TextFile, unique: bool = True) -> None:
    """Refuse names of columns that are missing or, where they have to be ``unique``, repeat.

    Raises
    ------
    DataError
    """
    names = pd.Index(file.header)
    if unique and not names.is_unique:
        raise DataError(
            f"{file.path} has columns that appear more than once: {listing(names[names.duplicated()].unique())}; "
            "sample names have to be unique"
        )
    unnamed = [j + 1 for j, name in enumerate(file.header) if name == "" and j]
    if unnamed:
        raise DataError(
            f"{file.path} has no name for column {unnamed[0]}"
            + (f" and {len(unnamed) - 1} more" if len(unnamed) > 1 else "")
            + "; only the first column may go without one (a separator at the end of the header line makes another)"
        )
