"""Tables of what estimates have in common."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch import estimate_trends as trending
from ebayes_lm.batch.annotations import Annotation, annotations_of
from ebayes_lm.batch.residual_loadings import ResidualLoadings, annotation_of_component
from ebayes_lm.core.shared_variation import robust_correlation
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.boundary import aligned_samples
from ebayes_lm.results.moderated import ModeratedFit

#: An annotation names a component where it explains so much of it beyond chance.
_NAMED = 0.5
_HISTOGRAM = np.round(np.arange(-8.0, 8.05, 0.1), 1)
#: Fewest features for a correlation.
_FEWEST = 50


def trends_table(
    mod: ModeratedFit, chosen: dict[str, int], z: dict[str, FloatArray], features: list[Annotation],
    loadings: ResidualLoadings | None,
) -> pd.DataFrame:  # fmt: skip
    """How z of each contrast goes along with each covariate, and with loadings on residual components."""
    rows = []
    for name, at in chosen.items():
        rows += [trending.trend_row(name, annotation, z[name]) for annotation in features]
        if loadings is not None:
            t = mod.t_of(at)
            # loadings are in units of a feature's own standard deviation, t in those of its moderated one
            with np.errstate(all="ignore"):
                unscaled = mod.fit.record.stdev_unscaled[:, at] * mod.fit.record.sigma
                ratio = unscaled / mod.standard_error_of(at)
            ratio = np.where(np.isfinite(ratio), ratio, np.nan)
            rows += [trending.loading_row(name, loadings, j, z[name], t, ratio) for j in range(len(loadings.names))]
    return pd.DataFrame([row for row in rows if row is not None], columns=trending.TREND_COLUMNS)


def correlations_table(mod: ModeratedFit, chosen: dict[str, int], z: dict[str, FloatArray]) -> pd.DataFrame:
    """Correlations of contrasts, as the design implies them and as they are."""
    covariance = mod.fit.record.cov_coefficients
    rows = []
    for a, b in combinations(chosen, 2):
        i, j = chosen[a], chosen[b]
        both = np.flatnonzero(np.isfinite(z[a]) & np.isfinite(z[b]))
        design = covariance[i, j] / np.sqrt(covariance[i, i] * covariance[j, j])
        observed = robust_correlation(z[a][both], z[b][both]) if len(both) >= _FEWEST else np.nan
        rows.append((a, b, float(design), observed, len(both)))
    columns = ["first", "second", "design", "observed", "features"]
    return pd.DataFrame(rows, columns=columns).astype({"design": float, "observed": float, "features": int})


def components_table(
    mod: ModeratedFit, loadings: ResidualLoadings | None, matrix: FeatureMatrix | None, samples: Any
) -> pd.DataFrame:
    """Residual components, and what they follow."""
    rows = {}
    if loadings is not None and matrix is not None:
        table = matrix.sample_table if samples is None else samples
        labels = mod.design.samples if mod.design.labelled else None
        if table is not None:
            table = aligned_samples(table, sample_labels=labels, n_samples=mod.design.shape[0])
        annotations = [] if table is None else annotations_of(mod.design, table)
        for j, name in enumerate(loadings.names):
            follows, r2 = annotation_of_component(mod.fit, loadings.vectors[:, j], annotations)
            rows[name] = (float(loadings.shares[j]), *((follows, r2) if r2 >= _NAMED else ("", np.nan)))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["share", "annotation", "r2"])


def histogram_table(z: dict[str, FloatArray], inflation: pd.DataFrame) -> pd.DataFrame:
    """Counts of z in bins, the last ones open, and the counts expected of features without effect."""
    parts = []
    middles = np.round((_HISTOGRAM[1:] + _HISTOGRAM[:-1]) / 2.0, 2)
    for name, values in z.items():
        known = values[np.isfinite(values)]
        counts, _ = np.histogram(np.clip(known, _HISTOGRAM[0], _HISTOGRAM[-1]), _HISTOGRAM)
        found = inflation.loc[name, ["bias", "inflation", "null_share"]].to_numpy(dtype=np.float64)
        bias, spread, share = (0.0, 1.0, 1.0) if np.isnan(found[1]) else found
        density = np.exp(-0.5 * np.square((middles - bias) / spread)) / (spread * np.sqrt(2.0 * np.pi))
        expected = len(known) * share * density * 0.1
        parts.append(pd.DataFrame({"contrast": name, "z": middles, "count": counts, "null": expected}))
    return pd.concat(parts, ignore_index=True)
