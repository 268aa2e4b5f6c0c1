"""Top tables: features ranked by the evidence against them, under limma's column names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray, FloatArray, IntArray
from ebayes_lm.core.adjust import adjust_sorted
from ebayes_lm.core.ordering import stable_order
from ebayes_lm.errors import ArgumentError, DesignWarning, listing, warn
from ebayes_lm.results.annotation import assemble
from ebayes_lm.results.arguments import choice
from ebayes_lm.results.levels import warn_of_levels
from ebayes_lm.results.moderated import ModeratedFit
from ebayes_lm.results.options import TableOptions, confidence_level, order_column
from ebayes_lm.results.stages import require_f, require_tests
from ebayes_lm.results.threshold import TreatFit

if TYPE_CHECKING:
    from ebayes_lm.results.tested import TestedFit


def top_table(
    fit: Any,
    coef: Any = None,
    *,
    number: int | None = 10,
    sort_by: str | None = None,
    resort_by: str | None = None,
    adjust_method: str | None = "BH",
    p_value: float = 1.0,
    fc: float | None = None,
    lfc: float | None = None,
    confint: bool | float = False,
    features: pd.DataFrame | Sequence[Any] | None = None,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Table of the features with most evidence for an effect.

    Parameters
    ----------
    fit : ModeratedFit or TreatFit
    coef : str, int or list of these, optional
        Coefficient by name or 0-based position; several are tested together by F. By default the terms of interest, or
        all coefficients but the intercept; of a TreatFit, which has no F, the last one.
    number : int or None
        Rows at most; None gives all.
    sort_by : str, optional
        "B" (default; "P" for a TreatFit), "P", "t", "logFC", "AveExpr" or "none"; of several coefficients "F" (default)
        or "none".
    resort_by : str, optional
        Order of the rows that are shown, logFC and t then by their signed value.
    adjust_method : str
        As in :func:`adjust_p`. Adjusted over all features, before any is left out.
    p_value : float
        Keep features with adjusted p at most this.
    fc, lfc : float, optional
        Keep features whose fold change (``fc``, at least 1) or log2 fold change (``lfc``) is at least this; of
        several coefficients, one must exceed it.
    confint : bool or float
        Add confidence limits CI.L and CI.R at 95 % or at this level.
    features : DataFrame or sequence, optional
        Annotation in place of the fit's own; a sequence becomes column ID.
    columns : sequence of str
        More columns: SE, df, neg_log10_p, n, status.

    Returns
    -------
    DataFrame
        Indexed by feature. One coefficient: annotation, logFC, [CI.L, CI.R], AveExpr, t, P.Value, adj.P.Val, and B
        where the fit has log odds. Several: annotation, one column each, AveExpr, F, P.Value, adj.P.Val.

    Raises
    ------
    StageError
        The fit has no tests yet.
    ArgumentError
        An unknown coefficient, order, method or column, or a bound outside its range.

    Notes
    -----
    Smyth (2004) Statistical Applications in Genetics and Molecular Biology 3(1), article 3. Columns and filters are
    those of limma's topTable.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(200, 6))
    >>> y[:5, 3:] += 8
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAABBB")}))
    >>> table = el.top_table(fit.ebayes(), "groupB", number=5)
    >>> sorted(table.index), list(table.columns)
    ([0, 1, 2, 3, 4], ['logFC', 'AveExpr', 't', 'P.Value', 'adj.P.Val', 'B'])
    """
    mod = require_tests(fit, "top_table")
    chosen = _default_coefs(mod) if coef is None else _positions(mod, coef)
    options = TableOptions.checked(number, adjust_method, p_value, fc, lfc, features, columns)
    warn_of_levels(mod, chosen)
    if len(chosen) > 1:
        if not isinstance(mod, ModeratedFit):
            raise ArgumentError(
                "a TreatFit tests each coefficient against a threshold and has no F for several; choose one with "
                "coef=, or call tables() for one table after the other"
            )
        if resort_by is not None or confint is not False:
            raise ArgumentError("resort_by= and confint= belong to the table of one coefficient; choose one with coef=")
        return _f_table(mod, chosen, sort_by or "F", options)
    order = sort_by or ("B" if isinstance(mod, ModeratedFit) and mod.is_moderated else "P")
    return _t_table(mod, chosen[0], order, resort_by, confidence_level(confint), options)


def top_table_f(
    fit: Any,
    *,
    coef: Any = None,
    number: int | None = 10,
    sort_by: str = "F",
    adjust_method: str | None = "BH",
    p_value: float = 1.0,
    fc: float | None = None,
    lfc: float | None = None,
    features: pd.DataFrame | Sequence[Any] | None = None,
) -> pd.DataFrame:
    """Table of the moderated F test of several coefficients, also where that is one; as :func:`top_table`.

    Parameters
    ----------
    fit : ModeratedFit
    coef : str, int or list of these, optional
        By default all coefficients of the fit, the intercept included, as in limma.
    number, sort_by, adjust_method, p_value, fc, lfc, features
        As in :func:`top_table`; ``sort_by`` is "F" or "none".

    Returns
    -------
    DataFrame
        Annotation, one column per coefficient, AveExpr, F, P.Value, adj.P.Val.

    Raises
    ------
    StageError, ArgumentError
        As :func:`top_table`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> y = np.random.default_rng(1).normal(size=(50, 6))
    >>> fit = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AABBCC")}))
    >>> list(el.top_table_f(fit.ebayes(), number=3).columns)
    ['(Intercept)', 'groupB', 'groupC', 'AveExpr', 'F', 'P.Value', 'adj.P.Val']
    """
    mod = require_f(fit, "top_table_f")
    chosen = mod.tested_positions if coef is None else _positions(mod, coef)
    options = TableOptions.checked(number, adjust_method, p_value, fc, lfc, features, ())
    return _f_table(mod, chosen, sort_by, options)


def _positions(mod: TestedFit, coef: Any) -> list[int]:
    """Positions of coefficients; a term in their place is an error that names its coefficients."""
    if isinstance(coef, str) and coef not in mod.coef_names and coef in mod.design.terms:
        raise ArgumentError(
            f"{coef!r} is a term, with coefficients {listing(mod.design.terms[coef])}: name one, list several, or call "
            f"test({coef!r}) of a fit without contrasts, which tests them together"
        )
    return mod.labels.coef_positions(coef)


def _default_coefs(mod: TestedFit) -> list[int]:
    """Coefficients tested where none is named: of interest, else all but the intercept; of a TreatFit the last."""
    names = mod.coef_names
    if isinstance(mod, TreatFit):
        return mod.tested_positions[-1:]
    whole = not mod.fit.is_contrasted
    if whole and mod.design.of_interest:
        return [names.index(c) for term in mod.design.of_interest for c in mod.design.terms[term]]
    terms = [t for t in mod.design.terms if t != "(Intercept)"]
    if whole and mod.design.formula is not None and len(terms) > 1:
        warn(
            f"all coefficients but the intercept are tested together, of the terms {', '.join(terms)}; name what is of "
            "interest with coef=, with test(term), or with of_interest= of the design",
            DesignWarning,
            topic="contrasts",
        )
    return [k for k in mod.tested_positions if names[k] != "(Intercept)"] or list(range(len(names)))


def _t_table(
    mod: TestedFit, k: int, sort_by: str, resort_by: str | None, level: float | None, options: TableOptions
) -> pd.DataFrame:
    column = _order(mod, sort_by, "sort_by")
    again = None if resort_by is None else _order(mod, resort_by, "resort_by")
    if again == "none":
        raise ArgumentError("resort_by must name a column of the table; leave it out to keep the order of sort_by")
    p = mod.p_value_of(k)
    parts: dict[str, FloatArray] = {"logFC": mod.fit.record.coefficients[:, k]}
    if level is not None:
        margin = mod.margin_of(k, level)
        parts |= {"CI.L": parts["logFC"] - margin, "CI.R": parts["logFC"] + margin}
    parts |= {"AveExpr": mod.fit.record.amean, "t": mod.t_of(k), "P.Value": p}
    by_p = np.argsort(p)
    parts |= {"adj.P.Val": adjust_sorted(p, by_p, options.adjust_method)}
    if isinstance(mod, ModeratedFit):
        parts |= {"B": mod.lods_of(k)}
    keep = _passing(parts["adj.P.Val"], np.abs(parts["logFC"]) >= options.lfc, options)
    rows = _ranked(parts, column, keep, by_p)[: options.number]
    if again is not None:
        rows = rows[stable_order(_key(parts[again][rows], again, signed=True))]
    for name in options.columns:
        parts[name] = _extra_column(mod, k, name)
    return assemble(mod, parts, rows, options.features, "ID")


def _order(mod: TestedFit, order: Any, argument: str) -> str:
    column = order_column(order, argument)
    if column == "B" and not isinstance(mod, ModeratedFit):
        raise ArgumentError(
            f"a TreatFit has no log odds, so {argument} is one of logFC, AveExpr, t and P, not {order!r}"
        )
    return column


def _f_table(mod: ModeratedFit, chosen: list[int], sort_by: str, options: TableOptions) -> pd.DataFrame:
    choice(sort_by, ("F", "none"), "sort_by", "'F' or 'none' in a table of several coefficients")
    if options.columns:
        raise ArgumentError("columns= belongs to the table of one coefficient; choose one with coef=")
    if len(chosen) == mod.shape[1]:
        chosen = sorted(chosen)
    f, p = mod.f_of(chosen)
    effects = {mod.coef_names[k]: mod.fit.record.coefficients[:, k] for k in chosen}
    parts = effects | {"AveExpr": mod.fit.record.amean, "F": f, "P.Value": p}
    by_p = np.argsort(p)
    parts["adj.P.Val"] = adjust_sorted(p, by_p, options.adjust_method)
    with np.errstate(invalid="ignore"):
        large = np.any([np.abs(e) > options.lfc for e in effects.values()], axis=0)
    keep = _passing(parts["adj.P.Val"], large | (options.lfc == 0.0), options)
    rows = _ranked(parts, "P.Value" if sort_by == "F" else "none", keep, by_p)[: options.number]
    return assemble(mod, parts, rows, options.features, "ProbeID")


def _passing(adjusted: FloatArray, large: BoolArray, options: TableOptions) -> BoolArray | None:
    """Features within the bounds; None where nothing is bounded."""
    if options.p_value >= 1.0 and options.lfc == 0.0:
        return None
    with np.errstate(invalid="ignore"):
        passing: BoolArray = (adjusted <= options.p_value) & large
    return passing


def _ranked(parts: dict[str, FloatArray], column: str, keep: BoolArray | None, by_p: IntArray) -> IntArray:
    """Positions of the features to show, in order; the order by p is close to that of most columns."""
    if column == "none":
        return np.arange(len(by_p)) if keep is None else np.flatnonzero(keep)
    order = stable_order(_key(parts[column], column, signed=False), by_p)
    return order if keep is None else order[keep[order]]


def _key(values: FloatArray, column: str, *, signed: bool) -> FloatArray:
    """What rising order of a column goes by: p from small to large, everything else from large to small."""
    if column == "P.Value":
        return values
    return -np.abs(values) if column in ("logFC", "t") and not signed else -values


def _extra_column(mod: TestedFit, k: int, name: str) -> Any:
    if name == "SE":
        return mod.standard_error_of(k)
    if name == "df":
        return mod.moderation.of(k).df_total
    if name == "neg_log10_p":
        return mod.log_p_value_of(k) / -np.log(10.0)
    return mod.fit.record.n_observed if name == "n" else mod.status.array
