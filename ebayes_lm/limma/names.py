"""Names of R that are not in :mod:`ebayes_lm.limma`: what to write in their place."""

from __future__ import annotations

#: Functions that this package has under another name, and in another place.
HERE = {
    "EList": "el.EList(E, targets=targets, genes=genes)",
    "model_matrix": 'el.model_matrix("~ 0 + group", targets)',
    "plotMDS": 'el.plot.mds(y, colour_by="group")',
    "plotMD": "el.plot.ma(mod)",
    "plotMA": "el.plot.ma(mod)",
    "plotSA": "el.plot.sa(mod)",
    "plotDensities": "el.plot.densities(y)",
    "volcanoplot": "el.plot.volcano(mod, coef)",
    "vennDiagram": "el.plot.venn(el.decide_tests(mod))",
    "vennCounts": "el.plot.venn_data(el.decide_tests(mod))",
    "coolmap": "el.plot.heatmap(y, mod, top=20)",
    "qqt": 'el.plot.qq(mod, kind="t")',
    "write_fit": "mod.top_table(coef, number=None).to_csv(path), or mod.to_frame()",
    "toptable": "topTable(eBayes(fit), coef)",
    "ebayes": "eBayes(fit)",
    "lm_series": "lmFit(y, design)",
    "gls_series": "lmFit(y, design, block=block, correlation=correlation)",
    "mrlm": 'lmFit(y, design, method="robust")',
    "p_adjust": 'el.adjust_p(p, "BH")',
    "qvalue": "el.q_value(p)",
    "readTargets": "pandas.read_csv(path, index_col=0)",
    "ComBat": 'el.combat(y, "batch", "~ group")',
    "sva": 'el.surrogate_variables(y, "~ group")',
    "svaseq": 'el.svaseq(d, "~ group")',
    "num_sv": 'el.num_sv(y, "~ group")',
    "addPriorCount": "el.cpm(d, log=True, prior_count=2)",
}  # fmt: skip

_NOT_HERE = (
    (
        "camera cameraPR roast mroast fry romer geneSetTest wilcoxGST barcodeplot ids2indices interGeneCorrelation "
        "goana kegga topGO topKEGG genas",
        "Gene set tests are not part of this package. mod.top_table(coef, number=None) ranks all features: hand its "
        "column t to gseapy's prerank or to decoupler",
    ),
    (
        "normalizeBetweenArrays normalizeQuantiles normalizeCyclicLoess normalizeMedianValues normalizeMedianAbsValues "
        "normalizeWithinArrays normalizeVSN backgroundCorrect neqc nec read_maimages read_ilmn read_idat "
        "detectionPValues propexpr",
        "Reading and normalising raw arrays is not part of this package, and values come here normalised. "
        'el.voom(counts, normalize_method="quantile") normalises counts, el.normalize_by_covariate(y, "mean") by loess '
        "of each sample",
    ),
    (
        "diffSplice topSplice plotSplice",
        "Differential splicing is not part of this package",
    ),
    (
        "estimateDisp estimateGLMCommonDisp glmFit glmLRT glmQLFit glmQLFTest exactTest topTags",
        "Negative binomial models are not part of this package: voomLmFit(d, design) fits counts by weights",
    ),
)  # fmt: skip

#: Functions that this package does not have, and what may serve.
NOT_HERE = {name: said for names, said in _NOT_HERE for name in names.split()}


def in_place_of(name: str) -> str | None:
    """A sentence on what to write for a name of R, where there is something to say."""
    if name in HERE:
        return f"In place of {name}() write {HERE[name]}"
    return NOT_HERE.get(name)
