"""Every example in a docstring runs and answers what it says; a warning in one is an error."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import ebayes_lm

MODULES = [ebayes_lm.__name__] + [
    module.name
    for module in pkgutil.walk_packages(ebayes_lm.__path__, f"{ebayes_lm.__name__}.")
    if module.name.rpartition(".")[2] != "__main__"
]

#: Those whose text shows an example.
SHOWING = [
    name for name in MODULES if ">>> " in Path(importlib.util.find_spec(name).origin).read_text(encoding="utf-8")
]


def examples_of(module: ModuleType) -> list[doctest.DocTest]:
    return [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """Examples draw without a screen, and leave no picture open."""
    import matplotlib as mpl

    mpl.use("Agg")
    yield
    from matplotlib.pyplot import close

    close("all")


@pytest.mark.parametrize("name", SHOWING)
def test_examples_answer_what_they_say(name: str) -> None:
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    report: list[str] = []
    assert examples_of(module)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for test in examples_of(module):
            runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def test_every_module_can_be_imported() -> None:
    assert len(SHOWING) > 80
    for name in MODULES:
        importlib.import_module(name)


def test_the_package_begins_with_an_example() -> None:
    assert any(test.name == "ebayes_lm" for test in examples_of(ebayes_lm))
