"""Two ways to say one thing: what must come out alike, whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from tests.strategies import GAPS, KINDS, WEIGHTS, Study, common, studies

pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EbayesLMWarning")

#: One model by another order of summation, or another factorisation; conditions stay below about 1e3 under weights.
SAME = 1e-9
PRODUCT = 1e-12
ESTIMATES = ("coefficients", "stdev_unscaled", "sigma", "df_residual", "n_observed", "status")
LEAST_SQUARES = tuple(kind for kind in KINDS if "robust" not in kind)
seeds = st.integers(0, 2**32 - 1)


def assert_fits_agree(a: el.LinearFit, b: el.LinearFit, fields: tuple[str, ...] = ESTIMATES) -> None:
    for name in fields:
        left, right = np.asarray(getattr(a, name)), np.asarray(getattr(b, name))
        if left.dtype.kind in "fi":
            # an estimate is known to the rounding of the values that it adds up
            floor = SAME * max(1.0, float(np.nanmax(np.abs(np.nan_to_num(a.record.amean)), initial=0.0)))
            assert_allclose(
                left, right, rtol=SAME, atol=floor if name in ("coefficients", "sigma") else 0, err_msg=name
            )
        else:
            assert_array_equal(left, right, err_msg=name)


def assert_bitwise(a: el.LinearFit, b: el.LinearFit, fields: tuple[str, ...] = ESTIMATES) -> None:
    for name in fields:
        assert_array_equal(np.asarray(getattr(a, name)), np.asarray(getattr(b, name)), err_msg=name)


def rank_of(study: Study) -> int:
    return int(np.linalg.matrix_rank(study.x))


@common
@given(studies(), seeds)
def test_a_column_of_missing_values_is_a_dropped_sample(study, seed):
    rng = np.random.default_rng(seed)
    lost = rng.choice(study.y.columns, size=rng.integers(1, max(2, study.y.shape[1] // 4)), replace=False)
    kept = study.y.columns.drop(lost)
    options = dict(study.options)
    if "weights" in options and study.y.columns[0] in options["weights"]:
        options["weights"] = options["weights"][kept]
    dropped = Study(study.y[kept], study.samples.loc[kept], study.formula, options)
    full = el.model_matrix(study.formula, study.samples).frame
    assume(np.linalg.matrix_rank(full.loc[kept]) == rank_of(study) == full.shape[1])
    assume(dropped.y.notna().any(axis=None))
    weights = options.get("weights")
    assume(not isinstance(weights, pd.DataFrame) or bool((weights.to_numpy() > 0).any()))
    design = {"design": full}
    assert_fits_agree(
        study.fit(y=study.y.assign(**dict.fromkeys(lost, np.nan)), **design),
        dropped.fit(design=full.loc[kept]),
        (*ESTIMATES, "amean"),
    )


@common
@given(studies(kinds=("cells", "blocks and cells", "robust and cells")), seeds)
def test_an_observation_of_weight_zero_is_missing(study, seed):
    zero = np.random.default_rng(seed).random(study.y.shape) < 0.2
    weights = study.options["weights"].mask(zero, 0.0)
    assume(weights.to_numpy().any())
    assert_bitwise(study.fit(weights=weights), study.fit(y=study.y.mask(zero), weights=weights))
    assert_bitwise(study.fit(weights=weights), study.fit(y=study.y.mask(zero)))


@common
@given(studies(kinds=("none", "blocks")), st.sampled_from(["samples", "features", "cells"]), st.floats(0.1, 10))
def test_equal_weights_are_none(study, kind, weight):
    g, n = study.y.shape
    shape = {"samples": (1, n), "features": (g, 1), "cells": (g, n)}[kind]
    assume(shape != (g, n) or kind == "cells" or weight == 1.0)
    plain = study.fit()
    assert_fits_agree(plain, study.fit(weights=np.ones(shape)))
    other = study.fit(weights=np.full(shape, weight))
    fields = ("coefficients", "df_residual", "n_observed", "status")
    assert_fits_agree(plain, other, fields)
    assert_allclose(other.sigma, plain.sigma * np.sqrt(weight), rtol=SAME, atol=SAME)
    assert_allclose(other.stdev_unscaled, plain.stdev_unscaled / np.sqrt(weight), rtol=SAME)


@common
@given(studies(kinds=("features",)), st.sampled_from([{}, {"block": "patient", "correlation": 0.3}]))
def test_the_weight_of_a_feature_is_that_of_all_its_observations(study, blocks):
    weights = study.options["weights"]
    cells = pd.DataFrame(
        np.repeat(weights.to_numpy()[:, None], study.y.shape[1], axis=1), study.y.index, study.y.columns
    )
    a, b = study.fit(**blocks), study.fit(weights=cells, **blocks)
    assert_fits_agree(a, b, (*ESTIMATES, "amean"))
    c = study.comparisons(np.arange(1, study.y.shape[1]))[:, :3]
    assume(c.size)
    assert_fits_agree(a.contrast(c), b.contrast(c))


@common
@given(studies(kinds=("samples",)))
def test_weights_of_samples_are_those_of_all_features(study):
    cells = np.repeat(study.options["weights"].to_numpy()[None], len(study.y), axis=0)
    assert_fits_agree(study.fit(), study.fit(weights=cells), (*ESTIMATES, "amean"))


@common
@given(studies(kinds=WEIGHTS), st.floats(-0.99, 0.99), st.booleans())
def test_blocks_without_correlation_and_blocks_of_one_are_none(study, correlation, own):
    n = study.y.shape[1]
    blocks = np.arange(n) if own else "patient"
    a, b = study.fit(), study.fit(block=blocks, correlation=correlation if own else 0.0)
    assert_fits_agree(a, b, (*ESTIMATES, "amean"))
    c = study.comparisons(np.arange(1, n))[:, :3]
    assume(c.size)
    assert_fits_agree(a.contrast(c), b.contrast(c))


@common
@given(studies(), seeds)
def test_a_subset_and_a_contrast_go_in_either_order(study, seed):
    c = study.comparisons(np.arange(1, study.y.shape[1]))[:, :3]
    assume(c.size)
    rows = np.random.default_rng(seed).integers(0, len(study.y), 7)
    fit = study.fit()
    a, b = fit[rows].contrast(c), fit.contrast(c)[rows]
    assert_bitwise(a, b, ("sigma", "df_residual", "n_observed", "status"))
    # a product of a matrix of another shape may add up in another order
    assert_allclose(a.coefficients, b.coefficients, rtol=PRODUCT, atol=PRODUCT)
    assert_allclose(a.stdev_unscaled, b.stdev_unscaled, rtol=PRODUCT)
    assert_array_equal(a.record.cov_coefficients, b.record.cov_coefficients)


@common
@given(studies(), seeds)
def test_a_contrast_of_contrasts_is_a_contrast(study, seed):
    c = study.comparisons(np.arange(1, study.y.shape[1]))[:, :3]
    assume(c.size)
    second = np.random.default_rng(seed).integers(-2, 3, size=(c.shape[1], 2)).astype(float)
    second[0] += 5.0
    assume(np.abs(c @ second).max(axis=0).all())
    fit = study.fit()
    a, b = fit.contrast(c).contrast(second), fit.contrast(c @ second)
    # a contrast whose parts a feature cannot estimate is missing, although the whole could be estimated
    lacking = np.isnan(fit.contrast(c).coefficients.to_numpy()).any(axis=1)
    assert_fits_agree(a[~lacking], b[~lacking])
    assert_allclose(a.contrasts, b.contrasts, rtol=0, atol=0)


@common
@given(studies(designs=("~ group", "~ 0 + group", "~ group + age", "~ group * sex"), gaps=("none",)))
def test_selected_coefficients_are_contrasts_by_unit_vectors(study):
    fit = study.fit()
    assume(fit.rank == fit.shape[1])
    columns = [fit.shape[1] - 1, 0]
    a, b = fit.select(coefs=columns), fit.contrast(np.eye(fit.shape[1])[:, columns])
    # a selection keeps the status that features had in the whole
    assert_fits_agree(a, b, ESTIMATES[:-1])


@common
@given(studies(kinds=("none", "blocks", "robust"), gaps=("none",)))
def test_limmas_numbers_are_the_native_ones_where_limma_is_exact(study):
    """Complete and unweighted."""
    fits = [study.fit(compat=compat) for compat in (None, "limma")]
    assert_bitwise(*fits)
    assume(fits[0].rank == fits[0].shape[1])  # limma refuses contrasts of aliased coefficients
    c = study.comparisons(np.arange(1, study.y.shape[1]))[:, :3]
    assume(c.size)
    contrasted = [fit.contrast(c) for fit in fits]
    if "method" not in study.options:
        assert_bitwise(*contrasted)
        tests = [fit.ebayes(legacy=True) for fit in contrasted]
        for name in ("t", "p_value", "F", "F_p_value", "lods"):
            assert_array_equal(getattr(tests[0], name), getattr(tests[1], name), err_msg=name)


@common
@given(studies(kinds=LEAST_SQUARES, gaps=GAPS), seeds)
def test_other_coordinates_of_one_model_agree_about_what_it_can_estimate(study, seed):
    """The design X A says the same as X: contrasts c become A'c."""
    rng = np.random.default_rng(seed)
    x = study.x
    p = x.shape[1]
    a = np.tril(rng.integers(-1, 2, (p, p)), -1) + np.diag(rng.choice([1.0, 2.0, -0.5], p))
    a = a[rng.permutation(p)][:, rng.permutation(p)]
    at = rng.permutation(np.arange(1, len(x)))[:4]
    c = study.comparisons(at)
    assume(c.size)
    one = study.fit(design=x).contrast(c)
    other = study.fit(design=x @ a).contrast(a.T @ c)
    assert_fits_agree(one, other)
    tests = [fit.ordinary() for fit in (one, other)]
    for name in ("t", "log_p_value", "F", "df_total"):
        left, right = (np.asarray(getattr(test, name)) for test in tests)
        assert_allclose(left, right, rtol=1e-7, atol=1e-7, err_msg=name)
