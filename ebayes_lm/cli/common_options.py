"""Arguments that every command takes."""

from __future__ import annotations

import argparse

from ebayes_lm.cli.values import digits, place, whole_number


def add_showing(command: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """What is shown of results, and how they are written."""
    command.add_argument(
        "--top", metavar="N", type=whole_number, default=10, help="rows of a table shown (default: %(default)s)"
    )
    command.add_argument(
        "--digits", metavar="N", type=digits, help="significant digits of the tables written (default: all)"
    )


def add_pictures(command: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
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


def add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object in place of text")
    command.add_argument("--debug", action="store_true", help="show the traceback of an error")
