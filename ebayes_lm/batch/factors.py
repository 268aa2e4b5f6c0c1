"""Factors: hidden variables of samples, estimated from all features together, and the design that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Self

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import counted, listing


@dataclass(frozen=True, eq=False, repr=False)
class Factors:
    """Hidden variables of the samples, and a design that takes them into account.

    Attributes
    ----------
    values : DataFrame, samples x k
        The factors; k may be 0. Their signs are arbitrary.
    design : Design
        The design with the factors appended as nuisance: :func:`lm_fit`, :func:`voom` and whatever else takes a design
        sees them, and no test includes them that does not name them.
    method : str
        How they were estimated, in words.
    posterior_association : Series or None
        By feature, the estimated probability that it depends on the factors, where the method weighs features so.
    posterior_effect : Series or None
        By feature, the estimated probability that it depends on the terms of interest given the factors.
    confounding : DataFrame or None
        How the factors go along with each column of interest: association, and a test of there being none.
    loadings : DataFrame or None
        Coefficients of the features on the factors, where the method estimates them.
    remarks : tuple of str
        What there is to know about these factors, in words.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> design = el.model_matrix("~ group", {"group": list("AAABBB")})
    >>> hidden = Factors.appended(design, np.array([[1.0], [0], [-1], [1], [-1], [0]]), prefix="F", method="by hand")
    >>> hidden
    1 factor (F1) by hand, appended to ~ group
    >>> fit = el.lm_fit(np.random.default_rng(1).normal(size=(20, 6)), hidden.design)
    >>> list(fit.ebayes().top_table(number=2).columns)
    ['logFC', 'AveExpr', 't', 'P.Value', 'adj.P.Val', 'B']
    """

    values: pd.DataFrame
    design: Design
    method: str
    posterior_association: pd.Series[float] | None = None
    posterior_effect: pd.Series[float] | None = None
    confounding: pd.DataFrame | None = None
    loadings: pd.DataFrame | None = None
    remarks: tuple[str, ...] = ()

    @classmethod
    def appended(
        cls,
        design: Design,
        values: FloatArray,
        *,
        prefix: str,
        method: str,
        posterior_association: pd.Series[float] | None = None,
        posterior_effect: pd.Series[float] | None = None,
        confounding: pd.DataFrame | None = None,
        loadings: pd.DataFrame | None = None,
        remarks: Sequence[str] = (),
    ) -> Self:
        """Factors with names ``prefix1``, ``prefix2``, ..., and the design with them appended.

        A name that the design has already gives way to the next number that is free for all of them.
        """
        width = values.shape[1]
        names = _free_names(prefix, width, design)
        columns = pd.DataFrame(np.asarray(values, dtype=np.float64), index=design.samples, columns=pd.Index(names))
        whole = design.with_nuisance(columns) if width else design
        if loadings is not None:
            loadings = loadings.set_axis(columns.columns, axis=1)
        parts = (posterior_association, posterior_effect, confounding, loadings)
        return cls(columns, whole, method, *parts, tuple(_sentence(remark) for remark in remarks))

    @property
    def n_factors(self) -> int:
        """How many there are."""
        return self.values.shape[1]

    def __repr__(self) -> str:
        plain = f"of {listing(self.design.names[: -self.n_factors or None])}"
        if not self.n_factors:
            told = f"no factor {self.method}; the design {self.design.formula or plain} stays as it is"
        else:
            names = ", ".join(self.values.columns)
            of = self.design.formula or f"the design {plain}"
            told = f"{counted(self.n_factors, 'factor')} ({names}) {self.method}, appended to {of}"
        return "\n".join([told, *self.remarks])

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{escape(line)}</p>" for line in repr(self).splitlines())
        return f"<div>{words}{self.values.to_html(max_rows=10, max_cols=12, escape=True)}</div>"


def _free_names(prefix: str, width: int, design: Design) -> list[str]:
    first = 1
    while width and any(f"{prefix}{first + k}" in design.names for k in range(width)):
        first += 1
    return [f"{prefix}{first + k}" for k in range(width)]


def _sentence(remark: str) -> str:
    return remark if remark.endswith(".") else f"{remark}."
