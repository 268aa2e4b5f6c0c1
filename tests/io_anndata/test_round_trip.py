"""Results that are written into AnnData come back with the same numbers to the last bit, or with one clear error."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal

import ebayes_lm as el
from ebayes_lm.errors import AlignmentError, ArgumentError, ArgumentTypeError, DataError
from ebayes_lm.io_anndata.writing import checksum

anndata = pytest.importorskip("anndata")

# missing values switch the estimator of the prior, which is not what this is about
pytestmark = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.PriorSwitchWarning")

RNG = np.random.default_rng(8)
NAMES = list("abcdefgh")
OBS = pd.DataFrame({"group": list("AABBCCAA"), "age": RNG.normal(size=8), "block": list("xyxyxyxy")}, index=NAMES)
GENES = [f"gene{k}" for k in range(40)]
VALUES = RNG.normal(size=(8, 40))
VALUES[RNG.uniform(size=VALUES.shape) < 0.05] = np.nan


def adata():
    var = pd.DataFrame({"symbol": [g.upper() for g in GENES]}, index=GENES)
    made = anndata.AnnData(VALUES.copy(), obs=OBS.copy(), var=var)
    made.layers["counts"] = np.random.default_rng(3).poisson(50, size=(8, 40))
    made.uns["other"] = {"kept": 1}
    made.varm["PCs"] = np.ones((40, 2))
    return made


def fitted(formula="~ group", **options):
    return el.lm_fit(adata(), formula, **options)


def voomed():
    return el.voom_lm_fit(adata(), "~ group", layer="counts")


RESULTS = {
    "fit": fitted,
    "contrasted": lambda: fitted("~ 0 + group").contrast({"B/A": "groupB - groupA", "CA": "groupC - groupA"}),
    "moderated": lambda: fitted("~ group + scale(age)").ebayes(trend=True),
    "robust": lambda: fitted().ebayes(robust=True),
    "treat": lambda: fitted().treat(lfc=0.3),
    "limma": lambda: fitted(compat="limma").ebayes(),
    "ordinary": lambda: fitted().ordinary(),
    "mixed": lambda: fitted(block="block", correlation="feature"),
    "mixed tests": lambda: fitted(block="block", correlation="feature").ebayes(),
    "voom": voomed,
    "voom tests": lambda: voomed().ebayes(),
}


def through(how, held, folder):
    if how == "memory":
        return held
    if how == "h5ad":
        held.write_h5ad(folder / "a.h5ad")
        return anndata.read_h5ad(folder / "a.h5ad")
    held.write_zarr(folder / "a.zarr")
    return anndata.read_zarr(folder / "a.zarr")


@pytest.mark.filterwarnings("ignore:Writing zarr v2 data")  # which format is the default is anndata's concern
@pytest.mark.parametrize(
    ("kind", "how"), [*((kind, "h5ad") for kind in RESULTS), ("treat", "zarr"), ("mixed", "memory")]
)
def test_what_is_read_is_what_was_written(kind, how, tmp_path):
    result = RESULTS[kind]()
    held = through(how, el.io_anndata.write(adata(), result, key="limma"), tmp_path)
    found = el.io_anndata.read(held, key="limma")
    assert type(found) is type(result)
    assert repr(found) == repr(result)
    assert_frame_equal(found.to_frame(), result.to_frame(), check_exact=True)
    assert_frame_equal(found.contrasts, result.contrasts, check_exact=True)
    assert_frame_equal(found.features, result.features)
    assert found.labels.features.equals(result.labels.features)
    if hasattr(result, "prior") and not isinstance(result, el.TreatFit):
        assert_frame_equal(found.top_table(1, number=None), result.top_table(1, number=None), check_exact=True)
    assert held.uns["other"]["kept"] == 1


def test_tables_hold_the_statistics_by_feature_and_coefficient():
    mod = RESULTS["moderated"]()
    held = el.io_anndata.write(adata(), mod, key="limma")
    table = mod.top_table("groupB", number=None, sort_by="none")
    for name in ("logFC", "t", "P.Value", "adj.P.Val", "B"):
        assert_array_equal(held.varm[f"limma_{name}"]["groupB"], table[name])
    assert_array_equal(held.varm["limma_features"]["AveExpr"], table["AveExpr"])
    assert_array_equal(held.varm["limma_features"]["F.P.Value"], mod.F_p_value)
    assert_array_equal(held.uns["limma"]["design"], mod.design.frame)
    assert held.uns["limma"]["prior"]["method"] == mod.prior.method
    assert held.uns["limma"]["kind"] == "ModeratedFit"


def test_a_fit_of_some_features_leaves_the_others_empty():
    mod = fitted()[[7, 3]].ebayes()
    held = el.io_anndata.write(adata(), mod, key="k")
    t = held.varm["k_t"]["groupB"]
    assert t.notna().sum() == 2
    assert t["gene7"] == mod.t.loc["gene7", "groupB"]
    assert_array_equal(held[:, :5].varm["k_t"], held.varm["k_t"].iloc[:5])
    assert_frame_equal(el.io_anndata.read(held[:, :5], key="k").t, mod.t)


def test_what_was_given_is_as_it_was_and_shares_its_values():
    given = adata()
    held = el.io_anndata.write(given, fitted(), key="k")
    assert set(given.uns) == {"other"}
    assert set(given.varm) == {"PCs"}
    assert np.shares_memory(given.X, held.X)
    assert np.shares_memory(given.layers["counts"], held.layers["counts"])
    assert_frame_equal(held.obs, given.obs)
    assert_frame_equal(held.var, given.var)
    held.obs["new"] = held.var["new"] = 1.0
    assert "new" not in {*given.obs, *given.var}
    given.raw = given.copy()
    assert_array_equal(el.io_anndata.write(given, fitted(), key="k").raw.X, given.X)


def test_one_that_is_backed_by_a_file_comes_into_memory(tmp_path):
    adata().write_h5ad(tmp_path / "a.h5ad")
    backed = anndata.read_h5ad(tmp_path / "a.h5ad", backed="r")
    held = el.io_anndata.write(backed, fitted(), key="k")
    assert backed.isbacked
    assert "k" not in backed.uns
    assert_array_equal(held.X, VALUES)
    assert_array_equal(el.io_anndata.read(held, key="k").coefficients, fitted().coefficients)


def test_a_result_of_the_same_name_is_replaced_and_nothing_else():
    held = el.io_anndata.write(adata(), fitted().ebayes(), key="k")
    again = el.io_anndata.write(held, fitted(), key="k")
    assert {*again.varm} == {"PCs", "k_logFC", "k_stdev_unscaled", "k_features"}
    with pytest.raises(ArgumentError, match=r"uns\['other'\].*not replaced"):
        el.io_anndata.write(held, fitted(), key="other")
    held.varm["pca_t"] = np.ones((40, 2))
    with pytest.raises(ArgumentError, match=r"varm\['pca_t'\].*not replaced"):
        el.io_anndata.write(held, fitted(), key="pca")


def test_a_result_that_was_read_does_not_change_with_the_anndata():
    held = el.io_anndata.write(adata(), fitted(), key="k").copy()
    found = el.io_anndata.read(held, key="k")
    before = found.to_frame().copy()
    for array in held.uns["k"]["arrays"].values():
        array.flags.writeable = True
        array[...] = 0
    assert_frame_equal(found.to_frame(), before, check_exact=True)


def test_slashes_in_names_of_coefficients_are_written_in_another_way():
    held = el.io_anndata.write(adata(), RESULTS["contrasted"](), key="k")
    assert list(held.varm["k_logFC"].columns) == ["B%2FA", "CA"]
    assert el.io_anndata.read(held, key="k").coef_names == ["B/A", "CA"]


@pytest.mark.parametrize(
    ("change", "error", "reason"),
    [
        ({"key": "a/b"}, ArgumentError, "without '/'"),
        ({"key": ""}, ArgumentError, "without '/'"),
        ({"key": 3}, ArgumentTypeError, "name of the result"),
        ({"adata": VALUES}, ArgumentTypeError, "not into ndarray"),
        ({"mod": VALUES}, ArgumentTypeError, "not ndarray"),
        ({"mod": "others"}, AlignmentError, "no variables of this AnnData.*'x0'"),
        ({"mod": "twice"}, AlignmentError, "stand twice"),
    ],
)
def test_what_cannot_be_written_is_refused(change, error, reason):
    named = {"others": [f"x{k}" for k in range(39)], "twice": ["gene0"] * 39}
    given = {"adata": adata(), "mod": fitted(), "key": "k"} | change
    if isinstance(given["mod"], str):
        frame = pd.DataFrame(np.random.default_rng(1).normal(size=(39, 8)), index=named[given["mod"]], columns=NAMES)
        given["mod"] = el.lm_fit(frame, "~ group", samples=OBS)
    with pytest.raises(error, match=reason):
        el.io_anndata.write(given["adata"], given["mod"], key=given["key"])


def test_features_without_names_go_by_position():
    mod = el.lm_fit(VALUES.T, "~ group", samples=OBS.reset_index(drop=True)).ebayes()
    held = el.io_anndata.write(adata(), mod, key="k")
    assert_array_equal(held.varm["k_t"], mod.t)


def forged(held, **changes):
    """The header changed by somebody who knows its checksum."""
    said = json.loads(held.uns["k"]["header"])
    del said["checksum"]
    said |= changes
    held.uns["k"]["header"] = json.dumps(said | {"checksum": checksum(said)})


def without(name):
    return lambda held: held.uns["k"].pop(name)


def longest(held):
    arrays = held.uns["k"]["arrays"]
    return max(arrays, key=lambda name: arrays[name].nbytes)


def put(change):
    def changed(held):
        arrays = held.uns["k"]["arrays"]
        arrays[longest(held)] = change(arrays[longest(held)].copy())

    return changed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (without("header"), "lacks its header"),
        (without("arrays"), "lacks its arrays"),
        (without("format"), "was not written by ebayes_lm"),
        (lambda held: held.uns["k"]["arrays"].pop(longest(held)), "lacks array"),
        (put(lambda a: a[:-1]), "has type float64 and shape"),
        (put(lambda a: a.astype(np.float32)), "has type float32"),
        (put(lambda a: a + 1.0), "checksum is another"),
        (lambda held: forged(held, version=2, package="9.9"), r"written by ebayes_lm 9\.9.*Update"),
        (lambda held: forged(held, result={"kind": "Popen"}), "not known|not a result"),
        (lambda held: forged(held, arrays=[]), "not a result as it is written"),
        (lambda held: held.uns["k"].update(header="{}"), "damaged"),
        (lambda held: held.uns["k"].update(header=held.uns["k"]["header"].replace("groupB", "groupX")), "damaged"),
    ],
)
def test_what_is_not_as_it_was_written_is_refused(change, reason):
    held = el.io_anndata.write(adata(), fitted().ebayes(), key="k").copy()
    change(held)
    with pytest.raises(DataError, match=reason):
        el.io_anndata.read(held, key="k")


def test_results_that_are_not_there_are_named():
    held = el.io_anndata.write(adata(), fitted(), key="treated")
    with pytest.raises(ArgumentError, match=r"no result 'traeted'.*'treated'"):
        el.io_anndata.read(held, key="traeted")
    with pytest.raises(ArgumentError, match="it has none"):
        el.io_anndata.read(adata(), key="k")
    with pytest.raises(ArgumentTypeError, match="not from dict"):
        el.io_anndata.read({}, key="k")
