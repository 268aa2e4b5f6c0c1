"""What an analyst may do about a hidden factor: each approach gives the design that is fitted."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

import ebayes_lm as el
from tests.factor_study.cells import Cell
from tests.factor_study.drawing import Drawn

Approach = Callable[[Drawn, Cell], el.Design]


def plain(drawn: Drawn, cell: Cell) -> el.Design:
    """Nothing."""
    return drawn.design


def oracle(drawn: Drawn, cell: Cell) -> el.Design:
    """The factors, as if somebody had recorded them."""
    names = [f"Z{j + 1}" for j in range(cell.factors)]
    return drawn.design.with_nuisance(pd.DataFrame(drawn.hidden, index=drawn.samples.index, columns=names))


def surrogates(method: str, *, known: bool) -> Approach:
    def approach(drawn: Drawn, cell: Cell) -> el.Design:
        wanted = cell.factors if known else None
        return el.surrogate_variables(drawn.y, drawn.design, n_sv=wanted, method=method, seed=1).design

    return approach


def latent(method: str, *, known: bool) -> Approach:
    def approach(drawn: Drawn, cell: Cell) -> el.Design:
        controls = drawn.controls if method == "negative-controls" else None
        wanted = cell.factors if known else None
        return el.latent_factors(drawn.y, drawn.design, wanted, method=method, controls=controls, seed=1).design

    return approach


def by_controls(method: str) -> Approach:
    def approach(drawn: Drawn, cell: Cell) -> el.Design:
        if not cell.factors and method != "RUVinv":
            return drawn.design
        return el.ruv(drawn.y, drawn.design, drawn.controls, cell.factors or None, method=method).design

    return approach


def ruvg(drawn: Drawn, cell: Cell) -> el.Design:
    if not cell.factors:
        return drawn.design
    return el.ruvg(drawn.y, drawn.controls, cell.factors, log=False, design=drawn.design).design


APPROACHES: dict[str, Approach] = {
    "plain": plain,
    "oracle": oracle,
    "surrogates irw": surrogates("irw", known=True),
    "surrogates irw, number unknown": surrogates("irw", known=False),
    "surrogates two-step": surrogates("two-step", known=True),
    "latent robust": latent("robust", known=True),
    "latent robust, number unknown": latent("robust", known=False),
    "latent controls": latent("negative-controls", known=True),
    "RUV4": by_controls("RUV4"),
    "RUVinv": by_controls("RUVinv"),
    "RUV2": by_controls("RUV2"),
    "RUVg": ruvg,
}
