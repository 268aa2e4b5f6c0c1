"""An analysis as one file that any browser opens, without a network and without Python."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ebayes_lm.data.durable import write_whole
from ebayes_lm.errors import ArgumentError, ArgumentTypeError, StageError, StorageError, counted
from ebayes_lm.reporting.page.budget import held_within
from ebayes_lm.reporting.page.contents import Contents, Told
from ebayes_lm.reporting.page.explorer import evidence_of
from ebayes_lm.reporting.page.feature_values import FeatureValues
from ebayes_lm.reporting.page.provenance import made_at
from ebayes_lm.reporting.page.subject import subject_of
from ebayes_lm.reporting.panels.diagnostics import diagnostics
from ebayes_lm.reporting.procedure import Procedure
from ebayes_lm.results.arguments import probability, real, whole_number
from ebayes_lm.results.stages import require_tests
from ebayes_lm.results.tested import TestedFit


def report(
    fit: Any,
    path: str | os.PathLike[str],
    *,
    data: Any = None,
    samples: Any = None,
    title: str | None = None,
    max_bytes: int = 5_000_000,
    fdr: float = 0.05,
    lfc: float = 0.0,
    layer: str | None = None,
    value_label: str = "value",
    command: str | None = None,
    warnings: Sequence[str] | None = None,
    inputs: Mapping[str, str] | None = None,
    procedure: Procedure | None = None,
    source: str | None = None,
    terms: Mapping[str, Any] | Sequence[str] | None = None,
    made: str | None = None,
) -> Path:
    """Write an analysis into one HTML file that can be explored offline.

    Parameters
    ----------
    fit : ModeratedFit or TreatFit
        Its contrasts are reported; where it has none, the coefficients of the terms of interest, or all but the
        intercept. At most 30.
    path : str or Path
        Of the file. One that is there is replaced when the new one is whole.
    data : array, DataFrame, AnnData, EList, DGEList or FeatureMatrix, optional
        What was fitted. It gives the values of features in all samples, of which only the features shown are read, and
        most of the diagnostics.
    samples : DataFrame or dict of columns, optional
        The sample table, aligned by name; by default what the data carry.
    title : str, optional
        Of the page.
    max_bytes : int
        Size that the file never exceeds. Tests of all features come first, then values of as many as fit, those with
        most evidence before others; the page says how many.
    fdr : float
        False discovery rate of the verdict, and where the page begins.
    lfc : float
        Effects must exceed this in size, too, to be counted.
    layer : str, optional
        Layer of an AnnData that was fitted in place of X.
    value_label : str
        What the values are, such as ``"log2 expression"``.
    command : str, optional
        The command or call that made the analysis, to be shown.
    warnings : sequence of str, optional
        Notes of the run, to be shown among the checks.
    inputs : dict of str to str, optional
        Files that went in and their SHA-256; by default the data, design and sample table are digested.
    procedure : Procedure, optional
        Weights, correlation and other choices; by default what the fit itself tells of them.
    source : str, optional
        A reference for the data.
    terms : sequence of str or dict, optional
        Terms of the formula that were tested by F, with their tables if these are to be shown as they are.
    made : str, optional
        When, by default now, or what SOURCE_DATE_EPOCH says. But for it, the same analysis gives the same bytes.

    Returns
    -------
    Path
        The file. It loads nothing from elsewhere.

    Raises
    ------
    StageError
        The fit has no tests yet.
    AlignmentError, DataError
        Data or sample table that do not belong to the fit.
    ArgumentError
        A path that is a folder or in none, or a size that does not hold a page.
    StorageError
        The file cannot be written.

    Notes
    -----
    Whatever names hold is shown as text: the page's security policy lets its own code alone run.

    Examples
    --------
    >>> import tempfile, ebayes_lm as el
    >>> simulation = el.datasets.simulate(n_features=200, groups={"control": 4, "treated": 4}, seed=1)
    >>> mod = el.lm_fit(simulation.data, "~ 0 + group").contrast("grouptreated - groupcontrol").ebayes()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = el.report(mod, f"{folder}/report.html", data=simulation.data)
    ...     file.name, file.stat().st_size < 5_000_000
    ('report.html', True)
    """
    mod, target = require_tests(_single(fit), "report"), _target(path)
    if not mod.shape[0]:
        raise ArgumentError("this fit has no features left, and there is nothing to report")
    limit = whole_number(max_bytes, "max_bytes", "the largest size of the file")
    rate = probability(fdr, "fdr", "the false discovery rate of the verdict")
    least = real(lfc, "lfc", "the smallest effect that counts")
    subject = subject_of(mod, data, samples, layer=layer, fdr=rate, lfc=least)
    evidence = evidence_of(subject)
    notes = tuple(warnings or ())
    told = Told(
        _title(mod, title),
        made or made_at(),
        command,
        notes,
        inputs,
        procedure,
        source,
        terms if isinstance(terms, Mapping) else tuple(terms or ()),
    )
    panels = diagnostics(
        subject.titled, subject.data_in_order(data), subject.samples if len(subject.samples.columns) else None,
        contrasts=[c.title for c in subject.comparisons], fdr=rate,
    )  # fmt: skip
    values = None if subject.matrix is None else FeatureValues(subject, evidence.order, value_label)
    contents = Contents(evidence, values, panels, told)
    page = lru_cache(maxsize=2)(contents.html)  # the last try is often the page
    held = held_within(lambda held: len(page(held)), evidence.most_shown, limit, has_values=values is not None)
    _write(target, page(held))
    return target


def _single(fit: Any) -> Any:
    """The one fit that a report is about."""
    if not isinstance(fit, (list, tuple, dict)):
        return fit
    fits = list(fit.values()) if isinstance(fit, dict) else list(fit)
    if len(fits) != 1:
        raise StageError(
            f"a report is about one fit and its contrasts, and {counted(len(fits), 'fit')} are given; make the "
            "contrasts of one fit together, by .contrast([...]), or write a report of each"
        )
    return fits[0]


def _target(path: Any) -> Path:
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        raise ArgumentTypeError(f"a report is written into a file; give its path, not {path!r:.60}")
    target = Path(path)
    if target.is_dir():
        raise ArgumentError(f"{target} is a folder; give the path of a file, such as {target / 'report.html'}")
    if not target.parent.is_dir():
        raise ArgumentError(f"there is no folder {target.parent}; make it first, or write the report elsewhere")
    return target


def _title(mod: TestedFit, title: str | None) -> str:
    if title is not None:
        return str(title)
    return f"Analysis of {mod.design.formula}" if mod.design.formula else "Analysis"


def _write(target: Path, page: bytes) -> None:
    try:
        write_whole(target, [page])
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror or error}") from error
