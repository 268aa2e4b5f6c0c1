"""Counts, weights and replicates under R's names: the same calls give the same numbers, and what differs says so."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, DesignWarning, EbayesLMWarning
from ebayes_lm.limma import (
    DGEList,
    arrayWeights,
    avearrays,
    avedups,
    aveLogCPM,
    calcNormFactors,
    cpm,
    duplicateCorrelation,
    eBayes,
    lmFit,
    normLibSizes,
    rpkm,
    sumTechReps,
    topTable,
    voom,
    vooma,
    voomaLmFit,
    voomLmFit,
    voomWithQualityWeights,
)
from tests import count_workflows, tolerances
from tests.count_workflows import (
    BASES,
    CELLS,
    COUNTS,
    DESIGN,
    DONOR,
    GAPS,
    GROUP,
    HOLES,
    LIBRARIES,
    PERSON,
    STORED,
    TARGETS,
    Y,
)
from tests.workflows import compare

#: How closely numbers, and tables of tests, of each analysis can agree: by what they go through.
WORKFLOWS: dict[Callable[[], dict[str, Any]], tuple[float, float]] = {
    count_workflows.limma_trend: (tolerances.COUNT_RATES, tolerances.MODERATED),
    count_workflows.voom_fits: (tolerances.PRECISION_WEIGHTS, tolerances.SEARCHED_PRIOR),
    count_workflows.quality_weights: (tolerances.SAMPLE_WEIGHTS, tolerances.MODERATED),
    count_workflows.voom_twice: (tolerances.CONSENSUS, tolerances.CONSENSUS),
    count_workflows.voom_lm_fit: (tolerances.CONSENSUS, tolerances.SEARCHED_PRIOR),
    count_workflows.functions_of_counts: (tolerances.COUNT_RATES, 0.0),
    count_workflows.multi_level: (tolerances.CONSENSUS, tolerances.CONSENSUS),
    count_workflows.duplicate_spots: (tolerances.CONSENSUS, tolerances.CONSENSUS),
    count_workflows.array_weights: (tolerances.SAMPLE_WEIGHTS, tolerances.SEARCHED_PRIOR),
    count_workflows.vooma_fits: (tolerances.PRECISION_WEIGHTS, tolerances.MODERATED),
    count_workflows.vooma_lm_fit: (tolerances.CONSENSUS, tolerances.SEARCHED_PRIOR),
    count_workflows.averaged: (tolerances.LEAST_SQUARES, tolerances.MODERATED),
}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.__name__)
def test_the_same_calls_give_the_same_numbers(workflow: Callable[[], dict[str, Any]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EbayesLMWarning)  # the package says more than limma
        answers = workflow()
    expected = STORED["answers"][workflow.__name__]
    assert set(answers) == set(expected)
    of_numbers, of_tables = WORKFLOWS[workflow]
    for part, theirs in expected.items():
        compare(answers[part], theirs, of_tables if "rows" in theirs else of_numbers)


def test_every_analysis_in_r_has_its_twin() -> None:
    assert {w.__name__ for w in WORKFLOWS} == set(STORED["answers"])


@pytest.fixture(scope="module")
def counted() -> el.DGEList:
    return DGEList(COUNTS, group=GROUP, norm_factors=[0.8, 1.25] * 6)


def test_weights_and_design_of_an_elist_are_those_of_its_fit() -> None:
    v = voom(COUNTS, DESIGN)
    assert_array_equal(lmFit(v).sigma, lmFit(v, DESIGN).sigma)
    assert_array_equal(lmFit(v).sigma, lmFit(v.E, DESIGN, weights=v.weights).sigma)
    assert lmFit(v).compat == voomLmFit(COUNTS, DESIGN).compat == voomaLmFit(Y, CELLS).compat == "limma"


def test_annotation_travels_to_the_table() -> None:
    d = DGEList(COUNTS, group=GROUP, genes=pd.DataFrame({"Length": BASES}, COUNTS.index))
    for fit in (lmFit(voom(d)), lmFit(voomWithQualityWeights(d)), voomLmFit(d)):
        assert list(topTable(eBayes(fit, legacy=False), coef="groupB").columns)[:2] == ["Length", "logFC"]


def test_columns_of_r_serve_under_its_names_and_come_back_without_dots(counted: el.DGEList) -> None:
    table = pd.DataFrame({"lib.size": COUNTS.sum(), "norm.factors": [0.8, 1.25] * 6, "group": GROUP})
    d = DGEList(COUNTS, samples=table)
    pd.testing.assert_frame_equal(d.samples, counted.samples)
    assert list(d.samples.columns) == ["group", "lib_size", "norm_factors"]
    assert "sample_weights" in voomWithQualityWeights(d, DESIGN).targets
    assert "sample_weights" in voomLmFit(d, DESIGN, sample_weights=True).targets


def test_a_frame_may_begin_with_columns_of_text() -> None:
    frame = COUNTS.reset_index(names="ID")
    assert list(DGEList(frame).counts.index) == list(COUNTS.index)
    frame.insert(1, "symbol", "x")
    d = DGEList(frame)
    assert list(d.genes.columns) == ["ID", "symbol"]
    assert_array_equal(d.counts, COUNTS)
    frame.insert(0, "length", BASES)
    described = DGEList(frame, annotation_columns=["length", "ID", "symbol"])
    assert_array_equal(described.genes["length"], BASES)


def test_library_sizes_stay_where_empty_features_go(counted: el.DGEList) -> None:
    sizes = COUNTS.sum() + 7
    d = DGEList(COUNTS, lib_size=sizes, remove_zeros=True)
    assert d.shape == (119, 12)
    assert "g27" not in d.counts.index
    assert_array_equal(d.samples["lib_size"], sizes)
    assert counted.shape == (120, 12)


def test_factors_come_back_as_edger_gives_them(counted: el.DGEList) -> None:
    factors = calcNormFactors(COUNTS)
    assert isinstance(factors, pd.Series)
    assert_array_equal(factors, normLibSizes(counted).samples["norm_factors"])
    assert list(factors.index) == LIBRARIES
    with pytest.raises(ArgumentTypeError, match=r"R counts from 1.*'s1', 's2'"):
        normLibSizes(counted, refColumn=3)
    with pytest.raises(ArgumentTypeError, match="library sizes of its own"):
        normLibSizes(counted, lib_size=COUNTS.sum())


def test_rates_without_normalisation_factors(counted: el.DGEList) -> None:
    assert_array_equal(cpm(counted, False), cpm(COUNTS))
    assert_array_equal(rpkm(counted, BASES, False), rpkm(COUNTS, BASES))
    assert_array_equal(aveLogCPM(counted, False), aveLogCPM(COUNTS))
    assert not np.allclose(cpm(counted), cpm(COUNTS))
    with pytest.raises(ArgumentTypeError, match="normalized_lib_sizes"):
        cpm(COUNTS, COUNTS.sum())


def test_summed_counts_come_back_as_edger_gives_them(counted: el.DGEList) -> None:
    assert isinstance(sumTechReps(COUNTS, PERSON), pd.DataFrame)
    summed = sumTechReps(counted, PERSON)
    assert isinstance(summed, el.DGEList)
    assert_array_equal(summed.counts, sumTechReps(COUNTS, PERSON))


def test_a_block_goes_before_duplicates() -> None:
    found = duplicateCorrelation(Y, CELLS, ndups=3, block=DONOR)
    assert found.consensus == found.consensus_correlation == found.cor
    assert found.consensus == duplicateCorrelation(Y, CELLS, block="donor", samples=TARGETS).consensus
    with pytest.warns(DesignWarning, match="ndups=1"):
        assert duplicateCorrelation(Y, CELLS, ndups=1).consensus == 0.0


def test_weights_that_leave_observations_out() -> None:
    zero = np.where(np.isfinite(HOLES) & (np.array(HOLES) > 0), HOLES, 0.0)
    for verb in (
        lambda w: voom(COUNTS, DESIGN, weights=w).weights,
        lambda w: voomLmFit(COUNTS, DESIGN, prior_weights=w).sigma,
        lambda w: voomaLmFit(Y, CELLS, prior_weights=w).sigma,
        lambda w: duplicateCorrelation(Y, CELLS, block=DONOR, weights=w).atanh_correlations,
        lambda w: avearrays(Y, DONOR, weights=w),
        lambda w: avedups(Y, weights=w),
    ):
        assert_array_equal(verb(HOLES), verb(zero))
    carried, usable = (el.EList(Y, weights=np.tile(w, (40, 1))) for w in (HOLES, zero))
    assert_array_equal(lmFit(carried, CELLS).sigma, lmFit(usable, CELLS).sigma)
    found = duplicateCorrelation(carried, CELLS, block=DONOR)
    assert_array_equal(found.rho, duplicateCorrelation(usable, CELLS, block=DONOR).rho)
    with pytest.raises(DataError, match="weight"):
        arrayWeights(Y, CELLS, weights=np.broadcast_to(HOLES, Y.shape))


def test_array_weights_take_no_design_from_the_data_and_say_so() -> None:
    with pytest.warns(DesignWarning, match="as in limma"):
        weights = arrayWeights(el.EList(Y, design=CELLS))
    assert_array_equal(weights, arrayWeights(Y))


def test_missing_values_are_left_out_of_vooma() -> None:
    v = vooma(GAPS, CELLS)
    assert np.isfinite(v.weights.to_numpy()).all()
    assert_array_equal(v.E, GAPS)


def test_weights_of_an_elist_are_prior_weights_of_its_fit() -> None:
    known = np.exp((Y - 7) / 5)
    carried = voomaLmFit(el.EList(Y, design=CELLS, weights=known))
    assert_array_equal(carried.sigma, voomaLmFit(Y, CELLS, prior_weights=known).sigma)


def test_quality_weights_keep_to_one_design(counted: el.DGEList) -> None:
    assert_allclose(voomWithQualityWeights(counted).weights, voomWithQualityWeights(counted, DESIGN).weights, rtol=1e-9)
    with pytest.raises(TypeError, match="normalization"):
        voomWithQualityWeights(counted, DESIGN, normalization="none")


def test_choices_can_be_cut_short_and_unknown_ones_are_named(counted: el.DGEList) -> None:
    assert_array_equal(voom(COUNTS, normalize_method="quan").E, voom(COUNTS, normalize_method="quantile").E)
    assert_array_equal(
        normLibSizes(counted, "upper").samples["norm_factors"],
        normLibSizes(counted, "upperquartile").samples["norm_factors"],
    )
    assert_array_equal(arrayWeights(Y, CELLS, method="gene"), arrayWeights(Y, CELLS, method="genebygene"))
    with pytest.raises(ArgumentError, match="TMM, TMMwsp"):
        normLibSizes(counted, "tmm")
