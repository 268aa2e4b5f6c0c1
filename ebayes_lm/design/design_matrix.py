"""Design: a matrix of samples x coefficients that knows its names, its terms and where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray, FloatArray, IntArray
from ebayes_lm.data.alignment import align, is_positional
from ebayes_lm.design.checks import checked_interest, checked_terms, read_numbers, require_usable
from ebayes_lm.design.nodes import Name, deparse
from ebayes_lm.design.recipe import INTERCEPT, Recipe
from ebayes_lm.design.table import Samples, SampleTable
from ebayes_lm.errors import DesignError, listing


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Design:
    """A design matrix, samples x coefficients.

    Parameters
    ----------
    frame : DataFrame, (n, p) array, (n,) vector, or another Design
        Finite numbers. Columns of an array are named x1..xp, samples of an array are numbered.
    terms : dict, optional
        Term name to the names of its columns; by default every column is a term of its own.
    of_interest : str or list of str, optional
        Terms that the analysis is about; the others are adjustment.

    Attributes
    ----------
    matrix : (n, p) float64 array, read-only
    samples : Index
        Sample labels, a plain numbering where there are none.
    labelled : bool
        Whether the samples came with an index of their own, to be matched by name.
    formula : str or None
        The formula it was coded from.
    of_interest : tuple of str or None
    nuisance : tuple of str
        Columns that :meth:`with_nuisance` appended; no test includes them unless it names them.

    Raises
    ------
    DesignError
        Empty, not numeric, not finite, or column names that repeat.

    Examples
    --------
    >>> design = Design(np.array([[1, 0], [1, 0], [1, 1]]), of_interest="x2")
    >>> design
    Design of 3 samples x 2 coefficients: x1, x2; of interest: x2
    >>> design.frame
       x1   x2
    0 1.0  0.0
    1 1.0  0.0
    2 1.0  1.0
    """

    matrix: FloatArray
    samples: pd.Index
    labelled: bool
    formula: str | None
    of_interest: tuple[str, ...] | None
    nuisance: tuple[str, ...]
    _names: tuple[str, ...]
    _terms: tuple[tuple[str, tuple[str, ...]], ...]
    _recipe: Recipe | None

    def __init__(
        self,
        frame: pd.DataFrame | AnyArray | Sequence[Any] | Design,
        *,
        terms: Mapping[str, Sequence[str]] | None = None,
        of_interest: str | Iterable[str] | None = None,
    ) -> None:
        if isinstance(frame, Design):  # with other terms the formula says no longer how it was made
            self._fill(
                matrix=frame.matrix, names=frame.names, samples=frame.samples, labelled=frame.labelled,
                terms=frame.terms if terms is None else checked_terms(terms, frame.names),
                of_interest=frame.of_interest if terms is None and of_interest is None else of_interest,
                recipe=frame._recipe if terms is None else None, nuisance=frame.nuisance,
            )  # fmt: skip
            return
        matrix, names, samples = read_numbers(frame)
        require_usable(matrix, names, samples)
        self._fill(
            matrix=matrix, names=names, samples=samples, labelled=isinstance(frame, (pd.DataFrame, pd.Series)),
            terms=checked_terms(terms, names), of_interest=of_interest, recipe=None,
        )  # fmt: skip

    def _fill(
        self,
        *,
        matrix: FloatArray,
        names: Sequence[str],
        samples: pd.Index,
        labelled: bool,
        terms: Mapping[str, Sequence[str]],
        of_interest: str | Iterable[str] | None,
        recipe: Recipe | None,
        nuisance: tuple[str, ...] = (),
    ) -> None:
        frozen = np.array(matrix, dtype=np.float64, order="C")
        frozen.setflags(write=False)
        fields = {
            "matrix": frozen,
            "samples": samples,
            "labelled": labelled,
            "formula": recipe.formula.text if recipe else None,
            "of_interest": checked_interest(of_interest, terms),
            "nuisance": nuisance,
            "_names": tuple(names),
            "_terms": tuple((term, tuple(columns)) for term, columns in terms.items()),
            "_recipe": recipe,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_recipe(cls, recipe: Recipe, table: SampleTable, of_interest: str | Iterable[str] | None) -> Design:
        """Code the samples of a table by a recipe."""
        matrix = recipe.matrix(table)
        names = [name for columns in recipe.terms.values() for name in columns]
        require_usable(matrix, names, table.index)
        return cls.of_parts(
            matrix=matrix, names=names, samples=table.index, labelled=table.labelled, terms=recipe.terms,
            of_interest=of_interest, recipe=recipe,
        )  # fmt: skip

    @classmethod
    def of_parts(cls, **parts: Any) -> Design:
        """A design of parts that another one had, or that have been checked."""
        design = cls.__new__(cls)
        design._fill(**parts)
        return design

    def _with(self, **changed: Any) -> Design:
        """The same but for some of its parts."""
        parts = {
            "matrix": self.matrix, "names": self._names, "samples": self.samples, "labelled": self.labelled,
            "terms": self.terms, "of_interest": self.of_interest, "recipe": self._recipe, "nuisance": self.nuisance,
        }  # fmt: skip
        return Design.of_parts(**(parts | changed))

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self.matrix.setflags(write=False)

    @property
    def names(self) -> list[str]:
        """Names of the coefficients."""
        return list(self._names)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples and of coefficients."""
        return self.matrix.shape[0], self.matrix.shape[1]

    @property
    def frame(self) -> pd.DataFrame:
        """The matrix as a DataFrame of its own, samples x coefficients."""
        return pd.DataFrame(self.matrix.copy(), index=self.samples, columns=self.names)

    @property
    def terms(self) -> dict[str, list[str]]:
        """Names of the columns of each term."""
        return {term: list(columns) for term, columns in self._terms}

    @property
    def levels(self) -> dict[str, list[str]]:
        """Levels of each factor of the formula, the reference first; empty for a design from numbers."""
        if self._recipe is None:
            return {}
        variables = self._recipe.formula.variables
        return {
            variable.name if isinstance(variable := variables[v], Name) else deparse(variable): list(factor.levels)
            for v, factor in self._recipe.factors.items()
        }

    @property
    def recipe(self) -> Recipe:
        """What the formula learned from its samples.

        Raises
        ------
        DesignError
            The design was given as numbers.
        """
        if self._recipe is None:
            raise DesignError(
                "this design was given as numbers, so its conditions are not known; make it with "
                "model_matrix(formula, samples)"
            )
        return self._recipe

    def apply(self, new_samples: Samples) -> Design:
        """Code other samples with the levels, knots and centres of this design.

        Parameters
        ----------
        new_samples : DataFrame or dict of columns
            The columns that the formula reads, one value a sample.

        Returns
        -------
        Design
            Same coefficients, the new samples.

        Raises
        ------
        DesignError
            A level that this design does not know, missing values, or a design that has no formula.
        """
        if self.nuisance:
            raise DesignError(
                f"{listing(self.nuisance)} were estimated from the samples of this design and are not known of others; "
                "take the design without them"
            )
        return Design.from_recipe(self.recipe, SampleTable(new_samples), self.of_interest)

    def take(self, positions: IntArray | Sequence[int], samples: pd.Index | None = None) -> Design:
        """The design of some of the samples, by position and in that order, under new labels where given."""
        chosen = np.asarray(positions, dtype=np.intp)
        if samples is None and np.array_equal(chosen, np.arange(self.shape[0])):
            return self  # a plain numbering of the samples would become names
        index = self.samples.take(chosen) if samples is None else samples
        labelled = self.labelled or samples is not None
        return self._with(matrix=self.matrix[chosen], samples=index, labelled=labelled)

    def with_columns(self, matrix: FloatArray, names: Sequence[str]) -> Design:
        """Other numbers for the same samples; every column is a term of its own."""
        require_usable(matrix, names, self.samples)
        terms = checked_terms(None, names)
        return self._with(matrix=matrix, names=names, terms=terms, of_interest=None, recipe=None, nuisance=())

    def with_interest(self, of_interest: str | Iterable[str] | None) -> Design:
        """The same design with other terms of interest."""
        return self._with(of_interest=of_interest)

    def with_nuisance(self, columns: pd.DataFrame) -> Design:
        """The design with columns appended that the analysis is not about, such as hidden factors.

        Parameters
        ----------
        columns : DataFrame, samples x columns
            Finite numbers for the samples of the design, matched by label where both have names, else in its order.
            Each column becomes a term of its own.

        Returns
        -------
        Design
            Terms of interest are those of this design, or all of its terms but the intercept where it names none.
            Tests that name no coefficient leave the new columns out.

        Raises
        ------
        DesignError
            Columns that are not finite, or that the design has already.
        AlignmentError
            They are not those of the samples of the design.
        """
        added, names, samples = read_numbers(columns)
        wanted = self.samples if self.labelled and not is_positional(samples) else None
        order = align(samples, wanted, self.shape[0], what=listing(names, 1))
        matrix, names = np.hstack([self.matrix, added[order]]), [*self._names, *names]
        require_usable(matrix, names, self.samples)
        others = [term for term in self.terms if term != INTERCEPT and not set(self.terms[term]) <= set(self.nuisance)]
        return self._with(
            matrix=matrix, names=names, terms=checked_terms(self.terms, names),
            of_interest=self.of_interest or others or None, nuisance=self.nuisance + tuple(names[self.shape[1] :]),
        )  # fmt: skip

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> AnyArray:
        if dtype is None or np.dtype(dtype) == self.matrix.dtype:
            return self.matrix.copy() if copy else self.matrix
        if copy is False:
            raise ValueError(f"a float64 design cannot become {np.dtype(dtype)} without a copy")
        return self.matrix.astype(dtype)

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        n, p = self.shape
        names = ", ".join(self._names[:8]) + (f" and {p - 8} more" if p > 8 else "")
        made = f" from {self.formula}" if self.formula else ""
        made += f" and {listing(self.nuisance)}" if self.formula and self.nuisance else ""
        interest = f"; of interest: {', '.join(self.of_interest)}" if self.of_interest else ""
        return f"Design of {n} samples x {p} coefficients{made}: {names}{interest}"

    def _repr_html_(self) -> str:
        table = self.frame.iloc[:50, :50].to_html(max_rows=10, max_cols=12, escape=True)
        return f"<div><p>{escape(repr(self))}</p>{table}</div>"
