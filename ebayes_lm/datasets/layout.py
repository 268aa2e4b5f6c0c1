"""The samples of a simulation: who belongs where, known and hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.data.alignment import is_positional
from ebayes_lm.datasets.parameters import Parameters

# The age, in years, at which a feature has the abundance that the truth calls its mean.
REFERENCE_AGE = 50.0

# Standard deviation of the natural logarithm of sequencing depth.
_DEPTH_SD = 0.3

# Reads a feature, on average, where no library size is given.
_READS_PER_FEATURE = 500.0


@dataclass(frozen=True, eq=False)
class Layout:
    """Sample table, hidden factors, and the columns by which they act: one column for each effect of the truth."""

    samples: pd.DataFrame
    hidden: pd.DataFrame
    columns: dict[str, FloatArray]
    formula: str

    def kind(self, prefix: str) -> list[str]:
        """Names of the columns that come from one variable."""
        return [name for name in self.columns if name.startswith(prefix)]

    def matrix(self, names: list[str]) -> FloatArray:
        """(samples, names) values of the columns named."""
        return np.stack([self.columns[name] for name in names], axis=1) if names else np.empty((len(self.samples), 0))


def lay_out(given: Parameters, rng: np.random.Generator) -> Layout:
    """Draw what is random about the samples and build their table."""
    ages, factors, depths = rng.spawn(3)
    samples = _made_table(given, ages) if given.samples is None else _given_table(given.samples)
    hidden = _hidden_factors(given, samples, factors)
    if given.counts:
        size = _READS_PER_FEATURE * given.n_features if given.lib_size is None else float(given.lib_size)
        samples["depth"] = size * np.exp(_DEPTH_SD * depths.standard_normal(len(samples)))
    known = [name for name in ("group", "batch", "age") if name in samples.columns]
    columns = _columns(samples, known) | {str(k): hidden[k].to_numpy() for k in hidden.columns}
    varying = [name for name in known if len(samples[name].unique()) > 1]
    return Layout(samples, hidden, columns, "~ " + (" + ".join(varying) or "1"))


def _made_table(given: Parameters, rng: np.random.Generator) -> pd.DataFrame:
    """Groups one after the other; batches in turn within each group, so that the two are as balanced as can be."""
    sizes = given.group_sizes()
    codes = np.repeat(np.arange(len(sizes)), list(sizes.values()))
    samples = pd.DataFrame(
        {"group": pd.Categorical(np.array(list(sizes))[codes], categories=list(sizes))}, index=_labels(len(codes))
    )
    if given.batch is not None:
        turn = np.concatenate([np.arange(size) + shift for shift, size in enumerate(sizes.values())]) % given.batch
        samples["batch"] = pd.Categorical((turn + 1).astype(str), categories=[str(b + 1) for b in range(given.batch)])
    if given.covariate:
        samples["age"] = rng.uniform(30.0, 70.0, len(codes)).round(1)
    return samples


def _given_table(samples: pd.DataFrame) -> pd.DataFrame:
    table = samples.copy()
    if is_positional(table.index):
        table.index = _labels(len(table))
    for name in ("group", "batch"):
        if name in table.columns:
            kept = table[name] if isinstance(table[name].dtype, pd.CategoricalDtype) else table[name].astype(str)
            table[name] = kept.astype("category").cat.remove_unused_categories()
    return table


def _labels(n: int) -> pd.Index:
    return pd.Index([f"sample{i + 1}" for i in range(n)])


def _hidden_factors(given: Parameters, samples: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """(samples, hidden) standard normal values, moved by the confounding in every group but the reference."""
    values = rng.standard_normal((len(samples), given.hidden))
    away = (samples["group"].cat.codes > 0).to_numpy(dtype=np.float64)
    names = [f"hidden{k + 1}" for k in range(given.hidden)]
    return pd.DataFrame(values + given.hidden_confounding * away[:, None], index=samples.index, columns=names)


def _columns(samples: pd.DataFrame, known: list[str]) -> dict[str, FloatArray]:
    """Treatment coding under R's names: groupB, batch2, age."""
    columns: dict[str, FloatArray] = {}
    for name in known:
        if name == "age":
            columns["age"] = samples["age"].to_numpy(dtype=np.float64) - REFERENCE_AGE
            continue
        codes = samples[name].cat.codes.to_numpy()
        levels = samples[name].cat.categories
        columns |= {f"{name}{level}": (codes == i).astype(np.float64) for i, level in enumerate(levels) if i > 0}
    return columns
