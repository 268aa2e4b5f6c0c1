"""How much of a quantity is rounding noise: the floors below which two correct fits may differ.

A backward stable solver answers exactly for data moved by a few epsilons. With rows y, design columns x_k, residuals r
and V = (X'X)^-1, so that u_j = sqrt(V_jj), this moves

* residuals, and with them sigma, by epsilons of ``|y| + sum_k |x_k| |b_k|``,
* coefficient j by u_j times that, plus ``|r| sum_k |V_jk| |x_k|``, which is what near collinearity costs

(Higham, Accuracy and Stability of Numerical Algorithms, section 20.1). A contrast sums the errors of its coefficients,
and what is computed from these inherits their noise in proportion to its derivative. So a constant row has a sigma that
is nothing but noise, and a large offset leaves fewer digits in everything. For the nearly collinear scenarios the floor
was checked against rational arithmetic: there both limma and ebayes_lm are off the exact answer by 2e-9 to 8e-9.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.tolerances import ROUNDING

Array = np.ndarray

# Columns of tables that show tests, and which component of these.
_TESTS = {"t": "t", "P.Value": "p_value", "adj.P.Val": "p_value", "B": "lods", "F": "F"}


class RoundingFloors:
    """The absolute floor of each quantity of one problem."""

    def __init__(self, problem: dict[str, Any], expected: dict[str, Any]) -> None:
        self._expected = expected
        self._known: dict[tuple[str, str], Array] = {}
        if problem.get("kind") == ["model"]:
            self._sizes = _Sizes(problem, expected["fit"])
            self._noise = ROUNDING * self._sizes.terms
            self._collect()

    def of(self, group: str, name: str) -> Any:
        """Floor of a quantity, shaped like it or broadcasting to it; 0 where rounding has no part in it."""
        return self._known.get((group, name), 0.0)

    def of_column(self, name: str, shows: str = "ebayes") -> float:
        """Floor of a table's column: the largest that any row has. ``shows`` is the group whose tests it shows."""
        if name in _TESTS:
            floor = self.of(shows, _TESTS[name])
        elif name == "AveExpr":
            floor = self.of("fit", "amean")
        else:
            floor = self.of("contrast" if "contrast" in self._expected else "fit", "coefficients")
        return float(np.max(floor, initial=0.0))

    def _collect(self) -> None:
        noise = self._noise
        fit = self._expected["fit"]
        spread = np.nan_to_num(fit["stdev_unscaled"])
        known = self._known
        known["fit", "coefficients"] = noise[:, None] * spread + ROUNDING * self._sizes.collinearity
        known["fit", "sigma"] = known["fit", "amean"] = noise
        known["fit", "fitted"] = known["fit", "residuals"] = noise[:, None]
        cov = np.asarray(fit["cov_coefficients"])
        known["fit", "cov_coefficients"] = ROUNDING * np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
        coefficient_noise, width = known["fit", "coefficients"], spread
        if "contrast" in self._expected:
            coefficient_noise = self._collect_contrast(known["fit", "coefficients"])
            width = np.nan_to_num(self._expected["contrast"]["stdev_unscaled"], nan=1.0)
        for group in ("ebayes", "treat"):
            if group in self._expected:
                self._collect_tests(group, coefficient_noise, np.where(width > 0, width, 1.0))

    def _collect_contrast(self, coefficient_noise: Array) -> Array:
        """Noise of contrasts: every coefficient that enters brings its own."""
        contrast = self._expected["contrast"]
        weights = np.abs(contrast["contrasts"])
        if weights.shape[0] != coefficient_noise.shape[1]:  # contrasts of contrasts, or of the estimable columns alone
            weights = np.ones((coefficient_noise.shape[1], contrast["coefficients"].shape[1])) * weights.max()
        noise: Array = coefficient_noise @ weights
        self._known["contrast", "coefficients"] = noise
        cov = np.diag(np.asarray(contrast["cov_coefficients"]))
        self._known["contrast", "cov_coefficients"] = ROUNDING * np.sqrt(np.outer(cov, cov)) + ROUNDING * cov.max()
        return noise

    def _collect_tests(self, group: str, coefficient_noise: Array, width: Array) -> None:
        moderated = self._expected[group]
        scale = np.sqrt(np.nan_to_num(moderated["s2_post"], nan=1.0))
        noise = self._noise
        known = self._known
        known[group, "s2_post"] = 2 * noise * scale + noise**2
        t = np.abs(np.nan_to_num(moderated["t"]))
        with np.errstate(divide="ignore", invalid="ignore"):
            t_noise = coefficient_noise / (width * scale[:, None]) + t * (noise / scale)[:, None]
        t_noise = np.nan_to_num(t_noise, nan=0.0, posinf=0.0)
        known[group, "t"] = t_noise
        # |d log p / dt| and |d lods / dt| are at most |t| + 1 for any degrees of freedom.
        known[group, "p_value"] = known[group, "lods"] = (t + 1) * t_noise
        largest = t_noise.max(axis=1)
        root_f = np.sqrt(np.nan_to_num(moderated.get("F", np.zeros_like(largest))))
        # |d log p / dF| is at most of the order of 1 + 1 / F.
        inverse = ROUNDING * _condition_of_tests(self._expected) * root_f**2
        known[group, "F"] = 2 * root_f * largest * t.shape[1] + largest**2 + inverse
        known[group, "F_p_value"] = (root_f + 1) * largest * t.shape[1] + inverse


class _Sizes:
    """Lengths of what a fit adds up: per row the terms, per row and coefficient the cost of near collinearity."""

    def __init__(self, problem: dict[str, Any], fit: dict[str, Any]) -> None:
        y, root = _rows_as_fitted(problem)
        design = np.asarray(problem["design"])
        design = np.repeat(design, y.shape[1] // len(design), axis=0)
        columns = np.sqrt(np.square(root) @ np.square(design)) * _stretch(problem)
        lengths = np.abs(y * root).max(axis=1) * np.sqrt(y.shape[1]) * _stretch(problem)
        self.terms: Array = lengths + (np.abs(np.nan_to_num(fit["coefficients"])) * columns).sum(axis=1)
        residual = np.nan_to_num(fit["sigma"] * np.sqrt(fit["df_residual"]))
        if _all_rows_alike(problem):
            self.collinearity: Array = np.outer(residual, _full_covariance(fit) @ columns[0])
        else:  # |V_jk| is at most u_j u_k
            spread = np.nan_to_num(fit["stdev_unscaled"])
            self.collinearity = residual[:, None] * spread * (spread * columns).sum(axis=1, keepdims=True)


def _condition_of_tests(expected: dict[str, Any]) -> float:
    """Condition of the correlation that F inverts, as far as it does: parts below 1e-8 of the largest stay out."""
    covariance = np.asarray(expected.get("contrast", expected["fit"])["cov_coefficients"])
    root = np.sqrt(np.where(np.diag(covariance) > 0, np.diag(covariance), 1.0))
    values = np.linalg.eigvalsh(covariance / np.outer(root, root))
    return float(values.max() / values[values > 1e-8 * values.max()].min())


def _rows_as_fitted(problem: dict[str, Any]) -> tuple[Array, Array]:
    """The data and the roots of their weights, 0 where missing, with duplicates of a feature side by side in a row."""
    y = np.nan_to_num(np.asarray(problem["y"], dtype=float))
    weights = np.asarray(problem.get("weights", 1.0), dtype=float)
    if weights.shape == (len(y),):
        weights = weights[:, None]
    root = np.broadcast_to(np.sqrt(weights), y.shape)
    ndups, spacing = (int(problem[name][0]) if name in problem else 1 for name in ("ndups", "spacing"))
    return _unwrapped(y, ndups, spacing), _unwrapped(root, ndups, spacing)


def _unwrapped(values: Array, ndups: int, spacing: int) -> Array:
    """Rows of one feature, which lie ``spacing`` apart, as neighbouring columns of one row."""
    samples = values.shape[1]
    folded = values.reshape(-1, ndups, spacing, samples).transpose(0, 2, 3, 1)
    return folded.reshape(-1, samples * ndups)


def _stretch(problem: dict[str, Any]) -> float:
    """By how much whitening lengthens a vector at most: one over the root of the smallest eigenvalue."""
    correlation = float(problem["correlation"][0]) if "correlation" in problem else 0.0
    if correlation >= 0:
        return float(1 / np.sqrt(1 - correlation))
    together = int(problem["ndups"][0]) if "ndups" in problem else pd.Series(problem["block"]).value_counts().max()
    return float(1 / np.sqrt(1 + (together - 1) * correlation))


def _all_rows_alike(problem: dict[str, Any]) -> bool:
    """Whether the covariance of the coefficients is that of every row."""
    weights, samples = np.asarray(problem.get("weights", 1.0)), len(problem["design"])
    alike = weights.ndim == 0 or weights.shape in ((samples,), (1, samples))
    return alike and "block" not in problem and "ndups" not in problem and problem.get("method") != ["robust"]


def _full_covariance(fit: dict[str, Any]) -> Array:
    """Absolute unscaled covariance of all coefficients, 0 where one is not estimable."""
    cov = fit["cov_coefficients"]
    if not isinstance(cov, pd.DataFrame):
        return np.abs(np.asarray(cov))
    full = cov.abs().reindex(index=fit["names"], columns=fit["names"]).fillna(0.0)
    return np.asarray(full)
