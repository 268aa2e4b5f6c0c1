"""The command line: ``ebayes-lm demo``, ``fit``, ``scan``, ``limma-module``, ``report`` and ``explain``."""

from __future__ import annotations

from collections.abc import Sequence

from ebayes_lm.cli.running import run

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code: 0 done, 1 a fault of the program, 2 usage, 3 data or design.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the name of the program; by default those of the process.

    Examples
    --------
    >>> main(["--version"]) # doctest: +ELLIPSIS
    ebayes-lm ...
    0
    """
    return run(argv)
