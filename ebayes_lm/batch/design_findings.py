"""check_design: what a design can tell, what it cannot, and on which samples that rests."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm.batch import design_words as words
from ebayes_lm.batch.annotations import Annotation, annotations_of, pairs_table
from ebayes_lm.batch.contrast_facts import contrasts_of, cost_of_annotations, facts_of, terms_of_interest
from ebayes_lm.batch.finding_lines import in_html, in_text
from ebayes_lm.core.association import crossing
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.core.sample_weights import leverages
from ebayes_lm.data.alignment import is_positional
from ebayes_lm.design.boundary import DesignLike, aligned_samples, as_design
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.design.estimability import describe_dependencies
from ebayes_lm.design.table import Samples, SampleTable
from ebayes_lm.errors import ArgumentTypeError, DesignError, counted, listing

#: From more findings than this, how to have fewer is one, too.
_MANY = 5


@dataclass(frozen=True, eq=False, repr=False)
class DesignCheck:
    """What :func:`check_design` finds.

    Attributes
    ----------
    findings : tuple of str
        What is worth knowing, a sentence or two each; empty where nothing stands out.
    comparisons : DataFrame
        For each contrast: whether it is ``estimable``; ``variance_inflation``, its variance over that in a design
        without the terms ``adjusted_for``; ``informing`` and ``informing_unadjusted``, the samples whose values enter
        it with these terms and without them, of which adjustment has ``silenced`` and ``drawn_in`` some;
        ``effective_samples``, as many as would give its precision if all counted alike; ``carried_by``, the fewest
        samples that make up 80 % of its variance; ``largest_share``, the share of a single one.
    weights : DataFrame, samples x contrasts
        The estimate of a feature is the sum of these weights times its values.
    leverage : Series
        How far each sample determines its own fitted value; 1 where it is fitted exactly.
    associations : DataFrame
        Pairs of annotations: ``measure`` (Cramér's V of two factors, R2 of a number by a factor, correlation r),
        its ``value``, ``strength`` on the scale of a correlation and less what chance gives, ``relation`` where one
        tells the other, and the ``n`` samples that have both.
    left_out : DataFrame, annotations x (contrast, ...)
        What taking in an annotation would do that the design leaves out: ``variance_inflation`` of each contrast, and
        the share of it that the annotation explains ``beyond_chance``.
    empty_cells : DataFrame
        Pairs of levels of two factors of the design that no sample has.
    df_residual : int
    dependencies : tuple of str
        Coefficients that others determine, as equations.
    design : Design
    contrasts : DataFrame, coefficients x contrasts
    """

    findings: tuple[str, ...]
    comparisons: pd.DataFrame
    weights: pd.DataFrame
    leverage: pd.Series[float]
    associations: pd.DataFrame
    left_out: pd.DataFrame
    empty_cells: pd.DataFrame
    df_residual: int
    dependencies: tuple[str, ...]
    design: Design
    contrasts: pd.DataFrame

    def _head(self) -> str:
        n, p = self.design.shape
        formula, nuisance = self.design.formula, self.design.nuisance
        made = f" of {formula}" if formula else ""
        made += f" and {listing(nuisance)}" if formula and nuisance else ""
        return (
            f"Check of the design{made}: {counted(n, 'sample')}, {counted(p, 'coefficient')}, "
            f"{counted(self.df_residual, 'residual degree')} of freedom."
        )

    def __repr__(self) -> str:
        return in_text(self._head(), self.findings)

    def _repr_html_(self) -> str:
        return in_html(self._head(), self.findings, self.comparisons)


def check_design(design: DesignLike, samples: Samples | None = None, *, contrasts: Any = None) -> DesignCheck:
    """See what a design can tell before it is fitted: confounding, aliasing, and the samples that contrasts rest on.

    Parameters
    ----------
    design : str, Design, DataFrame or array
        A formula, or a design of samples x coefficients.
    samples : DataFrame or dict of columns, optional
        The sample table. A formula needs it; beside a design it tells of annotations that the design leaves out.
    contrasts : str, list of str, dict, DataFrame or array, optional
        Contrasts of interest, as :func:`make_contrasts` takes them. By default the coefficients of the terms of
        interest (all terms but the intercept and nuisance, where the design names none); differences of levels where
        the coefficients of a term are means of groups.

    Returns
    -------
    DesignCheck
        Findings in plain words, and the tables behind them.

    Raises
    ------
    DesignError
        A formula without a sample table, or a design that cannot be used.
    AlignmentError
        Samples of design and table that do not match.
    ContrastError
        Contrasts that do not parse.

    Notes
    -----
    A contrast ``c`` of least squares is ``a'y`` with weights ``a = X (X'X)^- c``, and its variance is ``a'a``. What
    adjustment costs is the ratio of two such variances, after the variance inflation of Marquardt (1970) Technometrics
    12, 591-612. The strength of an association is Cramér's V with the correction of Bergsma (2013) Journal of the
    Korean Statistical Society 42, 323-328, or the root of an adjusted R2. Samples count alike: weights and correlation,
    which come with the data, are not known here.

    Examples
    --------
    >>> import pandas as pd, ebayes_lm as el
    >>> samples = pd.DataFrame({"group": list("AAAAABBBBB"), "batch": list("1111212222")})
    >>> design = el.model_matrix("~ group + batch", samples, of_interest="group")
    >>> el.check_design(design, samples)
    Check of the design of ~ group + batch: 10 samples, 3 coefficients, 7 residual degrees of freedom.
    - batch goes along with group (Cramér's V 0.60): of 5 samples of A, 4 are in batch 1.
    - Adjusting for batch multiplies the variance of groupB by 1.6 (as if 6 of 10 samples were left).
    - groupB rests on samples 4 and 5: 80 % of its variance comes from there.
    """
    made, table = _aligned(design, samples)
    wanted = contrasts_of(made, contrasts)
    comparisons, weights = facts_of(made, wanted)
    leverage = pd.Series(leverages(made.matrix), index=made.samples, name="leverage")
    annotations = annotations_of(made, table)
    qr = pivoted_qr(made.matrix)
    df = made.shape[0] - qr.rank
    dependencies = tuple(describe_dependencies(made, qr))
    left_out = cost_of_annotations(made, wanted, [a for a in annotations if not a.terms])
    interest = _interest(made, wanted, given=contrasts is not None)
    lost = [str(name) for name, there in comparisons["estimable"].items() if not there]
    findings = [
        *words.describe_df(df),
        *words.describe_aliasing(dependencies, lost),
        *words.describe_pairs(annotations, interest),
        *words.describe_cost(comparisons, made.shape[0]),
        *(words.describe_informing(comparisons, weights) if df else ()),
        *words.describe_exact(leverage, df),
        *words.describe_left_out(annotations, interest, left_out),
    ]
    if contrasts is None and made.of_interest is None and len(interest) > 1 and len(findings) > _MANY:
        findings += words.describe_terms()
    return DesignCheck(
        tuple(findings), comparisons, weights, leverage, pairs_table(annotations), left_out,
        _empty_cells([a for a in annotations if a.terms and a.is_factor]), df, dependencies, made, wanted,
    )  # fmt: skip


def _aligned(design: DesignLike, samples: Samples | None) -> tuple[Design, pd.DataFrame | None]:
    """The design, and the sample table in its order."""
    if design is None:
        raise ArgumentTypeError("check_design() takes a formula, a Design, a DataFrame or an array; got None")
    if isinstance(design, str):
        if samples is None:
            raise DesignError(f"the formula {design!r} needs the sample table; give it as the second argument")
        table = SampleTable(samples)
        labels = table.index if table.labelled else None
        return as_design(design, samples=samples, sample_labels=labels, n_samples=len(table.index)), table.frame
    if isinstance(design, dict):
        raise ArgumentTypeError("a design is a formula, a Design, a DataFrame or an array, not a dict of columns")
    made = design if isinstance(design, Design) else Design(design)
    if samples is None:
        return made, None
    labels = None if is_positional(made.samples) else made.samples
    return made, aligned_samples(samples, sample_labels=labels, n_samples=made.shape[0])


def _interest(design: Design, contrasts: pd.DataFrame, *, given: bool) -> list[str]:
    """Terms of interest in the order of the design; those that contrasts weigh which were given."""
    wanted = set(terms_of_interest(design))
    if given:
        weighed = {name for name in contrasts.index if contrasts.loc[name].any()}
        wanted = {term for term, columns in design.terms.items() if weighed & set(columns)}
    return [term for term in design.terms if term in wanted]


def _empty_cells(factors: list[Annotation]) -> pd.DataFrame:
    rows = []
    for a, b in combinations(factors, 2):
        both = a.known & b.known
        table = crossing(np.append(a.codes[both], len(a.levels) - 1), np.append(b.codes[both], len(b.levels) - 1))
        table[-1, -1] -= 1
        rows += [(a.name, a.levels[i], b.name, b.levels[j]) for i, j in zip(*np.nonzero(table == 0), strict=True)]
    return pd.DataFrame(rows, columns=["first", "first_level", "second", "second_level"], dtype=object)
