import numpy as np
import pytest
from scipy.special import stdtr

from ebayes_lm.core.tail_series import MANY, REACH, many_t_tails
from ebayes_lm.core.tails import t_p_value

# Both sides take the exponential of a number up to 700, whose last digit is worth 1e-13 of the result, and the
# series adds up 40 terms.
AGREEMENT = 2e-12


@pytest.mark.parametrize("df", [1.5, 2.0, 3.3, 5.0, 10.0, 29.5, 97.3, 1e3, 1e4, 1e5, 1e6, 1e9, np.inf])
def test_agrees_with_the_incomplete_beta_function(df):
    rng = np.random.default_rng(1)
    t = np.concatenate([rng.standard_t(min(df, 1e6), 20_000), np.exp(rng.uniform(-30, np.log(REACH), 5_000)), [0.0]])
    t = t[np.abs(t) <= REACH]
    tails = many_t_tails(t, df)
    assert tails is not None
    np.testing.assert_allclose(tails, 2 * stdtr(df, -np.abs(t)), rtol=AGREEMENT)


def test_one_df_has_a_closed_form():
    # The incomplete beta function itself is off by 6e-11 near t = 1e-10 there.
    t = np.exp(np.linspace(-30, np.log(REACH), 5_000))
    np.testing.assert_allclose(many_t_tails(t, 1.0), 2 / np.pi * np.arctan2(1.0, t), rtol=AGREEMENT)


def test_beyond_the_reach_and_missing_values():
    t = np.array([40.0, -1e5, np.inf, np.nan, 1.0])
    np.testing.assert_array_equal(many_t_tails(t, 5.0)[:4], 2 * stdtr(5.0, -np.abs(t[:4])))


@pytest.mark.parametrize("df", [1e-2, 0.3])
def test_tiny_df_are_left_to_the_function_itself_or_agree(df):
    t = np.linspace(0, 30, MANY)
    np.testing.assert_allclose(t_p_value(t, df), 2 * stdtr(df, -t), rtol=AGREEMENT)


def test_few_and_many_values_give_the_same():
    t = np.random.default_rng(2).standard_t(7, MANY)
    np.testing.assert_allclose(t_p_value(t, 7.0)[:50], t_p_value(t[:50], 7.0), rtol=AGREEMENT)


def test_a_few_df_serve_most_values_and_the_others_stand_alone():
    rng = np.random.default_rng(3)
    df = rng.choice([3.7, 9.2, np.inf], 3 * MANY + 900)
    df[:7] = [0.0, np.nan, -1.0, 0.5, 2.0, 1e7, np.inf]
    t = rng.standard_t(4, df.size)
    t[[8, 9]] = np.nan, 90.0
    np.testing.assert_allclose(t_p_value(t, df), 2 * stdtr(df, -np.abs(t)), rtol=AGREEMENT)
    np.testing.assert_array_equal(t_p_value(t[:6], df[:6]), t_p_value(t, df)[:6])
