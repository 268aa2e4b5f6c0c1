"""VoomFit: a linear fit that has estimated the weights it rests on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from ebayes_lm.results.linear import LinearFit, split_key
from ebayes_lm.weights.precision_list import VoomEList, VoomMatrix


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class VoomFit(LinearFit):
    """Linear models of all features, with the values and weights that they were fitted to.

    Made by :func:`voom_lm_fit` and :func:`vooma_lm_fit`.

    Attributes
    ----------
    elist : VoomEList or VoomMatrix
        Log expression, weights, and the trend that these come from.
    correlation : float
        Estimated correlation within blocks; 0 without blocks.
    """

    elist: VoomEList | VoomMatrix
    correlation: float

    @property
    def targets(self) -> pd.DataFrame | None:
        """Sample table, with ``sample_weights`` where samples were weighed."""
        return self.elist.targets

    def __getitem__(self, key: Any) -> VoomFit:
        """Subset by position: ``fit[features]`` or ``fit[features, coefs]``; coefs may also be names."""
        rows, _ = split_key(key, self.labels)
        held = self.elist
        part = held.features_at(rows) if isinstance(held, VoomMatrix) else held[rows, :]
        return voom_fit(super().__getitem__(key), part, self.correlation)


def voom_fit(fit: LinearFit, elist: VoomEList | VoomMatrix, correlation: float) -> VoomFit:
    """A fit together with what it was fitted to."""
    own = {field.name: getattr(fit, field.name) for field in fields(LinearFit)}
    return VoomFit(**own, elist=elist, correlation=correlation)
