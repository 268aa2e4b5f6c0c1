"""The diagnostics of an analysis, panel by panel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.data.containers import EList
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.reporting.known import blocks_of
from ebayes_lm.reporting.panels.distributions import distribution_panel, library_panel
from ebayes_lm.reporting.panels.gaps import gap_panel
from ebayes_lm.reporting.panels.leftovers import leftover_panel
from ebayes_lm.reporting.panels.p_values import p_value_panel
from ebayes_lm.reporting.panels.panel import Panel
from ebayes_lm.reporting.panels.places import place_panel
from ebayes_lm.reporting.panels.quantiles import quantile_panel
from ebayes_lm.reporting.panels.reading import Reading, read
from ebayes_lm.reporting.panels.sample_precision import weight_panel
from ebayes_lm.reporting.panels.sexes import sex_panel
from ebayes_lm.reporting.panels.shared_effects import shared_effect_panel
from ebayes_lm.reporting.panels.twins import twin_panel
from ebayes_lm.reporting.panels.variances import variance_panel
from ebayes_lm.results.tested import TestedFit

#: For what is drawn at random, so that the same analysis gives the same page.
_SEED = 1


def diagnostics(
    mod: TestedFit,
    data: Any = None,
    samples: pd.DataFrame | None = None,
    *,
    contrasts: Sequence[str] | None = None,
    fdr: float = 0.05,
) -> list[Panel]:
    """What the tests, the prior and the data of a fit look like, and whether something should be done.

    Parameters
    ----------
    mod : TestedFit
    data : matrix, EList or DGEList, optional
        What was fitted, as for :func:`lm_fit`, or the counts behind it. Panels that need it are absent without it.
    samples : DataFrame, optional
        The sample table; by default the one that the data carry.
    contrasts : list of str, optional
        Coefficients of ``mod`` to look at; by default all but the intercept and those of nuisance.
    fdr : float
        The false discovery rate that is spoken of.

    Returns
    -------
    list of Panel
    """
    chosen = _chosen(mod, contrasts)
    seen = None if data is None else read(mod.fit, data, samples)
    tests = (p_value_panel(mod, chosen, fdr), quantile_panel(mod, chosen), variance_panel(mod))
    about = () if seen is None else _of_samples(mod, data, seen)
    found = (
        *tests,
        *about,
        gap_panel(mod, seen),
        weight_panel(mod.fit, data),
        None if seen is None else leftover_panel(seen, _SEED),
        shared_effect_panel(mod, chosen, seen, _SEED),
    )
    return [panel for panel in found if panel is not None]


def _of_samples(mod: TestedFit, data: Any, seen: Reading) -> Iterator[Panel | None]:
    yield place_panel(seen)
    yield distribution_panel(seen)
    yield library_panel(seen, mod.fit.covariances is not None or isinstance(data, EList))
    yield sex_panel(seen)
    yield twin_panel(seen, blocks_of(seen.fit))


def _chosen(mod: TestedFit, contrasts: Sequence[str] | None) -> dict[str, int]:
    """Coefficients by name."""
    if contrasts is not None:
        positions = [int(at) for at in np.atleast_1d(mod.labels.coef_positions(list(contrasts)))]
    else:
        names = mod.coef_names
        positions = [at for at in mod.tested_positions if names[at] != INTERCEPT] or mod.tested_positions
    return {str(mod.coef_names[at]): at for at in positions}
