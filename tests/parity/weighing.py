"""The questions of r/weighing.R, put to ebayes_lm."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import ebayes_lm as el
from ebayes_lm.errors import DataError, DesignError, EbayesLMWarning

Parts = dict[str, Any]
Problem = dict[str, Any]


def answer(problem: Problem) -> Parts:
    """The package's answer, part by part."""
    (kind,) = problem["kind"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EbayesLMWarning)
        return {part: np.asarray(value, dtype=np.float64) for part, value in _ANSWERS[kind](problem).items()}


def for_r(problem: Problem) -> Problem:
    """The problem with R's names of arguments."""
    if "arguments" not in problem:
        return problem
    return {**problem, "arguments": {name.replace("_", "."): v for name, v in problem["arguments"].items()}}


def _arguments(problem: Problem) -> tuple[Any, Parts]:
    """The matrix, and the other arguments with numbers and words out of their vectors."""
    plain = {name: _plain(value) for name, value in problem["arguments"].items()}
    first = next(name for name in ("object", "counts", "y") if name in plain)
    return plain.pop(first), plain


def _plain(value: Any) -> Any:
    if isinstance(value, (list, np.ndarray)) and np.shape(value) == (1,):
        return value[0]
    return value


def _tested(fit: Any) -> Parts:
    mod = fit.ebayes()
    return {"sigma": fit.sigma, "df": fit.df_residual, "t": mod.t, "p_value": mod.p_value}


def _array_weights(problem: Problem) -> Parts:
    y, options = _arguments(problem)
    return {"sample_weights": el.array_weights(y, **options)}


def _quick(problem: Problem) -> Parts:
    y, options = _arguments(problem)
    return {"sample_weights": el.array_weights_quick(y, el.lm_fit(y, compat="limma", **options))}


def _voom(problem: Problem) -> Parts:
    counts, options = _arguments(problem)
    v = el.voom(counts, **options)
    correlated = {name: options[name] for name in ("block", "correlation") if name in options}
    return {"E": v.E, "weights": v.weights, **_tested(el.lm_fit(v, compat="limma", **correlated))}


def _voom_quality(problem: Problem) -> Parts:
    counts, options = _arguments(problem)
    v = el.voom_with_quality_weights(counts, **options)
    parts = {"weights": v.weights, "sample_weights": v.targets["sample_weights"]}
    return {**parts, **_tested(el.lm_fit(v, compat="limma"))}


def _estimated(fit: Any) -> Parts:
    targets = fit.targets
    known = targets is not None and "sample_weights" in targets
    samples = {"sample_weights": targets["sample_weights"]} if known else {}
    return {**samples, "correlation": fit.correlation, **_tested(fit)}


def _voom_lm_fit(problem: Problem) -> Parts:
    counts, options = _arguments(problem)
    return _estimated(el.voom_lm_fit(counts, compat="limma", **options))


def _vooma(problem: Problem) -> Parts:
    y, options = _arguments(problem)
    v = el.vooma(y, **options)
    return {"weights": v.weights, **_tested(el.lm_fit(v, compat="limma"))}


def _vooma_by_group(problem: Problem) -> Parts:
    y, options = _arguments(problem)
    return {"weights": el.vooma_by_group(y, **options).weights}


def _vooma_lm_fit(problem: Problem) -> Parts:
    y, options = _arguments(problem)
    return _estimated(el.vooma_lm_fit(y, compat="limma", **options))


def _consensus(problem: Problem) -> Parts:
    y, options = _arguments(problem)
    found = el.duplicate_correlation(y, **options)
    return {"atanh": found.atanh_correlations, "consensus": found.consensus}


def _mixed(problem: Problem) -> Parts:
    """NaN where the package refuses: whether R has numbers there is for the comparison to see."""
    known = {"weights": problem["weights"][None, :]} if "weights" in problem else {}
    nothing = np.full((len(problem["y"]), problem["design"].shape[1]), np.nan)
    try:
        fit = el.lm_fit(problem["y"], problem["design"], block=problem["block"], correlation="feature", **known)
        mod = fit.ordinary()
    except (DataError, DesignError):
        estimated = {"": nothing, "_se": nothing, "_sigma": nothing[:, 0], "_rho": nothing[:, 0]}
        tests = {"lmer_df": nothing, "lmer_p": nothing, "lmer_f": nothing[:, 0], "lmer_f_p": nothing[:, 0]}
    else:
        estimated = {"": fit.coefficients, "_se": mod.standard_error, "_sigma": fit.sigma, "_rho": fit.rho}
        tests = {"lmer_df": mod.df_total, "lmer_p": mod.p_value, "lmer_f": mod.F, "lmer_f_p": mod.F_p_value}
    return {**{f"{by}{name}": value for by in ("gls", "lmer") for name, value in estimated.items()}, **tests}


_ANSWERS: dict[str, Callable[[Problem], Parts]] = {
    "array_weights": _array_weights,
    "quick": _quick,
    "voom": _voom,
    "voom_quality": _voom_quality,
    "voom_lm_fit": _voom_lm_fit,
    "vooma": _vooma,
    "vooma_by_group": _vooma_by_group,
    "vooma_lm_fit": _vooma_lm_fit,
    "consensus": _consensus,
    "mixed": _mixed,
}
