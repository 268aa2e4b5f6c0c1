"""The files of the module, under their names there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd

from ebayes_lm.cli.pictures import letters_noted
from ebayes_lm.cli.tables import write_tsv
from ebayes_lm.data.durable import write_whole
from ebayes_lm.errors import DataError

#: Significant digits of R's write.table.
_DIGITS = 15
#: Inches, and points an inch: 600 pixels either way.
_SIDE, _DPI = 6, 100
_FIT, _LOG, VERSIONS = "MArrayLM.limma", "R_sessionInfo.log", "versions.yml"


class ModuleFiles:
    """Files of one comparison in a folder; those of the same names are replaced, each of them whole.

    Parameters
    ----------
    folder : str
    prefix : str
        What their names begin with.
    digits : int, optional
        Significant digits of numbers in tables.
    """

    def __init__(self, folder: str, prefix: str, digits: int | None) -> None:
        self.folder = Path(folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise DataError(f"{folder} is a file; name a folder with --out")
        self.prefix, self.digits = prefix, digits or _DIGITS
        self.written: list[str] = []

    def table(self, table: pd.DataFrame, index_name: str, end: str) -> None:
        """Tab-separated, names of rows first."""
        content = io.BytesIO()
        write_tsv(table, index_name, content, digits=self.digits)
        self._write(f"{self.prefix}.{end}", content.getbuffer())

    def text(self, text: str, end: str) -> None:
        """Text as UTF-8."""
        self._write(f"{self.prefix}.{end}", text.encode())

    def versions(self, process: str) -> None:
        """What ran, under the name of a process."""
        from ebayes_lm.cli.invocation import versions_yaml

        self._write(VERSIONS, versions_yaml(process).encode())

    def picture(self, fit: Any, contrast: str) -> None:
        """Effects over average expression."""
        self._write(f"{self.prefix}.limma.mean_difference.png", _drawn(fit, contrast))

    def fit(self, fit: Any) -> None:
        """The fit with its tests, as a folder."""
        name = f"{self.prefix}.{_FIT}"
        fit.save(self.folder / name)
        self.written.append(name)

    def log(self, arguments: Any, said: list[str]) -> None:
        """What ran, what it read and wrote, and what it said; the last file."""
        from ebayes_lm.cli.invocation import checksums, run_log

        name = f"{self.prefix}.{_LOG}"
        read = checksums([arguments.count_file, arguments.sample_file])
        written = {str(self.folder): [*self.written, name]}
        self._write(name, run_log(arguments.invocation, said, read, written).encode())

    def _write(self, name: str, content: bytes | memoryview) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / name, [content])
        self.written.append(name)


def _drawn(fit: Any, contrast: str) -> memoryview:
    """A square picture, drawn without a screen."""
    from matplotlib.figure import Figure

    from ebayes_lm import plot

    figure = Figure(figsize=(_SIDE, _SIDE), layout="constrained")
    plot.ma(fit, contrast, ax=figure.subplots())
    content = io.BytesIO()
    with letters_noted():
        figure.savefig(content, format="png", dpi=_DPI)
    return content.getbuffer()
