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
        "f_dist": lambda p: _prior("f_dist", p),
        "f_dist_robustly": lambda p: _prior("f_dist_robustly", p),
        "f_dist_unequal": lambda p: _prior("f_dist_unequal_df1", p),
        "classify": _classify,
        "true_null": _true_null,
        "trigamma_inverse": lambda p: {"trigamma_inverse": {"value": ebayes_lm.trigamma_inverse(p["x"])}},
        "make_contrasts": _make_contrasts,
    }
    with expected_warnings():
        return kinds[problem["kind"][0]](problem)


@contextmanager
def expected_warnings() -> Iterator[None]:
    """Some problems are drawn to be doubtful; the package warns of more of these than limma."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.EbayesLMWarning)
        yield


def _model(problem: Problem) -> Answer:
    fit = ebayes_lm.lm_fit(problem["y"], problem["design"], **_fit_arguments(problem))
    result: Answer = {"fit": describe_fit(fit)}
    if problem.get("fitted"):
        result["fit"] |= {"fitted": fit.fitted(), "residuals": fit.residuals(problem["y"])}
    fit = take_contrasts(fit, problem)
    if {"contrasts", "contrast_text", "coefficients"} & problem.keys():
        result["contrast"] = describe_contrast(fit)
    if problem.get("moderate") is not False:
        mod = fit.ebayes(**python_arguments(problem.get("ebayes")))
        result |= {"ebayes": describe_tests(mod)} | describe_tables(mod, problem)
    if "treat" in problem:
        result |= _threshold(ebayes_lm.treat(fit, **python_arguments(problem["treat"])), problem)
    return result


def _fit_arguments(problem: Problem) -> dict[str, Any]:
    """What a problem tells lm_fit besides data and design."""
    arguments = {name: problem[name] for name in ("weights", "block", "compat") if name in problem}
    for name, kind in (("correlation", float), ("ndups", int), ("spacing", int), ("method", str)):
        if name in problem:
            arguments[name] = kind(problem[name][0])
    return arguments


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


TESTS = ("s2_prior", "df_prior", "s2_post", "df_total", "t", "p_value")


def describe_tests(mod: Any) -> Answer:
    """Components that moderation adds."""
    return {name: getattr(mod, name) for name in (*TESTS, "lods", "var_prior", "F", "F_p_value")}


def describe_tables(mod: Any, problem: Problem) -> Answer:
    """The tables and decisions that a problem asks for."""
    features = mod.sigma.index
    return {
        "tables": [_table(ebayes_lm.top_table, mod, asked, features) for asked in problem.get("tables", [])],
        "f_tables": [_table(_f_table_of_all, mod, asked, features) for asked in problem.get("f_tables", [])],
        "decisions": [_decisions("decide_tests", mod, asked) for asked in problem.get("decisions", [])],
        "classified": [_decisions("classify_tests_f", mod, asked) for asked in problem.get("classified", [])],
    }


def _threshold(mod: Any, problem: Problem) -> Answer:
    features, tables = mod.sigma.index, problem.get("treat_tables", [])
    return {
        "treat": {name: getattr(mod, name) for name in TESTS},
        "treat_tables": [_table(ebayes_lm.top_treat, mod, asked, features) for asked in tables],
        "treat_decisions": [_decisions("decide_tests", mod, asked) for asked in problem.get("treat_decisions", [])],
    }


def _table(verb: Callable[..., pd.DataFrame], mod: Any, asked: Any, features: pd.Index) -> RTable:
    table = verb(mod, **python_arguments(asked, features))
    columns = {str(name): table[name].to_numpy() for name in table.columns}
    return RTable([str(label) for label in table.index], columns)


def _f_table_of_all(mod: Any, **options: Any) -> pd.DataFrame:
    """limma's topTableF tests all coefficients, the intercept too; here that one has to be asked for."""
    return ebayes_lm.top_table_f(mod, **options)


def _decisions(verb: str, tested: Any, asked: Any) -> Answer:
    results = getattr(ebayes_lm, verb)(tested, **python_arguments(asked))
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
    if name == "winsor_tail_p":
        return tuple(np.broadcast_to(value, 2).tolist())  # R repeats a single share
    if isinstance(value, list | np.ndarray) and len(value) == 1 and name != "trend":
        return value[0]
    return tuple(value) if name == "stdev_coef_lim" else value


def _coefficients(value: Any) -> Any:
    chosen = value if isinstance(value, list) else [int(number) - 1 for number in value]
    return chosen[0] if len(chosen) == 1 else chosen


def _single(value: Any) -> Any:
    return float(value[0]) if len(value) == 1 else value


OPTIONS_OF_PRIORS = ("covariate", "span", "robust", "winsor.tail.p", "legacy", "prior.weights")


def _options(problem: Problem, names: tuple[str, ...]) -> dict[str, Any]:
    return python_arguments({name: problem[name] for name in names if name in problem})


def _squeeze(problem: Problem) -> Answer:
    squeezed = ebayes_lm.squeeze_var(problem["var"], _single(problem["df"]), **_options(problem, OPTIONS_OF_PRIORS))
    return {"squeeze": {name: getattr(squeezed, name) for name in ("var_post", "var_prior", "df_prior")}}


def _prior(verb: str, problem: Problem) -> Answer:
    estimate = getattr(ebayes_lm, f"fit_{verb}")
    prior = estimate(problem["x"], _single(problem["df1"]), **_options(problem, OPTIONS_OF_PRIORS))
    # Without outliers there is nothing to shrink and df2_shrunk is None; limma says df2 for each instead, or nothing.
    shrunk = np.full(len(problem["x"]), prior.df2) if prior.df2_shrunk is None else prior.df2_shrunk
    return {problem["kind"][0]: {"scale": prior.scale, "df2": prior.df2, "df2_shrunk": shrunk}}


def _classify(problem: Problem) -> Answer:
    asked = {name: problem[name] for name in ("cor.matrix", "df", "p.value") if name in problem}
    return {"classify": _decisions("classify_tests_f", problem["t"], asked)}


def _true_null(problem: Problem) -> Answer:
    methods = ("lfdr", "mean", "hist", *(() if np.isnan(problem["p"]).any() else ("convest",)))
    return {"true_null": {method: ebayes_lm.prop_true_null(problem["p"], method=method) for method in methods}}


def _make_contrasts(problem: Problem) -> Answer:
    matrix = ebayes_lm.make_contrasts(problem["contrast_text"], levels=problem["levels"])
    return {"make_contrasts": {"matrix": matrix}}
