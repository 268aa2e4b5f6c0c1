"""The arguments of ``explain``."""

from __future__ import annotations

import argparse

from ebayes_lm.guide import TOPICS


def add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Its arguments."""
    explain = commands.add_parser(
        "explain",
        help="read about the questions behind the warnings",
        description="Read about the questions behind the warnings; without a topic, which there are.",
    )
    explain.add_argument("topic", metavar="TOPIC", nargs="?", choices=list(TOPICS), help=", ".join(TOPICS))
    explain.add_argument("--debug", action="store_true", help="show the traceback of an error")
