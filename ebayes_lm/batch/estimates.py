"""estimate_structure: what the estimates of all features have in common that the model does not know of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.batch import estimate_tables as tables
from ebayes_lm.batch import estimate_trends as trending
from ebayes_lm.batch import estimate_words as words
from ebayes_lm.batch.annotations import Annotation
from ebayes_lm.batch.control_features import control_positions
from ebayes_lm.batch.estimate_covariates import ABUNDANCE, covariates_of
from ebayes_lm.batch.estimate_inflation import inflation_row
from ebayes_lm.batch.estimate_result import EstimateStructure
from ebayes_lm.batch.residual_loadings import residual_loadings
from ebayes_lm.batch.seeds import seed_or_none
from ebayes_lm.core.normal_scores import z_of
from ebayes_lm.core.qr import spans_constant
from ebayes_lm.core.sample_weights import is_difference, weights_of_samples
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix
from ebayes_lm.data.sources import ArraySource
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import ArgumentError, StageError, listing
from ebayes_lm.results.arguments import whole_number
from ebayes_lm.results.moderated import ModeratedFit
from ebayes_lm.results.stages import require_tests

#: Fewest residual df that components are looked for in.
_FEWEST_DF = 3
#: A mean of which so many features have one sign is a level.
_ONE_SIDE = 0.9


def estimate_structure(
    mod: Any,
    y: Any = None,
    *,
    coef: Any = None,
    covariates: Any = None,
    controls: Any = None,
    samples: pd.DataFrame | None = None,
    k: int = 3,
    seed: int | None = None,
    layer: str | None = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> EstimateStructure:
    """Look for what effects of all features have in common: trends, hidden factors, correlation, inflation.

    Features are not independent of one another, so sizes decide what is reported here, and not p-values over features.

    Parameters
    ----------
    mod : ModeratedFit
    y : array, DataFrame, AnnData, sparse matrix or EList, optional
        The data that were fitted; with it, effects are compared with loadings on residual components, which tells of
        hidden factors that go along with what is tested.
    coef : str, int or list of these, optional
        Coefficients or contrasts; by default those that :func:`top_table` tests: the terms of interest, or all but the
        intercept and nuisance.
    covariates : str, list of str, DataFrame, Series or dict, optional
        What is known of features, beside their mean: columns of the annotation, or values. By default the columns of
        the annotation that hold numbers, or groups of features.
    controls : str, mask, Series or labels, optional
        Features that nothing of interest changes (negative controls); bias and inflation are then theirs.
    samples : DataFrame, optional
        Sample table, whose columns name residual components; by default that of y.
    k : int
        Residual components to look at.
    seed : int, optional
        For the empirical null; by default the same each time.
    layer : str, optional
        Layer of an AnnData.
    threads, chunk_size : int, optional
        Threads, and features in a block.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    EstimateStructure
        Findings in plain words, and the tables behind them.

    Raises
    ------
    StageError
        mod is not what :func:`ebayes` or :func:`ordinary` returns.
    DataError
        y is not what was fitted.
    ArgumentError, ArgumentTypeError
        An unknown coefficient or column, or an option outside its range.
    AlignmentError
        Covariates or controls that do not match the features.

    Notes
    -----
    z has the tail probability of t. Bias and inflation are mean and standard deviation of the null component of three
    normals fitted to z by Gibbs sampling (van Iterson, van Zwet, the BIOS Consortium and Heijmans 2017 Genome Biology
    18:19), on values in bins. They are given where more than 90 % of features have no effect; more true effects, small
    ones above all, and inflation look alike. The prior of bias is worth 1,000 features without any.

    A hidden factor shifts t of a feature by the feature's loading times t of the factor itself, had it been tested. The
    robust slope of t on loadings tells that t, on the residual df of the samples (Wang, Zhao, Hastie and Owen 2017
    Annals of Statistics 45, 1863-1894): this p-value rests on samples and not on features.

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> gc = rng.uniform(0.3, 0.7, size=2000)
    >>> y = rng.normal(size=(2000, 8)) + np.outer(3 * (gc - 0.5), [0, 0, 0, 0, 1, 1, 1, 1])
    >>> mod = el.lm_fit(y, "~ group", samples=pd.DataFrame({"group": list("AAAABBBB")})).ebayes()
    >>> found = el.estimate_structure(mod, y, covariates={"gc": gc})
    >>> found.findings[0][:47]
    'Effects of groupB go along with gc, which expla'
    >>> float(found.trends.set_index("covariate").loc["gc", "share"].round(1))
    0.2
    """
    fit = _moderated(mod)
    rng = np.random.default_rng(seed_or_none(seed) or 0)
    whole_number(k, "k", "the number of residual components to look at")
    running = Running(threads, chunk_size, max_memory, progress)
    chosen = _chosen(fit, coef)
    features = covariates_of(fit, covariates)
    marked = None if controls is None else control_positions(controls, _bare(fit))
    matrix = None if y is None else as_feature_matrix(y, layer=layer)
    if y is None and (layer is not None or samples is not None):
        raise ArgumentError("layer= and samples= belong to y, which is not given; pass the data that were fitted")
    loadings = None
    if matrix is not None:
        loadings = residual_loadings(fit.fit, matrix, k, running) if fit.fit.plan.df_residual >= _FEWEST_DF else None
    z = {name: z_of(fit.t_of(at), fit.log_p_value_of(at)) for name, at in chosen.items()}
    inflation = {name: inflation_row(values, marked, rng) for name, values in z.items()}
    levels = [row for name in z for a in features for row in trending.level_rows(name, a, z[name])]
    found = _Tables(
        pd.DataFrame.from_dict(inflation, orient="index"),
        tables.trends_table(fit, chosen, z, features, loadings),
        pd.DataFrame(levels, columns=trending.LEVEL_COLUMNS),
        tables.correlations_table(fit, chosen, z),
        tables.components_table(fit, loadings, matrix, samples),
    )
    return _described(fit, found, z, features, _means(fit, chosen))


class _Tables(NamedTuple):
    """All tables but those for plots."""

    inflation: pd.DataFrame
    trends: pd.DataFrame
    levels: pd.DataFrame
    correlations: pd.DataFrame
    components: pd.DataFrame

    def without(self, means: list[str]) -> _Tables:
        """The tables of differences."""
        pairs = self.correlations
        return self._replace(
            inflation=self.inflation.drop(index=means),
            trends=self.trends[~self.trends["contrast"].isin(means)],
            levels=self.levels[~self.levels["contrast"].isin(means)],
            correlations=pairs[~(pairs["first"].isin(means) | pairs["second"].isin(means))],
        )

    def without_abundance(self, means: list[str]) -> _Tables:
        """The tables without what a mean has to do with itself."""
        itself = self.trends["contrast"].isin(means) & (self.trends["covariate"] == ABUNDANCE)
        return self._replace(trends=self.trends[~itself])


def _means(mod: ModeratedFit, chosen: dict[str, int]) -> list[str]:
    """Which of them are means and not differences; none in a design without a constant, such as one of dye swaps."""
    x = mod.design.matrix
    if not spans_constant(x):
        return []
    weights = {name: weights_of_samples(x, mod.fit.contrast_matrix[:, at]) for name, at in chosen.items()}
    return [name for name, found in weights.items() if found is not None and not is_difference(found)]


def _of_one_sign(z: dict[str, FloatArray]) -> bool:
    """Whether nearly all features lie on one side, as the level of their values does and no effect."""
    (values, *others) = z.values()
    above = float(np.mean(values[np.isfinite(values)] > 0.0))
    return not others and abs(above - 0.5) > _ONE_SIDE - 0.5


def _described(
    mod: ModeratedFit, found: _Tables, z: dict[str, FloatArray], features: list[Annotation], means: list[str]
) -> EstimateStructure:
    """Tables with words, and with what plots show."""
    if mod.rank > 1 or _of_one_sign(z):
        told, aside = found.without(means), means
    else:  # a single mean is the effect of log ratios, and their abundance, too
        told, aside = found.without_abundance(means), []
    findings = [
        *words.describe_means(aside),
        *words.describe_trends(told.trends),
        *words.describe_levels(told.levels),
        *words.describe_loadings(told.trends, told.components),
        *words.describe_correlations(told.correlations),
        *words.describe_inflation(told.inflation),
    ]
    curves = [c for name in z for a in features if (c := trending.curve(name, a, z[name])) is not None]
    empty = pd.DataFrame(columns=["contrast", "covariate", "x", "z"])
    data = {
        "curves": pd.concat(curves, ignore_index=True) if curves else empty,
        "histogram": tables.histogram_table(z, found.inflation),
    }
    return EstimateStructure(tuple(findings), *found, data)


def _moderated(mod: Any) -> ModeratedFit:
    tested = require_tests(mod, "estimate_structure")
    if not isinstance(tested, ModeratedFit):
        raise StageError(
            "estimate_structure() looks at tests of no effect at all, and treat() tests against a threshold; give it "
            ".fit.ebayes()"
        )
    return tested


def _chosen(mod: ModeratedFit, coef: Any) -> dict[str, int]:
    """Coefficients by name, those of the default table where none is named."""
    names = mod.coef_names
    if coef is not None:
        positions = mod.labels.coef_positions(coef)
    elif not mod.fit.is_contrasted and mod.design.of_interest:
        positions = [names.index(c) for term in mod.design.of_interest for c in mod.design.terms[term]]
    else:
        positions = [at for at in mod.tested_positions if names[at] != INTERCEPT] or mod.tested_positions
    known = {names[at]: at for at in positions if not np.isnan(mod.t_of(at)).all()}
    if not known:
        raise ArgumentError(f"no feature has a test of {listing([names[at] for at in positions])}")
    return known


def _bare(mod: ModeratedFit) -> FeatureMatrix:
    """Features and annotation of a fit, for what is matched to them."""
    source = ArraySource(np.broadcast_to(0.0, (mod.shape[0], 1)))
    return FeatureMatrix(source, mod.labels.features, pd.RangeIndex(1), mod.fit.annotation)
