"""The arguments of the commands."""

from __future__ import annotations

import argparse
from typing import NoReturn

_FIT = """\
DATA is CSV or TSV (also .gz), parquet or h5ad. In a table, the first column names the features and the other columns
are samples; in the sample table, each row is a sample.

examples:
  ebayes-lm fit expression.tsv --samples samples.csv --formula "~ 0 + group + batch" \\
      --contrast "treated = grouptreated - groupcontrol" --out results
  ebayes-lm fit expression.tsv --samples samples.csv --formula "~ group + batch" --dry-run
"""


class _Version(argparse.Action):
    """Look the version up only where it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"ebayes-lm {version('ebayes-lm')}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments."""
    top = argparse.ArgumentParser(
        prog="ebayes-lm",
        description="Fit one linear model to every feature of a matrix, moderate the variances, and test comparisons.",
        epilog="exit codes: 0 done, 1 a fault of the program, 2 usage, 3 data or design",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version and leave")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_fit(commands)
    return top


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser(
        "demo",
        help="analyse the bladder cancer arrays that come with the package",
        description="Fit ~ cancer + batch to the bladder cancer arrays that come with the package, say what came out, "
        "and write tables and a methods paragraph.",
    )
    demo.add_argument(
        "--out", metavar="DIR", default="ebayes_lm_demo", help="folder to write to (default: %(default)s)"
    )
    _add_common(demo)


def _add_fit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    fit = commands.add_parser(
        "fit",
        help="analyse your own files",
        description="Fit a formula to every feature of a matrix and test comparisons by moderated statistics.",
        epilog=_FIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    fit.add_argument("data", metavar="DATA", help="matrix of features x samples, on a log scale for expression")
    files = fit.add_argument_group("files")
    files.add_argument("--samples", metavar="TABLE", help="sample table, CSV or TSV; optional for h5ad")
    files.add_argument(
        "--sample-column", metavar="COL", help="its column of sample names (default: the first that matches the data)"
    )
    files.add_argument(
        "--feature-columns", metavar="A,B", type=_names, default=[], help="columns of DATA that describe features"
    )
    files.add_argument("--layer", metavar="L", help="layer of an h5ad to read in place of X")
    files.add_argument(
        "--exclude", metavar="COL=VALUE", type=_pair, action="append", default=[], help="leave samples out; repeatable"
    )
    files.add_argument("--out", metavar="DIR", help="folder to write to; needed unless --dry-run")
    model = fit.add_argument_group("model")
    model.add_argument("--formula", metavar="F", required=True, help='such as "~ 0 + group + batch"')
    model.add_argument(
        "--ref", metavar="COL=LEVEL", type=_pair, action="append", default=[], help="reference level; repeatable"
    )
    model.add_argument("--trend", action="store_true", help="let the prior variance follow average expression")
    model.add_argument("--threads", metavar="N", type=_positive, help="threads to use (default: all processors)")
    tests = fit.add_argument_group("tests (by default the one term of the formula, where there is just one)")
    tests.add_argument(
        "--contrast", metavar="TEXT", action="append", default=[], help='"B - A" or "name = B - A"; repeatable'
    )
    tests.add_argument("--coef", metavar="NAME", action="append", default=[], help="coefficient to test; repeatable")
    tests.add_argument("--test-term", metavar="TERM", action="append", default=[], help="term to test by F; repeatable")
    tests.add_argument("--fdr", metavar="Q", type=_share, default=0.05, help="false discovery rate (default: 0.05)")
    fit.add_argument("--dry-run", action="store_true", help="show the design and the plan; write nothing")
    _add_common(fit)


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object in place of text")
    command.add_argument("--debug", action="store_true", help="show the traceback of an error")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form COL=VALUE, such as batch=3")
    return name.strip(), value.strip()


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 < value < 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0 and 1, such as 0.05")
    return value
