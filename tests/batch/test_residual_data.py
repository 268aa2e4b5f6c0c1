"""residual_structure on measured data: what is known of them is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el


@pytest.fixture(scope="module")
def bladder() -> el.EList:
    return el.datasets.bladder()


def test_the_batches_of_the_bladder_arrays_are_found(bladder: el.EList) -> None:
    found = el.residual_structure(el.lm_fit(bladder, "~ cancer").ebayes(), bladder, seed=1)
    assert found.findings[1].startswith("Residual PC1, 29 % of the noise, partly follows `batch` (R2 0.45)")
    assert "add `batch` to the design (it takes 4 residual df)" in found.findings[1]
    assert any("Not visible" in finding and "`cancer`" in finding for finding in found.findings)
    table = found.annotations.set_index("annotation")
    assert table.loc["batch", "share"] > 2.5 * table.loc["batch", "by_chance"]
    after = el.residual_structure(el.lm_fit(bladder, "~ cancer + batch"), bladder, seed=1)
    assert not any("follows `batch`" in finding for finding in after.findings)
    assert any("may be biology (co-expression) or unrecorded factors" in finding for finding in after.findings)


def test_float32_and_float64_tell_the_same(bladder: el.EList) -> None:
    found = [
        el.residual_structure(
            el.lm_fit(y, "~ cancer", samples=bladder.targets), y, samples=bladder.targets, seed=1, n_perm=0
        )
        for y in (bladder.E.astype(np.float32), bladder.E.astype(np.float64))
    ]
    assert found[0].findings == found[1].findings


def test_sex_is_in_the_residuals_of_a_design_without_it() -> None:
    """The genes of the sex chromosomes are few, so that sex is no component; what is, is unexplained or technical."""
    counts = el.datasets.sex_rnaseq()
    counts = counts.subset(el.filter_by_expr(counts, group=counts.samples["group"]).to_numpy())
    weighed = el.voom(el.norm_lib_sizes(counts), "~ 1")
    found = el.residual_structure(el.lm_fit(weighed), weighed, seed=1)
    table = found.annotations.set_index("annotation")
    assert table.loc["group", "share"] == pytest.approx(table.loc["group", "by_chance"], rel=1)
    assert any("follows `norm_factors`" in finding and "normalisation" in finding for finding in found.findings)
    assert found.facts["df_residual"] == counts.shape[1] - 1


def test_weights_that_voom_sees_are_taken_into_account() -> None:
    """A small library scatters more in log counts, and no more than others in terms of its weights."""
    rng = np.random.default_rng(4)
    size = np.where(np.arange(12) == 0, 0.02, 1.0)
    mean = rng.gamma(2, 200, size=1000)
    counts = pd.DataFrame(rng.poisson(mean[:, None] * size), columns=[f"s{i}" for i in range(12)])
    table = pd.DataFrame({"group": list("AB") * 6}, index=counts.columns)
    weighed = el.voom(counts, "~ group", samples=table)
    plain = el.residual_structure(el.lm_fit(weighed.E, "~ group", samples=table), weighed.E, seed=1)
    fair = el.residual_structure(el.lm_fit(weighed, "~ group", samples=table), weighed, seed=1)
    assert plain.sample_spread.loc["s0", "spread"] > 3
    assert fair.sample_spread.loc["s0", "spread"] < 1.6
