from __future__ import annotations

import hashlib
import zipfile
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from ebayes_lm.datasets.arrays import _read_bladder

SHA256 = "4c651a34e329d733159fd6335433332b49a7053716ab8fc2c63161e8a5d08f47"

# One part in 2^24 is what rounding a double to float32 may cost.
HALF_ULP_FLOAT32 = 2.0**-24

# What R answers for exprs(bladderEset), as sprintf("%a", ...).
R_ANSWERS = [
    ("1007_s_at", "GSM71019.CEL", "0x1.43af78c2ce5ap+3"),
    ("1007_s_at", "GSM71077.CEL", "0x1.2140a8af7144bp+3"),
    ("210532_s_at", "GSM71049.CEL", "0x1.3cbb3b5710d13p+3"),
    ("AFFX-TrpnX-M_at", "GSM71019.CEL", "0x1.bcd9d04745accp+1"),
    ("AFFX-TrpnX-M_at", "GSM71077.CEL", "0x1.c9b459bc6b348p+1"),
]
R_MEAN = float.fromhex("0x1.8854f18b1a35dp+2")
R_MAX = float.fromhex("0x1.c0dccbaded3ep+3")
R_MIN = float.fromhex("0x1.6284a2a79eea4p+1")


@pytest.fixture(scope="module")
def parts():
    return _read_bladder()


@pytest.fixture(scope="module")
def file():
    return resources.files("ebayes_lm.datasets").joinpath("files", "bladder.npz")


def test_shapes_and_types(parts):
    expression, genes, targets = parts
    assert expression.shape == (22283, 57)
    assert (expression.dtypes == np.float32).all()
    assert list(genes.columns) == ["ProbeID"]
    assert list(targets.columns) == ["sample", "outcome", "batch", "cancer"]
    assert expression.index.is_unique
    assert expression.columns.is_unique


def test_labels_belong_together(parts):
    expression, genes, targets = parts
    assert expression.index.equals(genes.index)
    assert expression.columns.equals(targets.index)
    assert (genes["ProbeID"] == genes.index).all()


@pytest.mark.parametrize(("probe", "array", "answer"), R_ANSWERS)
def test_values_are_those_of_r(parts, probe, array, answer):
    assert parts[0].loc[probe, array] == np.float32(float.fromhex(answer))


def test_whole_matrix_is_that_of_r(parts):
    values = parts[0].to_numpy(dtype=np.float64)
    assert values.mean() == pytest.approx(R_MEAN, rel=HALF_ULP_FLOAT32)
    assert values.max() == np.float32(R_MAX)
    assert values.min() == np.float32(R_MIN)


def test_reference_comes_first(parts):
    targets = parts[2]
    assert list(targets["cancer"].cat.categories) == ["Normal", "Biopsy", "Cancer"]
    assert list(targets["batch"].cat.categories) == ["1", "2", "3", "4", "5"]
    assert targets["outcome"].cat.categories[0] == "Normal"
    assert not targets.isna().any(axis=None)


def test_only_batch_2_holds_cancer_and_normal(parts):
    targets = parts[2]
    counts = pd.crosstab(targets["batch"], targets["cancer"])
    assert counts.to_numpy().tolist() == [[0, 0, 11], [4, 0, 14], [4, 0, 0], [0, 5, 0], [0, 4, 15]]
    both = counts.index[(counts["Normal"] > 0) & (counts["Cancer"] > 0)]
    assert list(both) == ["2"]


def test_file_is_the_one_that_was_checked(file):
    assert hashlib.sha256(file.read_bytes()).hexdigest() == SHA256


def test_file_needs_no_pickle(file):
    with file.open("rb") as opened, zipfile.ZipFile(opened) as archive:
        assert all(name.endswith(".npy") for name in archive.namelist())
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
        assert all(stored[name].dtype.kind in "fiU" for name in stored.files)


def test_each_call_answers_for_itself(parts):
    expression, _, _ = _read_bladder()
    expression.iloc[0, 0] = -1.0
    assert _read_bladder()[0].equals(parts[0])


@pytest.mark.parametrize("name", ["bladder.md", "Artistic-2.0.txt"])
def test_licence_and_source_stand_beside_the_data(name):
    assert resources.files("ebayes_lm.datasets").joinpath("files", name).is_file()


def test_bladder_is_an_elist():
    containers = pytest.importorskip("ebayes_lm.data.containers")
    from ebayes_lm import datasets

    arrays = datasets.bladder()
    assert isinstance(arrays, containers.EList)
    assert arrays.targets.index.equals(arrays.E.columns)
