"""Pictures of a run: of every comparison, and of the data and the fit they rest on."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from ebayes_lm.cli.advice import is_quickly_read
from ebayes_lm.cli.analysis import Analysis, Job, part_of
from ebayes_lm.cli.folder import PROGRAM, Folder, file_names
from ebayes_lm.data.matrix import as_feature_matrix
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.errors import EbayesLMError, warn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Inches, and dots in one of them where a picture has dots.
_SIZE, _DOTS = (7.0, 5.5), 150
#: Without the time of the drawing, so that the same results make the same files.
_METADATA = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
_OF_COMPARISONS = ("volcano", "ma", "pvalues")
_OF_MODELS = ("sa", "mds", "densities", "design", "voom_trend")
#: How matplotlib begins to say that a font lacks a letter.
_NO_LETTER = re.compile(r"Glyph \d+ ")


class _Key(NamedTuple):
    """What is drawn: a kind of picture, of a model, and of one of its comparisons or of all."""

    kind: str
    model: int
    comparison: str | None = None


class Pictures:
    """A folder of pictures; made before the fit, so that what cannot be written is known early."""

    def __init__(self, where: str, form: str, jobs: Sequence[Job], results: Folder) -> None:
        require_extra("matplotlib", "plot", "--plots")
        self.form = form
        keys = [_Key(kind, k, c.name) for k, job in enumerate(jobs) for c in job.compared for kind in _OF_COMPARISONS]
        keys += [_Key(kind, k) for k in range(len(jobs)) for kind in _OF_MODELS]
        stems = [key.kind + part_of(len(jobs), key.model) for key in keys if key.comparison is None]
        compared = [c.name for job in jobs for c in job.compared]
        stems = [f"{kind}_{name}" for name in file_names(compared, suffix="") for kind in _OF_COMPARISONS] + stems
        self.names = dict(zip(keys, file_names(stems, suffix=f".{form}"), strict=True))
        self.is_of_results = Path(where).resolve() == results.path.resolve()
        self.folder = results if self.is_of_results else Folder(where, self.names.values(), "--plots")
        if self.is_of_results:
            results.claim(self.names.values())
        self.drawn: list[str] = []

    def draw(self, analysis: Analysis, model: int) -> None:
        """Draw what there is to be drawn of a model."""
        try:
            for key, name in self.names.items():
                how = _drawing(key, analysis) if key.model == model else None
                if how is not None and self._write(name, how):
                    self.drawn.append(name)
        finally:
            if not self.is_of_results:
                self.folder.write_record({"program": PROGRAM})

    def _write(self, name: str, draw: Callable[..., Any]) -> bool:
        try:
            figure = _figure(draw)
        except EbayesLMError as error:
            warn(f"{name} is not drawn: {error}")
            return False
        self.folder.write(name, partial(_save, figure, self.form))
        return True


def _figure(draw: Callable[..., Any]) -> Any:
    """A figure on its own: nothing is shown, whatever backend pyplot has."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, layout="constrained")
    draw(ax=figure.add_subplot())
    return figure


def _save(figure: Any, form: str, stream: IO[bytes]) -> None:
    from matplotlib import rc_context

    # by chance otherwise, and every drawing another file
    with rc_context({"svg.hashsalt": PROGRAM}), letters_noted():
        figure.savefig(stream, format=form, dpi=_DOTS, metadata=_METADATA.get(form))


@contextmanager
def letters_noted() -> Iterator[None]:
    """Say once that a font lacks letters, which matplotlib says of each letter of each text."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield
    missing = [told for told in said if _NO_LETTER.match(str(told.message))]
    for told in said:
        if told not in missing:
            warnings.warn_explicit(told.message, told.category, told.filename, told.lineno)
    if missing:
        warn(
            "the fonts that pictures are written in lack letters of some names, and show boxes in their place; a file "
            "matplotlibrc with a line such as 'font.family: Noto Sans CJK SC' names another font"
        )


def _drawing(key: _Key, analysis: Analysis) -> Callable[..., Axes] | None:
    """What draws a picture; None where a model has none of that kind."""
    from ebayes_lm import plot

    if key.comparison is not None:
        mod = next((mod for mod in analysis.mods if key.comparison in mod.coef_names), None)
        if mod is None:
            return None
        chosen = {} if key.kind == "pvalues" else {"fdr": analysis.choices.fdr}
        return partial(getattr(plot, key.kind), mod, key.comparison, **chosen)
    if key.kind == "sa":
        return partial(plot.sa, analysis.mod)
    if key.kind == "design":
        return partial(plot.design, analysis.design)
    if key.kind == "voom_trend":
        counts = analysis.choices.procedure.counts
        weighs = counts is not None and counts.method.startswith("voom")
        return partial(plot.voom_trend, analysis.values) if weighs else None
    return _of_values(key.kind, analysis)


def _of_values(kind: str, analysis: Analysis) -> Callable[..., Axes] | None:
    """Pictures of samples, in the colours of the first factor that is compared."""
    from ebayes_lm import plot

    if not is_quickly_read(as_feature_matrix(analysis.values)):
        warn(f"a picture of the kind {kind} would read all values once more, and is left out of data of this size")
        return None
    factors = [str(name) for t in analysis.tested for name in t.comparison.informing.factors.columns]
    known = [name for name in factors if name in analysis.inputs.samples.columns]
    colours = {"colour_by": known[0]} if known else {}
    return partial(getattr(plot, kind), analysis.values, samples=analysis.inputs.samples, **colours)
