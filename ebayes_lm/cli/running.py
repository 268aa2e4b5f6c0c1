"""From arguments to an exit code: notes, errors and faults as single lines on stderr."""

from __future__ import annotations

import os
import sys
import warnings
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, TextIO

from ebayes_lm.cli.invocation import Invocation
from ebayes_lm.cli.options import parser
from ebayes_lm.cli.wording import in_options
from ebayes_lm.errors import EbayesLMError, EbayesLMWarning

DONE, FAULT, USAGE, BAD_INPUT, INTERRUPTED = 0, 1, 2, 3, 130


class UsageError(Exception):
    """Arguments that do not go together, found after the parser was content."""


def run(argv: Sequence[str] | None = None) -> int:
    """Parse, run, and turn whatever happens into an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter of a name shows a question mark, and the run goes on.
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as left:
        return int(left.code or DONE)
    arguments.invocation = Invocation.now(sys.argv[1:] if argv is None else argv)
    try:
        _run_command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _leave_pipe()
    except KeyboardInterrupt:
        return _say("interrupted; nothing is half written", INTERRUPTED)
    except UsageError as error:
        return _say(str(error), USAGE)
    except (EbayesLMError, OSError, MemoryError) as error:
        _show_traceback(arguments)
        return _say(_text(error), BAD_INPUT)
    except Exception as error:
        _show_traceback(arguments)
        hint = "" if arguments.debug else "; run it again with --debug for the traceback"
        return _say(f"a fault of the program, {type(error).__name__}: {error}{hint}", FAULT)
    return DONE


def _run_command(arguments: Namespace) -> None:
    with notes() as said:
        if arguments.command == "demo":
            from ebayes_lm.cli.demo import run_demo

            run_demo(arguments, said)
        elif arguments.command == "limma-module":
            from ebayes_lm.cli.module import run_limma_module

            run_limma_module(arguments, said)
        elif arguments.command == "scan":
            from ebayes_lm.cli.scanning import run_scan

            run_scan(arguments, said)
        elif arguments.command == "report":
            from ebayes_lm.cli.saved_reports import run_report

            run_report(arguments, said)
        elif arguments.command == "explain":
            from ebayes_lm.cli.explaining import run_explain

            run_explain(arguments)
        else:
            from ebayes_lm.cli.analysis import run_fit

            run_fit(arguments, said)


@contextmanager
def notes() -> Iterator[list[str]]:
    """Show each warning of the package once, as a line ``note: ...`` on stderr; give what was shown."""
    said: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always", EbayesLMWarning)
        usual = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not issubclass(category, EbayesLMWarning):
                usual(message, category, filename, lineno, file, line)
            elif (text := in_options(str(message))) not in said:
                said.append(text)
                print(f"note: {_one_line(text)}", file=sys.stderr)

        warnings.showwarning = show
        yield said


def _text(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory; --dry-run tells what is needed"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return in_options(str(error))


def _say(message: str, code: int) -> int:
    print(f"ebayes-lm: {_one_line(message)}", file=sys.stderr)
    return code


def _one_line(message: Any) -> str:
    """Control characters of names and files do not reach the terminal."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in str(message))


def _show_traceback(arguments: Namespace) -> None:
    if arguments.debug:
        import traceback

        traceback.print_exc()


def _leave_pipe() -> None:
    """Whoever read stdout has gone: nothing more is written, and the interpreter does not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
