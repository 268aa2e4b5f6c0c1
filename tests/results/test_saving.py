"""Results that are saved come back with the same numbers to the last bit, or with one clear error."""

from __future__ import annotations

import errno
import json
import os
from contextlib import suppress
from functools import cache

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal

import ebayes_lm as el
from ebayes_lm.data.array_folder import ArrayReader, ArrayWriter
from ebayes_lm.data.fingerprints import digest
from ebayes_lm.data.stored_labels import read_frame, say_frame
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, DataError, EbayesLMError, StorageError

RNG = np.random.default_rng(8)
NAMES = list("abcdefgh")
SAMPLES = pd.DataFrame({"group": list("AABBCCAA"), "age": RNG.normal(size=8), "block": list("xyxyxyxy")}, index=NAMES)
COMPLETE = pd.DataFrame(RNG.normal(size=(60, 8)), index=[f"gene {k // 2}" for k in range(60)], columns=NAMES)
GAPPED = COMPLETE.mask(RNG.uniform(size=COMPLETE.shape) < 0.1)
WEIGHTS = RNG.uniform(0.5, 2.0, COMPLETE.shape)


def annotated():
    genes = pd.DataFrame({"symbol": COMPLETE.index.str.upper(), "length": np.arange(60)}, index=COMPLETE.index)
    return el.EList(COMPLETE, genes=genes, targets=SAMPLES)


def voomed():
    counts = pd.DataFrame(RNG.poisson(np.exp(RNG.uniform(2, 6, (60, 1))), (60, 8)), columns=NAMES)
    return el.voom_lm_fit(counts, "~ group", samples=SAMPLES)


FITS = {
    "complete": lambda: el.lm_fit(COMPLETE, "~ group", samples=SAMPLES),
    "gaps": lambda: el.lm_fit(GAPPED, "~ group + scale(age)", samples=SAMPLES),
    "an array": lambda: el.lm_fit(COMPLETE.to_numpy(), np.eye(8)[:, :3] + 1.0),
    "annotated": lambda: el.lm_fit(annotated(), "~ 0 + block * sin(age) + ns(age, df=2)"),
    "weights": lambda: el.lm_fit(GAPPED, "~ group", samples=SAMPLES, weights=WEIGHTS),
    "weights of features": lambda: el.lm_fit(GAPPED, "~ group", samples=SAMPLES, weights=WEIGHTS[:, :1]),
    "limma's": lambda: el.lm_fit(COMPLETE, "~ group", samples=SAMPLES, weights=WEIGHTS, compat="limma"),
    "correlated": lambda: el.lm_fit(GAPPED, "~ group", samples=SAMPLES, block="block", correlation=0.3),
    "mixed": lambda: el.lm_fit(GAPPED, "~ group", samples=SAMPLES, block="block", correlation="feature"),
    "duplicates": lambda: el.lm_fit(COMPLETE, "~ poly(age, 2)", samples=SAMPLES, ndups=2, correlation=0.4),
    "robust": lambda: el.lm_fit(COMPLETE, "~ C(group, contr.sum)", samples=SAMPLES, method="robust"),
    "voom": voomed,
}
FITS = {kind: cache(make) for kind, make in FITS.items()}  # nothing changes a fit
STAGES = {
    "fit": lambda fit: fit,
    "contrasted": lambda fit: fit.contrast(f"`{fit.coef_names[2]}` - `{fit.coef_names[1]}`"),
    "moderated": lambda fit: fit.ebayes(trend=True, legacy=True),
    "robustly": lambda fit: fit.ebayes(robust=True, legacy=False)[5:40, :2],
    "thresholded": lambda fit: fit.treat(fc=1.1, legacy=True),
    "ordinary": lambda fit: fit.ordinary(),
}
quiet = pytest.mark.filterwarnings("ignore::ebayes_lm.errors.EbayesLMWarning")


def bits(frame):
    return frame.to_numpy(dtype=np.float64, na_value=np.nan).tobytes()


@quiet
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", FITS)
def test_what_is_loaded_is_what_was_saved(tmp_path, kind, stage):
    result = STAGES[stage](FITS[kind]())
    found = el.load(result.save(tmp_path / "result"))
    assert type(found) is type(result)
    assert repr(found) == repr(result)
    assert_frame_equal(found.to_frame(), result.to_frame(), check_exact=True)
    assert_frame_equal(found.features, result.features)
    assert_frame_equal(found.contrasts, result.contrasts)
    assert found.labels.features.equals(result.labels.features)
    assert found.labels.features.dtype == result.labels.features.dtype
    if stage in ("moderated", "robustly", "ordinary"):
        tables = (mod.top_table(number=None, sort_by="none") for mod in (found, result))
        assert_frame_equal(*tables, check_exact=True)


@quiet
@pytest.mark.parametrize("kind", FITS)
def test_what_is_loaded_goes_on_as_what_was_saved(tmp_path, kind):
    fit = FITS[kind]()
    found = el.load(fit.save(tmp_path / "fit"))
    for stage in ("contrasted", "moderated", "robustly", "thresholded"):
        assert bits(STAGES[stage](found).to_frame()) == bits(STAGES[stage](fit).to_frame())
    contrasted = STAGES["contrasted"](found)
    assert_array_equal(contrasted.ebayes(legacy=True).F, STAGES["contrasted"](fit).ebayes(legacy=True).F)
    assert_array_equal(found.fitted(), fit.fitted())
    assert_frame_equal(found[3:9].to_frame(), fit[3:9].to_frame(), check_exact=True)
    if fit.design.formula:
        others = SAMPLES.iloc[::-1].assign(age=np.linspace(-1.0, 1.0, 8))
        assert_frame_equal(found.design.apply(others).frame, fit.design.apply(others).frame, check_exact=True)
        assert found.design.levels == fit.design.levels
    assert not found.record.sigma.flags.writeable


def test_large_arrays_stay_on_disk_and_shared_ones_are_stored_once(tmp_path):
    y = np.random.default_rng(1).normal(size=(150_000, 4))
    mod = el.lm_fit(y, np.column_stack([np.ones(4), [0, 0, 1, 1]])).ebayes()
    found = el.load(mod.save(tmp_path / "mod"), verify=False)
    under = found.fit.record.coefficients
    while not isinstance(under, np.memmap):
        under = under.base
    assert os.fspath(under.filename).startswith(str(tmp_path / "mod"))
    assert found.fit.record.df_residual.strides == (0,)
    assert found.moderation.df_prior.strides == (0,)
    stored = sum(file.stat().st_size for file in (tmp_path / "mod").iterdir())
    assert stored < 8 * 150_000 * 6.2, "two coefficients, sigma, mean, posterior variance and df; a byte of status"
    assert_array_equal(found.t, mod.t)


def test_a_result_takes_the_place_of_another_even_of_the_one_it_was_loaded_from(tmp_path):
    y = np.random.default_rng(1).normal(size=(200_000, 4))
    x = np.column_stack([np.ones(4), [0, 0, 1, 1]])
    wanted = el.lm_fit(y, x).coefficients.to_numpy()
    fit = el.load(el.lm_fit(y, x).save(tmp_path / "fit"))
    fit.ebayes().save(tmp_path / "fit")
    assert_array_equal(fit.coefficients, wanted)
    assert_array_equal(el.load(tmp_path / "fit").fit.coefficients, wanted)
    assert os.listdir(tmp_path) == ["fit"]


def test_nothing_else_is_replaced(tmp_path):
    fit = FITS["complete"]()
    (tmp_path / "fit").mkdir()
    fit.save(tmp_path / "fit")
    (tmp_path / "fit" / "thesis.doc").write_text("")
    (tmp_path / "file").write_text("")
    with pytest.raises(ArgumentError, match=r"thesis\.doc.* is not replaced"):
        fit.save(tmp_path / "fit")
    with pytest.raises(ArgumentError, match="'file', which is no saved result"):
        fit.save(tmp_path / "file")
    with pytest.raises(ArgumentTypeError, match="give its path, not 3"):
        fit.save(3)
    assert el.load(tmp_path / "fit").shape == fit.shape


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path, monkeypatch):
    before, fit = FITS["complete"](), FITS["gaps"]()
    before.save(tmp_path / "fit")
    wait = os.fsync
    for k in range(100):
        calls = iter(range(100))

        def full(number, calls=calls, k=k):
            if next(calls) == k:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        try:
            fit.save(tmp_path / "fit")
        except StorageError as error:
            assert "No space left" in str(error)  # noqa: PT017
            assert el.load(tmp_path / "fit").shape == before.shape
            assert os.listdir(tmp_path) == ["fit"]
        else:
            break
    monkeypatch.setattr(os, "fsync", wait)
    assert k > 10
    assert el.load(tmp_path / "fit").shape == fit.shape


def test_a_move_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    before, fit, move = FITS["complete"](), FITS["gaps"](), os.replace
    before.save(tmp_path / "fit")

    def refused(source, target):
        if target == tmp_path / "fit" and ".old" not in str(source):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        move(source, target)

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(StorageError, match="Permission denied"):
        fit.save(tmp_path / "fit")
    assert el.load(tmp_path / "fit").shape == before.shape
    assert os.listdir(tmp_path) == ["fit"]


def loaded_or_refused(folder):
    try:
        return el.load(folder)
    except EbayesLMError as error:
        assert isinstance(error, DataError)  # noqa: PT017
        return None


@quiet
def test_a_flipped_bit_or_a_cut_is_one_error(tmp_path):
    fit = FITS["gaps"]()
    fit.save(tmp_path / "fit")
    for path in sorted((tmp_path / "fit").iterdir()):
        held = path.read_bytes()
        for at in {0, 9, 64, len(held) // 2, len(held) - 1}:
            flipped = bytearray(held)
            flipped[at] ^= 4
            path.write_bytes(flipped)
            assert loaded_or_refused(tmp_path / "fit") is None, (path.name, at)
            with suppress(DataError):  # another number, or that error
                el.load(tmp_path / "fit", verify=False)
        for at in {0, len(held) // 2, len(held) - 1}:
            path.write_bytes(held[:at])
            assert loaded_or_refused(tmp_path / "fit") is None, (path.name, at)
            with pytest.raises(DataError):
                el.load(tmp_path / "fit", verify=False)
        path.unlink()
        assert loaded_or_refused(tmp_path / "fit") is None
        path.write_bytes(held)
    assert_frame_equal(loaded_or_refused(tmp_path / "fit").to_frame(), fit.to_frame())


def forged(folder, change):
    """The header changed by somebody who knows its checksum."""
    path = folder / "header.json"
    said = json.loads(path.read_bytes())
    del said["checksum"]
    change(said)
    said["checksum"] = digest(json.dumps(said, sort_keys=True))
    path.write_text(json.dumps(said))


def places(said, where=()):
    """Every place in a header."""
    items = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for key, item in items:
        yield (*where, key)
        yield from places(item, (*where, key))


def put(said, where, value):
    for key in where[:-1]:
        said = said[key]
    said[where[-1]] = value


@quiet
@pytest.mark.parametrize("value", [None, -1, 10**12, "../../x", [], {}, {"kind": "Popen", "args": "ls"}, 1e300])
def test_a_forged_header_is_refused_or_harmless(tmp_path, value):
    fit = el.lm_fit(GAPPED, "~ group + scale(age)", samples=SAMPLES, weights=WEIGHTS)
    fit.save(tmp_path / "fit")
    held = (tmp_path / "fit" / "header.json").read_bytes()
    refused = 0
    every = list(places(json.loads(held)))
    for where in every[len(str(value)) % 11 :: 11]:
        (tmp_path / "fit" / "header.json").write_bytes(held)
        forged(tmp_path / "fit", lambda said, where=where: put(said, where, value))
        refused += loaded_or_refused(tmp_path / "fit") is None
    assert refused > len(every) / 30


def swap_array(folder, name, change):
    """Another array in a file, with header and checksum to match."""

    def swap(said):
        (k,) = (k for k, entry in enumerate(said["arrays"]) if entry["file"].endswith(f"{name}.npy"))
        array = change(np.load(folder / said["arrays"][k]["file"]))
        (folder / said["arrays"][k]["file"]).unlink()
        writer = ArrayWriter(folder)
        writer.add(array, f"new.{name}")
        said["arrays"][k] = writer.written[0]

    forged(folder, swap)


@quiet
@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("correlation.blocks", lambda a: a + 100, "blocks that are not there"),
        ("covariances.rows", lambda a: a + 100, "rows that are not there"),
        ("covariances.rows", lambda a: a[::-1].copy(), "rows that are not there"),
        ("covariances.missing", lambda a: a[:, :0], "shapes"),
        ("qr.pivot", lambda a: a - 1, "shapes"),
        ("covariances.weights", lambda a: a[:, :3].copy(), "shapes"),
        ("designs.columns", lambda a: a[:, :3].copy(), "shapes"),
        ("record.sigma", lambda a: a[:3], "shape"),
        ("design.matrix", lambda a: a[:, :2].copy(), "sizes"),
        ("contrast_matrix", lambda a: a[:2], "sizes"),
    ],
)
def test_positions_that_compiled_code_would_trust_are_looked_at(tmp_path, name, change, reason):
    fit = el.lm_fit(GAPPED, "~ group", samples=SAMPLES, weights=WEIGHTS)
    swap_array(fit.save(tmp_path / "fit"), name, change)
    with pytest.raises(DataError, match=reason):
        el.load(tmp_path / "fit")


def test_what_is_no_result_is_refused(tmp_path):
    with pytest.raises(DataError, match="there is no folder"):
        el.load(tmp_path / "nothing")
    with pytest.raises(DataError, match="no saved result"):
        el.load(tmp_path)
    for text in ("", "[]", "[" * 100_000, "{}"):
        (tmp_path / "header.json").write_text(text)
        with pytest.raises(DataError, match=r"header\.json is no header"):
            el.load(tmp_path)
    fit = FITS["complete"]()
    forged(fit.save(tmp_path / "fit"), lambda said: said.update(version=2, package="9.9"))
    with pytest.raises(DataError, match=r"saved by ebayes_lm 9\.9, in format 2"):
        el.load(tmp_path / "fit")


FRAME = pd.DataFrame(
    {
        "text": pd.Series(["a", None, "ü\ud800", ""], dtype=object),
        "missing": pd.Series([np.nan, "b", pd.NA, None], dtype=object),
        "string": pd.Series(["a", pd.NA, "c", "d"], dtype="string"),
        "whole": np.arange(4, dtype=np.int16),
        "real": [1.0, np.nan, np.inf, -0.0],
        "truth": [True, False, True, True],
        "levels": pd.Categorical(["x", None, "y", "x"], categories=["y", "x", "z"], ordered=True),
        "numbers": pd.Categorical([3, 1, 3, 3]),
        "day": pd.to_datetime(["2020-01-01", None, "2021-01-01", "2022-01-01"]),
        "Int": pd.array([1, None, 3, 2**62 + 1], dtype="Int64"),
        "bool": pd.array([True, None, False, True], dtype="boolean"),
        "Float": pd.array([1.5, None, 3.0, 0.1], dtype="Float64"),
    }
)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(3, 11, 2, name="k"),
        pd.Index(["a", "a", "b", "c"]),
        pd.Index(["a", "a", "b", "c"], dtype=object, name="id"),
        pd.Index([1, 5, 5, 7]),
        pd.Index([0.5, 1.5, np.nan, 2.0]),
        pd.CategoricalIndex(list("aabc")),
        pd.MultiIndex.from_arrays([list("aabb"), [1, 2, 1, 2]], names=["letter", None]),
    ],
    ids=lambda index: f"{type(index).__name__} of {index.dtype}",
)
def test_tables_come_back_as_they_were(tmp_path, index):
    frame = FRAME.set_axis(index)
    writer = ArrayWriter(tmp_path)
    said = json.loads(json.dumps(say_frame(frame, writer, "frame")))
    found = read_frame(said, ArrayReader(tmp_path, writer.written))
    assert_frame_equal(found, frame, check_exact=True)
    assert found.index.identical(frame.index)


@pytest.mark.parametrize(
    "column",
    [[{}, 1, 2, 3], pd.period_range("2020", periods=4, freq="Y"), pd.Series(["a", 1, "b", "c"], dtype=object)],
)
def test_columns_that_cannot_be_kept_are_named(tmp_path, column):
    genes = pd.DataFrame({"odd one": column})
    fit = el.lm_fit(el.EList(np.arange(16.0).reshape(4, 4) ** 2, genes=genes), np.eye(4)[:, :2])
    with pytest.raises(DataError, match="odd one"):
        fit.save(tmp_path / "fit")
    assert not list(tmp_path.iterdir())
