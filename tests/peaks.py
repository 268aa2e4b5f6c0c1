"""The peak memory of a piece of code in a process of its own, above what that process held before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

#: What a machine does beside (arenas of threads, caches) only ever adds, so the least of a few runs counts.
RUNS = 3

linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from Linux")

#: Pages of mapped files do not count: the system takes them back where it needs them.
MEASURED = """
import ctypes, json, re, sys, threading

def held():
    return int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024

def peak(call):
    ctypes.CDLL(None).malloc_trim(0)
    before, seen, done = held(), [0], threading.Event()
    def watch():
        while not done.wait(0.001):
            seen.append(held())
    watcher = threading.Thread(target=watch)
    watcher.start()
    kept = call()
    done.set()
    watcher.join()
    return max(seen) - before
"""


def peaks_within(bounds: dict[str, float], code: str, *arguments: object) -> None:
    """Run code, which prints the peaks by name as JSON with the help of ``peak``, until all are within bounds."""
    for _ in range(RUNS):
        command = [sys.executable, "-c", MEASURED + code, *(f"{argument}" for argument in arguments)]
        ran = subprocess.run(command, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        peaks = json.loads(ran.stdout)
        assert peaks.keys() == bounds.keys()
        beyond = {name: (peak, bounds[name]) for name, peak in peaks.items() if not peak < bounds[name]}
        if not beyond:
            return
    assert not beyond, f"peak and bound in bytes: {beyond}"
