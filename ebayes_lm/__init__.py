"""Many regressions at once, interpreted jointly: limma's moderated statistics in plain Python.

Fit one linear model to every row of a features x samples matrix, learn from all rows how variable a row should be, and
test contrasts with moderated statistics:

>>> import ebayes_lm as el
>>> simulation = el.datasets.simulate(n_features=500, groups={"control": 4, "treated": 4}, seed=1)
>>> fit = el.lm_fit(simulation.data, "~ 0 + group").contrast("grouptreated - groupcontrol")
>>> table = fit.ebayes(trend=True).top_table(number=3)
>>> list(table.columns)
['logFC', 'AveExpr', 't', 'P.Value', 'adj.P.Val', 'B']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ebayes_lm import datasets as datasets
    from ebayes_lm import errors as errors
    from ebayes_lm import io_anndata as io_anndata
    from ebayes_lm import limma as limma
    from ebayes_lm import plot as plot
    from ebayes_lm import scverse as scverse
    from ebayes_lm.batch.component_number import num_sv as num_sv
    from ebayes_lm.batch.control_counts import ruvg as ruvg
    from ebayes_lm.batch.controls import ruv as ruv
    from ebayes_lm.batch.covariate_trend import covariate_trends as covariate_trends
    from ebayes_lm.batch.covariate_trend import normalize_by_covariate as normalize_by_covariate
    from ebayes_lm.batch.design_findings import DesignCheck as DesignCheck
    from ebayes_lm.batch.design_findings import check_design as check_design
    from ebayes_lm.batch.empirical import combat as combat
    from ebayes_lm.batch.estimate_result import EstimateStructure as EstimateStructure
    from ebayes_lm.batch.estimates import estimate_structure as estimate_structure
    from ebayes_lm.batch.factors import Factors as Factors
    from ebayes_lm.batch.latent import latent_factors as latent_factors
    from ebayes_lm.batch.removal import remove_batch_effect as remove_batch_effect
    from ebayes_lm.batch.residual_result import ResidualStructure as ResidualStructure
    from ebayes_lm.batch.residuals import residual_structure as residual_structure
    from ebayes_lm.batch.surrogates import surrogate_variables as surrogate_variables
    from ebayes_lm.batch.surrogates import svaseq as svaseq
    from ebayes_lm.batch.weighted_surrogates import wsva as wsva
    from ebayes_lm.core.local_regression import lowess as lowess
    from ebayes_lm.core.prior import VariancePrior as VariancePrior
    from ebayes_lm.core.prior import fit_f_dist as fit_f_dist
    from ebayes_lm.core.prior_robust import fit_f_dist_robustly as fit_f_dist_robustly
    from ebayes_lm.core.prior_unequal import fit_f_dist_unequal_df1 as fit_f_dist_unequal_df1
    from ebayes_lm.core.span import choose_lowess_span as choose_lowess_span
    from ebayes_lm.core.special import trigamma_inverse as trigamma_inverse
    from ebayes_lm.core.squeeze import SqueezedVariance as SqueezedVariance
    from ebayes_lm.core.squeeze import squeeze_var as squeeze_var
    from ebayes_lm.core.weighted_local import loess_fit as loess_fit
    from ebayes_lm.core.weighted_local import weighted_lowess as weighted_lowess
    from ebayes_lm.counts.abundance import ave_log_cpm as ave_log_cpm
    from ebayes_lm.counts.filtering import filter_by_expr as filter_by_expr
    from ebayes_lm.counts.normalization import norm_lib_sizes as norm_lib_sizes
    from ebayes_lm.counts.per_million import cpm as cpm
    from ebayes_lm.counts.per_million import rpkm as rpkm
    from ebayes_lm.counts.replicates import sum_tech_reps as sum_tech_reps
    from ebayes_lm.data.containers import EList as EList
    from ebayes_lm.data.count_list import DGEList as DGEList
    from ebayes_lm.data.matrix import FeatureMatrix as FeatureMatrix
    from ebayes_lm.data.stores.formats import open_matrix as open_matrix
    from ebayes_lm.design.conditions import cond as cond
    from ebayes_lm.design.conditions import contrast_as_coef as contrast_as_coef
    from ebayes_lm.design.contrasts import make_contrasts as make_contrasts
    from ebayes_lm.design.design_matrix import Design as Design
    from ebayes_lm.design.estimability import is_full_rank as is_full_rank
    from ebayes_lm.design.estimability import non_estimable as non_estimable
    from ebayes_lm.design.model import model_matrix as model_matrix
    from ebayes_lm.errors import EbayesLMError as EbayesLMError
    from ebayes_lm.errors import EbayesLMWarning as EbayesLMWarning
    from ebayes_lm.fitting import contrasts_fit as contrasts_fit
    from ebayes_lm.fitting import lm_fit as lm_fit
    from ebayes_lm.reporting.document import report as report
    from ebayes_lm.results.classification import classify_tests_f as classify_tests_f
    from ebayes_lm.results.decisions import TestResults as TestResults
    from ebayes_lm.results.decisions import decide_tests as decide_tests
    from ebayes_lm.results.false_discoveries import adjust_p as adjust_p
    from ebayes_lm.results.false_discoveries import prop_true_null as prop_true_null
    from ebayes_lm.results.false_discoveries import q_value as q_value
    from ebayes_lm.results.linear import LinearFit as LinearFit
    from ebayes_lm.results.mixed import MixedFit as MixedFit
    from ebayes_lm.results.moderated import ModeratedFit as ModeratedFit
    from ebayes_lm.results.moderation import ebayes as ebayes
    from ebayes_lm.results.moderation import ordinary as ordinary
    from ebayes_lm.results.saving import load as load
    from ebayes_lm.results.table import top_table as top_table
    from ebayes_lm.results.table import top_table_f as top_table_f
    from ebayes_lm.results.threshold import TreatFit as TreatFit
    from ebayes_lm.results.threshold import treat as treat
    from ebayes_lm.results.threshold_table import top_treat as top_treat
    from ebayes_lm.scale.scanning import scan as scan
    from ebayes_lm.weights.consensus import ConsensusCorrelation as ConsensusCorrelation
    from ebayes_lm.weights.consensus import duplicate_correlation as duplicate_correlation
    from ebayes_lm.weights.log_precision import vooma as vooma
    from ebayes_lm.weights.log_precision import vooma_by_group as vooma_by_group
    from ebayes_lm.weights.log_precision_fit import vooma_lm_fit as vooma_lm_fit
    from ebayes_lm.weights.precision import voom as voom
    from ebayes_lm.weights.precision_fit import voom_lm_fit as voom_lm_fit
    from ebayes_lm.weights.precision_list import VoomEList as VoomEList
    from ebayes_lm.weights.precision_list import VoomMatrix as VoomMatrix
    from ebayes_lm.weights.quality import array_weights as array_weights
    from ebayes_lm.weights.quality_precision import voom_with_quality_weights as voom_with_quality_weights
    from ebayes_lm.weights.replicates import avearrays as avearrays
    from ebayes_lm.weights.replicates import avedups as avedups
    from ebayes_lm.weights.replicates import avereps as avereps
    from ebayes_lm.weights.residual_scatter import array_weights_quick as array_weights_quick
    from ebayes_lm.weights.variances import VarianceComparison as VarianceComparison
    from ebayes_lm.weights.variances import unequal_variances as unequal_variances
    from ebayes_lm.weights.voom_fit import VoomFit as VoomFit

_HOMES = {
    "batch.covariate_trend": ("covariate_trends", "normalize_by_covariate"),
    "batch.removal": ("remove_batch_effect",),
    "batch.component_number": ("num_sv",),
    "batch.surrogates": ("surrogate_variables", "svaseq"),
    "batch.weighted_surrogates": ("wsva",),
    "batch.empirical": ("combat",),
    "batch.control_counts": ("ruvg",),
    "batch.controls": ("ruv",),
    "batch.design_findings": ("DesignCheck", "check_design"),
    "batch.estimate_result": ("EstimateStructure",),
    "batch.estimates": ("estimate_structure",),
    "batch.factors": ("Factors",),
    "batch.latent": ("latent_factors",),
    "batch.residual_result": ("ResidualStructure",),
    "batch.residuals": ("residual_structure",),
    "core.local_regression": ("lowess",),
    "core.prior": ("VariancePrior", "fit_f_dist"),
    "core.prior_robust": ("fit_f_dist_robustly",),
    "core.prior_unequal": ("fit_f_dist_unequal_df1",),
    "core.span": ("choose_lowess_span",),
    "core.special": ("trigamma_inverse",),
    "core.squeeze": ("SqueezedVariance", "squeeze_var"),
    "core.weighted_local": ("loess_fit", "weighted_lowess"),
    "counts.abundance": ("ave_log_cpm",),
    "counts.filtering": ("filter_by_expr",),
    "counts.normalization": ("norm_lib_sizes",),
    "counts.per_million": ("cpm", "rpkm"),
    "counts.replicates": ("sum_tech_reps",),
    "data.containers": ("EList",),
    "data.count_list": ("DGEList",),
    "data.matrix": ("FeatureMatrix",),
    "data.stores.formats": ("open_matrix",),
    "design.conditions": ("cond", "contrast_as_coef"),
    "design.contrasts": ("make_contrasts",),
    "design.design_matrix": ("Design",),
    "design.estimability": ("is_full_rank", "non_estimable"),
    "design.model": ("model_matrix",),
    "errors": ("EbayesLMError", "EbayesLMWarning"),
    "fitting": ("contrasts_fit", "lm_fit"),
    "reporting.document": ("report",),
    "results.classification": ("classify_tests_f",),
    "results.decisions": ("TestResults", "decide_tests"),
    "results.false_discoveries": ("adjust_p", "prop_true_null", "q_value"),
    "results.linear": ("LinearFit",),
    "results.mixed": ("MixedFit",),
    "results.moderated": ("ModeratedFit",),
    "results.moderation": ("ebayes", "ordinary"),
    "results.saving": ("load",),
    "results.table": ("top_table", "top_table_f"),
    "results.threshold": ("TreatFit", "treat"),
    "results.threshold_table": ("top_treat",),
    "scale.scanning": ("scan",),
    "weights.consensus": ("ConsensusCorrelation", "duplicate_correlation"),
    "weights.log_precision": ("vooma", "vooma_by_group"),
    "weights.log_precision_fit": ("vooma_lm_fit",),
    "weights.precision": ("voom",),
    "weights.precision_fit": ("voom_lm_fit",),
    "weights.precision_list": ("VoomEList", "VoomMatrix"),
    "weights.quality": ("array_weights",),
    "weights.residual_scatter": ("array_weights_quick",),
    "weights.quality_precision": ("voom_with_quality_weights",),
    "weights.voom_fit": ("VoomFit",),
    "weights.replicates": ("avearrays", "avedups", "avereps"),
    "weights.variances": ("VarianceComparison", "unequal_variances"),
}
_HOME = {name: f"{__name__}.{module}" for module, names in _HOMES.items() for name in names}

_ROOMS = ("datasets", "errors", "io_anndata", "limma", "plot", "scverse")

__all__ = [
    *_ROOMS,
    *sorted(_HOME),
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        return version("ebayes-lm")
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}.{_in_place_of(name)}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def _in_place_of(name: str) -> str:
    """What to write for a name that is not here: in place of a function of R, or the nearest name."""
    from importlib.util import find_spec

    if name.startswith("_") or find_spec(f"{__name__}.{name}") is not None:
        return ""  # Python asks for the package's own folders here before it imports them
    from ebayes_lm.errors import nearest
    from ebayes_lm.limma.names import in_place_of

    said = in_place_of(name)
    return nearest(name, __all__) if said is None else f" {said}"


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
