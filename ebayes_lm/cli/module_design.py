"""The model of the module and its comparison, under the names that they have there."""

from __future__ import annotations

from argparse import Namespace
from typing import NamedTuple

import pandas as pd

from ebayes_lm.cli.module_samples import ModuleSamples, taking_part
from ebayes_lm.cli.r_names import r_names
from ebayes_lm.cli.running import UsageError
from ebayes_lm.design.contrasts import make_contrasts
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.model import model_matrix
from ebayes_lm.errors import DesignError, DesignWarning, listing, warn

_CONTRAST = ("contrast_variable", "reference_level", "target_level")


class ModuleModel(NamedTuple):
    """The samples that take part, the formula as it is written down, the design, and the comparison."""

    samples: ModuleSamples
    formula: str
    design: Design
    contrast: pd.DataFrame
    block: str | None

    @property
    def comparison(self) -> str:
        """The comparison in terms of coefficients."""
        return str(self.contrast.columns[0])


def module_model(samples: ModuleSamples, arguments: Namespace) -> ModuleModel:
    """Of a formula and a comparison in words; or of a contrast variable and what is blocked by."""
    require_question(arguments)
    name = arguments.contrast_variable
    contrast = None if name is None else samples.column(name, "contrast_variable")
    block = None if arguments.block is None else samples.column(arguments.block, "block")
    blocking = _blocking(samples, arguments, contrast, block)
    chosen = taking_part(samples, arguments, contrast)
    if arguments.formula is not None:
        formula, design = arguments.formula, model_matrix(arguments.formula, chosen.table)
        names = r_names(design.names)
    else:
        formula = "~ 0 + " + "+".join([*blocking, str(contrast)])
        design, names = _by_factors(chosen, blocking, str(contrast))
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise DesignError(f"levels whose names are one to R give coefficients of one name: {listing(twice)}")
    named = Design(design.frame.set_axis(names, axis=1))
    text = arguments.contrast_string or _comparison(str(contrast), arguments, names)
    return ModuleModel(chosen, formula, named, make_contrasts({text: text}, levels=names), block)


def require_question(arguments: Namespace) -> None:
    """Refuse a model without a comparison, or half a comparison."""
    given = [name for name in _CONTRAST if getattr(arguments, name) is not None]
    if 0 < len(given) < len(_CONTRAST):
        missing = ", ".join(f"--{name}" for name in _CONTRAST if name not in given)
        raise UsageError(f"--{given[0]} goes with {missing}")
    if arguments.formula is not None and arguments.contrast_string is None:
        raise UsageError("--formula goes with --contrast_string, which names coefficients of it")
    if arguments.formula is None and not given:
        raise UsageError("name what is compared: --contrast_variable with --reference_level and --target_level")
    if given and arguments.reference_level == arguments.target_level:
        raise UsageError("--reference_level and --target_level are the same")


def _blocking(samples: ModuleSamples, arguments: Namespace, contrast: str | None, block: str | None) -> list[str]:
    """What the model holds besides the contrast variable; not the column of correlated samples."""
    if contrast is None or arguments.formula is not None:
        if arguments.blocking_variables is not None:
            raise UsageError("--blocking_variables and --formula both say what the model is; give one of them")
        return []
    found = samples.columns(arguments.blocking_variables, "blocking_variables")
    if contrast in found:
        raise UsageError(f"--blocking_variables names {contrast!r}, which is the contrast variable")
    if block in found:
        warn(
            f"{block!r} is in --block and in --blocking_variables; it counts as --block, and is no part of the model",
            DesignWarning,
        )
    return [name for name in found if name != block]


def _by_factors(samples: ModuleSamples, blocking: list[str], contrast: str) -> tuple[Design, list[str]]:
    """All columns are factors, the contrast variable comes last, and a dot goes before its levels."""
    table = samples.table.assign(**{name: samples.factor(name) for name in [*blocking, contrast]})
    design = model_matrix("~ 0 + " + " + ".join(f"`{name}`" for name in [*blocking, contrast]), table)
    own = set(design.terms[contrast])
    return design, r_names(
        [f"{contrast}.{name.removeprefix(contrast)}" if name in own else name for name in design.names]
    )


def _comparison(contrast: str, arguments: Namespace, names: list[str]) -> str:
    """Target minus reference; the level that has no coefficient is the one that the others are compared with."""
    target, reference = r_names(
        [f"{contrast}.{level}" for level in (arguments.target_level, arguments.reference_level)]
    )
    found = [sign + name for sign, name in (("", target), ("-", reference)) if name in names]
    if not found:
        raise DesignError(f"neither {target} nor {reference} is a coefficient; there are {listing(names, 10)}")
    return "".join(found)
