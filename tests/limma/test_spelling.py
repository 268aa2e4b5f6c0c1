"""Arguments can be cut short as in R, and those that are not there are told."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from ebayes_lm import limma
from ebayes_lm.errors import ArgumentTypeError


@pytest.fixture(scope="module")
def fit():
    y = np.random.default_rng(1).normal(size=(60, 6))
    return limma.eBayes(limma.lmFit(y, pd.DataFrame({"A": [1, 1, 1, 0, 0, 0], "B": [0, 0, 0, 1, 1, 1]})))


def test_arguments_are_completed(fit):
    short = limma.topTable(fit, coef="B", n=5, adjust="BY", sort="p")
    pd.testing.assert_frame_equal(short, limma.topTable(fit, "B", number=5, adjust_method="BY", sort_by="p"))


def test_the_names_of_contrasts_are_left_alone():
    assert list(limma.makeContrasts(lev="B - A", levels=["A", "B"]).columns) == ["lev"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"q": 1}, "no argument 'q'. It has fit, coef, number"),
        ({"numbers": 1}, "Did you mean 'number'"),
        ({"f": 1}, "no argument 'f'"),
        ({"n": 1, "number": 2}, "given an argument twice"),
    ],
)
def test_what_is_unclear_is_told(fit, options, said):
    with pytest.raises(ArgumentTypeError, match=said):
        limma.topTable(fit, coef="B", **options)


def test_a_plot_is_drawn_elsewhere():
    with pytest.raises(ArgumentTypeError, match=r"el.plot.voom_trend"):
        limma.voom(np.full((5, 6), 9), plot=True)


@pytest.mark.parametrize("name", limma.__all__)
def test_functions_travel_to_other_processes(name):
    assert pickle.loads(pickle.dumps(getattr(limma, name))) is getattr(limma, name)
