"""What ebayes_lm answers to a problem, arranged as answers.R arranges the answer of limma."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

import ebayes_lm
from ebayes_lm import errors
from tests.parity.exchange import RTable

Problem = dict[str, Any]
Answer = dict[str, Any]


def answer(problem: Problem) -> Answer:
    """The package's answer to a problem of any kind."""
    kinds: dict[str, Callable[[Problem], Answer]] = {
        "model": _model,
        "squeeze": _squeeze,
        "f_dist": _f_dist,
        "trigamma_inverse": lambda p: {"trigamma_inverse": {"value": ebayes_lm.trigamma_inverse(p["x"])}},
        "make_contrasts": _make_contrasts,
    }
    with expected_warnings():
        return kinds[problem["kind"][0]](problem)


@contextmanager
def expected_warnings() -> Iterator[None]:
    """Some problems are drawn to be doubtful; limma warns of these as well."""
    with warnings.catch_warnings():
        for category in (errors.DesignWarning, errors.VarianceWarning):
            warnings.simplefilter("ignore", category)
        yield


def _model(problem: Problem) -> Answer:
    fit = ebayes_lm.lm_fit(problem["y"], problem["design"], weights=problem.get("weights"))
    result: Answer = {"fit": describe_fit(fit)}
    if problem.get("fitted"):
        result["fit"] |= {"fitted": fit.fitted(), "residuals": fit.residuals(problem["y"])}
    fit = take_contrasts(fit, problem)
    if {"contrasts", "contrast_text", "coefficients"} & problem.keys():
        result["contrast"] = describe_contrast(fit)
    if problem.get("moderate") is False:
        return result
    mod = fit.ebayes(**python_arguments(problem.get("ebayes")))
    return result | {"ebayes": describe_moderation(mod)} | describe_tables(mod, problem)


def take_contrasts(fit: Any, problem: Problem) -> Any:
    """The fit of a problem's contrasts, or the fit itself where it asks for none."""
    if "coefficients" in problem:
        return ebayes_lm.contrasts_fit(fit, coefficients=problem["coefficients"])
    if "contrast_text" in problem:
        matrix = ebayes_lm.make_contrasts(problem["contrast_text"], levels=list(fit.coefficients.columns))
        return ebayes_lm.contrasts_fit(fit, matrix)
    for key in ("contrasts", "second_contrasts"):
        if key in problem:
            fit = ebayes_lm.contrasts_fit(fit, problem[key])
    return fit


def describe_fit(fit: Any) -> Answer:
    """Components of a linear fit."""
    names = ("coefficients", "stdev_unscaled", "sigma", "df_residual", "amean", "cov_coefficients", "rank")
    return {name: getattr(fit, name) for name in names} | {"names": [*fit.coefficients.columns]}


def describe_contrast(fit: Any) -> Answer:
    """Components of a fit of contrasts."""
    names = ("coefficients", "stdev_unscaled", "cov_coefficients", "contrasts")
    return {name: getattr(fit, name) for name in names} | {"names": [*fit.coefficients.columns]}


def describe_moderation(mod: Any) -> Answer:
    """Components that moderation adds."""
    names = ("s2_prior", "df_prior", "s2_post", "df_total", "t", "p_value", "lods", "var_prior", "F", "F_p_value")
    return {name: getattr(mod, name) for name in names}


def describe_tables(mod: Any, problem: Problem) -> Answer:
    """The tables and decisions that a problem asks for."""
    features = mod.sigma.index
    return {
        "tables": [_table(ebayes_lm.top_table, mod, asked, features) for asked in problem.get("tables", [])],
        "f_tables": [_table(_f_table_of_all, mod, asked, features) for asked in problem.get("f_tables", [])],
        "decisions": [_decisions(mod, asked) for asked in problem.get("decisions", [])],
    }


def _table(verb: Callable[..., pd.DataFrame], mod: Any, asked: Any, features: pd.Index) -> RTable:
    table = verb(mod, **python_arguments(asked, features))
    columns = {str(name): table[name].to_numpy() for name in table.columns}
    return RTable([str(label) for label in table.index], columns)


def _f_table_of_all(mod: Any, **options: Any) -> pd.DataFrame:
    """limma's topTableF tests all coefficients, the intercept too; here that one has to be asked for."""
    return ebayes_lm.top_table_f(mod, **options)


def _decisions(mod: Any, asked: Any) -> Answer:
    results = ebayes_lm.decide_tests(mod, **python_arguments(asked))
    codes = results.to_frame().to_numpy(dtype=float, na_value=np.nan)
    return {"codes": codes, "summary": np.asarray(results.summary(), dtype=float)}


def python_arguments(asked: Any, features: pd.Index | None = None) -> dict[str, Any]:
    """Arguments under Python's names; coefficients count from 0; ``Inf`` rows are all rows."""
    arguments: dict[str, Any] = {}
    for r_name, value in (asked or {}).items():
        name = "features" if r_name == "genelist" else r_name.replace(".", "_")
        arguments[name] = _python_value(name, value, features)
    return arguments


def _python_value(name: str, value: Any, features: pd.Index | None) -> Any:
    if isinstance(value, RTable):
        return pd.DataFrame(value.columns, index=features)
    if name == "coef":
        return _coefficients(value)
    if name == "number":
        return None if np.isinf(value[0]) else int(value[0])
    if isinstance(value, list | np.ndarray) and len(value) == 1 and name != "trend":
        return value[0]
    return tuple(value) if name == "stdev_coef_lim" else value


def _coefficients(value: Any) -> Any:
    chosen = value if isinstance(value, list) else [int(number) - 1 for number in value]
    return chosen[0] if len(chosen) == 1 else chosen


def _single(value: Any) -> Any:
    return float(value[0]) if len(value) == 1 else value


def _squeeze(problem: Problem) -> Answer:
    squeezed = ebayes_lm.squeeze_var(problem["var"], _single(problem["df"]), covariate=problem.get("covariate"))
    return {"squeeze": {name: getattr(squeezed, name) for name in ("var_post", "var_prior", "df_prior")}}


def _f_dist(problem: Problem) -> Answer:
    prior = ebayes_lm.fit_f_dist(problem["x"], _single(problem["df1"]), covariate=problem.get("covariate"))
    return {"f_dist": {"scale": prior.scale, "df2": prior.df2}}


def _make_contrasts(problem: Problem) -> Answer:
    matrix = ebayes_lm.make_contrasts(problem["contrast_text"], levels=problem["levels"])
    return {"make_contrasts": {"matrix": matrix}}
