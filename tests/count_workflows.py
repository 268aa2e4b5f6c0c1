"""Analyses of counts, weights and replicates as their users write them, twins of ``answers/count_workflows.R``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm.limma import (
    DGEList,
    arrayWeights,
    arrayWeightsQuick,
    avearrays,
    avedups,
    aveLogCPM,
    avereps,
    calcNormFactors,
    chooseLowessSpan,
    contrasts_fit,
    cpm,
    decideTests,
    duplicateCorrelation,
    eBayes,
    filterByExpr,
    lmFit,
    makeContrasts,
    normLibSizes,
    rpkm,
    sumTechReps,
    topTable,
    topTreat,
    treat,
    voom,
    vooma,
    voomaByGroup,
    voomaLmFit,
    voomLmFit,
    voomWithQualityWeights,
)
from tests.workflows import numbers

STORED = json.loads((Path(__file__).parent / "answers" / "count_workflows.json").read_text(encoding="utf-8"))
DATA = {name: numbers(value) for name, value in STORED["data"].items()}

#: Libraries: two groups, two of each person.
LIBRARIES = [f"s{i}" for i in range(1, 13)]
COUNTS = pd.DataFrame(DATA["counts"].astype(int), [f"g{i}" for i in range(1, 121)], LIBRARIES)
SAMPLES = pd.DataFrame(
    {"group": np.repeat(["A", "B"], 6), "person": np.repeat(range(1, 7), 2), "batch": ["x", "y"] * 6}, LIBRARIES
)
GROUP, PERSON = SAMPLES["group"], SAMPLES["person"]
SIZE = np.array([1, 0.8, 1.3, 1.1, 0.9, 0.7, 1.2, 1, 1.6, 0.6, 1, 1.4])
BASES = 200 + 37 * np.arange(1, 121)
DESIGN = el.model_matrix("~ group", SAMPLES)
WITH_BATCH = el.model_matrix("~ 0 + group + batch", SAMPLES)
CM = makeContrasts(BvsA="groupB - groupA", levels=WITH_BATCH)
#: Weights of samples that limma leaves out where they are missing or not positive.
HOLES = [1, 2, 0.5, 1, 0, 1, np.nan, 1, 1, 1, -1, 1]

#: Arrays: four cell types of each of three donors.
ARRAYS = [f"a{i}" for i in range(1, 13)]
Y = pd.DataFrame(DATA["y"], [f"p{i}" for i in range(1, 41)], ARRAYS)
GAPS = pd.DataFrame(DATA["gaps"], Y.index, ARRAYS)
CELL = pd.Categorical(np.repeat(["MS", "LP", "ML", "ST"], 3))
TARGETS = pd.DataFrame({"donor": [1, 2, 3] * 4, "cell": CELL}, ARRAYS)
DONOR = TARGETS["donor"]
IDS = [f"gene{i}" for i in [*range(1, 21), *range(20, 0, -1)]]
PEPTIDES = np.tile([1.0, 3.0, 2.0, 6.0, 4.0], 8)
CELLS = pd.get_dummies(TARGETS["cell"]).astype(float)
TYPES = makeContrasts("ML - MS", "LP - MS", "ML - LP", levels=CELLS)
ELIST = el.EList(Y, targets=TARGETS, genes=pd.DataFrame({"ID": IDS}, Y.index))


def some(values: Any) -> Any:
    return np.asarray(values)[::9]


def filtered() -> el.DGEList:
    d = DGEList(COUNTS, group=GROUP)
    return normLibSizes(d.subset(filterByExpr(d, DESIGN)))


def library_table(d: el.DGEList) -> pd.DataFrame:
    return d.samples[["lib_size", "norm_factors"]]


def limma_trend() -> dict[str, Any]:
    dge = filtered()
    log_cpm = cpm(dge, log=True, prior_count=3)
    fit = eBayes(lmFit(log_cpm, DESIGN), trend=True)
    return {
        "samples": library_table(dge),
        "logCPM": some(log_cpm),
        "top": topTable(fit, coef="groupB"),
        "threshold": topTreat(treat(lmFit(log_cpm, DESIGN), lfc=np.log2(1.2), trend=True), coef="groupB"),
    }


def voom_fits() -> dict[str, Any]:
    dge = filtered()
    v = voom(dge, DESIGN)
    sizes = COUNTS.sum() * calcNormFactors(COUNTS, method="RLE")
    fit = lmFit(voom(COUNTS, WITH_BATCH, lib_size=sizes, adaptive_span=False), WITH_BATCH)
    fit = eBayes(contrasts_fit(fit, CM))
    return {
        "E": some(v.E),
        "weights": some(v.weights),
        "top": topTable(eBayes(lmFit(v, DESIGN)), coef="groupB"),
        "carried": topTable(eBayes(lmFit(voom(dge)), robust=True), coef="groupB", number=20),
        "contrast": topTable(fit),
        "unscaled": some(fit.stdev_unscaled)[:, 0],
        "quantile": topTable(eBayes(lmFit(voom(COUNTS, DESIGN, normalize_method="quan"))), coef="groupB"),
        "plain": some(voom(COUNTS).weights),
        "weighted": some(voom(COUNTS, DESIGN, weights=HOLES).weights),
        "decided": decideTests(fit, p_value=0.2),
    }


def quality_weights() -> dict[str, Any]:
    dge = filtered()
    v = voomWithQualityWeights(dge, DESIGN, normalize_method="none")
    options: dict[str, Any] = {"block": PERSON, "correlation": 0.3, "span": 0.7, "adaptive_span": False}
    by_group = voomWithQualityWeights(dge, DESIGN, var_group=GROUP, **options)
    pooled = voomWithQualityWeights(COUNTS, DESIGN, method="reml", maxiter=60, tol=1e-8)
    return {
        "samples": v.targets["sample_weights"],
        "weights": some(v.weights),
        "top": topTable(eBayes(lmFit(v)), coef="groupB"),
        "by_group": by_group.targets["sample_weights"],
        "pooled": pooled.targets["sample_weights"],
    }


def voom_twice() -> dict[str, Any]:
    dge = filtered()
    first = duplicateCorrelation(voom(dge, DESIGN), DESIGN, block=PERSON)
    v = voom(dge, DESIGN, block=PERSON, correlation=first.consensus)
    second = duplicateCorrelation(v, DESIGN, block=PERSON)
    fit = eBayes(lmFit(v, DESIGN, block=PERSON, correlation=second))
    return {
        "correlations": [first.consensus, second.consensus_correlation],
        "weights": some(v.weights),
        "top": topTable(fit, coef="groupB"),
        "decided": decideTests(fit, p_value=0.1),
    }


def voom_lm_fit() -> dict[str, Any]:
    dge = filtered()
    fit = voomLmFit(dge, DESIGN, block=PERSON, sample_weights=True)
    bare = voomLmFit(COUNTS, WITH_BATCH)
    prior = voomLmFit(COUNTS, DESIGN, prior_weights=HOLES, normalize_method="quantile", span=0.6, adaptive_span=False)
    by_group = voomLmFit(dge, var_group=GROUP, prior_n=3)
    return {
        "correlation": fit.correlation,
        "samples": fit.targets["sample_weights"],
        "sigma": fit.sigma,
        "top": topTable(eBayes(fit), coef="groupB"),
        "zeros": topTable(eBayes(contrasts_fit(bare, CM)), number=25),
        "df": bare.df_residual,
        "prior": topTable(eBayes(prior), coef="groupB"),
        "by_group": by_group.targets["sample_weights"],
        "robust": topTable(eBayes(by_group, robust=True), coef="groupB"),
    }


def functions_of_counts() -> dict[str, Any]:
    d = DGEList(
        COUNTS, lib_size=COUNTS.sum() + 100, norm_factors=[0.8, 1.25] * 6, group=GROUP, remove_zeros=True,
        genes=pd.DataFrame({"Length": BASES}, COUNTS.index),
    )  # fmt: skip
    methods = ("TMM", "TMMwsp", "RLE", "upperquartile", "none")
    trimming: dict[str, Any] = {"logratioTrim": 0.2, "sumTrim": 0.1, "doWeighting": False, "Acutoff": -15}
    summed = sumTechReps(d, PERSON)
    averages = [aveLogCPM(d), aveLogCPM(d, normalized_lib_sizes=False, prior_count=1, dispersion=0.2)]
    kept = [
        filterByExpr(d),
        filterByExpr(COUNTS, DESIGN),
        filterByExpr(COUNTS, group=SAMPLES["batch"]),
        filterByExpr(COUNTS, WITH_BATCH, min_count=20, min_total_count=400),
        filterByExpr(d, group=np.ones(12), large_n=4, min_prop=0.5),
    ]
    return {
        "samples": library_table(d),
        "factors": np.column_stack([normLibSizes(d, method).samples["norm_factors"] for method in methods]),
        "options": calcNormFactors(d, method="TMM", refColumn="s3", **trimming).samples["norm_factors"],
        "upper": calcNormFactors(COUNTS, method="upper", p=0.9),
        "sized": normLibSizes(COUNTS, lib_size=d.samples["lib_size"]),
        "cpm": some(cpm(d)),
        "plain": some(cpm(d, normalized_lib_sizes=False, log=True)),
        "sizes": some(cpm(COUNTS, lib_size=1e6 * SIZE, log=True, prior_count=0.5)),
        "rpkm": some(rpkm(d)),
        "log_rpkm": some(rpkm(COUNTS, BASES, log=True)),
        "average": some(np.column_stack(averages)),
        "sized_average": some(aveLogCPM(COUNTS, lib_size=1e6 * SIZE)),
        "summed": library_table(summed),
        "summed_counts": some(sumTechReps(COUNTS, PERSON)),
        "kept": [keep.sum() for keep in kept],
    }


def multi_level() -> dict[str, Any]:
    found = duplicateCorrelation(ELIST, CELLS, block=ELIST.targets["donor"])
    fit = contrasts_fit(lmFit(ELIST, CELLS, block=DONOR, correlation=found.consensus), TYPES)
    fit = eBayes(fit, trend=True)
    weights = np.where((Y - 7).abs() < 0.2, -1, 1 + Y.abs() / 9)
    return {
        "consensus": found.cor,
        "atanh": found.atanh_correlations,
        "top": topTable(fit, coef="ML - LP").drop(columns="ID"),
        "any": topTable(fit).drop(columns="ID"),
        "decided": decideTests(fit, method="global", lfc=0.5),
        "sparse": duplicateCorrelation(GAPS, CELLS, block=DONOR, trim=0.1, weights=weights).consensus,
        "weighted": duplicateCorrelation(Y, CELLS, block=DONOR, weights=arrayWeights(Y, CELLS)).consensus,
    }


def duplicate_spots() -> dict[str, Any]:
    halves = duplicateCorrelation(GAPS, CELLS, ndups=2, spacing=20)
    complete = duplicateCorrelation(Y, CELLS, spacing=20)
    fit = lmFit(Y, CELLS, ndups=2, spacing=20, correlation=complete.consensus)
    fit = eBayes(contrasts_fit(fit, TYPES))
    return {
        "consensus": [duplicateCorrelation(Y, CELLS, ndups=2, spacing=1).consensus, halves.consensus],
        "atanh": halves.atanh_correlations,
        "table": topTable(fit, coef="LP - MS", number=np.inf, sort_by="none").reset_index(drop=True),
        "averaged": avedups(GAPS, ndups=2, spacing=20, weights=np.exp(Y - 7)),
        "paired": avedups(Y),
    }


def array_weights() -> dict[str, Any]:
    aw = arrayWeights(Y, CELLS)
    fit = eBayes(contrasts_fit(lmFit(Y, CELLS, weights=aw), TYPES))
    blocked = contrasts_fit(lmFit(Y, CELLS, weights=aw, block=DONOR, correlation=0.4), TYPES)
    return {
        "own": aw,
        "top": topTable(fit, coef="LP - MS"),
        "by_group": arrayWeights(Y, CELLS, var_group=DONOR),
        "by_design": arrayWeights(Y, CELLS, var_design=np.column_stack([DONOR == 2, DONOR == 3]).astype(float)),
        "no_design": arrayWeights(Y),
        "gaps": arrayWeights(GAPS, CELLS, prior_n=5),
        "weighted": arrayWeights(Y, CELLS, weights=1 + Y.abs() / 9, method="gene"),
        "pooled": arrayWeights(GAPS, CELLS, method="reml"),
        "quick": arrayWeightsQuick(Y, lmFit(Y, CELLS)),
        "blocked": topTable(eBayes(blocked, robust=True)),
    }


def vooma_fits() -> dict[str, Any]:
    everywhere = np.repeat(PEPTIDES[:, None], 12, axis=1)
    v = vooma(Y, CELLS)
    return {
        "weights": some(v.weights),
        "top": topTable(eBayes(contrasts_fit(lmFit(v), TYPES)), coef="ML - MS"),
        "blocked": some(vooma(Y, CELLS, block=DONOR, correlation=0.3, predictor=everywhere, span=0.9).weights),
        "by_group": some(voomaByGroup(Y, DONOR, design=CELLS[["LP"]] + 1).weights),
        "held": some(voomaByGroup(Y, TARGETS["cell"], block=DONOR, correlation=0.3, span=0.8).weights),
        "spans": [chooseLowessSpan(), chooseLowessSpan(300), chooseLowessSpan(5000, 500, 0.2, 0.5)],
    }


def vooma_lm_fit() -> dict[str, Any]:
    fit = voomaLmFit(GAPS, CELLS, block=DONOR, sample_weights=True)
    known = np.exp((Y - 7) / 5)
    predicted = voomaLmFit(Y, CELLS, predictor=PEPTIDES[:, None], prior_weights=known, legacy_span=True)
    return {
        "correlation": fit.correlation,
        "samples": fit.targets["sample_weights"],
        "gaps": topTable(eBayes(contrasts_fit(fit, TYPES)), coef="LP - MS", number=20),
        "predicted": topTable(eBayes(contrasts_fit(predicted, TYPES)), number=20),
        "carried": voomaLmFit(el.EList(Y, design=CELLS)).sigma,
    }


def averaged() -> dict[str, Any]:
    known = np.exp((Y - 7) / 5)
    people = avearrays(GAPS, ID=DONOR, weights=known)
    return {
        "E": avereps(ELIST).E,
        "top": topTable(eBayes(lmFit(avereps(GAPS, ID=IDS), CELLS)), coef=["LP", "ML"]),
        "people": people,
        "sums": some(avearrays(el.EList(Y, weights=known, targets=TARGETS), "donor").weights),
        "single": topTable(eBayes(lmFit(people))),
    }
