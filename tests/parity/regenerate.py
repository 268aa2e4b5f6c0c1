"""Ask limma again for stored answers: ``python -m tests.parity.regenerate [SCRIPT.R ...]``, by default for all of them.

bladder.R and real_sets.R need the data packages bladderbatch, ALL and DEGreport.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.parity.exchange import ANSWERS
from tests.parity.live import run_r

SCRIPTS = ("scenarios.R", "fits.R", "moderation.R", "bladder.R", "real_sets.R")


def main(scripts: Sequence[str] = SCRIPTS) -> None:
    """Replace the files in ``answers`` that these scripts write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for script in scripts:
            run_r(script, folder)
        for file in folder.glob("*.json.gz"):
            shutil.copy(file, ANSWERS)


if __name__ == "__main__":
    main(sys.argv[1:] or SCRIPTS)
