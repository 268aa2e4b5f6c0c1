"""``python -m tests.factor_study``."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd

from tests.factor_study.approaches import APPROACHES
from tests.factor_study.cells import Cell, grid
from tests.factor_study.study import study


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--cells", default="", help="only cells whose description contains this")
    parser.add_argument("--approach", action="append", choices=list(APPROACHES), help="only these")
    parser.add_argument("--out", type=Path, help="append to this table, cells that it holds left out")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    args = parser.parse_args()
    done = pd.read_csv(args.out, sep="\t", keep_default_na=False) if args.out and args.out.exists() else pd.DataFrame()
    cells = [cell for cell in grid() if args.cells in str(cell) and not holds(done, cell)]
    with ProcessPoolExecutor(args.processes) as pool:
        for table in pool.map(partial(study, replicates=args.replicates, names=args.approach), cells):
            if args.out is None:
                sys.stdout.write(table.to_string(index=False) + "\n")
                continue
            table.to_csv(args.out, sep="\t", index=False, mode="a", header=not args.out.exists())


def holds(done: pd.DataFrame, cell: Cell) -> bool:
    if done.empty:
        return False
    same = [pd.Series(done[name]).astype(type(value)) == value for name, value in cell._asdict().items()]
    return bool(pd.concat(same, axis=1).all(axis=1).any())


if __name__ == "__main__":
    main()
