"""Verbs of this folder on matrices that are read block by block: the same numbers as in memory."""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ebayes_lm as el
from ebayes_lm.batch.turned_rows import TurnedRows
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.errors import AdjustedDataWarning, DataError, StorageWarning
from tests.data.sample_stores import SHORT, Samples

#: The same sums in blocks of other sizes.
SAME = 1e-10
#: Iterations that may end one step apart.
AT_REST = 1e-6
#: The same row, adjusted beside others.
SAME_ROW = 1e-13

G, N = 2000, 12
RNG = np.random.default_rng(5)
SAMPLES = [f"s{j}" for j in range(N)]
TABLE = pd.DataFrame({"group": list("AABB") * 3, "day": list("xyz") * 4}, index=SAMPLES)
HIDDEN = np.outer(RNG.normal(size=G), RNG.normal(size=N))
DAYS = RNG.normal(size=(G, 3))[:, np.arange(N) % 3]
Y = pd.DataFrame(8 + RNG.normal(size=(G, N)) * RNG.uniform(0.5, 2, (G, 1)) + HIDDEN + DAYS,
                 index=[f"g{i}" for i in range(G)], columns=SAMPLES)  # fmt: skip
GAPS = Y.mask(pd.DataFrame(RNG.random((G, N)) < 0.001, index=Y.index, columns=Y.columns))
CONTROLS = Y.index[::5]
GC = np.linspace(0, 1, G) ** 2
ABOUT = {"samples": TABLE, "max_memory": SHORT, "chunk_size": 300}

ADJUSTING = {
    "remove_batch_effect": lambda y: el.remove_batch_effect(y, "day", group="group", **ABOUT),
    "of features": lambda y: el.remove_batch_effect(y, "day", weights=pd.Series(np.arange(G) % 3, Y.index), **ABOUT),
    "of observations": lambda y: el.remove_batch_effect(y, "day", weights=np.exp(Y.to_numpy() / 9), **ABOUT),
    "combat": lambda y: el.combat(y, "day", "~ group", **ABOUT),
    "combat, a reference": lambda y: el.combat(y, "day", reference_batch="y", **ABOUT),
    "normalize_by_covariate": lambda y: el.normalize_by_covariate(y, GC, max_memory=SHORT),
    "of types": lambda y: el.normalize_by_covariate(y, np.arange(G) % 4 < 1, target="median", max_memory=SHORT),
    "about all": lambda y: el.normalize_by_covariate(y, GC, target=None, max_memory=SHORT),
    "by the mean": lambda y: el.normalize_by_covariate(y, "mean", max_memory=SHORT),
    "combat, means": lambda y: el.combat(y, "day", mean_only=True, **ABOUT),
}
#: These also look at whole samples, which such a store is read for once more.
BY_SAMPLES_TOO = {"normalize_by_covariate", "of types", "about all", "by the mean"}


def in_zarr(y, folder):
    return as_feature_matrix(y).write(folder / "y.zarr")


def by_samples(y, folder):
    return FeatureMatrix(Samples(y.to_numpy()), y.index, y.columns)


def values(matrix):
    return matrix.source.read(0, matrix.shape[0])


def times_read(stored):
    return max(Counter(stored.source.reads).values())


stores = pytest.mark.parametrize("store", [in_zarr, by_samples])
quiet = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.StorageWarning")


@quiet
@stores
@pytest.mark.parametrize("verb", ADJUSTING)
def test_adjusted_as_they_are_read(verb, store, tmp_path):
    y = GAPS if store is in_zarr else Y
    expected = ADJUSTING[verb](y)
    stored = store(y, tmp_path)
    found = ADJUSTING[verb](stored)
    assert type(found) is FeatureMatrix
    assert found.adjusted == expected.attrs.get("adjusted")
    pd.testing.assert_index_equal(found.features, Y.index)
    pd.testing.assert_index_equal(found.samples, Y.columns)
    assert_allclose(values(found), expected, rtol=SAME_ROW)
    sent = pickle.loads(pickle.dumps(found.source))
    for at in ((0, 1), (700, 1333)):
        assert_allclose(sent.read(*at), expected[slice(*at)], rtol=SAME_ROW)
    written = found.write(tmp_path / "adjusted.zarr", max_memory=SHORT)
    assert_allclose(values(written), expected, rtol=SAME_ROW)
    if store is by_samples:
        assert times_read(stored) == (2 if verb in BY_SAMPLES_TOO else 1)


def test_the_mark_is_read_back(tmp_path):
    found = el.combat(in_zarr(Y, tmp_path), "day", samples=TABLE)
    found.write(tmp_path / "adjusted.zarr")
    again = el.open_matrix(tmp_path / "adjusted.zarr")
    assert again.adjusted == "combat: 3 batches"
    assert repr(again).endswith(", adjusted (combat: 3 batches)")
    with pytest.warns(AdjustedDataWarning, match="combat: 3 batches"):
        el.lm_fit(again, "~ group", samples=TABLE)
    twice = el.remove_batch_effect(again, "day", samples=TABLE)
    assert twice.adjusted == "combat: 3 batches; remove_batch_effect: day"
    with pytest.warns(StorageWarning, match="no place for the mark"):
        found.write(tmp_path / "adjusted.npy")


def test_infinite_values_are_refused_before_anything_is_read_from_what_comes_back(tmp_path):
    y = Y.copy()
    y.iloc[[3, 1999], 2] = np.inf
    stored = in_zarr(y, tmp_path)
    with pytest.raises(DataError, match="2 values in 2 features \\('g3', 'g1999'\\)"):
        el.remove_batch_effect(stored, "day", samples=TABLE)
    assert_array_equal(
        values(el.remove_batch_effect(stored, "day", samples=TABLE, inf="missing")),
        el.remove_batch_effect(y, "day", samples=TABLE, inf="missing"),
    )


def test_where_nothing_is_removed_a_store_stays_what_it_was(tmp_path):
    stored = in_zarr(Y, tmp_path)
    assert el.remove_batch_effect(stored, ["a"] * N) is stored


def test_dask_arrays_come_back_as_matrices_that_are_read():
    dask = pytest.importorskip("dask.array")
    y = dask.from_array(Y.to_numpy(), chunks=(500, 5))
    found = el.combat(y, list(TABLE["day"]), max_memory=SHORT)
    assert type(found) is FeatureMatrix
    assert_allclose(values(found), el.combat(Y, "day", samples=TABLE), rtol=SAME_ROW)


squares = TurnedRows.squares
FIT = el.lm_fit(Y, "~ group", samples=TABLE)


def told(factors):
    found = [factors.values, factors.posterior_association, factors.confounding, factors.loadings]
    return [one for one in found if one is not None]


def tables(structure):
    found = (getattr(structure, name) for name in structure.__dataclass_fields__)
    return [one.select_dtypes("number") for one in found if isinstance(one, pd.DataFrame)]


LEARNING = {
    "wsva": lambda y: [el.wsva(y, "~ group", n_sv=2, **ABOUT)],
    "wsva by sd": lambda y: [el.wsva(y, "~ group", n_sv=2, weight_by_sd=True, **ABOUT)],
    "num_sv": lambda y: [el.num_sv(y, "~ group", n_perm=3, **ABOUT)],
    "num_sv by thresholds": lambda y: [el.num_sv(y, "~ group", method="leek", n_features=1500, **ABOUT)],
    "surrogate_variables": lambda y: told(el.surrogate_variables(y, "~ group", n_sv=2, **ABOUT)),
    "two steps": lambda y: told(el.surrogate_variables(y, "~ group", n_sv=2, method="two-step", **ABOUT)),
    "latent_factors": lambda y: told(el.latent_factors(y, "~ group", **ABOUT)),
    "ruv": lambda y: told(el.ruv(y, "~ group", CONTROLS, k=2, **ABOUT)),
    "ruv, inverse": lambda y: told(el.ruv(y, "~ group", CONTROLS, method="RUVinv", **ABOUT)),
    "ruvg": lambda y: told(el.ruvg(y, CONTROLS, 2, log=False, **ABOUT)),
    "residual_structure": lambda y: tables(el.residual_structure(FIT, y, seed=1, n_perm=3, **ABOUT)),
    "estimate_structure": lambda y: tables(el.estimate_structure(FIT.ebayes(), y, controls=CONTROLS, **ABOUT)),
    "covariate_trends": lambda y: [el.covariate_trends(y, GC, max_memory=SHORT)["trend"]],
}


@quiet
@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.HiddenFactorWarning")
@pytest.mark.parametrize("verb", LEARNING)
def test_what_is_learnt_is_the_same(verb, tmp_path):
    expected = LEARNING[verb](Y)
    for store in (in_zarr, by_samples):
        stored = store(Y, tmp_path)
        for found, wanted in zip(LEARNING[verb](stored), expected, strict=True):
            assert_allclose(found, wanted, rtol=SAME, atol=SAME)
    assert times_read(stored) == (2 if verb == "covariate_trends" else 1)


@dataclass(frozen=True, eq=False)
class Grained(ArraySource):
    """Rows that are stored fifty together."""

    grain = 50


def test_blocks_of_whole_grains_all_count():
    stored = as_feature_matrix(Y)
    stored = replace(stored, source=Grained(stored.source.array))
    options = {"samples": TABLE, "seed": 1, "n_perm": 0, "threads": 1}
    room = 130 * 32 * N  # two grains, and a part that is left
    found = el.residual_structure(FIT, stored, max_memory=room, **options)
    assert_allclose(found.components["share"], el.residual_structure(FIT, Y, **options).components["share"], rtol=SAME)


@quiet
@pytest.mark.parametrize("options", [{}, {"missing": "impute"}, {"missing": "omit", "k": 2}])
def test_what_there_is_no_room_for_is_read_again(options, tmp_path, monkeypatch):
    y = GAPS if options else Y
    held = el.latent_factors(y, "~ group", samples=TABLE, **options)
    turned = []
    monkeypatch.setattr(TurnedRows, "squares", lambda rows: turned.append(rows) or squares(rows))
    found = el.latent_factors(in_zarr(y, tmp_path), "~ group", samples=TABLE, max_memory="100KB", **options)
    assert turned
    for one, wanted in zip(told(found), told(held), strict=True):
        assert_allclose(one, wanted, rtol=AT_REST, atol=AT_REST)
