"""Ask limma again for all stored answers: ``python -m tests.parity.regenerate`` (bladder.R needs bladderbatch)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.parity.exchange import ANSWERS
from tests.parity.live import run_r


def main() -> None:
    """Replace the files in ``answers``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for script in ("scenarios.R", "bladder.R"):
            run_r(script, folder)
        for file in folder.glob("*.json.gz"):
            shutil.copy(file, ANSWERS)


if __name__ == "__main__":
    main()
