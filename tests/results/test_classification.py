from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.stats

import ebayes_lm as el


def test_of_a_fit_is_that_of_its_numbers(mod):
    covariance = mod.cov_coefficients.to_numpy()
    root = np.sqrt(np.diag(covariance))
    df = (mod.df_residual + mod.df_prior).to_numpy()
    for level in (0.01, 0.3):
        of_fit = el.classify_tests_f(mod, p_value=level).to_frame()
        of_numbers = el.classify_tests_f(mod.t, cor_matrix=covariance / root / root[:, None], df=df, p_value=level)
        pd.testing.assert_frame_equal(of_fit, of_numbers.to_frame())
        assert of_fit.to_numpy().any()


def test_one_column_is_the_t_test():
    t = np.array([3.0, -2.1, np.nan, 0.3])
    found = el.classify_tests_f(t, df=5, p_value=0.05)
    p = 2 * scipy.stats.t.sf(np.abs(t), 5)
    np.testing.assert_array_equal(np.asarray(found)[:, 0], np.where(np.isnan(t), np.nan, np.sign(t) * (p < 0.05)))
    assert list(found.labels.coefs) == ["x1"]


def test_a_missing_t_leaves_its_row_out():
    found = el.classify_tests_f([[9.0, np.nan], [9.0, 9.0]]).to_frame()
    assert found.iloc[0].isna().all()
    assert found.iloc[1].tolist() == [1, 1]


def test_labels_are_kept():
    t = pd.DataFrame([[9.0, 0.1]], index=["g"], columns=["a", "b"])
    assert el.classify_tests_f(t).to_frame().loc["g", "a"] == 1
    assert list(el.classify_tests_f(pd.Series([1.0], ["g"])).to_frame().index) == ["g"]
