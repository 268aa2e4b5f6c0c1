"""Names of samples that a file gives."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ebayes_lm.errors import DataError, listing


def unique_samples(path: Path, names: pd.Index) -> pd.Index:
    """The names, none of which may repeat: everything that belongs to samples is matched by them.

    Raises
    ------
    DataError
    """
    if not names.is_unique:
        raise DataError(
            f"{path} has samples that appear more than once: {listing(names[names.duplicated()].unique())}; sample "
            "names have to be unique"
        )
    return names
