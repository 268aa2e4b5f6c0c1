"""What malformed calls start from: a small matrix, its sample table, and fits of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.errors import DesignWarning, EbayesLMError

FEATURES, SAMPLES = [f"g{i}" for i in range(30)], [f"s{i}" for i in range(6)]
Y = pd.DataFrame(np.random.default_rng(1).normal(size=(30, 6)), index=FEATURES, columns=SAMPLES)
TABLE = pd.DataFrame(
    {"group": list("AAABBB"), "batch": list("XYXYXY"), "age": [31.0, 42, 58, 29, 37, 44]}, index=SAMPLES
)


class Case(NamedTuple):
    name: str
    call: Callable[[], Any]
    error: type[EbayesLMError]
    says: tuple[str, ...]


def spoiled(value: float, *cells: tuple[int, int]) -> pd.DataFrame:
    y = Y.to_numpy().copy()
    for cell in cells:
        y[cell] = value
    return pd.DataFrame(y, index=FEATURES, columns=SAMPLES)


def fit_of(design: Any = "~ 0 + group", **options: Any) -> el.LinearFit:
    return el.lm_fit(Y, design, **{"samples": TABLE} | options)


def mod_of() -> el.ModeratedFit:
    return fit_of().contrast("groupB - groupA").ebayes()


def treated() -> el.TreatFit:
    return fit_of().contrast("groupB - groupA").treat()


def two_terms() -> el.ModeratedFit:
    return fit_of("~ group + batch").ebayes()


def confounded() -> el.LinearFit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DesignWarning)
        return fit_of("~ group + batch", samples=TABLE.assign(batch=list("XXXYYY")))
