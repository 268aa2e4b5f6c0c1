"""The questions of r/survey.R, put to ebayes_lm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

import ebayes_lm as el

Array = np.ndarray
Parts = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """A real data set: what R holds of it, and what several questions need of it."""

    matrices: dict[str, Array]
    kind: str

    @cached_property
    def x(self) -> Array:
        return self.matrices["x"]

    @cached_property
    def design(self) -> Array:
        return self.matrices["design"]

    @cached_property
    def block(self) -> Array:
        return self.matrices["block"].ravel()

    @cached_property
    def group(self) -> Array:
        """The group of each sample, which the design tells as well."""
        return np.unique(self.design, axis=0, return_inverse=True)[1].ravel()

    @cached_property
    def whole(self) -> Any:
        return el.DGEList(self.x, group=self.group)

    @cached_property
    def kept(self) -> Array:
        """Features that R goes on with."""
        return self.matrices["kept"].ravel() > 0

    @cached_property
    def filtered(self) -> Any:
        return el.norm_lib_sizes(self.whole.subset(self.kept))

    @cached_property
    def weighed(self) -> Any:
        return el.voom(self.filtered, self.design)

    @cached_property
    def consensus(self) -> Any:
        return el.duplicate_correlation(self.x, self.design, block=self.block)


def answer(question: str, problem: Problem) -> Parts:
    """The package's answer, part by part."""
    return _QUESTIONS[question](problem)


def _factors(method: str) -> Callable[[Problem], Parts]:
    return lambda p: {"factors": el.norm_lib_sizes(p.whole, method=method).samples["norm_factors"]}


def _tested(fit: Any) -> Parts:
    return {"t": fit.ebayes().t}


def _trended(fit: Any) -> Parts:
    return {"sigma": fit.sigma, "df": fit.df_residual, "t": fit.ebayes().t}


def _voom(p: Problem) -> Parts:
    v = p.weighed
    return {"E": v.E, "weights": v.weights, **_tested(el.lm_fit(v, p.design))}


def _quality(p: Problem) -> Parts:
    v = el.voom_with_quality_weights(p.filtered, p.design)
    return {"sample_weights": v.targets["sample_weights"], **_tested(el.lm_fit(v, p.design))}


def _voom_lm_fit_quality(p: Problem) -> Parts:
    fit = el.voom_lm_fit(p.filtered, p.design, sample_weights=True)
    return {"sample_weights": fit.targets["sample_weights"], **_trended(fit)}


def _voom_lm_fit_block(p: Problem) -> Parts:
    fit = el.voom_lm_fit(p.filtered, p.design, block=p.block)
    return {"correlation": fit.correlation, **_trended(fit)}


def _array_weights(method: str) -> Callable[[Problem], Parts]:
    def of(p: Problem) -> Parts:
        weights = el.array_weights(p.x, p.design, method=method)
        return {"sample_weights": weights, **_tested(el.lm_fit(p.x, p.design, weights=weights.to_numpy()))}

    return of


def _vooma(p: Problem) -> Parts:
    v = el.vooma(p.x, p.design)
    return {"weights": v.weights, **_tested(el.lm_fit(v, p.design))}


def _vooma_lm_fit_block(p: Problem) -> Parts:
    fit = el.vooma_lm_fit(p.x, p.design, block=p.block)
    return {"correlation": fit.correlation, **_tested(fit)}


_QUESTIONS: dict[str, Callable[[Problem], Parts]] = {
    **{method: _factors(method) for method in ("TMM", "TMMwsp", "RLE", "upperquartile")},
    "filter": lambda p: {"kept": el.filter_by_expr(p.whole, p.design)},
    "ave_log_cpm_all": lambda p: {"value": el.ave_log_cpm(p.whole)},
    "cpm": lambda p: {"plain": el.cpm(p.filtered), "log": el.cpm(p.filtered, log=True)},
    "ave_log_cpm": lambda p: {"value": el.ave_log_cpm(p.filtered)},
    "voom": _voom,
    "quality": _quality,
    "voom_lm_fit": lambda p: _trended(el.voom_lm_fit(p.filtered, p.design)),
    "voom_lm_fit_quality": _voom_lm_fit_quality,
    "consensus_voom": lambda p: {"value": el.duplicate_correlation(p.weighed, p.design, block=p.block).consensus},
    "voom_lm_fit_block": _voom_lm_fit_block,
    "genebygene": _array_weights("genebygene"),
    "reml": _array_weights("reml"),
    "by_group": lambda p: {"sample_weights": el.array_weights(p.x, p.design, var_group=p.group)},
    "quick": lambda p: {"sample_weights": el.array_weights_quick(p.x, el.lm_fit(p.x, p.design))},
    "vooma": _vooma,
    "vooma_lm_fit": lambda p: _tested(el.vooma_lm_fit(p.x, p.design)),
    "consensus": lambda p: {"value": p.consensus.consensus},
    "blocked": lambda p: _tested(el.lm_fit(p.x, p.design, block=p.block, correlation=p.consensus)),
    "vooma_lm_fit_block": _vooma_lm_fit_block,
}
