"""Run R: the command in the environment variable RSCRIPT, else Rscript."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from tests.parity.exchange import R_SCRIPTS


class RUnavailableError(RuntimeError):
    """No R with limma answers; ``asked_for`` says whether RSCRIPT named one."""

    def __init__(self, message: str, *, asked_for: bool) -> None:
        super().__init__(message)
        self.asked_for = asked_for


def run_r(script: str, folder: Path) -> None:
    """Run one of our R scripts in a folder that also receives what it writes."""
    for source in R_SCRIPTS.glob("*.R"):
        shutil.copy(source, folder)
    asked_for = "RSCRIPT" in os.environ
    command = [*shlex.split(os.environ.get("RSCRIPT", "Rscript")), script, str(folder)]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        raise RUnavailableError(f"{command[0]} cannot be run: {error}", asked_for=asked_for) from error
    if done.returncode == 0:
        return
    missing = not asked_for and "limma" in done.stderr and "no package" in done.stderr
    if missing:
        raise RUnavailableError("R has no package limma", asked_for=False)
    raise RUnavailableError(f"{script} failed: {done.stderr.strip()[-2000:]}", asked_for=True)
