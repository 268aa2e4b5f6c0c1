"""Mixed models with a correlation of each feature: null p-values, false discoveries and power, beside other ways.

``python -m tests.test_mixed_calibration`` prints the table of docs/calibration.md.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest

import ebayes_lm as el
from ebayes_lm.core.moderation import moderate, t_statistic
from ebayes_lm.core.prior_options import PriorOptions
from ebayes_lm.core.tails import t_p_value
from ebayes_lm.errors import EbayesLMWarning
from tests.test_calibration import documented_rows

LEVELS = np.array([0.05, 0.01])
#: What moderated tests are to keep to: rates of null p-values up to each level, and the share of false discoveries.
RATES = np.array([[0.045, 0.055], [0.008, 0.013]])
FALSE_DISCOVERIES = 0.07
#: Prior df of the variances that are drawn, and the share of features with effects.
PRIOR_DF, AFFECTED, FDR = 4.0, 0.1, 0.05
#: Repetitions of the full table; each has its own samples dropped.
SEEDS, FEATURES = 5, 20_000
MODERATED = "moderated"


class Study(NamedTuple):
    """Samples in blocks (n,), a design (n, p), and tests: columns of the design with the effects to be found."""

    blocks: np.ndarray
    x: np.ndarray
    tests: dict[str, tuple[int, float]]
    missing: float = 0.0
    correlations: tuple[float, float] = (0.0, 0.8)


def crossed(subjects: int, samples: int, effects: tuple[float, float], second: int = 0, **options: Any) -> Study:
    """Subjects in two groups, each measured at two or three times; the ``second`` group may be the smaller one."""
    blocks = np.repeat(np.arange(subjects), samples)
    levels = 2 + samples % 2
    time = np.tile(np.arange(samples) % levels, subjects)
    group = blocks >= subjects - (second or subjects // 2)
    x = np.column_stack([np.ones(len(blocks)), group, *(time == k for k in range(1, levels))]).astype(np.float64)
    return Study(blocks, x, {"between": (1, effects[0]), "within": (2, effects[1])}, **options)


def dropped(study: Study, rng: np.random.Generator) -> Study:
    """Without a fifth of the samples."""
    n = len(study.blocks)
    kept = np.sort(rng.permutation(n)[n // 5 :])
    return study._replace(blocks=study.blocks[kept], x=study.x[kept])


def incomplete(pairs: list[tuple[int, int]]) -> Study:
    """Twelve blocks of two samples with two of three treatments: differences are known within and between blocks."""
    treatment = np.array(pairs * 2).ravel()
    x = np.column_stack([np.ones(24), treatment == 1, treatment == 2]).astype(np.float64)
    return Study(np.repeat(np.arange(12), 2), x, {"mixed": (1, 2.5)})


PAIRS = [(0, 1), (1, 2), (0, 2)] * 2
UNEVEN_PAIRS = [(0, 0), (1, 1), (0, 1), (1, 2), (0, 2), (2, 2)]
STUDIES = {
    "6 subjects x 10 samples": lambda rng: crossed(6, 10, (3.0, 1.2)),
    "6 x 10, unbalanced": lambda rng: dropped(crossed(6, 10, (3.0, 1.2), 2), rng),
    "8 subjects x 3 samples": lambda rng: crossed(8, 3, (2.7, 1.6)),
    "8 x 3, unbalanced": lambda rng: dropped(crossed(8, 3, (2.7, 1.6), 3), rng),
    "8 x 3, 10 % missing": lambda rng: crossed(8, 3, (2.7, 1.6), missing=0.1),
    "8 x 3, one correlation": lambda rng: crossed(8, 3, (2.7, 1.6), correlations=(0.4, 0.4)),
    "12 x 2, incomplete blocks": lambda rng: incomplete(PAIRS),
    "12 x 2, some blocks of one treatment": lambda rng: incomplete(UNEVEN_PAIRS),
}


def drawn(study: Study, rng: np.random.Generator, g: int) -> np.ndarray:
    """Features without effects, (g, n): correlations differ, variances come from the prior."""
    rho = rng.uniform(*study.correlations, (g, 1))
    size = np.sqrt(PRIOR_DF / rng.chisquare(PRIOR_DF, (g, 1)))
    common = rng.normal(size=(g, study.blocks.max() + 1))[:, study.blocks]
    y = size * (np.sqrt(rho) * common + np.sqrt(1 - rho) * rng.normal(size=(g, len(study.blocks))))
    return np.where(rng.random(y.shape) < study.missing, np.nan, y)


def p_values(study: Study, y: np.ndarray, *, rivals: bool) -> dict[tuple[str, str], np.ndarray]:
    """P-values (g,) by test and method."""
    at = [column for column, _ in study.tests.values()]
    fit = el.lm_fit(y, study.x, block=study.blocks, correlation="feature")[:, at]
    mods = {MODERATED: fit.ebayes()}
    if rivals:
        consensus = el.duplicate_correlation(y, study.x, block=study.blocks)
        shared = el.lm_fit(y, study.x, block=study.blocks, correlation=consensus)[:, at]
        mods |= {"unmoderated": fit.ordinary(), "one correlation": shared.ebayes(legacy=False)}
    methods = {method: np.asarray(mod.p_value) for method, mod in mods.items()}
    if rivals:
        methods["residual variance"] = residual_p(fit)
    found = {(test, method): p[:, k] for method, p in methods.items() for k, test in enumerate(study.tests)}
    if len(at) > 1:
        found |= {("both, by F", method): np.asarray(mod.F_p_value) for method, mod in mods.items()}
    return found


def residual_p(fit: Any) -> np.ndarray:
    """The residual variance squeezed as if it were known on the df of the contrast."""
    p = []
    for k in range(fit.shape[1]):
        df = fit.df_residual.iloc[:, k].to_numpy()
        moderation, _ = moderate(fit.sigma.to_numpy(), df, options=PriorOptions(legacy=False))
        t = t_statistic(fit.coefficients.iloc[:, k].to_numpy(), fit.stdev_unscaled.iloc[:, k].to_numpy(), moderation)
        p.append(t_p_value(t, moderation.df_total))
    return np.column_stack(p)


class Measured(NamedTuple):
    """Shares of null p-values up to each level, of false discoveries, and of effects found."""

    rates: np.ndarray
    false: float
    power: float


def measured(name: str, seeds: int, g: int, *, rivals: bool) -> dict[tuple[str, str], Measured]:
    """Of all tests and methods in one study: first without effects, then with them in a tenth of the features."""
    found: dict[tuple[str, str], list[tuple[np.ndarray, float, float]]] = {}
    for seed in range(seeds):
        rng = np.random.default_rng([seed, *name.encode()])
        study = STUDIES[name](rng)
        y = drawn(study, rng, g)
        signal = y.copy()
        n = int(AFFECTED * g)
        for column, effect in study.tests.values():
            signal[:n] += effect * rng.choice([-1.0, 1.0], (n, 1)) * study.x[:, column]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", EbayesLMWarning)
            null, mixed = (p_values(study, data, rivals=rivals) for data in (y, signal))
        for key, p in null.items():
            known = p[~np.isnan(p)]
            hits = el.adjust_p(mixed[key], "BH") <= FDR
            rates = (known[:, None] <= LEVELS).mean(axis=0)
            found.setdefault(key, []).append((rates, hits[n:].sum() / max(hits.sum(), 1), hits[:n].mean()))
    return {key: Measured(*(np.mean(part, axis=0) for part in zip(*runs, strict=True))) for key, runs in found.items()}


@pytest.mark.parametrize("name", STUDIES)
def test_moderated_tests_keep_their_levels(name: str) -> None:
    """A few thousand features: to within four standard errors of the bounds that the whole table is held to."""
    g, seeds = 4000, 2
    for key, result in measured(name, seeds, g, rivals=False).items():
        error = 4 * np.sqrt(LEVELS * (1 - LEVELS) / (g * seeds))
        assert (result.rates >= RATES[:, 0] - error).all(), (key, result)
        assert (result.rates <= RATES[:, 1] + error).all(), (key, result)
        assert result.false <= FALSE_DISCOVERIES + 0.04, (key, result)


def test_documented_figures_are_within_bounds() -> None:
    """Rates, and false discoveries, of all moderated tests in docs/calibration.md."""
    rows = [row for row in documented_rows("study") if row[2] == MODERATED]
    assert {row[0] for row in rows} == set(STUDIES)
    numbers = np.array([row[3:6] for row in rows], dtype=np.float64)
    for column, (low, high) in enumerate(RATES):
        assert (numbers[:, column] >= low).all()
        assert (numbers[:, column] <= high).all()
    assert (numbers[:, 2] <= FALSE_DISCOVERIES).all()


def table() -> str:
    """All studies, tests and methods in Markdown."""
    lines = [
        "| study | test | method | at 0.05 | at 0.01 | false discoveries | power |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in STUDIES:
        for (test, method), result in sorted(measured(name, SEEDS, FEATURES, rivals=True).items()):
            numbers = f"{result.rates[0]:.4f} | {result.rates[1]:.4f} | {result.false:.3f} | {result.power:.3f}"
            lines.append(f"| {name} | {test} | {method} | {numbers} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
