"""Weights from files: whose they are, in which order, and what is wrong with them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el

RNG = np.random.default_rng(6)


def _sample_weights(study) -> pd.Series:
    return pd.Series(RNG.uniform(0.5, 2, 8), index=study.matrix.columns, name="weight")


def _feature_weights(study) -> pd.Series:
    return pd.Series(RNG.uniform(0.5, 2, 40), index=study.matrix.index, name="weight")


def _cell_weights(study) -> pd.DataFrame:
    return pd.DataFrame(RNG.uniform(0.5, 2, (40, 8)), index=study.matrix.index, columns=study.matrix.columns)


KINDS = {"samples": _sample_weights, "features": _feature_weights, "observations": _cell_weights}


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_every_kind(fit, study, kind, suffix):
    weights = KINDS[kind](study)
    mixed = weights.sample(frac=1, random_state=3)
    path = study.folder / f"weights.{suffix}"
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
        (mixed if kind == "observations" else mixed.to_frame()).to_parquet(path)
    else:
        mixed.to_csv(path, sep="\t" if suffix == "tsv" else ",", index_label="name")
    ran = fit("--coef", "groupB", "--weights", path)
    assert (ran.code, ran.err) == (0, "")
    samples = study.targets
    expected = el.lm_fit(study.matrix, "~ group + batch", samples=samples, weights=weights).ebayes()
    read = study.written()
    np.testing.assert_array_equal(read, expected.top_table("groupB", number=None))
    facts = json.loads((study.folder / "out" / "run.json").read_text())
    assert facts["model"]["weights"] == {"of": kind, "source": str(path)}
    assert f"with weights of {kind}" in " ".join((study.folder / "out" / "methods.md").read_text().split())
    assert "Model" in ran.out


def test_weights_of_excluded_samples_are_left_out(fit, study):
    for weights in (_sample_weights(study), _cell_weights(study)):
        weights.to_csv(study.folder / "w.csv", index_label="name")
        ran = fit("--coef", "groupB", "--weights", "w.csv", "--exclude", "sample=003")
        assert ran.code == 0, ran.err


def test_a_sample_of_weight_zero_takes_no_part(fit, study):
    weights = _sample_weights(study)
    weights.iloc[0] = 0.0
    weights.to_csv(study.folder / "w.csv")
    ran = fit("--coef", "groupB", "--weights", "w.csv")
    text = " ".join(ran.out.split())
    assert "7 of 8 samples, the others having weight zero" in text
    assert "All 7 of 8 samples that have a weight inform it" in text
    dry = " ".join(fit("--dry-run", "--weights", "w.csv").out.split())
    assert "leaves 4 residual degrees of freedom on the 7 samples that have a weight" in dry


def test_what_samples_with_weight_cannot_estimate_is_refused(fit, study):
    weights = _sample_weights(study)
    weights[study.targets["group"] == "B"] = 0.0
    weights.to_csv(study.folder / "w.csv")
    ran = fit("--coef", "groupB", "--weights", "w.csv")
    assert ran.code == 3
    assert "the design cannot estimate 'groupB'" in ran.err


def _spoiled(study, change) -> None:
    weights = _sample_weights(study)
    change(weights).to_csv(study.folder / "w.csv")


BAD = {
    "missing file": (lambda s: None, "there is no file w.csv"),
    "negative": (lambda s: _spoiled(s, lambda w: w.where(w.index != "002", -1.0)), "that of '002'"),
    "missing": (lambda s: _spoiled(s, lambda w: w.where(w.index != "002")), "that of '002'"),
    "all zero": (lambda s: _spoiled(s, lambda w: 0 * w), "every weight is zero"),
    "one too few": (lambda s: _spoiled(s, lambda w: w.iloc[1:]), "missing: '001'"),
    "one twice": (lambda s: _spoiled(s, lambda w: pd.concat([w, w.iloc[:1]])), "more than once: '001'"),
    "other names": (lambda s: _spoiled(s, lambda w: w.add_prefix("x")), "names neither samples nor features"),
    "text": (
        lambda s: (s.folder / "w.csv").write_text("name,weight\n001,high\n"),
        "no column of numbers besides 'name', 'weight'",
    ),
    "too few features": (lambda s: _cell_weights(s).iloc[1:].to_csv(s.folder / "w.csv"), "missing: 'g0'"),
    "too few samples": (lambda s: _cell_weights(s).iloc[:, 1:].to_csv(s.folder / "w.csv"), "missing: '001'"),
    "the other way round": (lambda s: _cell_weights(s).T.to_csv(s.folder / "w.csv"), "the same samples"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_weights(fit, study, case):
    spoil, message = BAD[case]
    spoil(study)
    for way in (["--coef", "groupB"], ["--dry-run"]):
        ran = fit(*way, "--weights", "w.csv")
        assert ran.code == 3
        assert message in ran.err
        assert not (study.folder / "out").exists()


def test_weights_of_an_h5ad(command, study):
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(study.matrix.T.to_numpy(), obs=study.targets)
    adata.var_names = study.matrix.index
    adata.write_h5ad(study.folder / "data.h5ad")
    _sample_weights(study).to_csv(study.folder / "w.csv")
    ran = command("fit", "data.h5ad", "--formula", "~ group", "--weights", "w.csv", "--out", "out")
    assert ran.code == 0, ran.err


def test_weights_without_names_are_those_of_the_data_as_they_stand(fit, study):
    weights = np.random.default_rng(8).uniform(0.5, 2, size=study.matrix.shape)
    np.save("w.npy", weights)
    pd.DataFrame(weights, study.matrix.index, study.matrix.columns).to_csv("w.csv")
    assert fit("--coef", "groupB", "--weights", "w.csv", out="named").code == 0
    assert fit("--coef", "groupB", "--weights", "w.npy").code == 0
    text = [(study.folder / out / "groupB.tsv").read_text() for out in ("named", "out")]
    assert text[0] == text[1]
    refused = fit("--coef", "groupB", "--weights", "w.npy", "--exclude", "sample=003", out="no")
    assert (refused.code, "without names, which can only belong to data of that size" in refused.err) == (3, True)
