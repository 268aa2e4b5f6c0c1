"""Hidden factors and residuals from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from tests.cli.test_analysis import read_table

CONTROLS = [f"g{k}" for k in range(150, 400)]


@pytest.fixture
def study(study):
    """More features and samples, moved by a factor that goes along with the group."""
    rng = np.random.default_rng(21)
    n = 24
    names = [f"{k:03d}" for k in range(1, n + 1)]
    study.samples = pd.DataFrame({"sample": names, "group": list("AB") * (n // 2), "batch": list("xxyy") * (n // 4)})
    in_b, in_y = (study.samples["group"] == "B").to_numpy(), (study.samples["batch"] == "y").to_numpy()
    hidden = rng.normal(size=n) + in_b
    values = rng.normal(8, 0.5, size=(400, n)) + np.outer(rng.normal(size=400), hidden)
    values += np.outer(rng.normal(size=400), in_y)
    values[:5, in_b] += 4
    study.matrix = pd.DataFrame(values, index=[f"g{k}" for k in range(400)], columns=names)
    study.matrix.to_csv(study.data)
    study.samples.to_csv(study.table, index=False)
    (study.folder / "controls.txt").write_text("# spike-ins\n" + "\n".join(CONTROLS) + "\n\n")
    return study


@pytest.mark.filterwarnings("ignore::ebayes_lm.errors.HiddenFactorWarning")
@pytest.mark.parametrize("how", ["robust", "sva", "two-step"])
def test_factors_join_the_design(fit, study, how):
    ran = fit("--hidden-factors", how, "--n-factors", 1, "--coef", "groupB", "--json")
    assert ran.code == 0
    design = el.model_matrix("~ group + batch", study.targets, of_interest="group")
    if how == "robust":
        found = el.latent_factors(study.matrix, design, 1, seed=1)
    else:
        method = {"sva": "irw"}.get(how, how)
        found = el.surrogate_variables(study.matrix, design, n_sv=1, method=method, seed=1)
    folder = study.folder / "out"
    expected = el.lm_fit(study.matrix, found.design).ebayes().top_table("groupB", number=None)
    np.testing.assert_array_equal(read_table(folder / "groupB.tsv")["P.Value"], expected["P.Value"])
    np.testing.assert_array_equal(read_table(folder / "hidden_factors.tsv"), found.values)
    facts = json.loads(ran.out)
    assert facts["model"]["hidden_factors"] == {
        "method": how, "number": 1, "n_controls": None, "remarks": list(found.remarks)
    }  # fmt: skip
    assert "1 hidden factor estimated by" in " ".join((folder / "methods.md").read_text().split())


@pytest.mark.parametrize("how", ["controls", "RUV4", "RUV2"])
def test_factors_by_controls(fit, study, how):
    controls = study.folder / "controls.txt"
    ran = fit("--hidden-factors", how, "--n-factors", 1, "--controls", controls, "--coef", "groupB")
    assert ran.code == 0
    assert "(250 features)" in " ".join(ran.out.split())
    assert (study.folder / "out" / "hidden_factors.tsv").exists()


def test_the_only_term_is_still_the_only_one(fit):
    ran = fit("--hidden-factors", "--n-factors", 2, formula="~ group")
    assert ran.code == 0
    assert "B against A (groupB)" in ran.out


def test_a_dry_run_says_what_will_be_done_and_estimates_nothing(fit, study):
    ran = fit("--hidden-factors", "--dry-run", out=None, formula="~ group")
    assert ran.code == 0
    assert "Hidden factors, as many as the data tell, are estimated" in ran.out
    assert "2 coefficients, rank 2" in ran.out


def test_a_dry_run_checks_the_design(fit, study):
    study.samples["batch"] = np.where(study.samples["group"] == "A", "x", study.samples["batch"])
    study.samples.to_csv(study.table, index=False)
    ran = fit("--dry-run", out=None, formula="~ group")
    assert "batch is not in the design, and goes along with group" in " ".join(ran.out.split())


def test_residuals_name_the_batch_that_the_design_leaves_out(fit, study):
    ran = fit("--residuals", "--json", formula="~ group")
    assert ran.code == 0
    findings = json.loads(ran.out)["residuals"]
    assert any("`batch`" in finding and "add `batch` to the design" in finding for finding in findings)
    components = read_table(study.folder / "out" / "residual_components.tsv")
    assert components.index[0] == "PC1"


def test_counts(fit, study):
    rng = np.random.default_rng(1)
    counts = pd.DataFrame(rng.poisson(2.0 ** study.matrix.clip(0, 12)), study.matrix.index, study.matrix.columns)
    counts.to_csv(study.data)
    ran = fit("--method", "voom", "--hidden-factors", "--n-factors", 1, "--residuals", formula="~ group")
    assert ran.code == 0
    assert read_table(study.folder / "out" / "design.tsv").columns.tolist() == ["(Intercept)", "groupB", "F1"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--n-factors", "2"], 2, "--n-factors is about hidden factors; add --hidden-factors"),
        (["--controls", "controls.txt"], 2, "--controls is about hidden factors"),
        (["--hidden-factors", "RUV4"], 2, "--hidden-factors RUV4 needs --controls FILE"),
        (["--hidden-factors", "RUV2", "--controls", "controls.txt"], 2, "needs --n-factors K"),
        (["--hidden-factors", "sva", "--controls", "controls.txt"], 2, "takes no controls"),
        (["--hidden-factors", "sva", "--n-factors", "99"], 3, "n_sv=99"),
        (["--hidden-factors", "PCA"], 2, "invalid choice: 'PCA'"),
        (["--hidden-factors", "controls", "--controls", "nothing.txt"], 3, "nothing.txt: No such file"),
        (["--hidden-factors", "controls", "--controls", "empty.txt"], 3, "does not hold names of features"),
        (["--hidden-factors", "controls", "--controls", "binary.txt"], 3, "is not text in UTF-8"),
        (["--hidden-factors", "controls", "--controls", "strangers.txt"], 3, "gene99"),
    ],
)
def test_what_cannot_be(fit, study, arguments, code, said):
    (study.folder / "empty.txt").write_text("\n# none\n")
    (study.folder / "binary.txt").write_bytes(b"\xff\xfe\x00")
    (study.folder / "strangers.txt").write_text("gene98\ngene99\n")
    ran = fit(*arguments, formula="~ group", out="out")
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert not Path("out").exists() or not any(Path("out").iterdir())
