"""Tables of what residuals show: components, samples, groups, outlying features."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, BoolArray, FloatArray, IntArray
from ebayes_lm.batch.residual_annotations import Known, groups_of
from ebayes_lm.batch.residual_pass import LARGEST_P, ResidualPass
from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.core.permutation_null import ComponentNull
from ebayes_lm.core.residual_directions import Directions, common_share
from ebayes_lm.core.sample_spread import SampleSpread, level_variances, p_of_squares
from ebayes_lm.data.blocks import ROW_CELLS, Running, run_blocks

#: P-values up to which components and annotations go along, and groups differ.
LEVEL = LARGEST_P
#: P-value of a feature's largest residual from which it is counted as outlying.
OUTLYING_P = 1e-3
#: Features that the table of outlying ones holds.
_MOST_FEATURES = 50


def component_table(
    found: Directions,
    k: int,
    null: ComponentNull | None,
    n_perm: int,
    associations: pd.DataFrame,
    samples: pd.Index,
    residuals: FloatArray,
) -> pd.DataFrame:
    """One row for each of k components."""
    vectors = found.vectors[:, :k]
    largest = np.square(vectors).argmax(axis=0) if k else np.zeros(0, dtype=np.intp)
    missing = np.full(k, np.nan)
    table = pd.DataFrame({
        "component": [f"PC{at + 1}" for at in range(k)],
        "share": found.shares[:k],
        "null_quantile": missing if null is None else null.quantile,
        "p_value": missing if null is None else null.p,
        "beyond_chance": np.zeros(k, dtype=bool) if null is None else null.p <= max(LEVEL, 1.0 / (n_perm + 1.0)),
    })  # fmt: skip
    best = associations.dropna(subset=["p_value"]).sort_values(
        ["adj_p_value", "p_value", "r2"], ascending=[True, True, False], kind="stable"
    )
    first = best.drop_duplicates("component").set_index("component").reindex(table["component"])
    table["annotation"] = first["annotation"].to_numpy(dtype=object)
    table["r2"], table["adj_p_value"] = first["r2"].to_numpy(), first["adj_p_value"].to_numpy()
    table["sample"] = np.asarray(samples)[largest]
    table["sample_share"] = np.square(vectors)[largest, np.arange(k)]
    table["in_common"] = common_share(residuals, vectors)
    return table


def score_table(found: Directions, k: int, n_rows: int, used: AnyArray | slice, samples: pd.Index) -> pd.DataFrame:
    """Components in standard deviations of a typical feature, for every sample of the design."""
    scores = np.full((len(samples), k), np.nan)
    scores[used] = found.vectors[:, :k] * np.sqrt(found.variances[:k] / max(n_rows, 1))
    return pd.DataFrame(scores, index=samples, columns=[f"PC{at + 1}" for at in range(k)])


def spread_table(
    spread: SampleSpread, done: ResidualPass, p: FloatArray, used: AnyArray | slice, samples: pd.Index
) -> pd.DataFrame:
    """One row for each sample of the design."""
    counted = np.bincount(done.sample[p <= OUTLYING_P], minlength=len(spread.robust))
    known = {
        "leverage": 1.0 - done.rows.free, "spread": spread.robust, "rms": spread.rms, "z": spread.z,
        "outlying": spread.outlying, "outlying_features": counted, "missing": done.sums.missing,
    }  # fmt: skip
    table = pd.DataFrame(index=samples)
    for name, values in known.items():
        whole = np.full(len(samples), np.nan if values.dtype.kind == "f" else 0).astype(values.dtype)
        whole[used] = values
        table[name] = whole
    return table.astype({"missing": int} if np.isfinite(table["missing"]).all() else {})


def group_table(known: Known, done: ResidualPass, rows: float, outlying: BoolArray) -> pd.DataFrame:
    """Levels of every factor and how their residuals scatter, outlying samples left out."""
    parts, p = [], []
    free = done.sums.free / max(done.sums.n_rows, 1)
    squares = np.diag(done.sums.cross) / max(done.sums.n_rows, 1)
    for name, codes, levels in groups_of(known):
        found = level_variances(squares, free, np.where(outlying, -1, codes), rows)
        if np.isnan(found.p):
            continue
        parts.append(pd.DataFrame({
            "factor": name, "level": list(levels), "n": found.n, "df": found.df, "relative_sd": found.sd,
            "p_value": found.p,
        }))  # fmt: skip
        p.append(found.p)
    if not parts:
        empty = {"factor": object, "level": object, "n": int, "df": float, "relative_sd": float, "p_value": float}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in (empty | {"adj_p_value": float}).items()})
    adjusted = adjust_p(np.array(p), "holm")
    whole = pd.concat(parts, ignore_index=True)
    whole["adj_p_value"] = np.repeat(adjusted, [len(part) for part in parts])
    return whole


def outlying_p(done: ResidualPass, running: Running) -> FloatArray:
    """P-value (G,) of the largest residual of each feature; 1 where it is no matter."""
    samples = float(np.count_nonzero(done.sums.free > 0))
    (p,) = run_blocks(
        lambda at: (p_of_squares(done.largest[at], done.df[at], samples, LEVEL),), len(done.df), 1, running, ROW_CELLS
    )
    return p


def outlying_table(done: ResidualPass, p: FloatArray, features: pd.Index, samples: pd.Index) -> pd.DataFrame:
    """Features with the largest residuals."""
    low = np.flatnonzero(p < 1.0)
    order: IntArray = low[np.argsort(p[low], kind="stable")[:_MOST_FEATURES]]
    largest, df = done.largest[order], done.df[order]
    with np.errstate(divide="ignore", invalid="ignore"):
        studentised = np.sqrt(largest * (df - 1.0) / np.maximum(df - largest, 0.0))
    table = {
        "sample": np.asarray(samples)[done.sample[order]], "studentised": studentised, "p_value": p[order],
        "adj_p_value": _adjusted(p[low], int(np.isfinite(p).sum()))[: len(order)],
    }  # fmt: skip
    return pd.DataFrame(table, index=features[order])


def _adjusted(low: FloatArray, n_tests: int) -> FloatArray:
    """P-values that are low among so many tests, sorted and adjusted by BH; exact where that is up to 0.05."""
    rising = np.sort(low)
    ratio = rising * n_tests / np.arange(1, len(rising) + 1)
    adjusted: FloatArray = np.minimum(np.minimum.accumulate(ratio[::-1])[::-1], 1.0)
    return adjusted
