"""The commands with their arguments."""

from __future__ import annotations

import argparse
import shlex
from typing import Any, NoReturn

from ebayes_lm.cli.common_options import add_common, add_pictures, add_showing
from ebayes_lm.cli.explain_options import add_explain
from ebayes_lm.cli.fit_options import add_fit
from ebayes_lm.cli.module_options import add_limma_module
from ebayes_lm.cli.report_options import add_report
from ebayes_lm.cli.scan_options import add_scan
from ebayes_lm.cli.values import place
from ebayes_lm.errors import nearest


class _Parser(argparse.ArgumentParser):
    """One that tells what is wrong in place of all options that there are."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Options that are not known are told by the command that they are given to."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown and self._subparsers is None:
            own = {option.lstrip("-"): option for action in self._actions for option in action.option_strings}
            meant = nearest(unknown[0].split("=")[0].lstrip("-"), own).replace("'", "'--", 1)
            self.error(f"unrecognized arguments: {shlex.join(unknown)}.{meant}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n'{self.prog} --help' lists what it takes\n")


class _Version(argparse.Action):
    """Look the version up only where it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"ebayes-lm {version('ebayes-lm')}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments."""
    top: argparse.ArgumentParser = _Parser(
        prog="ebayes-lm",
        description="Fit one linear model to every feature of a matrix, moderate the variances, and test comparisons.",
        epilog="exit codes: 0 done, 1 a fault of the program, 2 usage, 3 data or design",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version and leave")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_demo(commands)
    add_fit(commands)
    add_scan(commands)
    add_limma_module(commands)
    add_report(commands)
    add_explain(commands)
    return top


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser(
        "demo",
        help="analyse the bladder cancer arrays that come with the package",
        description="Fit ~ cancer + batch to the bladder cancer arrays that come with the package, say what came out, "
        "and write tables and a methods paragraph.",
    )
    demo.add_argument(
        "--out", metavar="DIR", type=place, default="ebayes_lm_demo", help="folder to write to (default: %(default)s)"
    )
    add_pictures(demo)
    add_showing(demo)
    add_common(demo)
