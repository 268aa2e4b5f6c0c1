"""The command ``explain``: the pages to which warnings point."""

from __future__ import annotations

from argparse import Namespace

from ebayes_lm.guide import TOPICS, page


def run_explain(arguments: Namespace) -> None:
    """Print a page, or the list of pages."""
    if arguments.topic is not None:
        print(page(arguments.topic), end="")
        return
    width = max(len(topic) for topic in TOPICS)
    print("\n".join(f"{topic:<{width}}  {question}" for topic, question in TOPICS.items()))
