"""Every example in a docstring runs and answers what it says; a warning in one is an error."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import warnings
from types import ModuleType

import pytest

import ebayes_lm

MODULES = [ebayes_lm.__name__] + [
    module.name
    for module in pkgutil.walk_packages(ebayes_lm.__path__, f"{ebayes_lm.__name__}.")
    if module.name.rpartition(".")[2] != "__main__"
]


def examples_of(module: ModuleType) -> list[doctest.DocTest]:
    return [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_examples_answer_what_they_say(name: str) -> None:
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    report: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for test in examples_of(module):
            runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def test_the_package_begins_with_an_example() -> None:
    assert any(test.name == "ebayes_lm" for test in examples_of(ebayes_lm))
