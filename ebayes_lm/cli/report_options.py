"""The arguments of ``report``."""

from __future__ import annotations

import argparse

from ebayes_lm.cli.common_options import add_common, add_fdr
from ebayes_lm.cli.values import place

_REPORT = """\
Without DATA the page holds all tests, and neither values of single samples nor what only these can tell.

example:
  ebayes-lm report my_fit --data expression.tsv --samples samples.csv --out report.html
"""


def add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Its arguments."""
    report = commands.add_parser(
        "report",
        help="write the page of a fit that was saved in Python",
        description="Write the page that any browser opens, of a fit that ebayes() or treat() has tested and save() "
        "has written. Runs of fit write theirs by --report.",
        epilog=_REPORT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.add_argument("fit", metavar="FOLDER", help="a saved fit")
    report.add_argument("--out", metavar="FILE", type=place, required=True, help="a new .html")
    report.add_argument("--data", metavar="DATA", help="the matrix, with the values that were fitted")
    report.add_argument("--samples", metavar="TABLE", help="sample table, CSV or TSV")
    report.add_argument(
        "--sample-column", metavar="COL", help="its column of sample names (default: the first that matches the fit)"
    )
    report.add_argument("--layer", metavar="L", help="which matrix of a file that holds several")
    report.add_argument("--title", metavar="TEXT", help="of the page")
    add_fdr(report)
    add_common(report)
