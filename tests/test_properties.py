"""What must hold whatever the numbers are: order, units, labels, blocks and containers do not matter."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

import ebayes_lm as el
from ebayes_lm.core.ols import least_squares
from tests.strategies import KINDS, Study, common, studies

pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EbayesLMWarning")

#: Statistics of the same data by another order of summation; conditions stay below about 1e3 under weights.
SAME = 1e-9
#: Rounding of a residual in units of its standard deviation, for each unit of t and under weights of any size.
RESIDUAL = 1e-12
#: The prior by another order of summation: sums over features of logarithms, and the inverse of a difference of them.
PRIOR = 1e-12
#: A prior found by search: its likelihood is flat at its top, which hides the root of the accuracy of a number.
SEARCHED = 1e-5
#: Blocks of another size are other matrix products.
BLOCKS = 1e-13
#: Rounding of values about 1000 hides that much of a coefficient.
HIDDEN = 1e-10
STATISTICS = ("t", "log_p_value", "F", "F_p_value", "df_total", "lods")
FIT = ("coefficients", "stdev_unscaled", "sigma", "df_residual", "amean", "n_observed")
LEAST_SQUARES = tuple(kind for kind in KINDS if "robust" not in kind)
SIMPLE = ("none", "samples")
seeds = st.integers(0, 2**32 - 1)


def moderated(study: Study, **prior: Any) -> el.ModeratedFit:
    """By moments, which any order of summation finds again."""
    return study.fit().ebayes(**{"legacy": True} | prior)


def reordered(study: Study, rows: np.ndarray, columns: np.ndarray) -> Study:
    """The same study with its features and samples in another order; labels bring the rest along."""
    return study._replace(y=study.y.iloc[rows, columns], samples=study.samples.iloc[columns])


def values_of(result: Any, name: str) -> np.ndarray:
    return np.asarray(getattr(result, name))


def tolerance_of(mod: el.ModeratedFit) -> float:
    """Where t is large, residuals are small beside the values whose rounding they inherit."""
    return max(SAME, RESIDUAL * float(np.nan_to_num(np.abs(values_of(mod, "t")), posinf=0.0).max()))


def assert_same(a: el.ModeratedFit, b: el.ModeratedFit, fields: tuple[str, ...]) -> None:
    tolerance = tolerance_of(a)
    for name in fields:
        # t near zero is rounding of an effect near zero
        assert_allclose(values_of(a, name), values_of(b, name), rtol=tolerance, atol=tolerance, err_msg=name)


def assert_bitwise(a: Any, b: Any, fields: tuple[str, ...]) -> None:
    for name in fields:
        assert_array_equal(values_of(a, name), values_of(b, name), err_msg=name)


@common
@given(studies(), seeds)
def test_the_order_of_features_does_not_matter(study, seed):
    order = np.random.default_rng(seed).permutation(len(study.y))
    a, b = moderated(study), moderated(reordered(study, order, np.arange(study.y.shape[1])))
    assert_array_equal(b.fit.status, a.fit.status.iloc[order])
    tolerance = tolerance_of(a)
    for name in (*FIT, *STATISTICS):
        assert_allclose(values_of(b, name), values_of(a, name)[order], rtol=tolerance, atol=tolerance, err_msg=name)


@common
@given(studies(variances=4), seeds)
def test_the_prior_does_not_depend_on_the_order_of_features(study, seed):
    fit = study.fit()
    order = np.random.default_rng(seed).permutation(len(study.y))
    a, b = fit.ebayes(legacy=True), fit[order].ebayes(legacy=True)
    assert_allclose(values_of(b, "s2_prior"), values_of(a, "s2_prior")[order], rtol=PRIOR)
    assert_allclose(share(b.prior.df2), share(a.prior.df2), rtol=PRIOR)
    for options in ({"legacy": False}, {"robust": True}, {"trend": True, "legacy": False, "span": 0.8}):
        a, b = fit.ebayes(**options), fit[order].ebayes(**options)
        assert_allclose(values_of(b, "s2_post"), values_of(a, "s2_post")[order], rtol=SEARCHED)
        assert_allclose(share(values_of(b, "df_prior")), share(values_of(a, "df_prior"))[order], rtol=SEARCHED)


def share(df: Any) -> np.ndarray:
    """Prior df on a scale from 0 to 1."""
    with np.errstate(invalid="ignore"):
        return 1.0 - 1.0 / (1.0 + np.asarray(df, dtype=np.float64))


@common
@given(studies(), seeds)
def test_the_order_of_samples_does_not_matter(study, seed):
    order = np.random.default_rng(seed).permutation(study.y.shape[1])
    a, b = moderated(study), moderated(reordered(study, np.arange(len(study.y)), order))
    assert_array_equal(a.fit.status, b.fit.status)
    assert_same(a, b, (*FIT, *STATISTICS))


@common
@given(studies(), seeds)
def test_labels_bring_samples_weights_and_blocks_into_order(study, seed):
    rng = np.random.default_rng(seed)
    shuffled = study.samples.iloc[rng.permutation(len(study.samples))]
    options = dict(study.options)
    weights = options.get("weights")
    if isinstance(weights, pd.DataFrame):
        weights = weights.iloc[rng.permutation(weights.shape[0]), rng.permutation(weights.shape[1])]
    elif weights is not None:
        weights = weights.iloc[rng.permutation(len(weights))]
    if "block" in options:
        options["block"] = study.samples["patient"].iloc[rng.permutation(len(shuffled))]
    other = study._replace(samples=shuffled, options=options | {"weights": weights})
    a, b = moderated(study), moderated(other)
    assert_bitwise(a, b, (*FIT, *STATISTICS))


@common
@given(studies(kinds=LEAST_SQUARES), st.floats(-100, 100))
def test_a_constant_moves_the_intercept_alone(study, constant):
    assume(not study.formula.startswith("~ 0"))
    a, b = moderated(study), moderated(study._replace(y=study.y + constant))
    assert_allclose(b.coefficients["(Intercept)"], a.coefficients["(Intercept)"] + constant, rtol=SAME, atol=SAME)
    others = [c for c in a.coef_names if c != "(Intercept)"]
    assert_allclose(b.t[others], a.t[others], rtol=1e-8, atol=1e-8)
    assert_allclose(b.amean, a.amean + constant, rtol=SAME, atol=SAME)


@common
@given(studies(), st.integers(-1000, 1000).filter(lambda e: abs(e) > 2))
def test_t_does_not_depend_on_a_binary_unit(study, exponent):
    a, b = study.fit(), study.fit(y=np.ldexp(study.y, exponent))
    assert_allclose(np.ldexp(b.record.sigma, -exponent), a.record.sigma, rtol=HIDDEN)
    assert_allclose(np.ldexp(b.record.coefficients, -exponent), a.record.coefficients, rtol=HIDDEN, atol=HIDDEN)
    assert_array_equal(a.status, b.status)
    assert_same(a.ebayes(legacy=True), b.ebayes(legacy=True), ("t", "log_p_value", "F", "F_p_value", "df_total"))


@common
@given(studies(), st.integers(-60, 60))
def test_t_does_not_change_by_a_single_bit_with_a_binary_unit(study, exponent):
    a, b = study.fit().ordinary(), study.fit(y=np.ldexp(study.y, exponent)).ordinary()
    assert_bitwise(a, b, ("t", "p_value", "F", "F_p_value", "df_total"))


@common
@given(studies(), st.sampled_from([1e-300, 1e-12, 0.3, 1e7, 1e150, -1.0]))
def test_t_does_not_depend_on_the_unit(study, unit):
    a, b = moderated(study), moderated(study._replace(y=study.y * unit))
    assert_same(a, b, ("log_p_value", "F", "F_p_value", "df_total"))
    assert_allclose(b.t * np.sign(unit), a.t, rtol=tolerance_of(a), atol=SAME)


@common
@given(studies(kinds=tuple(kind for kind in KINDS if kind not in ("none", "blocks", "robust"))), st.floats(0.01, 100))
def test_weights_matter_by_their_ratios(study, factor):
    a, b = (
        moderated(study),
        moderated(study._replace(options=study.options | {"weights": study.options["weights"] * factor})),
    )
    assert_array_equal(a.fit.status, b.fit.status)
    assert_same(a, b, ("coefficients", "t", "log_p_value", "F", "F_p_value", "df_total"))


@common
@given(studies(gaps=("none", "scattered")), st.integers(1, 12), seeds)
def test_blocks_and_threads_do_not_matter(study, chunk_size, seed):
    whole, one, two = study.fit(), *(study.fit(chunk_size=chunk_size, threads=threads) for threads in (1, 2))
    assert_bitwise(one, two, (*FIT, "status"))
    for name in FIT:
        a, b = values_of(whole, name), values_of(one, name)
        size = np.nanmax(np.abs(a), initial=1.0)
        assert_allclose(b, a, rtol=BLOCKS * (1e3 if "method" in study.options else 1), atol=BLOCKS * size, err_msg=name)
    c = study.comparisons(np.arange(1, study.y.shape[1]))[:, :3]
    assume(c.size)
    assert_bitwise(one.contrast(c), two.contrast(c), FIT)
    assert_bitwise(one.contrast(c).ordinary(), two.contrast(c).ordinary(), ("t", "p_value", "F"))


CONTAINERS = {
    "array": lambda y: y.to_numpy(),
    "Fortran": lambda y: np.asfortranarray(y.to_numpy()),
    "strided": lambda y: np.repeat(y.to_numpy(), 2, axis=1)[:, ::2],
    "sparse": lambda y: sparse.csc_array(y.to_numpy()),
    "sparse by rows": lambda y: sparse.csr_array(y.to_numpy()),
    "EList": lambda y: el.EList(y),
    "nullable": lambda y: y.astype("Float64"),
    "text column": lambda y: y.reset_index(),
}


def positional(study: Study) -> Study:
    """Without labels, which arrays do not have."""
    options = {k: np.asarray(v) if k == "weights" else v for k, v in study.options.items()}
    if "weights" in options and options["weights"].ndim == 1:
        features = study.options["weights"].index.equals(study.y.index)
        options["weights"] = options["weights"].reshape((-1, 1) if features else (1, -1))
    return study._replace(options=options)


@common
@given(studies(), st.sampled_from(sorted(CONTAINERS)))
def test_the_container_does_not_matter(study, kind):
    study = positional(study)
    a, b = moderated(study), moderated(study._replace(y=CONTAINERS[kind](study.y)))
    assert_bitwise(a, b, ("coefficients", "sigma", "amean", "t", "F", "lods"))


@common
@given(studies())
def test_values_that_are_read_in_single_precision_are_the_same_values(study):
    single = study.y.astype(np.float32)
    a, b = moderated(study._replace(y=single)), moderated(study._replace(y=single.astype(np.float64)))
    assert_bitwise(a, b, ("coefficients", "sigma", "amean", "t", "F", "lods"))


@common
@given(studies())
def test_anndata_does_not_matter(study):
    anndata = pytest.importorskip("anndata")
    y = anndata.AnnData(study.y.T.copy(), obs=study.samples)
    a, b = moderated(study), study._replace(y=y).fit(samples=None).ebayes(legacy=True)
    assert_bitwise(a, b, ("coefficients", "sigma", "amean", "t", "F", "lods"))


@common
@given(studies(kinds=SIMPLE, gaps=("none",), designs=("~ group", "~ group + age")))
def test_numpy_and_kernel_agree(study):
    weights = study.options.get("weights")
    plan = least_squares(study.x, None if weights is None else weights.to_numpy())
    y = study.y.to_numpy()
    for a, b in zip(plan.rows(y, use_kernel=False), plan.rows(y, use_kernel=True), strict=True):
        assert_allclose(a, b, rtol=SAME, atol=SAME)


@common
@given(studies())
def test_a_pickle_is_as_good_and_as_read_only(study):
    mod = moderated(study)
    again = pickle.loads(pickle.dumps(mod))
    assert_bitwise(mod, again, STATISTICS)
    for record in (again.fit.record, again.moderation):
        for name in record.declared_axes():
            assert not getattr(record, name).flags.writeable
    with pytest.raises((ValueError, TypeError)):
        again.fit.record.sigma[0] = 1.0


@common
@given(studies(), seeds)
def test_a_subset_keeps_its_statistics(study, seed):
    mod = moderated(study)
    rows = np.random.default_rng(seed).integers(0, len(study.y), 5)
    for name in STATISTICS:
        if name not in ("F", "F_p_value"):
            assert_array_equal(getattr(mod[rows], name), getattr(mod, name).iloc[rows])
    assert_allclose(mod[rows].F, mod.F.iloc[rows], rtol=1e-12)


def digest(value: Any) -> str:
    """A fingerprint of everything that a caller holds: values, labels and types."""
    if isinstance(value, el.EList):
        parts: list[Any] = [value.E, value.weights, value.genes, value.targets, value.design]
        return "".join(digest(part) for part in parts if part is not None)
    if sparse.issparse(value):
        return digest(value.data) + digest(value.indices) + digest(value.indptr)
    if isinstance(value, (pd.DataFrame, pd.Series)):
        labels = repr((value.index.tolist(), getattr(value, "columns", pd.Index([])).tolist(), value.index.name))
        return digest(np.asarray(value)) + labels
    array = np.asarray(value)
    whole = array.astype(str) if array.dtype == object else array
    return (
        hashlib.sha256(np.ascontiguousarray(whole).tobytes()).hexdigest()
        + str(array.dtype)
        + str(array.flags.writeable)
    )


@common
@given(studies(), st.sampled_from(sorted(CONTAINERS)), st.booleans())
def test_nothing_that_is_handed_in_changes(study, kind, robust):
    study = positional(study)
    y = CONTAINERS[kind](study.y)
    design = el.model_matrix(study.formula, study.samples).frame
    matrix = np.eye(design.shape[1])[:, :1]
    held = [y, study.samples, design, matrix, study.options.get("weights", 0)]
    before = [digest(value) for value in held]
    fit = study.fit(y=y, design=design)
    study.fit(y=y)
    mod = fit.ebayes(robust=robust)
    if fit.rank == fit.shape[1]:
        fit.contrast(matrix).ebayes().top_table(number=None, adjust_method="holm")
    fit.treat()
    mod.decide_tests()
    fit.residuals(y)
    fit.variance_explained(y)
    mod.to_frame()
    assert [digest(value) for value in held] == before
