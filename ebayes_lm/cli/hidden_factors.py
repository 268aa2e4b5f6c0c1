"""Variables that nobody recorded: factors for the design, and what the residuals show."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import ebayes_lm as el
from ebayes_lm.batch.factors import Factors
from ebayes_lm.cli.inputs import Inputs
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import DataError
from ebayes_lm.reporting.hidden_factors import HiddenFactors

if TYPE_CHECKING:
    from ebayes_lm.batch.residual_result import ResidualStructure
    from ebayes_lm.cli.choices import Choices
    from ebayes_lm.results.linear import LinearFit

_SURROGATES = {"sva": "irw", "two-step": "two-step"}
_LATENT = {"robust": "robust", "controls": "negative-controls"}
#: Names of features longer than this are none.
_LONGEST, _MOST_BYTES = 1000, 100_000_000
_SEED = 1


@dataclass(frozen=True, eq=False)
class Hidden:
    """Hidden factors as they are wanted, and as they were found.

    Attributes
    ----------
    told : HiddenFactors
        In words.
    factors : Factors or None
        None before they are estimated.
    """

    told: HiddenFactors
    factors: Factors | None = None


def wanted_factors(arguments: Namespace) -> Hidden | None:
    """What the arguments ask for."""
    if arguments.hidden_factors is None:
        return None
    return Hidden(HiddenFactors(arguments.hidden_factors, arguments.n_factors))


def estimated_factors(arguments: Namespace, inputs: Inputs, design: Design, running: dict[str, Any]) -> Hidden:
    """The factors, from values on a log scale."""
    data, method, k = inputs.log_values, arguments.hidden_factors, arguments.n_factors
    controls = None if arguments.controls is None else _names(arguments.controls)
    if method in _SURROGATES:
        found = el.surrogate_variables(data, design, n_sv=k, method=_SURROGATES[method], seed=_SEED, **running)
    elif method in _LATENT:
        found = el.latent_factors(data, design, k, method=_LATENT[method], controls=controls, seed=_SEED, **running)
    else:
        found = el.ruv(data, design, controls, k, method=method, **running)
    n_controls = None if controls is None else len(controls)
    return Hidden(HiddenFactors(method, found.n_factors, n_controls, found.remarks), found)


def residuals_of(fit: LinearFit, values: Any, inputs: Inputs, choices: Choices) -> ResidualStructure:
    """What the residuals of a fit show."""
    table = annotation_table(inputs.samples)
    return el.residual_structure(fit, values, samples=table, seed=_SEED, **choices.running)


def annotation_table(samples: pd.DataFrame) -> pd.DataFrame:
    """The sample table without the columns that repeat the names of the samples."""
    names = samples.index.astype(str)
    return samples.loc[:, [not names.equals(pd.Index(samples[c].astype(str))) for c in samples.columns]]


def _names(path: str) -> list[str]:
    """Names in a text file, one a line; blank lines and lines that begin with # say nothing."""
    if Path(path).stat().st_size > _MOST_BYTES:
        raise DataError(f"{path} is larger than {_MOST_BYTES // 10**6} MB, too large for names, one a line")
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not text in UTF-8; give names of features, one a line") from error
    names = list(dict.fromkeys(line.strip() for line in lines if line.strip() and not line.startswith("#")))
    if not names or max(map(len, names)) > _LONGEST:
        raise DataError(f"{path} does not hold names of features, one a line")
    return names
