"""How much of a quantity is rounding noise: the floors below which two correct fits may differ.

A coefficient is a linear form of a feature's row y whose length is its stdev_unscaled u, so rounding moves it by a few
epsilons of u |y|; a contrast sums such errors. Residuals, and with them sigma, carry a few epsilons of |y|. A constant
row has a sigma that is nothing but this noise, and a large offset leaves fewer digits in everything. What is computed
from these inherits the noise in proportion to its derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.tolerances import ROUNDING

Array = np.ndarray


class RoundingFloors:
    """The absolute floor of each quantity of one problem."""

    def __init__(self, problem: dict[str, Any], expected: dict[str, Any]) -> None:
        self._expected = expected
        self._known: dict[tuple[str, str], Array] = {}
        if problem["kind"][0] == "model":
            self._noise = ROUNDING * _row_lengths(problem)
            self._collect()

    def of(self, group: str, name: str) -> Any:
        """Floor of a quantity, shaped like it or broadcasting to it; 0 where rounding has no part in it."""
        return self._known.get((group, name), 0.0)

    def _collect(self) -> None:
        noise = self._noise
        fit = self._expected["fit"]
        spread = np.nan_to_num(fit["stdev_unscaled"])
        known = self._known
        known["fit", "coefficients"] = noise[:, None] * spread
        known["fit", "sigma"] = known["fit", "amean"] = noise
        known["fit", "fitted"] = known["fit", "residuals"] = noise[:, None]
        cov = np.asarray(fit["cov_coefficients"])
        known["fit", "cov_coefficients"] = ROUNDING * np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
        coefficient_noise, width = known["fit", "coefficients"], spread
        if "contrast" in self._expected:
            coefficient_noise = self._collect_contrast(spread)
            width = np.nan_to_num(self._expected["contrast"]["stdev_unscaled"], nan=1.0)
        if "ebayes" in self._expected:
            self._collect_moderation(coefficient_noise, np.where(width > 0, width, 1.0))

    def _collect_contrast(self, spread: Array) -> Array:
        """Noise of contrasts: every coefficient that enters brings its own."""
        contrast = self._expected["contrast"]
        weights = np.abs(contrast["contrasts"])
        if weights.shape[0] == spread.shape[1]:
            total = spread @ weights
        else:  # contrasts of contrasts are stored as R keeps them
            total = np.broadcast_to(spread.sum(axis=1, keepdims=True), contrast["coefficients"].shape)
        noise: Array = self._noise[:, None] * total
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


def _row_lengths(problem: dict[str, Any]) -> Array:
    """Euclidean length of every (weighted) row; missing values do not count."""
    y = np.nan_to_num(np.asarray(problem["y"], dtype=float))
    weights = np.ravel(problem.get("weights", np.ones(y.shape[1])))
    largest = np.maximum(np.abs(y).max(axis=1), np.finfo(float).tiny)
    lengths: Array = largest * np.sqrt(((y / largest[:, None]) ** 2 * weights).sum(axis=1))
    return lengths
