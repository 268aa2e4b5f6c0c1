"""What callers get wrong, and what they are told: each message names the value seen and what to do next."""

from __future__ import annotations

import numpy as np
import pytest

import ebayes_lm as el
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, EbayesLMError
from tests.bad_input import (
    adjusting,
    averaging,
    checking,
    contrasting,
    controlling,
    correlating,
    counting,
    deciding,
    hiding,
    inputs,
    leftover,
    moderating,
    removing,
    running,
    scanning,
    scattering,
    surrogating,
    tables,
    trending,
    weighing,
)
from tests.bad_input.examples import Case, Y, fit_of

#: Malformed calls of lm_fit, and of everything else.
FITS = {
    "matrix": inputs.MATRIX, "samples": inputs.SAMPLE_TABLES, "design": inputs.DESIGNS, "weights": weighing.WEIGHTS,
    "running": running.RUNNING, "fitting": running.FITTING, "blocks": correlating.BLOCKS,
    "correlation": correlating.CORRELATIONS, "mixed models": correlating.MIXED, "duplicates": correlating.DUPLICATES,
}  # fmt: skip
REST = {
    "contrast": contrasting.CONTRASTS, "stage": moderating.STAGES, "moderation": moderating.MODERATION,
    "prior": moderating.PRIORS, "threshold": moderating.THRESHOLDS, "table": tables.TABLES, "subset": tables.SUBSETS,
    "vector": tables.VECTORS, "decision": deciding.DECISIONS, "classes": deciding.CLASSES, "shares": deciding.SHARES,
    "curves": deciding.CURVES, "variances": deciding.VARIANCES,
    "sample weights": scattering.SAMPLE_WEIGHTS, "consensus": correlating.CONSENSUS,
    "designs checked": checking.CHECKS, "estimates": checking.STRUCTURES,
    "replicates": averaging.REPLICATES, "residuals": leftover.RESIDUALS, "latent factors": hiding.LATENT,
    "voom": trending.VOOM, "count fits": trending.COUNT_FITS, "vooma": trending.VOOMA, "spans": trending.SPANS,
    "count list": counting.LISTS, "normalisation": counting.NORMALIZATION, "count filter": counting.FILTERS,
    "rates": counting.RATES, "abundance": counting.ABUNDANCE, "technical replicates": counting.REPLICATES,
    "control features": controlling.RUV, "control features of counts": controlling.RUVG,
    "batch effects": removing.REMOVAL, "surrogate variables": removing.SURROGATES, "covariates": removing.TRENDS,
    "combat": adjusting.COMBAT, "scans": scanning.SCANS,
    "surrogates": surrogating.SURROGATES, "components": surrogating.COMPONENTS,
    "surrogates of counts": surrogating.COUNTED_SURROGATES,
}  # fmt: skip
CASES = [pytest.param(case, id=f"{group}: {case.name}") for group, cases in (FITS | REST).items() for case in cases]


@pytest.mark.parametrize("case", CASES)
def test_the_message_helps(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(case.error) as caught:
        case.call()
    text = str(caught.value)
    assert type(caught.value) is case.error
    assert [part for part in case.says if part not in text] == [], text
    assert isinstance(caught.value, EbayesLMError)
    assert isinstance(caught.value, (ValueError, TypeError, ImportError))
    assert capsys.readouterr() == ("", "")
    assert_readable(text)


def assert_readable(text: str) -> None:
    """A sentence of some length, in which numbers and nouns agree."""
    assert 20 <= len(text) <= 600
    assert "1 features" not in text
    assert "1 samples" not in text
    assert "array(" not in text


def test_the_table_is_long() -> None:
    assert len(CASES) >= 400
    assert sum(map(len, FITS.values())) >= 200


def test_no_two_cases_share_a_name() -> None:
    names = [case.id for case in CASES]
    assert sorted(set(names)) == sorted(names)


def test_anndata_layers_are_named() -> None:
    anndata = pytest.importorskip("anndata")
    adata = anndata.AnnData(Y.T.copy(), layers={"counts": Y.T.to_numpy()})
    with pytest.raises(ArgumentError, match=r"no layer 'count'.*counts"):
        el.lm_fit(adata, layer="count")
    with pytest.raises(ArgumentTypeError, match="feature_columns= names columns of a DataFrame"):
        el.lm_fit(adata, feature_columns="symbol")


def test_a_saturated_design_can_be_fitted() -> None:
    fit = fit_of(np.eye(6))
    np.testing.assert_allclose(fit.coefficients, Y)
    assert fit.sigma.isna().all()
    assert set(fit.status) == {"no_df"}
