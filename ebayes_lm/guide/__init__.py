"""Pages on the questions behind the warnings: plain text that a terminal shows and the documentation includes."""

from __future__ import annotations

from pathlib import Path

from ebayes_lm.errors import ArgumentError, nearest

#: The pages and the question that each answers.
TOPICS = {
    "contrasts": "Which contrast do I want?",
    "samples": "How many samples inform this?",
    "missing-values": "What do missing values change?",
    "batch": "What do I do about batches?",
    "hidden-factors": "What about variables that nobody recorded?",
    "nothing-significant": "Why are all my adjusted p-values 1?",
}


def page(topic: str) -> str:
    """Text of a page, in Markdown.

    Parameters
    ----------
    topic : str
        One of ``TOPICS``.

    Returns
    -------
    str

    Raises
    ------
    ArgumentError
        There is no such page.

    Examples
    --------
    >>> print(page("batch").splitlines()[0])
    # What do I do about batches?
    """
    if topic not in TOPICS:
        raise ArgumentError(f"there is no page {topic!r}, but {', '.join(TOPICS)}.{nearest(topic, TOPICS)}")
    return (Path(__file__).parent / f"{topic}.md").read_text(encoding="utf-8")
