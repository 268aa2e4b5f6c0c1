"""The pages of the documentation: what they show runs, what is public stands in the reference, links lead somewhere."""

from __future__ import annotations

import ast
import doctest
import re
import warnings
from pathlib import Path

import pytest

import ebayes_lm
from ebayes_lm import guide
from ebayes_lm.errors import EbayesLMWarning

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
#: Blocks without answers: those of the tour run with the README's, the others need a cluster of machines.
SILENT = {"cluster.md": 2, "tour.md": 5}
REFERENCE = "\n".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))


def blocks(path: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize(
    "path", [p for p in PAGES if any(">>> " in block for block in blocks(p))], ids=lambda p: p.stem
)
def test_examples_answer_what_they_say(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EbayesLMWarning)  # some pages are about what is warned of
        tried = doctest.testfile(str(path), module_relative=False)
    assert tried.attempted
    assert not tried.failed


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_blocks_that_are_not_run_can_be_read(path):
    silent = [block for block in blocks(path) if ">>> " not in block]
    for block in silent:
        ast.parse(block)
    assert len(silent) == SILENT.get(path.name, 0)


def test_everything_public_stands_in_the_reference_once():
    rooms = {name for name in ebayes_lm.__all__ if not callable(getattr(ebayes_lm, name))}
    listed = re.findall(r"^\.\. auto(?:function|class):: (\w+)$", REFERENCE, flags=re.MULTILINE)
    assert sorted(listed) == sorted(set(ebayes_lm.__all__) - rooms)
    assert rooms <= set(re.findall(r"^\.\. automodule:: ebayes_lm\.(\w+)$", REFERENCE, flags=re.MULTILINE))


def test_every_question_is_a_page():
    assert {path.stem for path in (DOCS / "guide").glob("*.md")} == set(guide.TOPICS)
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^guide/(.+)$", index, flags=re.MULTILINE)) == set(guide.TOPICS)


def test_every_page_and_notebook_is_in_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    pages = [*DOCS.glob("*.md"), *(DOCS / "reference").glob("*.md"), *(DOCS / "notebooks").glob("*.ipynb")]
    for path in pages:
        name = str(path.relative_to(DOCS).with_suffix(""))
        assert name == "index" or re.search(rf"^{name}$", index, flags=re.MULTILINE), name


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
