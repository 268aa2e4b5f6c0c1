"""The eleven linear regression sets of NIST's Statistical Reference Datasets, which are in the public domain.

Accuracy is the number of correct digits, the log relative error of McCullough (1998), American Statistician 52, 358.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ebayes_lm as el
from ebayes_lm.core.ols import KERNEL_CELLS, least_squares
from ebayes_lm.core.qr import RANK_TOLERANCE
from ebayes_lm.errors import DesignWarning

HERE = Path(__file__).parent / "data" / "nist"
STRD = json.loads((HERE / "nist_strd.json").read_text())["sets"]
LM = json.loads((HERE / "nist_lm.json").read_text())["answers"]

#: The last power of x in Filip keeps 5.2e-8 of its length, just below what counts as estimable by default.
FILIP_TOL = 1e-8
#: Digits are counted up to the fifteen that are certified.
MOST_DIGITS = 15.0
#: Fewer digits than R's lm by luck of rounding; more on machines whose widest float is the plain one.
SHORT_OF_R = 0.5 if np.finfo(np.longdouble).eps < np.finfo(np.float64).eps else 1.0
#: No set is solved to fewer digits than this, Wampler5 with residuals of 1e7 times its effects included.
LEAST_DIGITS = 5.0
#: Certified residuals of zero: what stays is rounding of y, in units of its length.
EXACT_FIT = 1e-15


def design_of(name: str) -> np.ndarray:
    case = STRD[name]
    x = np.array(case["X"]) if "X" in case else np.vander(case["x"], max(case["poly"], 1) + 1, increasing=True)[:, 1:]
    return np.column_stack([np.ones(len(x)), x]) if case["intercept"] else x


def digits(value: Any, certified: Any) -> float:
    """Fewest correct digits among several numbers."""
    value, certified = np.asarray(value, dtype=float), np.asarray(certified, dtype=float)
    error = np.abs(value - certified) / np.abs(certified)
    return float(np.minimum(-np.log10(np.maximum(error, 1e-300)), MOST_DIGITS).min())


def promised_digits(name: str) -> float:
    """Digits that are left when each column of the design is off by one rounding of its length.

    That is what Householder QR promises (Higham 2002, theorem 19.6), so nobody owes more of them.
    """
    x, beta = design_of(name), np.array(STRD[name]["beta"])
    factor = least_squares(x, tol=FILIP_TOL).qr.covariance_factor()
    shift = np.abs(factor).sum(axis=1) * (np.linalg.norm(x, axis=0) @ np.abs(beta)) * 2.0**-53
    return float(-np.log10((shift / np.abs(beta)).max()))


def in_r(name: str, part: str) -> np.ndarray:
    answer = LM["Filip, tol 1e-8" if name == "Filip" else name]
    return np.array([float.fromhex(v) for v in answer[part]])


@cache
def solved(name: str, kernel: bool) -> tuple[np.ndarray, np.ndarray, float, bool]:
    """Coefficients, standard errors, residual standard deviation and whether that is zero."""
    plan = least_squares(design_of(name), tol=FILIP_TOL)
    y = np.array(STRD[name]["y"], dtype=float)
    rows = plan.rows(np.vstack([y, y[::-1], y]), use_kernel=kernel)
    unscaled = np.linalg.norm(plan.qr.covariance_factor(), axis=1)
    return rows.coefficients[0], rows.sigma[0] * unscaled, rows.sigma[0], bool(rows.zero_variance[0])


paths = pytest.mark.parametrize("kernel", [False, True], ids=["numpy", "kernel"])


@paths
@pytest.mark.parametrize("name", STRD)
def test_coefficients(name, kernel):
    beta = STRD[name]["beta"]
    owed = min(digits(in_r(name, "beta"), beta) - SHORT_OF_R, promised_digits(name))
    assert digits(solved(name, kernel)[0], beta) >= max(owed, LEAST_DIGITS)


@paths
@pytest.mark.parametrize("name", [n for n, case in STRD.items() if np.any(case["se"])])
def test_standard_errors(name, kernel):
    se = STRD[name]["se"]
    owed = digits(in_r(name, "se"), se) - SHORT_OF_R
    assert digits(solved(name, kernel)[1], se) >= max(owed, LEAST_DIGITS)


@paths
@pytest.mark.parametrize("name", [n for n, case in STRD.items() if not np.any(case["se"])])
def test_exact_fits_leave_rounding_alone(name, kernel):
    _, _, sigma, zero = solved(name, kernel)
    assert sigma <= EXACT_FIT * np.linalg.norm(STRD[name]["y"])
    assert zero


@paths
def test_filip_with_a_smaller_tolerance(kernel):
    beta, se, _, _ = solved("Filip", kernel)
    assert digits(beta, STRD["Filip"]["beta"]) >= 7.0
    assert digits(se, STRD["Filip"]["se"]) >= 7.0


def test_filip_is_never_silently_wrong():
    x, y = design_of("Filip"), np.array([STRD["Filip"]["y"]])
    with pytest.warns(DesignWarning, match=r"not estimable: 'x11'"):
        fit = el.lm_fit(y, x)
    assert fit.coefficients.isna().to_numpy().tolist() == [[False] * 10 + [True]]
    assert fit.stdev_unscaled["x11"].isna().all()
    # R's lm leaves the same coefficient out, and agrees about the others
    others = [float.fromhex(v) for v in LM["Filip"]["beta"][:10]]
    assert LM["Filip"]["beta"][10] == "nan"
    assert digits(fit.coefficients.to_numpy()[0, :10], others) >= LEAST_DIGITS


@pytest.mark.parametrize("name", ["Longley", "Filip"])
def test_through_the_front_door(name):
    """A matrix beyond the size at which kernels set in, through lm_fit."""
    y = np.array(STRD[name]["y"], dtype=float)
    copies = KERNEL_CELLS // len(y) + 1
    fit = el.lm_fit(np.tile(y, (copies, 1)), design_of(name), tol=FILIP_TOL if name == "Filip" else RANK_TOLERANCE)
    beta = fit.coefficients.to_numpy()
    assert (beta == beta[0]).all()
    assert digits(beta[0], STRD[name]["beta"]) >= min(digits(in_r(name, "beta"), STRD[name]["beta"]) - SHORT_OF_R, 12.0)
    se = fit.stdev_unscaled.to_numpy()[0] * fit.sigma.iloc[0]
    assert digits(se, STRD[name]["se"]) >= digits(in_r(name, "se"), STRD[name]["se"]) - SHORT_OF_R
