"""Small studies of every kind, drawn at random: what the properties are tried on."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st

import ebayes_lm as el

#: The suite tries the same few examples each time; PROPERTY_EXAMPLES=500 looks at so many new ones.
EXAMPLES = os.environ.get("PROPERTY_EXAMPLES")
common = settings(
    max_examples=int(EXAMPLES or 12),
    derandomize=EXAMPLES is None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    database=None,
    report_multiple_bugs=False,
    phases=(Phase.explicit, Phase.generate),  # studies are small already, and slow to make smaller
)

DESIGNS = ("~ 1", "~ group", "~ 0 + group", "~ group + age", "~ group * sex", "~ group + batch + site")
WEIGHTS = ("none", "samples", "features", "cells")
KINDS = (*WEIGHTS, "blocks", "blocks and samples", "blocks and cells", "robust", "robust and cells")
GAPS = ("none", "scattered", "many", "group", "rows")


class Study(NamedTuple):
    """A matrix, its sample table, a formula, and the options of the fit by name."""

    y: pd.DataFrame
    samples: pd.DataFrame
    formula: str
    options: dict[str, Any]

    def fit(self, **changes: Any) -> el.LinearFit:
        given = {"y": self.y, "design": self.formula, "samples": self.samples} | self.options | changes
        return el.lm_fit(given.pop("y"), given.pop("design"), **given)

    def without(self, *names: str) -> Study:
        return self._replace(options={k: v for k, v in self.options.items() if k not in names})

    @property
    def x(self) -> np.ndarray:
        return el.model_matrix(self.formula, self.samples).matrix

    def comparisons(self, at: np.ndarray) -> np.ndarray:
        """Contrasts that every design can estimate: expectations of some samples less that of the first."""
        differences = (self.x[at] - self.x[0]).T
        kept = np.abs(differences).max(axis=0) > 0
        return differences[:, kept]


@st.composite
def studies(
    draw: st.DrawFn,
    *,
    designs: tuple[str, ...] = DESIGNS,
    kinds: tuple[str, ...] = KINDS,
    gaps: tuple[str, ...] = GAPS,
    variances: int = 1,
) -> Study:
    """Noise about a level and an effect, in up to three groups; at least ``variances`` features have residual df."""
    g, n = draw(st.integers(1, 30)), draw(st.integers(3, 16))
    formula, kind, gap = (draw(st.sampled_from(choices)) for choices in (designs, kinds, gaps))
    n_groups = draw(st.integers(2, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    samples = _table(rng, n, n_groups)
    level = draw(st.sampled_from([0.0, 7.0, 1000.0]))
    y = level + rng.normal(size=(g, n)) * np.sqrt(rng.chisquare(4, (g, 1)) / 4 + 0.05)
    y += rng.normal(size=(g, 1)) * (samples["group"] == "B").to_numpy()
    _make_gaps(y, gap, samples, rng)
    features = pd.Index([f"g{i}" for i in range(g)])
    study = Study(pd.DataFrame(y, features, samples.index), samples, formula, {})
    study = study._replace(options=_options(kind, study.y, rng))
    assume(_residual_variances(study) >= variances)
    return study


def _table(rng: np.random.Generator, n: int, n_groups: int) -> pd.DataFrame:
    """Groups of even size in any order; ``site`` follows from ``batch``, and ``batch`` now and then from ``group``."""
    group = rng.permutation(np.array(list("ABC"))[np.arange(n) % n_groups])
    batch = np.where(group == "A", "x", "y") if rng.random() < 0.5 else np.array(["x", "y"])[np.arange(n) % 2]
    return pd.DataFrame(
        {
            "group": group,
            "sex": np.array(["f", "m"])[np.arange(n) % 2],
            "age": rng.permutation(n) / 2.0,
            "batch": batch,
            "site": np.where(batch == "x", "far", "near"),
            "patient": rng.permutation(np.arange(n) // 2).astype(str),
        },
        index=pd.Index([f"s{i}" for i in range(n)]),
    )


def _make_gaps(y: np.ndarray, gap: str, samples: pd.DataFrame, rng: np.random.Generator) -> None:
    if gap in ("scattered", "many"):
        y[rng.random(y.shape) < (0.1 if gap == "scattered" else 0.4)] = np.nan
    elif gap == "group":
        chosen = rng.random(len(y)) < 0.5
        y[np.ix_(chosen, (samples["group"] == rng.choice(["A", "B"])).to_numpy())] = np.nan
    elif gap == "rows":
        y[rng.random(len(y)) < 0.3] = np.nan


def _options(kind: str, y: pd.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "samples" in kind:
        options["weights"] = pd.Series(_positive(rng, y.shape[1]), y.columns)
    if "features" in kind:
        options["weights"] = pd.Series(_positive(rng, len(y)), y.index)
    if "cells" in kind:
        weights = _positive(rng, y.shape) * (rng.random(y.shape) > rng.choice([0.0, 0.15]))
        options["weights"] = pd.DataFrame(weights, y.index, y.columns)
    if "blocks" in kind:
        options |= {"block": "patient", "correlation": float(rng.choice([-0.4, 0.3, 0.8]))}
    if "robust" in kind:
        options["method"] = "robust"
    return options


def _positive(rng: np.random.Generator, shape: Any) -> np.ndarray:
    return np.exp(rng.uniform(-2, 2, shape))


def _residual_variances(study: Study) -> int:
    """Features with an observation more than the design has columns that count."""
    observed = study.y.notna()
    if isinstance(study.options.get("weights"), pd.DataFrame):
        observed &= study.options["weights"] > 0
    return int((observed.sum(axis=1) > np.linalg.matrix_rank(study.x)).sum())
