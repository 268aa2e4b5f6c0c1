"""One regression after the other, by statsmodels: what scans have to agree with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats


def regression(outcome: Any, feature: Any, covariates: Any, factor: Any = None) -> dict[str, float]:
    """The test of a feature, or of its products with columns of a factor, on the samples that have both values."""
    there = np.isfinite(outcome) & np.isfinite(feature)
    y, x, c = outcome[there], feature[there], covariates[there]
    x = x - x.mean()
    if factor is None:
        tested, nuisance = x[:, None], c
    else:
        z = factor[there]
        tested, nuisance = x[:, None] * z, np.column_stack([c, z, x])
    nuisance = np.column_stack([np.ones(len(y)), nuisance - nuisance.mean(axis=0)])
    fit = sm.OLS(y, np.column_stack([nuisance, tested])).fit()
    df = len(y) - np.linalg.matrix_rank(np.column_stack([nuisance, tested]))
    if tested.shape[1] == 1:
        t = fit.tvalues[-1]
        p = 2 * stats.t.sf(abs(t), df)
        return {"beta": fit.params[-1], "SE": fit.bse[-1], "t": t, "df": df, "n": len(y), "P.Value": p}
    less = sm.OLS(y, nuisance).fit()
    k = tested.shape[1]
    f = (less.ssr - fit.ssr) / k / (fit.ssr / df)
    return {"F": f, "df1": k, "df": df, "n": len(y), "P.Value": stats.f.sf(f, k, df)}


def regressions(outcome: Any, features: Any, covariates: Any, factor: Any = None) -> pd.DataFrame:
    """One row a feature."""
    return pd.DataFrame([regression(outcome, x, covariates, factor) for x in np.asarray(features, dtype=np.float64)])
