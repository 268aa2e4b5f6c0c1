"""What must hold whatever the numbers are."""

from __future__ import annotations

import hashlib
import os
import pickle
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

import ebayes_lm as el
from ebayes_lm.core.ols import least_squares

#: Statistics of the same data by another order of summation; designs are well-conditioned, the prior is estimated.
SAME = 1e-10
#: Estimates of coefficients and of sigma, without a prior.
ESTIMATES = 1e-11

common = settings(
    max_examples=25,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    database=None,
)


class Study(NamedTuple):
    y: pd.DataFrame
    samples: pd.DataFrame
    weights: pd.Series | None


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """Noise about a level and some effects, over two or three groups and a covariate."""
    sizes = draw(st.lists(st.integers(2, 5), min_size=2, max_size=3))
    g, n, seed = draw(st.integers(3, 40)), sum(sizes), draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    level = draw(st.sampled_from([0.0, 7.0, 1000.0]))
    y = rng.normal(level, 1.0, size=(g, n)) * np.sqrt(rng.chisquare(4, (g, 1)) / 4 + 0.05)
    group = np.repeat(list("ABC")[: len(sizes)], sizes)
    y += rng.normal(size=(g, 1)) * (group == "B")
    names = [f"s{i}" for i in range(n)]
    samples = pd.DataFrame({"group": group, "age": rng.normal(size=n)}, index=names)
    weights = pd.Series(rng.uniform(0.3, 3, n), index=names) if draw(st.booleans()) else None
    return Study(pd.DataFrame(y, index=[f"g{i}" for i in range(g)], columns=names), samples, weights)


def moderated(study: Study, formula: str = "~ group", **options: Any) -> Any:
    trend = options.pop("trend", False)
    return el.lm_fit(study.y, formula, samples=study.samples, weights=study.weights, **options).ebayes(trend=trend)


def assert_same(a: Any, b: Any, fields: tuple[str, ...], tolerance: float = SAME) -> None:
    for name in fields:
        left, right = np.asarray(getattr(a, name)), np.asarray(getattr(b, name))
        # t near zero is rounding of an effect near zero
        assert_allclose(left, right, rtol=tolerance, atol=tolerance, err_msg=name)


STATISTICS = ("t", "log_p_value", "F", "F_p_value", "df_total", "lods")


@common
@given(studies(), st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_features_does_not_matter(study, trend, random):
    order = random.sample(range(len(study.y)), len(study.y))
    a, b = moderated(study, trend=trend), moderated(study._replace(y=study.y.iloc[order]), trend=trend)
    for name in ("coefficients", *STATISTICS):
        assert_allclose(getattr(b, name), getattr(a, name).iloc[order], rtol=1e-9, atol=1e-9, err_msg=name)


@common
@given(studies(), st.randoms(use_true_random=False))
def test_the_order_of_samples_does_not_matter(study, random):
    names = random.sample(list(study.y.columns), study.y.shape[1])
    assert_same(moderated(study), moderated(study._replace(y=study.y[names])), STATISTICS, 1e-9)


@common
@given(studies(), st.floats(-100, 100))
def test_a_constant_moves_the_intercept_alone(study, constant):
    a, b = moderated(study), moderated(study._replace(y=study.y + constant))
    assert_allclose(b.coefficients["(Intercept)"], a.coefficients["(Intercept)"] + constant, rtol=ESTIMATES, atol=1e-9)
    others = [c for c in a.coef_names if c != "(Intercept)"]
    assert_allclose(b.t[others], a.t[others], rtol=1e-8, atol=1e-8)
    assert_allclose(b.amean, a.amean + constant, rtol=ESTIMATES, atol=1e-9)


@common
@given(studies(), st.integers(-1000, 1000).filter(lambda e: abs(e) > 2))
def test_t_does_not_depend_on_a_binary_unit_by_a_single_bit(study, exponent):
    a, b = moderated(study).fit, moderated(study._replace(y=np.ldexp(study.y, exponent))).fit
    assert_allclose(np.ldexp(b.record.sigma, -exponent), a.record.sigma, rtol=1e-13)
    assert_allclose(b.ebayes().t, a.ebayes().t, rtol=SAME, atol=SAME)


@common
@given(studies(), st.sampled_from([1e-300, 1e-12, 0.3, 1e7, 1e160, -1.0]))
def test_t_does_not_depend_on_the_unit(study, unit):
    a, b = moderated(study), moderated(study._replace(y=study.y * unit))
    assert_same(a, b, ("log_p_value", "F", "df_total"), 1e-9)
    assert_allclose(b.t * np.sign(unit), a.t, rtol=1e-9, atol=1e-9)


@common
@given(studies(), st.floats(0.01, 100))
def test_weights_matter_by_their_ratios(study, factor):
    weights = pd.Series(np.linspace(0.5, 2, study.y.shape[1]), index=study.y.columns)
    a, b = moderated(study._replace(weights=weights)), moderated(study._replace(weights=weights * factor))
    assert_same(a, b, ("coefficients", "t", "F"), 1e-9)


@common
@given(studies(), st.booleans())
def test_codings_of_one_model_agree_about_contrasts(study, covariate):
    more = " + age" if covariate else ""
    treatment, cells = (
        el.lm_fit(study.y, formula + more, samples=study.samples, weights=study.weights)
        for formula in ("~ group", "~ 0 + group")
    )
    levels = sorted(set(study.samples["group"]))[1:]
    a = treatment.contrast([f"group{x}" for x in levels]).ebayes()
    b = cells.contrast([f"group{x} - groupA" for x in levels]).ebayes()
    assert_same(a, b, ("t", "p_value", "F", "F_p_value", "s2_post"), SAME)


@common
@given(studies())
def test_f_of_one_coefficient_is_t_squared(study):
    mod = moderated(study)
    for name in mod.coef_names:
        one = mod[:, name]
        assert_allclose(one.F, np.square(one.t[name]), rtol=1e-13)
        # as in limma, the df of t are capped at those of all features together and the df of F are not
        capped = (mod.df_residual + mod.df_prior > mod.df_total).to_numpy()
        assert_allclose(one.F_p_value[~capped], one.p_value[name][~capped], rtol=SAME)
        assert (one.F_p_value[capped] <= one.p_value[name][capped] * (1 + SAME)).all()


@common
@given(studies(), st.integers(1, 50), st.integers(1, 3))
def test_blocks_and_threads_do_not_matter(study, chunk_size, threads):
    a, b = moderated(study), moderated(study, chunk_size=chunk_size, threads=threads)
    assert_same(a.fit, b.fit, ("coefficients", "sigma", "amean", "stdev_unscaled"), 1e-13 * 1000)
    again = moderated(study, chunk_size=chunk_size, threads=1)
    for name in again.fit.record.declared_axes():
        assert_array_equal(getattr(again.fit.record, name), getattr(b.fit.record, name))


@common
@given(studies())
def test_numpy_and_kernel_agree(study):
    plan = least_squares(
        el.model_matrix("~ group + age", study.samples).matrix,
        None if study.weights is None else study.weights.to_numpy(),
    )
    y = study.y.to_numpy()
    for a, b in zip(plan.rows(y, use_kernel=False), plan.rows(y, use_kernel=True), strict=True):
        assert_allclose(a, b, rtol=ESTIMATES, atol=1e-9)


CONTAINERS = {
    "array": lambda y: y.to_numpy(),
    "Fortran": lambda y: np.asfortranarray(y.to_numpy()),
    "sparse": lambda y: sparse.csc_array(y.to_numpy()),
    "EList": lambda y: el.EList(y),
    "nullable": lambda y: y.astype("Float64"),
    "text column": lambda y: y.reset_index(),
}


@common
@given(studies(), st.sampled_from(sorted(CONTAINERS)))
def test_the_container_does_not_matter(study, kind):
    a, b = moderated(study), moderated(study._replace(y=CONTAINERS[kind](study.y)))
    for name in ("coefficients", "t", "F", "lods"):
        assert_array_equal(getattr(a, name).to_numpy(), getattr(b, name).to_numpy())


@common
@given(studies())
def test_a_pickle_is_as_good_and_as_read_only(study):
    mod = moderated(study)
    again = pickle.loads(pickle.dumps(mod))
    assert_same(mod, again, STATISTICS, 0.0)
    for record in (again.fit.record, again.moderation):
        for name in record.declared_axes():
            assert not getattr(record, name).flags.writeable
    with pytest.raises((ValueError, TypeError)):
        again.fit.record.sigma[0] = 1.0


@common
@given(studies(), st.integers(0, 2**32 - 1))
def test_a_subset_keeps_its_statistics(study, seed):
    mod = moderated(study)
    rows = np.random.default_rng(seed).integers(0, len(study.y), 5)
    for name in STATISTICS:
        if name not in ("F", "F_p_value"):
            assert_array_equal(getattr(mod[rows], name), getattr(mod, name).iloc[rows])
    assert_allclose(mod[rows].F, mod.F.iloc[rows], rtol=1e-13)


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
def test_nothing_that_is_handed_in_changes(study, kind, trend):
    y = CONTAINERS[kind](study.y)
    design = el.model_matrix("~ group + age", study.samples).frame
    matrix = np.array([[0.0], [1.0], [0.0]]) if design.shape[1] == 3 else np.array([[0.0], [1.0], [-1.0], [0.0]])
    held = [y, study.samples, design, matrix, study.weights if study.weights is not None else 0]
    before = [digest(value) for value in held]
    fit = el.lm_fit(y, design, samples=study.samples, weights=study.weights)
    el.lm_fit(y, "~ group", samples=study.samples)
    mod = fit.ebayes(trend=trend)
    fit.contrast(matrix).ebayes().top_table(number=None, adjust_method="holm")
    mod.decide_tests()
    fit.residuals(y)
    fit.variance_explained(y)
    mod.to_frame()
    assert [digest(value) for value in held] == before
