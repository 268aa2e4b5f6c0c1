"""Arguments that several commands take."""

from __future__ import annotations

import argparse

from ebayes_lm.cli.values import digits, place, share, size, whole_number


def add_showing(command: argparse._ActionsContainer) -> None:
    """What is shown of results, and how they are written."""
    command.add_argument(
        "--top", metavar="N", type=whole_number, default=10, help="rows of a table shown (default: %(default)s)"
    )
    command.add_argument(
        "--digits", metavar="N", type=digits, help="significant digits of the tables written (default: all)"
    )


def add_pictures(command: argparse._ActionsContainer) -> None:
    """Reports and pictures of results."""
    command.add_argument(
        "--report",
        metavar="FILE",
        type=place,
        help="write a page that any browser opens, without a network and without Python",
    )
    command.add_argument(
        "--plots",
        metavar="DIR",
        type=place,
        help="draw every comparison (volcano, MA, p-values), the samples, the design and the variances into a folder",
    )
    command.add_argument(
        "--plot-format", choices=["png", "svg", "pdf"], default="png", help="of the pictures (default: %(default)s)"
    )


def add_sample_table(command: argparse._ActionsContainer) -> None:
    """The sample table, and how it is matched to data."""
    command.add_argument("--samples", metavar="TABLE", help="sample table, CSV or TSV; optional where DATA carry one")
    command.add_argument(
        "--sample-column", metavar="COL", help="its column of sample names (default: the first that matches the data)"
    )


def add_zero_variance(command: argparse._ActionsContainer) -> None:
    """What becomes of features without residual variance."""
    command.add_argument(
        "--zero-variance",
        choices=["limma", "exclude"],
        default="limma",
        help="whether features without residual variance shape the prior (default: limma, they do)",
    )


def add_fdr(command: argparse._ActionsContainer) -> None:
    """What counts as significant."""
    command.add_argument("--fdr", metavar="Q", type=share, default=0.05, help="false discovery rate (default: 0.05)")


def add_threads(command: argparse._ActionsContainer) -> None:
    """How many threads work."""
    command.add_argument("--threads", metavar="N", type=whole_number, help="threads to use (default: all processors)")


def add_max_memory(command: argparse._ActionsContainer) -> None:
    """How much memory blocks take."""
    command.add_argument("--max-memory", metavar="SIZE", type=size, help='room for blocks of the matrix, such as "1GB"')


def add_common(command: argparse._ActionsContainer) -> None:
    """What every run takes."""
    command.add_argument("--json", action="store_true", help="print one JSON object in place of text")
    command.add_argument("--debug", action="store_true", help="show the traceback of an error")
