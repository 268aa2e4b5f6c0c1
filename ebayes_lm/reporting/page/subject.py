"""What a report is about: one fit with tests, its comparisons, and what is known of its samples and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.counts.per_million import cpm
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.data.containers import EList
from ebayes_lm.data.count_list import DGEList
from ebayes_lm.data.duplicates import with_duplicates
from ebayes_lm.data.matrix import FeatureMatrix, as_feature_matrix, is_anndata
from ebayes_lm.design.boundary import aligned_samples, with_sample_names
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.recipe import INTERCEPT
from ebayes_lm.errors import ContrastError, DataError, DesignError
from ebayes_lm.reporting.informing import Informing, informing_samples
from ebayes_lm.reporting.panels.reading import QUIET, means_of_repeats
from ebayes_lm.reporting.sentences import equation, title
from ebayes_lm.results.tested import TestedFit

#: A page of more comparisons than this would be no overview.
MOST_COMPARISONS = 30
#: Values that are held at once where the data have to be brought into the order of the fit.
_MOST_CELLS = 50_000_000


@dataclass(frozen=True, eq=False)
class Comparison:
    """One comparison of the page.

    Attributes
    ----------
    position : int
        Its coefficient in the fit.
    name : str
    weights : Series
        Of the coefficients of the design.
    informing : Informing or None
        The samples that it rests on; None where the design cannot estimate it.
    title : str
        In words where these are known and tell it from all others, else its name.
    rises_with : str or None
        The number whose slope it is.
    """

    position: int
    name: str
    weights: pd.Series[float]
    informing: Informing | None
    title: str
    rises_with: str | None = None

    @cached_property
    def equation(self) -> str:
        """As a sum of coefficients."""
        return equation(self.weights)

    @property
    def up(self) -> str | None:
        """What a positive effect means, for two levels of one factor and for numbers."""
        if self.rises_with is not None:
            return f"higher where {self.rises_with} is higher"
        sides = self.title.split(" against ")
        return f"higher in {sides[0]} than in {sides[1]}" if self.title != self.name and len(sides) == 2 else None


@dataclass(frozen=True, eq=False)
class Subject:
    """What is reported.

    Attributes
    ----------
    mod : TestedFit
    comparisons : tuple of Comparison
    left_out : tuple of str
        Coefficients beyond those that a page can hold.
    samples : DataFrame
        The sample table in the order of the design, without columns where there is none.
    matrix : FeatureMatrix or None
        The values; None without data.
    rows, columns : integer arrays
        Where features and samples of the fit lie in it.
    repeats : int
        Measurements of each feature in a sample, next to each other in the matrix.
    fdr, lfc : float
        The decisions that are counted.
    """

    mod: TestedFit
    comparisons: tuple[Comparison, ...]
    left_out: tuple[str, ...]
    samples: pd.DataFrame
    matrix: FeatureMatrix | None
    rows: IntArray
    columns: IntArray
    repeats: int
    fdr: float
    lfc: float

    @property
    def titled(self) -> TestedFit:
        """The fit with its coefficients under the titles that the page has for them."""
        fit, names = self.mod.fit, list(self.mod.coef_names)
        for comparison in self.comparisons:
            names[comparison.position] = comparison.title
        return replace(self.mod, fit=replace(fit, labels=replace(fit.labels, coefs=pd.Index(names, dtype=object))))

    def values(self, features: IntArray) -> FloatArray:
        """Values (v, samples) of features at these positions of the fit, the mean of repeats; NaN where missing."""
        if self.matrix is None:
            return np.empty((len(features), 0))
        read = self.matrix.rows_at(self.rows[features], QUIET).astype(np.float64)
        return means_of_repeats(read, self.repeats)[:, self.columns]

    def data_in_order(self, data: Any) -> Any:
        """The data with the features of the fit alone, in its order; None where that is too much to hold."""
        matrix = self.matrix
        if matrix is None or self.repeats > 1 or np.array_equal(self.rows, np.arange(matrix.shape[0])):
            return matrix if isinstance(matrix, FeatureMatrix) and is_anndata(data) else data
        if len(self.rows) * len(self.columns) > _MOST_CELLS:
            return None
        values = self.values(np.arange(len(self.rows)))
        return pd.DataFrame(values, index=self.mod.labels.features, columns=self.mod.design.samples)


def subject_of(mod: TestedFit, data: Any, samples: Any, *, layer: str | None, fdr: float, lfc: float) -> Subject:
    """Bring fit, data and sample table together, all by name."""
    matrix = None if data is None else _matrix(data, layer)
    if matrix is not None and isinstance(samples, pd.DataFrame):
        matrix = with_sample_names(matrix, samples)
    table = _table(mod.design, samples if samples is not None or matrix is None else matrix.sample_table)
    positions = _of_interest(mod)
    shown = positions[:MOST_COMPARISONS]
    none, duplicates = np.empty(0, dtype=np.intp), mod.fit.duplicates
    rows, columns = (none, none) if matrix is None else (_rows(mod, matrix), _columns(mod, matrix))
    comparisons = _comparisons(mod, shown, table)
    left_out = tuple(mod.coef_names[k] for k in positions[len(shown) :])
    if matrix is not None and duplicates is not None:
        matrix = with_duplicates(matrix, duplicates)
    repeats = 1 if duplicates is None else duplicates.count
    return Subject(mod, comparisons, left_out, table, matrix, rows, columns, repeats, fdr, lfc)


def _matrix(data: Any, layer: str | None) -> FeatureMatrix:
    """The data as they are fitted; of counts their logarithms."""
    if isinstance(data, DGEList):
        data = EList(cpm(data, log=True), genes=data.genes, targets=data.samples)
    return as_feature_matrix(data, layer=layer)


def _table(design: Design, samples: Any) -> pd.DataFrame:
    if samples is None:
        return pd.DataFrame(index=design.samples)
    labels = None if is_positional(design.samples) else design.samples
    return aligned_samples(samples, sample_labels=labels, n_samples=design.shape[0])


def _of_interest(mod: TestedFit) -> list[int]:
    """Contrasts where the fit has some; else coefficients of the terms of interest, or all but the intercept."""
    if mod.fit.is_contrasted:
        return mod.tested_positions
    design = mod.design
    terms = design.of_interest or tuple(term for term in design.terms if term != INTERCEPT)
    wanted = {column for term in terms for column in design.terms[term]}
    return [k for k in mod.tested_positions if mod.coef_names[k] in wanted] or mod.tested_positions


def _comparisons(mod: TestedFit, positions: list[int], table: pd.DataFrame) -> tuple[Comparison, ...]:
    known, names = set(map(str, table.columns)), [mod.coef_names[k] for k in positions]
    weights = [mod.contrasts.iloc[:, k] for k in positions]
    rest_on = [_informing(mod, w.to_numpy(), name, table, known) for w, name in zip(weights, names, strict=True)]
    titles = _titles(mod.coef_names, positions, rest_on)
    slopes = [_slope(mod.design, w, table) for w in weights]
    return tuple(map(Comparison, positions, names, weights, rest_on, titles, slopes))


def _slope(design: Design, weights: pd.Series[float], table: pd.DataFrame) -> str | None:
    """The number of the table whose slope, the same in all samples, a comparison is."""
    used = weights[weights != 0.0]
    name = str(used.index[0]) if len(used) == 1 and used.iloc[0] > 0.0 else ""
    if name not in table.columns or name in design.levels or not pd.api.types.is_numeric_dtype(table[name].dtype):
        return None
    return None if any(name in term.split(":") for term in design.terms if term != name) else name


def _titles(names: Sequence[str], positions: Sequence[int], rest_on: Sequence[Informing | None]) -> list[str]:
    """Comparisons in words; those of the same words, or of the name of another, by their names."""
    titles = [names[k] if rests is None else title(rests) for k, rests in zip(positions, rest_on, strict=True)]
    others = [{*titles[:j], *titles[j + 1 :], *names[:k], *names[k + 1 :]} for j, k in enumerate(positions)]
    return [names[k] if words in rest else words for k, words, rest in zip(positions, titles, others, strict=True)]


def _informing(
    mod: TestedFit, weights: FloatArray, name: str, table: pd.DataFrame, known: set[str]
) -> Informing | None:
    """By the factors of the design where the table has them, else by samples alone."""
    plan = mod.fit.plan if mod.fit.duplicates is None else None  # repeats of a feature weigh alike
    try:
        if len(table.columns):
            return informing_samples(mod.design, weights, table, name=name, plan=plan)
    except ContrastError:
        return None
    except DesignError:
        pass  # the table is about something else
    try:
        return informing_samples(Design(mod.design.frame), weights, table, name=name, plan=plan)
    except ContrastError:
        return None


def _rows(mod: TestedFit, matrix: FeatureMatrix) -> IntArray:
    """Where the features of the fit lie in the data; a fit of some of them finds these by name."""
    wanted, found = mod.labels.features, matrix.features
    if mod.fit.duplicates is not None and len(found) == len(wanted) * mod.fit.duplicates.count:
        return np.arange(len(wanted), dtype=np.intp)
    if len(wanted) == len(found) and (is_positional(found) or is_positional(wanted) or found.equals(wanted)):
        return np.arange(len(found), dtype=np.intp)
    if not found.is_unique or not wanted.isin(found).all():
        raise DataError(
            f"the data have {len(found):,} features and do not hold the {len(wanted):,} of the fit under their names; "
            "give the matrix that was fitted"
        )
    return found.get_indexer(wanted).astype(np.intp)


def _columns(mod: TestedFit, matrix: FeatureMatrix) -> IntArray:
    return align(matrix.sample_labels, mod.design.samples, len(mod.design.samples), what="data")
