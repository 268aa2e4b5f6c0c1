"""What the study says: ``python -m tests.factor_study.verdict docs/hidden_factors.tsv`` gives a table in Markdown."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from tests.factor_study.study import MOST_FALSE, MOST_NULL

#: Data sets without a warning below which their mean says nothing.
FEWEST_QUIET = 20


def beyond(table: pd.DataFrame, prefix: str = "") -> pd.Series:
    """Cells beyond what was asked for, by more than two standard errors of the simulation."""
    null = table[f"{prefix}null_rejected"] - 2 * table[f"{prefix}null_rejected_error"] > MOST_NULL
    false = table[f"{prefix}false_discoveries"] - 2 * table[f"{prefix}false_discoveries_error"] > MOST_FALSE
    return null | false


def verdict(table: pd.DataFrame) -> pd.DataFrame:
    """A row for each approach."""
    rows = {}
    for name, cells in table.groupby("approach", sort=False):
        fails = beyond(cells)
        quiet = cells[cells["replicates"] * (1 - cells["warned"]) >= FEWEST_QUIET]
        silent = beyond(quiet, "quiet_") & (quiet["warned"] < 0.5)
        rows[name] = {
            "cells": len(cells),
            "beyond": int(fails.sum()),
            "worst null P": cells["null_rejected"].max(),
            "warned there": cells.loc[fails, "warned"].mean(),
            "warned elsewhere": cells.loc[~fails, "warned"].mean(),
            "beyond without warning": int(silent.sum()),
            "worst null P without warning": quiet["quiet_null_rejected"].max(),
            "mean power": cells["power"].mean(),
        }
    return pd.DataFrame(rows).T


def markdown(rows: pd.DataFrame) -> str:
    """The same for a page."""
    lines = [["approach", *map(str, rows.columns)], ["---"] * (len(rows.columns) + 1)]
    lines += [
        [str(name), *(f"{value:.3g}" for value in row)] for name, row in zip(rows.index, rows.to_numpy(), strict=True)
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def read(path: Path) -> pd.DataFrame:
    """The table of a run."""
    return pd.read_csv(path, sep="\t", keep_default_na=False, na_values=[""])


if __name__ == "__main__":
    sys.stdout.write(markdown(verdict(read(Path(sys.argv[1])))))
