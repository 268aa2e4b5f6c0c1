"""The arguments of ``scan``."""

from __future__ import annotations

import argparse

from ebayes_lm.cli.common_options import add_common, add_fdr, add_max_memory, add_sample_table, add_threads
from ebayes_lm.cli.values import names, place, share

_SCAN = """\
Where DATA name their samples, the sample table is matched to them; otherwise it has to be in their order.

examples:
  ebayes-lm scan methylation.zarr --samples people.csv --outcome bmi --covariates "~ age + sex + cells" --out bmi.tsv
  ebayes-lm scan dosages.bed --samples people.csv --outcome ldl,hdl --covariates "~ age + PC1 + PC2" \\
      --keep-p 1e-5 --out hits.parquet
"""


def add_scan(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    scan = commands.add_parser(
        "scan",
        help="test every feature as a predictor of an outcome",
        description="Regress an outcome on covariates and one feature, for every feature of a matrix, by ordinary t "
        "tests. Relatedness and population structure are not modelled; principal components may stand among the "
        "covariates.",
        epilog=_SCAN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    scan.add_argument("data", metavar="DATA", help="matrix of features x samples, of any format that can be opened")
    add_sample_table(scan)
    scan.add_argument(
        "--outcome", metavar="A,B", type=names, required=True, help="columns of the sample table to regress on features"
    )
    scan.add_argument("--covariates", metavar="F", help='what to adjust for, such as "~ age + sex"')
    scan.add_argument("--interaction", metavar="COL", help="test whether effects of features change with this column")
    scan.add_argument("--keep-p", metavar="P", type=share, help="write only tests with a p-value up to this")
    scan.add_argument(
        "--out", metavar="FILE", type=place, required=True, help="a new .tsv, .csv, .tsv.gz, .csv.gz or .parquet"
    )
    add_fdr(scan)
    scan.add_argument("--layer", metavar="L", help="which matrix of a file that holds several")
    add_threads(scan)
    add_max_memory(scan)
    scan.add_argument("--checkpoint", metavar="DIR", type=place, help="keep what is done there, to go on with it")
    scan.add_argument("--scheduler", metavar="ADDRESS", help="work on the Dask cluster whose scheduler is there")
    add_common(scan)
