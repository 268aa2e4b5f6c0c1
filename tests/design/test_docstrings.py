"""The examples in the docstrings of the design modules run and answer what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import numpy as np
import pandas as pd
import pytest

import ebayes_lm.design

MODULES = [module.name for module in pkgutil.iter_modules(ebayes_lm.design.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    module = importlib.import_module(f"ebayes_lm.design.{name}")
    result = doctest.testmod(module, extraglobs={"np": np, "pd": pd}, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
