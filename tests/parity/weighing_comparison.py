"""Compare answers about weights, correlations and mixed models with R's, and say where they are meant to differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.parity.comparison import SMALLEST, Deviation

Array = np.ndarray
Parts = dict[str, Array]
Problem = dict[str, Any]

#: A trend by local regression, its fourth power, sample weights gene after gene upon that.
WEIGHED = 1e-6
#: The likelihood of a mixed model is flat at its top: gls and lmer end where it rises by 1e-10 or so.
CLIMBED = {"gls": 1e-4, "lmer": 1e-5}
#: Standard deviations of rows that the design meets but for rounding, as a share of the largest.
ROUNDING = 1e-12
#: Correlations nearer to the ends of their range are ends, where searches stop at different distances.
END = 1e-4
#: Correlations further apart than this are different maxima.
APART = 1e-3
_OF_THE_ORDER_OF_ONE = {"t", "p_value", "atanh", "consensus", "correlation"}


def compare_weighing(problem: Problem, expected: Parts, actual: Parts) -> Iterator[Deviation]:
    """Every quantity that R answers, next to the package's; nothing where R stops."""
    (kind,) = problem["kind"]
    if "refused" in expected:
        return
    if kind == "mixed":
        yield from _mixed(problem, expected, actual)
        return
    if kind == "consensus" and _holds_blocks(problem["arguments"]):
        yield Deviation(kind, 0.0, WEIGHED, intended="R takes rounding errors for a correlation where nothing is left")
        return
    for name, theirs in expected.items():
        yield Deviation(f"{kind}.{name}", *_largest(name, actual[name], theirs))


def _largest(name: str, ours: Array, theirs: Array) -> tuple[float, float, str]:
    """The largest difference, its tolerance, and where it is."""
    ours, theirs = (np.asarray(v, dtype=np.float64) for v in (ours, theirs))
    ours = np.broadcast_to(ours, theirs.shape) if ours.size == 1 else ours.reshape(theirs.shape)
    floor = ROUNDING * np.nanmax(theirs, initial=0.0) if name == "sigma" else 0.0
    if name == "p_value":
        ours, theirs = (np.log10(np.maximum(p, SMALLEST)) for p in (ours, theirs))
    missing = np.isnan(theirs)
    if (np.isnan(ours) != missing).any():
        return np.inf, WEIGHED, f"{np.isnan(ours).sum()} missing, {missing.sum()} in R"
    size = np.maximum(np.abs(theirs), 1.0 if name in _OF_THE_ORDER_OF_ONE else SMALLEST)
    difference = np.where(missing | (ours == theirs) | (np.abs(ours - theirs) <= floor), 0.0, np.abs(ours - theirs))
    relative = np.nan_to_num(difference / size)
    if not relative.size:
        return 0.0, WEIGHED, ""
    at = np.unravel_index(np.argmax(relative), relative.shape)
    return float(relative[at]), WEIGHED, f"at {[int(i) for i in at]}: {ours[at]}, R {theirs[at]}"


def _holds_blocks(arguments: Problem) -> bool:
    """Whether what is observed of some row leaves the design nothing to tell between blocks."""
    x = arguments["design"] / np.maximum(np.abs(arguments["design"]).max(axis=0), SMALLEST)
    indicators = arguments["block"][:, None] == np.unique(arguments["block"])
    weights = arguments.get("weights", np.ones_like(arguments["object"]))
    for row in np.sqrt(weights) * np.isfinite(arguments["object"]):
        there = row > 0
        weighted = x[there] * row[there, None]
        spans = (weighted, np.column_stack([weighted, indicators[there]]))
        alone, with_blocks = (np.linalg.matrix_rank(span, tol=1e-7) for span in spans)
        if there.sum() > len(x.T) + 2 and alone == with_blocks:
            return True
    return False


# ---- mixed models ---------------------------------------------------------------------------------------------------


def _mixed(problem: Problem, expected: Parts, actual: Parts) -> Iterator[Deviation]:
    """Rows one by one; a likelihood that is higher than R's is no error, and no number to compare."""
    for by, within in CLIMBED.items():
        for row in np.flatnonzero(~np.isnan(expected[f"{by}_rho"])):
            theirs, ours = ({name: values[row] for name, values in parts.items()} for parts in (expected, actual))
            reason = _meant_to_differ(problem, row, float(theirs[f"{by}_rho"]))
            if reason:
                yield Deviation(f"{by}_rho", 0.0, within, intended=reason)
                continue
            rho = float(ours[f"{by}_rho"])
            if not abs(rho - theirs[f"{by}_rho"]) <= APART:
                gain = deviance(problem, row, float(theirs[f"{by}_rho"])) - deviance(problem, row, rho)
                yield Deviation(f"{by}.likelihood", 0.0 if gain > 0 else np.inf, within, f"row {row}, gain {gain:.2e}")
                continue
            yield from _row(by, within, theirs, ours)


def _row(by: str, within: float, theirs: Parts, ours: Parts) -> Iterator[Deviation]:
    """Estimates in units of their standard errors, p-values as logarithms, what else is there as ratios."""
    for name in (name for name in theirs if name.startswith(by)):
        mine, his = ours[name], theirs[name]
        if np.isnan(his).all():
            continue  # F that is not asked for, see weighing.R
        if name.endswith("_p"):
            mine, his = np.log10(np.maximum(mine, SMALLEST)), np.log10(np.maximum(his, SMALLEST))
        unit = {by: theirs[f"{by}_se"], f"{by}_rho": 1.0, f"{by}_p": np.maximum(np.abs(his), 1.0)}.get(
            name, np.abs(his)
        )
        difference = np.max(np.abs(mine - his) / unit)
        yield Deviation(name, np.inf if np.isnan(difference) else float(difference), within, f"{mine}, R {his}")


def _meant_to_differ(problem: Problem, row: int, rho: float) -> str:
    x, block, weights, _ = _observed(problem, row)
    indicators = (block[:, None] == np.unique(block)).astype(float)
    weighted = x * np.sqrt(weights)[:, None]
    both = np.linalg.matrix_rank(np.column_stack([weighted, indicators]), tol=1e-7)
    if both == np.linalg.matrix_rank(weighted, tol=1e-7):
        return "the design holds the blocks of this row"
    if both == len(x):
        return "the variance within blocks is seen nowhere by itself; such rows take the correlation of the others"
    lowest = -1.0 / (indicators.sum(axis=0).max() - 1.0) if len(x) > indicators.shape[1] else -1.0
    if rho < lowest + END:
        return "where the likelihood rises to the lowest correlation, block means keep a hundredth of their variance"
    return "R ends at a correlation of one" if rho > 1.0 - END else ""


def _observed(problem: Problem, row: int) -> tuple[Array, Array, Array, Array]:
    y = problem["y"][row]
    there = np.isfinite(y)
    weights = problem.get("weights", np.ones(y.size))[there]
    x = problem["design"][there]
    return x / np.abs(x).max(axis=0), problem["block"][there], weights, y[there]


def deviance(problem: Problem, row: int, rho: float) -> float:
    """Minus twice the residual likelihood of a row, up to a constant, with sigma profiled out."""
    x, block, weights, y = _observed(problem, row)
    x, y = x * np.sqrt(weights)[:, None], y * np.sqrt(weights)
    correlation = np.where(block[:, None] == block, rho, 0.0)
    np.fill_diagonal(correlation, 1.0)
    inverse = np.linalg.inv(correlation)
    information = x.T @ inverse @ x
    residual = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
    logs = np.linalg.slogdet(correlation)[1] + np.linalg.slogdet(information)[1]
    return float((len(y) - x.shape[1]) * np.log(residual @ inverse @ residual) + logs)
