"""The room as a whole: what it needs, and what it says where that is missing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import ebayes_lm as el
from ebayes_lm.data.readers import stored
from ebayes_lm.errors import MissingExtraError

WITHOUT = """
import sys
sys.modules["matplotlib"] = None
import numpy as np, pandas as pd, ebayes_lm as el
y = np.random.default_rng(1).normal(size=(40, 6))
mod = el.lm_fit(y, "~ g", samples=pd.DataFrame({"g": list("AAABBB")})).ebayes()
el.plot.volcano_data(mod), el.plot.ma_data(mod), el.plot.ma_data(y), el.plot.sa_data(mod)
el.plot.pvalues_data(mod), el.plot.qq_data(mod), el.plot.qq_data(mod, kind="t")
el.plot.coefficients_data(mod, 0, 1), el.plot.voom_trend_data(el.vooma(y))
"""


def test_what_is_drawn_can_be_had_without_matplotlib():
    subprocess.run([sys.executable, "-c", WITHOUT], check=True)


def test_drawing_without_matplotlib_says_what_to_install(monkeypatch):
    monkeypatch.setattr(stored, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r'pip install "ebayes-lm\[plot\]"'):
        el.plot.pvalues(np.linspace(0.0, 1.0, 9))


def test_a_plot_that_there_is_not_says_what_may_be_meant():
    with pytest.raises(AttributeError, match="Did you mean 'volcano'"):
        el.plot.vulcano  # noqa: B018
