"""Who competes, and how each runner is started, asked and stopped."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.problem import Problem

_ROOT = Path(__file__).resolve().parent.parent
_RUNNERS = Path(__file__).parent / "runners"


class RivalError(Exception):
    """A runner ended, or did not answer in time; the text says which and why."""


@dataclass(frozen=True)
class Rival:
    """A competitor: what it is called, the command that runs it, or the sentence saying why it cannot run."""

    name: str
    label: str
    command: tuple[str, ...]
    missing: str | None = None


def known() -> dict[str, Rival]:
    """List every rival, with the environment variables RSCRIPT and PYLIMMA_PYTHON obeyed."""
    return {
        "ebayes_lm": Rival("ebayes_lm", "ebayes_lm", _module("ebayes")),
        "limma": _limma(),
        "pylimma": _pylimma(),
        "numpy": Rival("numpy", "NumPy", _module("numpy_yardstick")),
    }


def environment(threads: int) -> dict[str, str]:
    """Give the same number of threads to every BLAS and to ebayes_lm."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BENCHMARK_THREADS")
    return {**os.environ, "PYTHONPATH": str(_ROOT), **dict.fromkeys(names, str(threads))}


def _module(name: str, python: str = sys.executable) -> tuple[str, ...]:
    return (python, "-m", f"benchmarks.runners.{name}")


def _limma() -> Rival:
    command = tuple(shlex.split(os.environ.get("RSCRIPT", "Rscript")))
    found = shutil.which(command[0])
    missing = None if found else f"R limma is skipped: there is no command {command[0]!r}; RSCRIPT may name another."
    return Rival("limma", "R limma", (*command, "limma.R"), missing)


def _pylimma() -> Rival:
    python = os.environ.get("PYLIMMA_PYTHON")
    missing = None
    if python is None and importlib.util.find_spec("pylimma") is None:
        missing = "pylimma is skipped: it is not installed here; PYLIMMA_PYTHON may name an interpreter that has it."
    return Rival("pylimma", "pylimma", _module("pylimma_runner", python or sys.executable), missing)


class Running:
    """A rival's process on one problem; a context manager, so that it ends with the comparison."""

    def __init__(self, rival: Rival, problem: Problem, folder: Path, threads: int, patience: float) -> None:
        self.rival, self._patience = rival, patience
        if "limma.R" in rival.command:
            for script in _RUNNERS.glob("*.R"):
                shutil.copy(script, folder)
        self._log = folder / f"{rival.name}.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*rival.command, *problem.arguments()],
                cwd=folder,
                env=environment(threads),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._pending = b""
        try:
            self.version = str(self._answer()["version"])
        except RivalError:
            self.close()
            raise

    def ask(self, stage: str) -> dict[str, Any]:
        """Run one stage and give its seconds, parts, checksum and peak memory."""
        self._write(f"{stage}\n")
        answer = self._answer()
        if "error" in answer:
            raise RivalError(f"{self.rival.label} cannot do {stage}: {answer['error']}")
        return answer

    def __enter__(self) -> Running:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the process end, or end it, and close its pipes."""
        try:
            self._write("quit\n")
            self._process.wait(timeout=30)
        except (RivalError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _write(self, text: str) -> None:
        if self._process.stdin is None or self._process.poll() is not None:
            raise RivalError(f"{self.rival.label} ended: {self._last_words()}")
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        """Read up to the next line of JSON; anything else that a library prints is passed over."""
        until = time.monotonic() + self._patience
        while True:
            while b"\n" not in self._pending:
                self._pending += self._read(until)
            line, self._pending = self._pending.split(b"\n", 1)
            if line.startswith(b"{"):
                answer: dict[str, Any] = json.loads(line)
                return answer

    def _read(self, until: float) -> bytes:
        stream = self._process.stdout
        if stream is None:
            raise RivalError(f"{self.rival.label} has no output to read.")
        ready, _, _ = select.select([stream], [], [], max(until - time.monotonic(), 0))
        if not ready:
            self._process.kill()
            raise RivalError(f"{self.rival.label} was stopped after {self._patience:.0f} s without an answer.")
        chunk = os.read(stream.fileno(), 65536)
        if not chunk:
            raise RivalError(f"{self.rival.label} ended: {self._last_words()}")
        return chunk

    def _last_words(self) -> str:
        lines = self._log.read_text().strip().splitlines()
        return lines[-1] if lines else "it said nothing"
