"""What there is to say of the estimates of a fit, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from ebayes_lm.batch.estimate_covariates import ABUNDANCE
from ebayes_lm.batch.estimate_inflation import DENSE, FEW, FEWEST, FEWEST_CONTROLS, OF_CONTROLS
from ebayes_lm.batch.sentences import MOST_NAMED, few_of, percent, some
from ebayes_lm.errors import counted, joined

#: Shares of the variance of z that are worth a word.
SHARE = 0.05
#: A level of a factor stands out where its mean normal score is further from zero.
_APART = 1.0
#: Correlations of effects that differ by more than this from what the design implies.
_BEYOND = 0.2
#: A correlation below this is none, in two digits.
_SOME = 0.005
#: Inflation further from 1, and bias further from 0, than this and this many standard errors.
_INFLATED, _BIASED, _CERTAIN = 0.1, 0.1, 3.0
#: A hidden factor that differs with a contrast more than chance gives.
_P = 0.01
_SMALL_P = 0.001


def describe_means(names: list[str]) -> Iterator[str]:
    """Coefficients of which nothing is said."""
    if names:
        verb, what = ("is a mean", "a difference") if len(names) == 1 else ("are means", "differences")
        them = "it" if len(names) == 1 else "them"
        yield f"{some(names)} {verb} and not {what}, so nothing is said of {them}; contrast() makes differences."


def describe_inflation(table: pd.DataFrame) -> Iterator[str]:
    """Tests that are too liberal, too strict or off to one side; contrasts of which nothing can be said."""
    unclear = [str(name) for name in table.index[table["method"] == DENSE]]
    known = [(str(name), row) for name, row in table.iterrows() if row["method"] != FEW]
    for say in (_inflated, _biased):
        yield from few_of((line for name, row in known for line in say(name, row)), "contrasts; .inflation has all")
    if unclear:
        yield (
            f"Whether tests of {some(unclear)} are inflated, these data cannot tell: so many features differ that "
            "inflation and effects look alike. Negative controls, given as controls=, would tell."
        )
    few = [str(name) for name in table.index[table["method"] == FEW]]
    if few:
        yield (
            f"Too few features are tested in {some(few)} to say anything of inflation; it takes {FEWEST:,}, or "
            f"{FEWEST_CONTROLS} negative controls."
        )


def _inflated(name: str, row: pd.Series) -> Iterator[str]:
    inflation = float(row["inflation"])
    if abs(inflation - 1.0) > max(_INFLATED, _CERTAIN * row["inflation_se"]):
        real = float(2.0 * ndtr(ndtri(_SMALL_P / 2.0) / inflation))
        cause = (
            "A hidden factor, samples that are not independent, or many small effects do that"
            if inflation > 1.0
            else "A hidden factor that the residuals hold, or variances that were taken too large, do that"
        )
        yield (
            f"Tests of {name} are {'too liberal' if inflation > 1.0 else 'too strict'}: z of {_whose(row)} has a "
            f"standard deviation of {inflation:.2f} in place of 1 (inflation), so that a p-value of {_SMALL_P} stands "
            f"for about {real:.2g}. {cause}."
        )


def _biased(name: str, row: pd.Series) -> Iterator[str]:
    bias = float(row["bias"])
    if abs(bias) > max(_BIASED, _CERTAIN * row["bias_se"]):
        yield (
            f"Estimates of {name} are off to one side: z of {_whose(row)} has a mean of {bias:+.2f} in place of 0 "
            "(bias). Normalisation, or a hidden factor, does that."
        )


def _whose(row: pd.Series) -> str:
    return "the controls" if row["method"] == OF_CONTROLS else "features without an effect"


def describe_trends(trends: pd.DataFrame) -> Iterator[str]:
    """Covariates of features that explain a good part of z."""
    yield from few_of(_trends(trends), "pairs of contrast and covariate; .trends has all")


def _trends(trends: pd.DataFrame) -> Iterator[str]:
    known = trends[(trends["kind"] != "loadings") & (trends["share"] >= SHARE)]
    for _, row in known.sort_values("share", ascending=False, kind="stable").iterrows():
        what = "abundance (AveExpr)" if row["covariate"] == ABUNDANCE else row["covariate"]
        if row["kind"] == "levels":
            yield (
                f"Effects of {row['contrast']} differ between levels of {what}, which explain {percent(row['share'])} "
                f"of their variation over features: median z from {row['low']:+.2f} to {row['high']:+.2f}."
            )
        else:
            yield (
                f"Effects of {row['contrast']} go along with {what}, which explains {percent(row['share'])} of their "
                f"variation over features (rank correlation {row['correlation']:+.2f}): median z {row['low']:+.2f} in "
                f"the lowest tenth, {row['high']:+.2f} in the highest. Unless biology does that, look at normalisation."
            )


def describe_levels(levels: pd.DataFrame) -> Iterator[str]:
    """Levels whose features go one way."""
    apart = levels[levels["mean_score"].abs() >= _APART]
    for (contrast, covariate), rows in apart.groupby(["contrast", "covariate"], sort=False):
        rows = rows.sort_values("mean_score", key=np.abs, ascending=False, kind="stable")
        shown = [
            f"{row['level']} (median z {row['median_z']:+.1f} of {counted(int(row['features']), 'feature')})"
            for _, row in rows.head(MOST_NAMED).iterrows()
        ]
        more = f" and {len(rows) - len(shown)} more levels" if len(rows) > len(shown) else ""
        yield f"In {contrast}, features of {covariate} {joined(shown)}{more} go one way."


def describe_loadings(trends: pd.DataFrame, components: pd.DataFrame) -> Iterator[str]:
    """Residual components whose loadings go along with effects; a sentence for a contrast, or two."""
    found = trends[(trends["kind"] == "loadings") & trends["factor_t"].notna()]
    yield from few_of(_telling(found, components), "contrasts; .trends has all")
    by_chance = found[~found["contrast"].isin(found["contrast"][found["factor_p"] < _P]) & (found["share"] >= SHARE)]
    yield from few_of(_by_chance(by_chance, components), "contrasts; .trends has all")


def _telling(found: pd.DataFrame, components: pd.DataFrame) -> Iterator[str]:
    telling = found[found["factor_p"] < _P]
    for contrast, rows in telling.groupby("contrast", sort=False):
        yield (
            f"Effects of {contrast} go along with {_components(rows, components)}, as if hidden factors differed with "
            f"{contrast} by more than chance gives: {_remedy(rows, components)}. True effects on just those features "
            "that vary together anyway would look the same."
        )


def _remedy(rows: pd.DataFrame, components: pd.DataFrame) -> str:
    """A column that was recorded is better than an estimate of it."""
    follows = components.loc[rows["covariate"], "annotation"]
    recorded = list(dict.fromkeys(name for name in follows if name))
    add = [f"add {joined(recorded)} to the design"] if recorded else []
    return joined([*add, *(["estimate them with latent_factors()"] if not all(follows) else [])])


def _by_chance(found: pd.DataFrame, components: pd.DataFrame) -> Iterator[str]:
    for contrast, rows in found.groupby("contrast", sort=False):
        yield (
            f"Effects of {contrast} go along with {_components(rows, components)}, no more than a hidden factor brings "
            "about that has nothing to do with it: by chance, many effects are off together."
        )


def _components(rows: pd.DataFrame, components: pd.DataFrame) -> str:
    """Components, each with its share, what it follows, its correlation with effects and the t of its factor."""
    parts = []
    for _, row in rows.iterrows():
        component = components.loc[row["covariate"]]
        named = f", which follows {component['annotation']}" if component["annotation"] else ""
        p = f", p {row['factor_p']:.1g}" if row["factor_p"] < _P else ""
        parts.append(
            f"{row['covariate']} ({percent(component['share'])} of the residual variance{named}; rank correlation "
            f"{row['correlation']:+.2f}, t of the factor {abs(row['factor_t']):.1f}{p})"
        )
    return joined(parts)


def describe_correlations(table: pd.DataFrame) -> Iterator[str]:
    """Contrasts whose effects correlate otherwise than the design implies."""
    yield from few_of(_beyond(table), "pairs of contrasts; .correlations has all")


def _beyond(table: pd.DataFrame) -> Iterator[str]:
    apart = (table["observed"] - table["design"]).abs().sort_values(ascending=False, kind="stable")
    for _, row in table.loc[apart.index[apart > _BEYOND]].iterrows():
        shared = abs(row["design"]) > _SOME
        implied = f"{row['design']:.2f} because of the samples they share" if shared else "none"
        why = (
            "features have true effects in common, or a hidden factor goes along with both"
            if abs(row["observed"]) > abs(row["design"])
            else "true effects of the two differ in many features"
        )
        yield (
            f"Effects of {row['first']} and {row['second']} correlate {row['observed']:.2f} over features, where the "
            f"design implies {implied}: {why}."
        )
