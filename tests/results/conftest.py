"""One small problem with three groups, a batch, and ten features that differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el


@pytest.fixture(scope="session")
def samples() -> pd.DataFrame:
    return pd.DataFrame({"group": list("AAABBBCCC"), "batch": list("XYXYXYXYX")}, index=[f"s{i}" for i in range(9)])


@pytest.fixture(scope="session")
def y(samples: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    values = rng.normal(size=(80, 9)) * np.sqrt(rng.chisquare(5, size=80) / 5)[:, None]
    values[:10, 3:6] += 3.0
    return pd.DataFrame(values, index=[f"g{i}" for i in range(80)], columns=samples.index)


@pytest.fixture(scope="session")
def fit(y: pd.DataFrame, samples: pd.DataFrame) -> el.LinearFit:
    return el.lm_fit(y, "~ group + batch", samples=samples)


@pytest.fixture(scope="session")
def contrasted(y: pd.DataFrame, samples: pd.DataFrame) -> el.LinearFit:
    fit = el.lm_fit(y, "~ 0 + group + batch", samples=samples)
    return fit.contrast(["groupB - groupA", "CvsA = groupC - groupA"])


@pytest.fixture(scope="session")
def mod(contrasted: el.LinearFit) -> el.ModeratedFit:
    return contrasted.ebayes()
