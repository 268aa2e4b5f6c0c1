"""model_matrix: a formula and a sample table to a design."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.formula import parse_formula
from ebayes_lm.design.recipe import learn_recipe
from ebayes_lm.design.table import Samples, SampleTable, level_name
from ebayes_lm.errors import ArgumentTypeError, DesignError, listing, nearest


def model_matrix(
    formula: str,
    samples: Samples,
    *,
    reference: Mapping[str, object] | None = None,
    of_interest: str | Iterable[str] | None = None,
) -> Design:
    """Code a sample table into a design matrix, with R's coding and R's names.

    Parameters
    ----------
    formula : str
        Such as ``"~ group + age"``, ``"~ 0 + group"``, ``"~ strain + strain:treat"``. A closed language that runs no
        code: column names (in backticks where they are not plain), ``+ - * : / ^ %in% ( ) 0 1``, ``C(x)``,
        ``C(x, contr.sum)`` (or contr.treatment, contr.helmert, contr.poly), ``factor(x)``, ``relevel(x, ref = "B")``,
        ``I(arithmetic)``, ``log log2 log10 log1p exp sqrt sin cos``, ``bs ns poly``, ``scale center``.
    samples : DataFrame or dict of columns
        One row a sample. Text and logical columns are factors, their levels sorted by code point (R sorts by locale);
        a pandas categorical keeps its order, and an ordered one is coded by polynomial trends.
    reference : dict, optional
        Reference level of a column: ``{"cancer": "Normal"}``.
    of_interest : str or list of str, optional
        Terms that the analysis is about; the others are adjustment.

    Returns
    -------
    Design
        Samples x coefficients, in the order of the table.

    Raises
    ------
    FormulaError
        Anything outside the language, or a column that the table does not have.
    DesignError
        Missing or infinite covariates, a factor with one level, an unknown reference.

    Warns
    -----
    DesignWarning
        A categorical has levels that no sample has (they are dropped), or a column of whole numbers with at most 10
        distinct values, other than 0 and 1, enters as a number.

    Notes
    -----
    Terms are expanded and coded as in Chambers and Hastie, Statistical Models in S (1992), chapter 2.

    Examples
    --------
    >>> samples = {"group": ["A", "B", "A", "B"], "age": [31.0, 42.0, 58.0, 29.0]}
    >>> model_matrix("~ group + age", samples).frame
       (Intercept)  groupB   age
    0          1.0     0.0  31.0
    1          1.0     1.0  42.0
    2          1.0     0.0  58.0
    3          1.0     1.0  29.0
    >>> model_matrix("~ 0 + group", samples).names
    ['groupA', 'groupB']
    >>> model_matrix("~ group * age", samples, reference={"group": "B"}).names
    ['(Intercept)', 'groupA', 'age', 'groupA:age']
    """
    parsed = parse_formula(formula)
    table = SampleTable(samples)
    if reference is not None and not isinstance(reference, Mapping):
        raise ArgumentTypeError(
            f'reference= names columns and their first level, as in {{"group": "B"}}; got {reference!r}'
        )
    first = dict(reference or {})
    for name in first:
        if name not in table.names:
            raise DesignError(
                f"reference names {name!r}, which is not a column of the sample table.{nearest(name, table.names)}"
            )
        known = sorted(set(table.labels(name)))
        if level_name(first[name]) not in known:
            raise DesignError(
                f"reference gives {first[name]!r} for {name!r}, which is not one of its levels."
                f"{nearest(level_name(first[name]), known)} They are {listing(known, 10)}"
            )
    return Design.from_recipe(learn_recipe(parsed, table, first), table, of_interest)
