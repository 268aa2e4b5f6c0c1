"""Annotations of samples against components of residuals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray, IntArray
from ebayes_lm.batch.annotations import Annotation, annotations_of
from ebayes_lm.core.adjust import adjust_p
from ebayes_lm.core.annotation_space import AnnotationSpace, annotation_space, p_of_shares
from ebayes_lm.core.residual_directions import Directions
from ebayes_lm.design.design_matrix import Design
from ebayes_lm.errors import counted

#: What is known of samples without a table: names that no column is likely to have.
LEVEL, MISSING, CONSTANT = "(mean of features)", "(missing values)", "(Intercept)"
#: A constant direction counts as held where the design leaves less than this of it.
_HELD = 1e-8


class Candidate(NamedTuple):
    """An annotation, and what it adds to the design; ``note`` says why it is left out, where it is."""

    annotation: Annotation
    space: AnnotationSpace
    note: str

    @property
    def name(self) -> str:
        return self.annotation.name


class Known(NamedTuple):
    """What residuals are compared with.

    Attributes
    ----------
    candidates : list of Candidate
    left_out : tuple of str
        Columns of the sample table that say nothing of groups or numbers.
    """

    candidates: list[Candidate]
    left_out: tuple[str, ...]


def known_of_samples(
    design: Design, samples: pd.DataFrame | None, turned: FloatArray, level: FloatArray, missing: FloatArray
) -> Known:
    """All annotations of the samples of a design, and what each adds to it; ``turned`` as in ``annotation_space``."""
    annotations = annotations_of(design, samples)
    found = {annotation.name for annotation in annotations}
    columns = [] if samples is None else [str(name) for name in samples.columns]
    derived = [_number(LEVEL, level)] if np.ptp(level[np.isfinite(level)]) > 0 else []
    if np.ptp(missing) > 0:
        derived.append(_number(MISSING, missing))
    candidates = [_of_column(a, design.matrix, turned) for a in annotations]
    candidates += [_candidate(a, design.matrix, turned) for a in derived]
    ones = Annotation(CONSTANT, np.ones(len(level)), (), frozenset())
    space = annotation_space(ones.columns(), ones.known, design.matrix, turned, centred=False)
    if space.held < 1.0 - _HELD and space.rank:
        candidates.append(Candidate(ones, space, ""))
    return Known(candidates, tuple(name for name in dict.fromkeys(columns) if name not in found))


def _of_column(annotation: Annotation, x: FloatArray, turned: FloatArray) -> Candidate:
    """An annotation as it is; a number that the design holds as groups, where samples share its values."""
    found = _candidate(annotation, x, turned)
    groups = None if found.space.rank or not annotation.terms else annotation.in_groups()
    return found if groups is None else _candidate(groups, x, turned)


def _number(name: str, values: FloatArray) -> Annotation:
    return Annotation(name, values.astype(np.float64), (), frozenset())


def _candidate(annotation: Annotation, x: FloatArray, turned: FloatArray) -> Candidate:
    space = annotation_space(annotation.columns(), annotation.known, x, turned)
    if not space.rank:
        return Candidate(annotation, space, "within the design, so that residuals cannot show it")
    if space.df - space.rank < 1:
        return Candidate(annotation, space, f"it takes up all residual df ({space.df})")
    lacking = int(np.count_nonzero(~space.samples))
    return Candidate(annotation, space, f"{counted(lacking, 'sample')} without it left out" if lacking else "")


def is_compared(candidate: Candidate) -> bool:
    """Whether residuals can say anything of an annotation."""
    return 0 < candidate.space.rank < candidate.space.df


def associations(known: Known, found: Directions, k: int) -> pd.DataFrame:
    """Every annotation with each of k components: one row for each pair."""
    rows = []
    for candidate in filter(is_compared, known.candidates):
        space = candidate.space
        r2 = space.r_squared(found.vectors[:, :k])
        p = p_of_shares(r2, space.rank, space.df)
        for at in range(k):
            rows.append((candidate.name, f"PC{at + 1}", space.rank, float(r2[at]), float(p[at]), space.held))
    table = pd.DataFrame(rows, columns=["annotation", "component", "df", "r2", "p_value", "held_by_design"])
    table = table.astype({"df": int, "r2": float, "p_value": float, "held_by_design": float})
    table.insert(5, "adj_p_value", adjust_p(table["p_value"].to_numpy(), "holm"))
    return table


def annotation_shares(known: Known, cross: FloatArray, rows: float) -> pd.DataFrame:
    """How much of all residual variance each annotation explains, beside what it would by chance."""
    table = []
    for candidate in known.candidates:
        space, compared = candidate.space, is_compared(candidate)
        share = space.share(cross) if compared else np.nan
        expected = space.rank / space.df if compared else np.nan
        p = float(p_of_shares(np.array(share), space.rank, space.df, rows)) if compared else np.nan
        kind = f"{len(candidate.annotation.levels)} levels" if candidate.annotation.is_factor else "number"
        table.append((candidate.name, kind, space.rank, space.held, share, expected, p, candidate.note))
    columns = ["annotation", "kind", "df", "held_by_design", "share", "by_chance", "p_value", "note"]
    whole = pd.DataFrame(table, columns=columns).astype({"share": float, "by_chance": float, "p_value": float})
    whole.insert(7, "adj_p_value", adjust_p(whole["p_value"].to_numpy(), "holm"))
    return whole


def groups_of(known: Known) -> list[tuple[str, IntArray, tuple[str, ...]]]:
    """Factors by name, levels of samples by position (negative where missing), and names of the levels."""
    factors = [c.annotation for c in known.candidates if c.annotation.is_factor]
    return [(a.name, a.codes, a.levels) for a in factors]
