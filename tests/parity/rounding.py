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

# Columns of tables that are not coefficients, and what they show.
_COLUMNS = {
    "AveExpr": ("fit", "amean"),
    "t": ("ebayes", "t"),
    "P.Value": ("ebayes", "p_value"),
    "adj.P.Val": ("ebayes", "p_value"),
    "B": ("ebayes", "lods"),
    "F": ("ebayes", "F"),
}


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

    def of_column(self, name: str) -> float:
        """Floor of a table's column: the largest that any row has."""
        group, quantity = _COLUMNS.get(name, ("fit", "coefficients"))
        if quantity == "coefficients" and "contrast" in self._expected:
            group = "contrast"
        return float(np.max(self.of(group, quantity), initial=0.0))

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
        if "ebayes" in self._expected:
            self._collect_moderation(coefficient_noise, np.where(width > 0, width, 1.0))

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

    def _collect_moderation(self, coefficient_noise: Array, width: Array) -> None:
        moderated = self._expected["ebayes"]
        scale = np.sqrt(moderated["s2_post"])
        noise = self._noise
        known = self._known
        known["ebayes", "s2_post"] = 2 * noise * scale + noise**2
        t = np.abs(np.nan_to_num(moderated["t"]))
        with np.errstate(divide="ignore", invalid="ignore"):
            t_noise = coefficient_noise / (width * scale[:, None]) + t * (noise / scale)[:, None]
        t_noise = np.nan_to_num(t_noise, nan=0.0, posinf=0.0)
        known["ebayes", "t"] = t_noise
        # |d log p / dt| and |d lods / dt| are at most |t| + 1 for any degrees of freedom.
        known["ebayes", "p_value"] = known["ebayes", "lods"] = (t + 1) * t_noise
        largest = t_noise.max(axis=1)
        root_f = np.sqrt(np.nan_to_num(moderated.get("F", np.zeros_like(largest))))
        known["ebayes", "F"] = 2 * root_f * largest * t.shape[1] + largest**2
        known["ebayes", "F_p_value"] = (root_f + 1) * largest * t.shape[1]


class _Sizes:
    """Lengths of what a fit adds up: per row the terms, per row and coefficient the cost of near collinearity."""

    def __init__(self, problem: dict[str, Any], fit: dict[str, Any]) -> None:
        y = np.nan_to_num(np.asarray(problem["y"], dtype=float))
        root = np.sqrt(np.ravel(problem.get("weights", np.ones(y.shape[1]))))
        columns = np.sqrt(((np.asarray(problem["design"]) * root[:, None]) ** 2).sum(axis=0))
        lengths = np.abs(y * root).max(axis=1) * np.sqrt(y.shape[1])
        self.terms: Array = lengths + np.abs(np.nan_to_num(fit["coefficients"])) @ columns
        residual = np.nan_to_num(fit["sigma"] * np.sqrt(fit["df_residual"]))
        self.collinearity: Array = np.outer(residual, _full_covariance(fit) @ columns)


def _full_covariance(fit: dict[str, Any]) -> Array:
    """Absolute unscaled covariance of all coefficients, 0 where one is not estimable."""
    cov = fit["cov_coefficients"]
    if not isinstance(cov, pd.DataFrame):
        return np.abs(np.asarray(cov))
    full = cov.abs().reindex(index=fit["names"], columns=fit["names"]).fillna(0.0)
    return np.asarray(full)
