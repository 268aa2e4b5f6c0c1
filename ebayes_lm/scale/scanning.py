"""scan: every feature as a predictor of outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import BoolArray, FloatArray
from ebayes_lm.core.ols import KERNEL_CELLS
from ebayes_lm.core.pair_tests import Found, false_discovery_rates, inflation
from ebayes_lm.data.blocks import Running
from ebayes_lm.data.cluster import cluster_for
from ebayes_lm.data.engines import Engine
from ebayes_lm.data.fingerprints import digest
from ebayes_lm.data.marks import warn_of_adjustment
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.design.boundary import matrix_and_table
from ebayes_lm.errors import ArgumentError, DataError, DesignError, DesignWarning, counted, listing, warn
from ebayes_lm.results.arguments import probability
from ebayes_lm.results.resuming import checked_folder, checkpointed, require_apart
from ebayes_lm.scale.adjustment import covariate_columns, interaction_columns
from ebayes_lm.scale.hits_file import checked_path, hits_file
from ebayes_lm.scale.outcomes import Outcomes, outcomes_of
from ebayes_lm.scale.scanned import (
    FewAtATime,
    OutcomeSet,
    Scanned,
    ScannedBlocks,
    collected,
    outcome_sets,
    scanned,
    table_of,
    told_of,
    with_annotation,
)

#: Tests of several outcomes that a table holds without ``keep_p``: some 4 GB.
_MOST_TESTS = 50_000_000


def scan(
    features: Any,
    outcome: Any,
    *,
    covariates: Any = None,
    interaction: Any = None,
    samples: pd.DataFrame | None = None,
    keep_p: float | None = None,
    out: Any = None,
    layer: str | None = None,
    feature_columns: str | Sequence[str] | None = None,
    checkpoint: Any = None,
    scheduler: Any = None,
    threads: int | None = None,
    chunk_size: int | None = None,
    max_memory: int | str | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Regress an outcome on covariates and one feature, for every feature: EWAS, GWAS of dosages, eQTL.

    Parameters
    ----------
    features : array, DataFrame, AnnData, sparse matrix, EList or FeatureMatrix
        Features x samples (AnnData: samples x features), such as methylation, dosages 0 to 2, or what
        :func:`open_matrix` returns. NaN is missing; a feature is tested on the samples that it has.
    outcome : str, list of str, (n,) or (n, q) array_like, Series or DataFrame
        Columns of ``samples``, or numbers, samples x outcomes. Samples without a value do not take part for this
        outcome; of those that have none at all, covariates may be missing, too.
    covariates : str, list of str, Design, DataFrame or array, optional
        What to adjust for: a formula such as ``"~ age + sex"``, names of columns of ``samples``, or a matrix samples x
        covariates. A constant is always added.
    interaction : str, Series or array, optional
        A column of ``samples`` (or a formula, or numbers) with which the effect of a feature may change. It joins the
        covariates, and the product with the feature is what is tested: by t where it is one column, by F where a
        factor has more than two levels.
    samples : DataFrame, optional
        Sample table, matched to the features by label; by default what the container carries.
    keep_p : float, optional
        Only tests with a p-value up to this are kept; of the others nothing but their number.
    out : str or Path, optional
        A file to which tests are written as they come: .parquet, .csv, .tsv, .csv.gz or .tsv.gz. It replaces a file of
        that name when all is done.
    layer : str, optional
        Layer of an AnnData.
    feature_columns : str or list of str, optional
        Columns of a DataFrame that describe features.
    checkpoint : path, optional
        A folder of its own where tests are kept as they are done, so that the same call goes on where a run ended.
    scheduler : str or distributed.Client, optional
        Address of a Dask scheduler, or a client, whose workers do the work.
    threads, chunk_size : int, optional
        Threads, and features in a block; by default all processors, and blocks of a million values.
    max_memory : int or str, optional
        Room for blocks, such as "1GB".
    progress : bool, optional
        By default a line on stderr after two seconds where somebody watches.

    Returns
    -------
    DataFrame
        In the order of features: annotation, beta, SE, t, df, n, P.Value, adj.P.Val, neg_log10_p, status; F and df1
        in place of the first three where several columns are tested. Of one outcome it is indexed by feature, of
        several it has columns ``feature`` and ``outcome``. ``adj.P.Val`` is Benjamini and Hochberg's over all tests,
        those that are not kept among them; ``.attrs["tests"]`` is their number and ``.attrs["inflation"]`` the genomic
        inflation factor, near 1 where nothing confounds (of a quarter of a million tests, where not all are kept).
        With ``out``, tests by outcome and how many of them the file has, which is without adjusted p-values.

    Raises
    ------
    DataError
        Values are infinite or not numeric, or an outcome cannot be used.
    AlignmentError
        Labels of samples do not match.
    DesignError
        Covariates cannot be used, or leave no residual degrees of freedom.
    ArgumentError
        A value outside what is allowed, or more tests than fit into a table.
    StorageError
        The disk is full, or not writeable; or another run works in the folder of ``checkpoint``.

    Notes
    -----
    Covariates are taken out of outcomes and features, and what is left is regressed (Frisch & Waugh 1933, Econometrica
    1, 387-401; Lovell 1963, Journal of the American Statistical Association 58, 993-1010); many outcomes take one
    matrix product (Shabalin 2012, Bioinformatics 28, 1353-1358). A feature with missing values is freed of covariates
    on its own samples, and nothing is imputed. Of .bed files, beta is the effect of one more copy of ``allele_1``.

    These are ordinary t tests. Moderation does not apply: the residual variance is that of the outcome, which all
    features share. Samples are taken as independent: relatedness and population structure are not modelled. Principal
    components among the covariates are the usual remedy, a mixed model of another program the thorough one.

    ``status`` is "ok", or says why there is no test: "zero_variance" (the feature is constant, or the outcome is one
    beside covariates; with t infinite the fit is perfect), "not_estimable" (covariates determine the feature), "no_df",
    "all_missing".

    Examples
    --------
    >>> import numpy as np, pandas as pd, ebayes_lm as el
    >>> rng = np.random.default_rng(1)
    >>> people = pd.DataFrame({"age": rng.uniform(20, 70, 80), "smokes": rng.integers(0, 2, 80)})
    >>> sites = rng.normal(size=(1000, 80))
    >>> people["lung"] = 0.8 * sites[3] - 0.02 * people["age"] + rng.normal(size=80)
    >>> table = el.scan(sites, "lung", samples=people, covariates="~ age + smokes")
    >>> int(table["P.Value"].idxmin()), table.attrs["tests"]
    (3, 1000)
    >>> table.loc[[3], ["beta", "df"]].round(2).to_numpy().tolist()
    [[0.81, 76.0]]
    >>> hits = el.scan(sites, people[["lung", "age"]], keep_p=1e-6)
    >>> hits[["feature", "outcome", "n"]].to_numpy().tolist()
    [[3, 'lung', 80]]
    """
    running = Running(threads, chunk_size, max_memory, progress)
    path = None if out is None else checked_path(out)
    folder = checked_folder(checkpoint, "checkpoint")
    require_apart(folder, path)
    keep_p = _threshold(keep_p)
    matrix, table = matrix_and_table(features, samples, layer=layer, feature_columns=feature_columns)
    warn_of_adjustment(matrix.adjusted)
    outcomes = outcomes_of(outcome, matrix, table)
    used: BoolArray = np.asarray(np.isfinite(outcomes.values).any(axis=0))
    factors = interaction_columns(interaction, matrix, table, used)
    adjusted_for = covariate_columns(covariates, matrix, table, used)
    sets = outcome_sets(outcomes.values, adjusted_for, factors)
    _check_sets(sets, outcomes)
    n_tests = matrix.shape[0] * len(outcomes.names)
    if path is None and keep_p is None and not outcomes.is_one and n_tests > _MOST_TESTS:
        raise ArgumentError(
            f"{matrix.shape[0]:,} features x {len(outcomes.names):,} outcomes are {n_tests:,} tests, more than a table "
            "holds; keep_p=1e-5 keeps those that may matter, and out= writes to a file"
        )
    use_kernel = matrix.shape[0] * matrix.shape[1] >= KERNEL_CELLS
    told = None if path is None and keep_p is None else told_of(matrix.shape[0], len(outcomes.names))
    work, columns = ScannedBlocks(sets, keep_p, use_kernel, told), max(1, len(factors))
    with cluster_for(scheduler, matrix.source) as engine:
        worker: Engine = engine or FewAtATime(running.n_threads)
        if folder is not None:
            facts = _facts(outcomes.values, adjusted_for, factors, keep_p, told)
            worker = checkpointed(worker, folder, matrix.source, facts)
        done = scanned(matrix, work, len(outcomes.names), replace(running, engine=worker))
        if path is None:
            return _whole(collected(list(done)), matrix, outcomes, columns, told is not None)
        return _written(path, done, matrix, outcomes, columns)


def _facts(
    outcomes: FloatArray, covariates: FloatArray, factors: FloatArray, keep_p: float | None, told: Any
) -> dict[str, str]:
    """What blocks of a scan depend on, beside the features."""
    return {
        "the model": "of scans",
        "the outcomes": digest(outcomes),
        "the covariates": digest(covariates),
        "the interaction": digest(factors),
        "keep_p": repr(keep_p),
        "what is told of other tests": repr(told),
    }


def _threshold(keep_p: Any) -> float | None:
    if keep_p is None:
        return None
    largest = probability(keep_p, "keep_p", "the largest p-value that is kept")
    if largest == 0.0:
        raise ArgumentError("keep_p=0 keeps nothing; 1e-5 is usual where many outcomes meet many features")
    return largest


def _check_sets(sets: Sequence[OutcomeSet], outcomes: Outcomes) -> None:
    """Refuse what leaves nothing to test, and say which outcomes do not vary."""
    df = {int(some.present.sum()): some.predictors.df for some in sets}
    if max(df.values()) <= 0:
        n = max(df, key=lambda samples: df[samples])
        raise DesignError(
            f"covariates and a feature leave no residual degrees of freedom of {counted(n, 'sample')} that have an "
            "outcome; leave covariates out"
        )
    still = np.concatenate([some.numbers[some.predictors.lengths == 0] for some in sets])
    if len(still):
        names = listing(outcomes.names[np.sort(still)])
        if len(still) == len(outcomes.names):
            raise DataError(f"nothing is left to explain: {names} is constant, or covariates determine it")
        warn(
            f"{counted(len(still), 'outcome')} constant or determined by covariates: {names}. There is no test of "
            "these",
            DesignWarning,
        )


def _whole(every: Scanned, matrix: FeatureMatrix, outcomes: Outcomes, columns: int, only_hits: bool) -> pd.DataFrame:
    """All that was kept, adjusted for the number of tests."""
    found, tests = every.found, int(every.tests.sum())
    table = table_of(found, columns)
    adjusted = false_discovery_rates(found.p_value, tests)
    table.insert(int(table.columns.get_loc("P.Value")) + 1, "adj.P.Val", adjusted)  # type: ignore[arg-type]
    if outcomes.is_one:
        table = with_annotation(table, matrix.annotation, found.row).set_axis(matrix.features[found.row])
    else:
        table = _labelled(table, found, matrix, outcomes)
    table.attrs |= {"tests": tests, "inflation": inflation(every.p_values if only_hits else found.p_value)}
    return table


def _written(
    path: Path, done: Iterator[Scanned], matrix: FeatureMatrix, outcomes: Outcomes, columns: int
) -> pd.DataFrame:
    """Write tests as they come; how many there were of each outcome, and how many were kept."""
    counts = np.zeros((2, len(outcomes.names)), dtype=np.int64)
    told = []
    with hits_file(path) as file:
        for found, tests, p_values in done:
            told.append(p_values)
            file.write(_labelled(table_of(found, columns), found, matrix, outcomes))
            counts += [tests, np.bincount(found.outcome, minlength=len(tests))]
    table = pd.DataFrame({"tests": counts[0], "kept": counts[1]}, index=outcomes.names)
    table.attrs["inflation"] = inflation(np.concatenate(told))
    return table


def _labelled(table: pd.DataFrame, found: Found, matrix: FeatureMatrix, outcomes: Outcomes) -> pd.DataFrame:
    """With the names of features, and of outcomes where there may be several, in front, and then annotation."""
    labels = {"feature": matrix.features[found.row]}
    if not outcomes.is_one:
        labels["outcome"] = outcomes.names[found.outcome]
    for k, (name, values) in enumerate(labels.items()):
        table.insert(k, name, values)
    return with_annotation(table, matrix.annotation, found.row, len(labels))
