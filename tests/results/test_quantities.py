from __future__ import annotations

import numpy as np
import pandas as pd

import ebayes_lm as el


def test_a_moderated_fit_shows_its_linear_models(contrasted, mod):
    for name in ("coefficients", "stdev_unscaled", "cov_coefficients", "contrasts", "features"):
        pd.testing.assert_frame_equal(getattr(mod, name), getattr(contrasted, name))
    for name in ("sigma", "df_residual", "amean", "n_observed", "status"):
        pd.testing.assert_series_equal(getattr(mod, name), getattr(contrasted, name))
    assert mod.shape == contrasted.shape
    assert mod.coef_names == contrasted.coef_names
    assert mod.rank == contrasted.rank == 4
    assert mod.design is contrasted.design


def test_without_residual_df(y, samples):
    fit = el.lm_fit(y.iloc[:, :2], "~ sample", samples=pd.DataFrame({"sample": list("ab")}, index=y.columns[:2]))
    assert set(fit.status) == {"no_df"}
    assert fit.sigma.isna().all()
    assert set(fit.df_residual) == {0.0}
    assert fit.coefficients.notna().all(axis=None)


def test_status_names_every_outcome(y, samples):
    odd = y.copy()
    odd.loc["g1"] = np.nan
    odd.loc["g2"] = 4.0
    fit = el.lm_fit(odd, "~ group", samples=samples)
    assert fit.status.value_counts().to_dict() == {"ok": 78, "all_missing": 1, "zero_variance": 1}
    assert fit[[1, 2, 3]].status.tolist() == ["all_missing", "zero_variance", "ok"]
    assert fit[[]].status.dtype == fit.status.dtype


def test_amean_leaves_weights_out(y, samples):
    fit = el.lm_fit(y, "~ group", samples=samples, weights=[1, 1, 1, 1, 2, 1, 1, 1, 3])
    np.testing.assert_allclose(fit.amean, y.mean(axis=1), rtol=1e-12)


def test_scale_of_the_data_does_not_matter(y, samples):
    mod = el.lm_fit(y, "~ group", samples=samples).ebayes()
    for factor in (1e-150, 2.0**400):
        scaled = el.lm_fit(y * factor, "~ group", samples=samples).ebayes()
        np.testing.assert_allclose(scaled.t, mod.t, rtol=1e-9)
        np.testing.assert_allclose(scaled.sigma, mod.sigma * factor, rtol=1e-9)
        np.testing.assert_allclose(scaled.F_p_value, mod.F_p_value, rtol=1e-7)
