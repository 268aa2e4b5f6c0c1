"""The pages behind the warnings: each runs, each is reached, and none is missing."""

from __future__ import annotations

import ast
import doctest
import re
import warnings
from pathlib import Path

import pytest

import ebayes_lm
from ebayes_lm import errors, guide
from ebayes_lm.cli import main
from ebayes_lm.errors import ArgumentError, EbayesLMWarning

ROOT = Path(ebayes_lm.__file__).parent
PAGES = sorted((ROOT / "guide").glob("*.md"))


def named_topics() -> set[str]:
    """Topics that warnings name: by their class, or where they are given."""
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    found = {value.topic for value in classes if issubclass(value, EbayesLMWarning) and value.topic}
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "topic" and isinstance(node.value, ast.Constant):
                found.add(node.value.value)
    return found


def test_every_topic_has_a_page_and_every_page_a_topic():
    assert {path.stem for path in PAGES} == set(guide.TOPICS)
    assert named_topics() <= set(guide.TOPICS)


def test_every_page_is_reached():
    """From a warning, from the summary of a run, or from both."""
    told = (ROOT / "cli" / "summary.py").read_text(encoding="utf-8")
    assert named_topics() | set(re.findall(r'"([a-z-]+)", (?:silent|nothing)', told)) == set(guide.TOPICS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_examples_answer_what_they_say(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tried = doctest.testfile(str(path), module_relative=False)
    assert tried.attempted
    assert not tried.failed


@pytest.mark.parametrize("topic", guide.TOPICS)
def test_page_begins_with_its_question_and_leads_on(topic):
    text = guide.page(topic)
    assert text.startswith(f"# {guide.TOPICS[topic]}\n")
    assert set(re.findall(r"ebayes-lm explain ([a-z-]+)", text)) <= set(guide.TOPICS)


def test_unknown_page():
    with pytest.raises(ArgumentError, match="Did you mean 'batch'"):
        guide.page("batches")


def test_command(capsys):
    assert main(["explain", "batch"]) == 0
    assert capsys.readouterr().out == guide.page("batch")
    assert main(["explain"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(guide.TOPICS)
    assert main(["explain", "batches"]) == 2


def test_a_warning_says_where_more_is_told():
    with pytest.warns(errors.AdjustedDataWarning, match=r"removed\. More: ebayes-lm explain batch$"):
        errors.warn("removed", errors.AdjustedDataWarning)
    with pytest.warns(errors.DesignWarning, match=r"^this$"):
        errors.warn("this", errors.DesignWarning)
