"""Reports of a run: a file that can be explored offline for each of its tested fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ebayes_lm.cli.analysis import Analysis, Job, part_of
from ebayes_lm.cli.folder import Folder, require_writable
from ebayes_lm.cli.invocation import as_text, checksum
from ebayes_lm.cli.running import UsageError
from ebayes_lm.errors import DataError

_ENDINGS = (".html", ".htm")


def require_page(path: Path, option: str) -> None:
    """Refuse names that no browser takes for a page."""
    if path.suffix.casefold() not in _ENDINGS:
        raise UsageError(f"{option} writes a page, so name a file that ends in .html, not {path.name!r}")


def told_digests(read: Mapping[str, str | None]) -> dict[str, str]:
    """Checksums as a page shows them."""
    return {name: digest or "not read for a checksum" for name, digest in read.items()}


class Reports:
    """Where reports go; made before the fit, so that what cannot be written is known early.

    A file that is there is replaced where an earlier run into the same folder wrote it, and it is as it was then.
    """

    def __init__(self, file: str, jobs: Sequence[Job], results: Folder) -> None:
        path = Path(file)
        require_page(path, "--report")
        self.paths = [path.with_name(f"{path.stem}{part_of(len(jobs), k)}{path.suffix}") for k in range(len(jobs))]
        known = results.record.get("reports")
        ours = set(known.values()) if isinstance(known, Mapping) else set()
        require_writable(path.parent, "--report")
        for target in self.paths:
            if target.is_dir() or (target.exists() and checksum(target) not in ours):
                raise DataError(
                    f"{target} is there, and is no report that an earlier run into {results.path} left; move it "
                    "away or name another file with --report"
                )
        self.written: dict[str, str | None] = {}

    def write(self, analysis: Analysis, command: str, said: Sequence[str], read: Mapping[str, str | None]) -> None:
        """Write that of a model; the models come in their order."""
        from ebayes_lm.reporting.document import report

        path = self.paths[len(self.written)]
        path.parent.mkdir(parents=True, exist_ok=True)
        report(
            analysis.mod,
            path,
            data=analysis.values,
            samples=analysis.inputs.samples,
            title=as_text(f"{analysis.design.formula} on {Path(analysis.inputs.source).name}"),
            fdr=analysis.choices.fdr,
            procedure=analysis.choices.procedure,
            source=analysis.citation,
            command=command,
            warnings=list(said),
            terms={term.name: term.table for term in analysis.terms},
            value_label="log2 value" if analysis.inputs.counts is None else "log2 counts per million",
            inputs=told_digests(read),
        )
        self.written[as_text(str(path))] = checksum(path)
