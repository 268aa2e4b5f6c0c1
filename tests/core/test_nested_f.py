from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from ebayes_lm.core.f_test import f_statistic
from ebayes_lm.core.nested_f import nested_codes
from ebayes_lm.core.tails import f_p_value
from tests.core.answers.reader import answers


def by_row(t, correlation, df, level):
    """One row at a time, with its t in plain words."""
    codes = np.zeros(len(t))
    if np.isnan(t).any():
        return codes * np.nan
    order = np.argsort(-np.abs(t), kind="stable")
    for k in range(len(t)):
        cut = t.copy()
        cut[order[:k]] = np.sign(t[order[:k]]) * abs(t[order[k]])
        f, df1 = f_statistic(cut[None], correlation)
        if not f_p_value(f, df1, df)[0] < level:
            break
        codes[order[k]] = np.sign(t[order[k]])
    return codes


@answers("classify_tests_f", "thresholds")
def test_as_in_limma_and_row_by_row(args, expected):
    k = int(args["columns"])
    t = args["t"].reshape(k, -1).T
    correlation = args["cor_matrix"].reshape(k, k) if "cor_matrix" in args else np.eye(k)
    df = np.broadcast_to(args["df"], len(t))

    def f_test(part, rows):
        return f_p_value(*f_statistic(part, correlation), df[rows])

    codes = nested_codes(t, f_test, args["p_value"])
    assert_array_equal(codes, expected["codes"].reshape(k, -1).T)
    slow = [by_row(row, correlation, d, args["p_value"]) for row, d in zip(t, df, strict=True)]
    assert_array_equal(codes, slow)


def test_what_is_handed_in_stays():
    t = np.array([[4.0, 3.0], [np.nan, 1.0]])
    before = t.copy()
    nested_codes(t, lambda part, rows: f_p_value(*f_statistic(part, np.eye(2)), np.inf), 0.05)
    assert_array_equal(t, before)


def test_no_rows():
    def f_test(part, rows):
        return f_p_value(*f_statistic(part, np.eye(2)), np.full(len(rows), 3.0))

    assert nested_codes(np.zeros((0, 2)), f_test, 0.05).shape == (0, 2)


def test_a_missing_t_is_missing_where_f_does_without_it():
    def f_test(part, rows):
        known = np.where(np.isnan(part), 0.0, part)
        return f_p_value(*f_statistic(known, np.eye(3)), np.full(len(rows), 9.0))

    codes = nested_codes(np.array([[9.0, np.nan, -8.0], [0.1, np.nan, 0.2]]), f_test, 0.05)
    assert_array_equal(codes, [[1, np.nan, -1], [0, np.nan, 0]])
