"""Analyses as limma's users write them, each the twin of one in ``answers/workflows.R``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

import ebayes_lm as el
from ebayes_lm.limma import (
    classifyTestsF,
    contrastAsCoef,
    contrasts_fit,
    decideTests,
    eBayes,
    fitFDist,
    fitFDistRobustly,
    fitFDistUnequalDF1,
    is_fullrank,
    lmFit,
    loessFit,
    makeContrasts,
    propTrueNull,
    squeezeVar,
    topTable,
    topTableF,
    topTreat,
    treat,
    trigammaInverse,
    weightedLowess,
)

STORED = json.loads((Path(__file__).parent / "answers" / "workflows.json").read_text(encoding="utf-8"))


def numbers(stored: dict[str, Any]) -> np.ndarray:
    return np.array([float.fromhex(value) for value in stored["values"]]).reshape(stored["shape"])


def compare(actual: Any, expected: dict[str, Any], tolerance: float) -> None:
    """Numbers, decisions and tables against what is stored of R's."""
    if "rows" in expected:
        _compare_tables(actual, expected, tolerance)
        return
    if isinstance(actual, el.TestResults):
        actual = actual.to_frame().to_numpy(dtype=float, na_value=np.nan)
    theirs = numbers(expected)
    assert_allclose(np.broadcast_to(actual, theirs.shape), theirs, rtol=tolerance, atol=tolerance)


def _compare_tables(actual: pd.DataFrame, expected: dict[str, Any], tolerance: float) -> None:
    """Rows in the same order, the same columns but for R's syntactic names, the same numbers; p by their logarithm."""
    assert [str(row) if isinstance(row, str) else str(row + 1) for row in actual.index] == expected["rows"]
    columns = expected["columns"]
    assert [re.sub(r"[^\w.]", ".", name) for name in actual.columns] == list(columns)
    for mine, name in zip(actual.columns, columns, strict=True):
        ours, theirs = actual[mine].to_numpy(dtype=float), np.array([float.fromhex(v) for v in columns[name]])
        if name in ("P.Value", "adj.P.Val"):
            ours, theirs = np.log10(ours), np.log10(theirs)
        assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance, err_msg=name)


GENES, SAMPLES = [f"g{i}" for i in range(1, 41)], [f"s{i}" for i in range(1, 13)]
DATA = {name: numbers(value) for name, value in STORED["data"].items()}
Y = pd.DataFrame(DATA["y"], GENES, SAMPLES)
GAPS = pd.DataFrame(DATA["gaps"], GENES, SAMPLES)
W, AGE = DATA["weights"], DATA["age"]
TARGETS = pd.DataFrame(
    {
        "cell": np.repeat(list("ABC"), 4),
        "treatment": list("UUSS") * 3,
        "donor": ["d1", "d2", "d1", "d3"] * 3,
        "age": AGE,
    },
    index=SAMPLES,
)
CELLS = el.model_matrix("~ 0 + cell", TARGETS).frame.set_axis(list("ABC"), axis=1)
PAIRED = el.model_matrix("~ donor + treatment", TARGETS)
WITH_AGE = el.model_matrix("~ 0 + cell + age", TARGETS)


def two_groups() -> dict[str, Any]:
    fit = eBayes(lmFit(Y, np.column_stack([np.ones(12), TARGETS["treatment"] == "S"])))
    return {
        "top": topTable(fit, coef="x2"),
        "all": topTable(fit, "x2", number=np.inf, adjust_method="bonf", sort_by="none", confint=True),
        "decided": decideTests(fit),
    }


def several_groups() -> dict[str, Any]:
    fit = lmFit(Y, CELLS)
    fit = eBayes(contrasts_fit(fit, makeContrasts("B - A", "C - B", "C - A", levels=CELLS)))
    return {
        "first": topTable(fit, coef="B - A", adjust_method="BH"),
        "any": topTable(fit),
        "some": topTable(fit, coef=["C - B", "B - A"], number=5),
        "all": topTableF(fit, number=30),
        "separate": decideTests(fit),
        "one": topTable(contrasts_fit(fit, coefficients="C - A"), number=4),
    }


def paired_trend_robust() -> dict[str, Any]:
    fit = eBayes(lmFit(Y, PAIRED), trend=True, robust=True)
    return {
        "top": topTable(fit, coef="treatmentU", sort_by="p", number=15),
        "prior": fit.s2_prior,
        "df": fit.df_prior,
        "by_effect": topTable(fit, coef="treatmentU", p_value=0.5, lfc=0.3, sort_by="l"),
    }


def factorial_fit() -> el.ModeratedFit:
    both = TARGETS["cell"] + "." + TARGETS["treatment"]
    design = pd.get_dummies(both).astype(float)
    inside = {"inA": "A.S - A.U", "inB": "B.S - B.U"}
    cm = makeContrasts(**inside, Diff="(B.S - B.U) - (A.S - A.U)", levels=design)
    return eBayes(contrasts_fit(lmFit(Y, design), cm), trend=True)


def factorial() -> dict[str, Any]:
    fit = factorial_fit()
    methods = {"separate": "sep", "global": "glob", "hierarchical": "hier", "nestedF": "nest"}
    decided = {name: decideTests(fit, method=short, p_value=0.2, lfc=0.5) for name, short in methods.items()}
    top = topTable(fit, coef="Diff", resort_by="M", number=8)
    return decided | {"classified": classifyTestsF(fit, p_value=0.1), "top": top}


def multi_level() -> dict[str, Any]:
    fit = lmFit(Y, CELLS, block=TARGETS["donor"], correlation=0.35)
    fit = eBayes(contrasts_fit(fit, makeContrasts("C - A", levels=CELLS)))
    return {"top": topTable(fit, number=12), "sigma": fit.sigma}


def voom_like_weights() -> dict[str, Any]:
    cm = makeContrasts(BvsA="cellB - cellA", CvsA="cellC - cellA", levels=WITH_AGE)
    fit = eBayes(contrasts_fit(lmFit(Y, WITH_AGE, weights=W), cm))
    return {
        "first": topTable(fit, coef="BvsA", number=np.inf),
        "any": topTable(fit, number=np.inf),
        "unscaled": fit.stdev_unscaled,
        "nested": decideTests(fit, method="nestedF"),
    }


def sample_weights() -> dict[str, Any]:
    return {"top": topTable(eBayes(lmFit(Y, PAIRED, weights=DATA["sample_weights"])), coef="treatmentU", number=9)}


def gene_weights() -> dict[str, Any]:
    fit = eBayes(lmFit(Y, PAIRED, weights=DATA["gene_weights"]))
    return {"top": topTable(fit, coef="treatmentU", number=40, sort_by="none"), "sigma": fit.sigma}


def missing_fit() -> el.LinearFit:
    return lmFit(GAPS, el.model_matrix("~ cell + treatment", TARGETS))


def missing_values() -> dict[str, Any]:
    fit = missing_fit()
    mod = eBayes(fit)
    return {
        "coefficients": fit.coefficients,
        "top": topTable(mod, coef="treatmentU", number=40, sort_by="none"),
        "F": topTable(mod, coef=["cellB", "cellC"], number=40, sort_by="none"),
        "contrast": eBayes(contrasts_fit(fit, [0, -1, 1, 0])).t,
        "by_moments": eBayes(fit, legacy=True).t,
        "decided": decideTests(mod),
    }


def threshold() -> dict[str, Any]:
    fit = treat(eBayes(missing_fit()), lfc=0.3)
    averaged = treat(factorial_fit(), fc=1.5, upshot=True, robust=True, winsor_tail_p=0.1)
    return {
        "t": fit.t,
        "p": fit.p_value,
        "top": topTreat(fit, coef="treatmentU", number=20),
        "first": topTreat(averaged),
        "last": topTable(averaged),
        "decided": decideTests(averaged, p_value=0.3),
    }


def duplicate_spots() -> dict[str, Any]:
    fit = eBayes(lmFit(Y, PAIRED, ndups=2, spacing=1, correlation=0.6))
    return {"table": topTable(fit, coef="donord2", number=np.inf, sort_by="none").reset_index(drop=True)}


def robust_regression() -> dict[str, Any]:
    fit = eBayes(lmFit(Y, PAIRED, method="r", block="donor", samples=TARGETS))
    return {"top": topTable(fit, coef="treatmentU", number=40, sort_by="none"), "unscaled": fit.stdev_unscaled}


def no_design() -> dict[str, Any]:
    fit = eBayes(lmFit(Y - 7))
    return {"top": topTable(fit), "larger": topTable(fit, fc=1.3, number=np.inf)}


def decided_at_once() -> dict[str, Any]:
    return {"decided": decideTests(lmFit(Y, PAIRED), adjust_method=None, p_value=0.1)}


def identifiers() -> dict[str, Any]:
    frame = Y.reset_index(drop=True)
    frame.insert(0, "ID", GENES[::-1])
    top = topTable(eBayes(lmFit(frame, PAIRED)), coef="treatmentU", number=5)
    there = [GENES[::-1].index(gene) for gene in top.index]  # R keeps the names of the rows
    return {"top": top.drop(columns="ID").set_axis([GENES[at] for at in there])}


def functions_of_numbers() -> dict[str, Any]:
    fit = eBayes(lmFit(Y, PAIRED))
    s2, x, p = fit.sigma**2, fit.amean, fit.p_value["treatmentU"]
    squeezed = squeezeVar(s2, 8, covariate=x, robust=True)
    moments, unequal = fitFDist(s2, 8), fitFDistUnequalDF1(s2, [3, 8] * 20, covariate=x)
    return {
        "post": squeezed.var_post,
        "prior": squeezed.var_prior,
        "df": squeezed.df_prior,
        "moments": [moments.scale, moments.df2],
        "robustly": fitFDistRobustly(s2, 8).scale,
        "unequal": unequal.scale,
        "df2": unequal.df2,
        "trigamma": trigammaInverse([0.01, 1, 5]),
        "smooth": loessFit(np.sqrt(s2), x),
        "weighted": loessFit(np.sqrt(s2), x, W[:, 0], span=0.6),
        "lowess": weightedLowess(x, s2, W[:, 1], npts=10),
        "nulls": [propTrueNull(p), propTrueNull(p, "hist"), propTrueNull(p, "c")],
        "full": [is_fullrank(WITH_AGE), is_fullrank(np.column_stack([CELLS, np.ones(12)]))],
        "turned": [position + 1 for position in contrastAsCoef(WITH_AGE, [-1, 1, 0, 0])[1]],
    }
