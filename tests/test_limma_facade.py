"""limma's functions under R's names: the same calls give the same numbers, and what differs says so."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm import limma
from ebayes_lm.errors import (
    ArgumentError,
    ArgumentTypeError,
    ContrastApproximationWarning,
    DesignWarning,
    EbayesLMWarning,
    StageError,
)
from ebayes_lm.limma import (
    contrasts_fit,
    eBayes,
    fitted,
    lmFit,
    makeContrasts,
    nonEstimable,
    residuals,
    topTable,
    topTableF,
    topTreat,
    treat,
)
from tests import tolerances, workflows
from tests.workflows import CELLS, DATA, GENES, PAIRED, SAMPLES, STORED, TARGETS, WITH_AGE, W, Y, compare

#: What the numbers of each analysis go through decides how closely they can agree.
WORKFLOWS: dict[Callable[[], dict[str, Any]], float] = {
    workflows.two_groups: tolerances.MODERATED,
    workflows.several_groups: tolerances.MODERATED,
    workflows.paired_trend_robust: tolerances.SEARCHED_PRIOR,
    workflows.factorial: tolerances.MODERATED,
    workflows.multi_level: tolerances.MODERATED,
    workflows.voom_like_weights: tolerances.MODERATED,
    workflows.sample_weights: tolerances.MODERATED,
    workflows.gene_weights: tolerances.MODERATED,
    workflows.missing_values: tolerances.SEARCHED_PRIOR,
    workflows.threshold: tolerances.SEARCHED_PRIOR,
    workflows.duplicate_spots: tolerances.MODERATED,
    workflows.robust_regression: tolerances.MODERATED,
    workflows.no_design: tolerances.MODERATED,
    workflows.decided_at_once: 0.0,
    workflows.identifiers: tolerances.MODERATED,
    workflows.functions_of_numbers: tolerances.SEARCHED_PRIOR,
}
CASES = [
    pytest.param(workflow, part, tolerance, id=f"{workflow.__name__}-{part}")
    for workflow, tolerance in WORKFLOWS.items()
    for part in STORED["answers"][workflow.__name__]
]


def answer(workflow: Callable[[], dict[str, Any]], part: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EbayesLMWarning)  # the package says more than limma
        return workflow()[part]


@pytest.mark.parametrize(("workflow", "part", "tolerance"), CASES)
def test_the_same_calls_give_the_same_numbers(
    workflow: Callable[[], dict[str, Any]], part: str, tolerance: float
) -> None:
    compare(answer(workflow, part), STORED["answers"][workflow.__name__][part], tolerance)


def test_every_analysis_in_r_has_its_twin() -> None:
    assert {w.__name__ for w in WORKFLOWS} == set(STORED["answers"])


@pytest.fixture(scope="module")
def mod() -> el.ModeratedFit:
    return eBayes(lmFit(Y, PAIRED))


@pytest.mark.parametrize("coef", [1, 0, 2.0, [1, 2], ["donord2", 2], range(2), np.array([1]), np.int64(3), True])
def test_coefficients_go_by_name(mod: el.ModeratedFit, coef: Any) -> None:
    for refused in (
        lambda: topTable(mod, coef=coef),
        lambda: topTreat(treat(mod), coef=coef),
        lambda: contrasts_fit(mod.fit, coefficients=coef),
    ):
        with pytest.raises(ArgumentTypeError, match=r"R counts them from 1.*'donord2', 'donord3', 'treatmentU'"):
            refused()


def test_a_fit_stays_limmas_and_an_object_of_the_package() -> None:
    fit = lmFit(Y, WITH_AGE, weights=W)
    assert isinstance(fit, el.LinearFit)
    with pytest.warns(ContrastApproximationWarning, match="65% of the features"):
        approximate = contrasts_fit(fit, "cellB - cellA")
    assert fit.compat == approximate.compat == "limma"
    assert isinstance(eBayes(fit), el.ModeratedFit)
    assert isinstance(treat(fit), el.TreatFit)
    exact = el.lm_fit(Y, WITH_AGE, weights=W).contrast("cellB - cellA").stdev_unscaled
    assert_allclose(approximate.stdev_unscaled, exact * (1 + approximate.contrast_error()), rtol=1e-12)


def test_tests_are_made_anew(mod: el.ModeratedFit) -> None:
    assert_array_equal(eBayes(mod, trend=True).t, eBayes(mod.fit, trend=True).t)
    assert_array_equal(
        contrasts_fit(mod, [0, -1, 1, 0]).coefficients, contrasts_fit(mod.fit, [0, -1, 1, 0]).coefficients
    )
    kept = contrasts_fit(treat(mod, lfc=1), coefficients=["treatmentU", "donord2"])
    assert isinstance(kept, el.TreatFit)
    assert kept.coef_names == ["treatmentU", "donord2"]


def test_robust_fits_leave_blocks_aside_and_say_so() -> None:
    for given in ({"block": TARGETS["donor"], "correlation": 0.2}, {"ndups": 2}):
        with pytest.warns(DesignWarning, match="block, ndups and correlation are left aside"):
            fit = lmFit(Y, CELLS, method="robust", max_iter=100, **given)
        assert_array_equal(fit.sigma, el.lm_fit(Y, CELLS, method="robust", max_iter=100).sigma)


def test_a_block_goes_before_duplicates_and_one_row_is_no_duplicate() -> None:
    block = {"block": TARGETS["donor"], "correlation": 0.2}
    assert_array_equal(lmFit(Y, CELLS, ndups=2, spacing=1, **block).sigma, lmFit(Y, CELLS, **block).sigma)
    assert_array_equal(lmFit(Y, CELLS, ndups=1, spacing=1).sigma, lmFit(Y, CELLS).sigma)


def test_a_correlation_of_nothing_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="without block= or ndups="):
        lmFit(Y, CELLS, correlation=0.3)


def test_weights_that_leave_observations_out() -> None:
    zero = pd.DataFrame(W, GENES, SAMPLES).mask(np.random.default_rng(1).random(W.shape) < 0.1, 0.0)
    for nothing in (np.nan, -1.0, np.inf):
        fit = lmFit(Y, CELLS, weights=zero.replace(0.0, nothing))
        assert_array_equal(fit.df_residual, lmFit(Y, CELLS, weights=zero).df_residual)
    named = pd.Series(DATA["sample_weights"], SAMPLES)
    assert_array_equal(lmFit(Y, CELLS, weights=named[::-1]).sigma, lmFit(Y, CELLS, weights=named.to_numpy()).sigma)


def test_weights_of_a_square_matrix_have_to_say_what_they_belong_to() -> None:
    square, plain = Y.iloc[:12], W[0]
    with pytest.raises(ArgumentError, match="could belong to the features or to the samples"):
        lmFit(square, CELLS, weights=plain)
    assert_allclose(lmFit(square, CELLS, weights=plain[:, None]).sigma ** 2, plain * lmFit(square, CELLS).sigma ** 2)


def test_what_the_container_carries_is_used() -> None:
    elist = el.EList(Y, weights=W, design=CELLS, targets=TARGETS)
    assert_array_equal(lmFit(elist).coefficients, lmFit(Y, CELLS, weights=W).coefficients)
    assert lmFit(el.EList(Y)).coef_names == ["x1"]
    assert_array_equal(lmFit(elist, "~ cell", block="donor", correlation=0.1).df_residual, 9)


def test_arguments_of_the_run_are_handed_on() -> None:
    frame = Y.assign(chromosome="X")
    assert_array_equal(
        lmFit(frame, CELLS, feature_columns="chromosome", threads=1, progress=False).sigma, lmFit(Y, CELLS).sigma
    )
    infinite = Y.replace(Y.iloc[0, 0], -np.inf)
    assert lmFit(infinite, CELLS, inf="missing").df_residual.iloc[0] == 8
    with pytest.raises(TypeError, match="wieghts"):
        lmFit(Y, CELLS, wieghts=W)


def test_tables_of_several_coefficients_are_sorted_by_f(mod: el.ModeratedFit) -> None:
    plain = topTable(mod, coef=["donord2", "donord3"])
    pd.testing.assert_frame_equal(plain, topTable(mod, coef=["donord2", "donord3"], confint=True, resort_by="logFC"))
    assert list(topTable(mod, sort_by="n").index) == GENES[:10]
    with pytest.raises(ArgumentError, match="'F' or 'none'"):
        topTable(mod, sort_by="logFC")


@pytest.mark.parametrize(
    ("short", "long"), [("p", "P"), ("M", "logFC"), ("l", "logFC"), ("A", "Ave"), ("T", "t"), ("n", "none")]
)
def test_orders_can_be_cut_short(mod: el.ModeratedFit, short: str, long: str) -> None:
    one, other = (topTable(mod, coef="treatmentU", sort_by=by) for by in (short, long))
    pd.testing.assert_frame_equal(one, other)
    with pytest.raises(ArgumentError, match="sort_by must be"):
        topTable(mod, coef="treatmentU", sort_by="b")


def test_only_an_intercept_is_tested_where_there_is_nothing_else() -> None:
    mod = eBayes(lmFit(Y - 7, "~ 1", samples=TARGETS))
    assert "B" in topTable(mod, number=None)


def test_top_treat_takes_the_first_coefficient_and_sorts_again(mod: el.ModeratedFit) -> None:
    fit = treat(contrasts_fit(mod, coefficients=["donord3", "donord2"]))
    first = topTreat(fit, resort_by="logFC", genelist=GENES, number=7)
    assert list(first["logFC"]) == sorted(first["logFC"], reverse=True)
    assert_array_equal(first["logFC"].sort_index(), topTreat(fit, coef="donord3", number=7)["logFC"].sort_index())
    with pytest.warns(DesignWarning, match="the first one"):
        topTreat(fit, coef=["donord2", "donord3"])
    with pytest.raises(StageError, match="takes what treat"):
        topTreat(mod)
    with pytest.raises(ArgumentError, match="has no F"):
        topTable(fit, coef=["donord2", "donord3"])


def test_tables_need_tests() -> None:
    for verb in (topTable, topTableF, topTreat):
        with pytest.raises(StageError, match=r"ebayes\(\)|treat\(\)"):
            verb(lmFit(Y, CELLS))


def test_contrasts_in_both_ways_are_an_error() -> None:
    assert list(makeContrasts(contrasts=["B - A", "x = C"], levels=CELLS)) == ["B - A", "x"]
    with pytest.raises(el.EbayesLMError, match="one or the other"):
        makeContrasts("B - A", contrasts="C - A", levels=CELLS)


def test_fitted_values_and_residuals_add_up(mod: el.ModeratedFit) -> None:
    assert_allclose(fitted(mod) + residuals(mod, Y), Y, rtol=1e-14)


def test_what_cannot_be_estimated_is_named() -> None:
    assert nonEstimable(CELLS) is None
    assert nonEstimable(CELLS.assign(all=1.0)) == ["all"]


def test_names_of_arguments_are_rs() -> None:
    """As ``args()`` shows them in R, a dot being an underscore; what R leaves to ``...``, and plots, apart."""
    expected = {
        "lmFit": "object design ndups spacing block correlation weights method run",
        "contrasts_fit": "fit contrasts coefficients",
        "eBayes": "fit proportion stdev_coef_lim trend span robust winsor_tail_p legacy",
        "treat": "fit fc lfc trend robust winsor_tail_p legacy upshot",
        "topTable": "fit coef number genelist adjust_method sort_by resort_by p_value fc lfc confint",
        "topTableF": "fit number genelist adjust_method sort_by p_value lfc",
        "topTreat": "fit coef sort_by resort_by number genelist adjust_method p_value fc lfc confint",
        "decideTests": "object method adjust_method p_value lfc",
        "squeezeVar": "var df covariate span robust winsor_tail_p legacy",
        "fitFDist": "x df1 covariate",
        "fitFDistRobustly": "x df1 covariate winsor_tail_p",
        "fitFDistUnequalDF1": "x df1 covariate span robust prior_weights",
        "loessFit": "y x weights span iterations min_weight max_weight equal_weights_as_null",
        "weightedLowess": "x y weights delta npts span iterations",
        "classifyTestsF": "object cor_matrix df p_value",
        "propTrueNull": "p method nbins",
        "contrastAsCoef": "design contrast first",
        "chooseLowessSpan": "n small_n min_span power",
        "voom": "counts design lib_size offset offset_prior normalize_method block correlation weights span "
        "adaptive_span run",
        "voomWithQualityWeights": "counts design lib_size normalize_method span adaptive_span var_design var_group "
        "method maxiter tol voom_options",
        "voomLmFit": "counts design block prior_weights sample_weights var_design var_group prior_n lib_size offset "
        "offset_prior normalize_method span adaptive_span run",
        "vooma": "y design block correlation predictor span legacy_span run",
        "voomaByGroup": "y group design block correlation span legacy_span run",
        "voomaLmFit": "y design prior_weights block sample_weights var_design var_group prior_n predictor span "
        "legacy_span run",
        "arrayWeights": "object design weights var_design var_group prior_n method maxiter tol run",
        "arrayWeightsQuick": "y fit",
        "duplicateCorrelation": "object design ndups spacing block trim weights run",
        "removeBatchEffect": "x batch batch2 covariates design group weights block correlation run",
        "wsva": "y design n_sv weight_by_sd run",
        "avereps": "x ID",
        "avearrays": "x ID weights",
        "avedups": "x ndups spacing weights",
        "DGEList": "counts lib_size norm_factors samples group genes remove_zeros annotation_columns",
        "normLibSizes": "object method refColumn logratioTrim sumTrim doWeighting Acutoff p lib_size",
        "calcNormFactors": "object method refColumn logratioTrim sumTrim doWeighting Acutoff p lib_size",
        "filterByExpr": "y design group lib_size min_count min_total_count large_n min_prop",
        "cpm": "y normalized_lib_sizes log prior_count lib_size",
        "rpkm": "y gene_length normalized_lib_sizes log prior_count lib_size",
        "aveLogCPM": "y normalized_lib_sizes prior_count dispersion lib_size",
        "sumTechReps": "x ID",
    }
    for name, arguments in expected.items():
        assert list(inspect.signature(getattr(limma, name)).parameters) == arguments.split()


@pytest.mark.parametrize("name", limma.__all__)
def test_every_function_is_documented(name: str) -> None:
    text = inspect.getdoc(getattr(limma, name)) or ""
    assert all(f"\n{section}\n---" in text for section in ("Parameters", "Returns", "Examples"))
    for parameter in inspect.signature(getattr(limma, name)).parameters:
        assert re.search(rf"(^|[ *]){parameter}\b", text, flags=re.MULTILINE), parameter


def test_hidden_factors_are_not_tested_unless_named() -> None:
    design = el.model_matrix("~ group", {"group": list("AABBCC")})
    hidden = pd.DataFrame(np.arange(6.0) ** 2, columns=["F1"])
    fit = lmFit(np.random.default_rng(1).normal(size=(50, 6)), design.with_nuisance(hidden))
    mod = eBayes(fit)
    assert list(topTable(mod).columns[:2]) == ["groupB", "groupC"]
    assert list(topTable(mod, coef="F1").columns[:1]) == ["logFC"]
    assert list(limma.topTableF(mod).columns[:3]) == ["(Intercept)", "groupB", "groupC"]
    tested = limma.treat(fit)
    assert_array_equal(topTable(tested)["t"], topTable(tested, coef="groupC")["t"])
