"""Rivals in alternation on one problem: cold and warm seconds apart, ratios of pairs, agreement of results."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Protocol

from benchmarks.rivals import RivalError

# Sums of up to 6e6 absolute values, added in another order and from another factorisation of the design, differ by
# about 1e-12 relative; 1e-8 is far above that and far below any difference in method.
CHECKSUM_RTOL = 1e-8

# An idle BLAS keeps its worker spinning for some 30 ms after a call, on a core that the next rival needs.
PAUSE = 0.15


class Contender(Protocol):
    """What the alternation needs of a rival's process."""

    def ask(self, stage: str) -> dict[str, Any]: ...


@dataclass
class Runs:
    """The answers of one rival to one stage: the first call of its process, then the repeats."""

    stage: str
    cold: dict[str, Any] | None = None
    warm: list[dict[str, Any]] = field(default_factory=list)

    def seconds(self, part: str = "all") -> list[float]:
        """List the warm seconds of one part, or of all parts together."""
        return [float(a["seconds"] if part == "all" else a["parts"][part]) for a in self.warm]

    def spent(self) -> float:
        answers = [self.cold, *self.warm] if self.cold else self.warm
        return float(sum(answer["seconds"] for answer in answers))

    def summary(self) -> dict[str, Any]:
        """Medians and minima of the warm repeats, and the cold call, part by part."""
        if self.cold is None:
            return {"stage": self.stage, "runs": 0}
        parts = ["all", *self.cold["parts"]]
        warm = {p: {"median": median(self.seconds(p)), "minimum": min(self.seconds(p))} for p in parts if self.warm}
        last = self.warm[-1] if self.warm else self.cold
        return {
            "stage": self.stage,
            "cold": {"all": self.cold["seconds"], **self.cold["parts"]},
            "warm": warm,
            "runs": len(self.warm),
            "peak_mb": last["peak_mb"],
            "checksum": last["checksum"],
        }


def alternate(
    entries: Sequence[tuple[str, Contender, str]],
    repeats: int,
    *,
    budget: float = math.inf,
    whole: float = math.inf,
    pause: float = PAUSE,
    notes: list[str] | None = None,
) -> dict[str, Runs]:
    """Ask every (key, contender, stage) in turn, once cold and then `repeats` times, until its budget is spent.

    Turn by turn, so that a drift of the machine meets all rivals alike. A rival that fails is left out from then
    on, and nothing is asked after `whole` seconds; `notes` says so.
    """
    notes = [] if notes is None else notes
    failed: set[str] = set()
    until = time.monotonic() + whole
    runs = {key: Runs(stage) for key, _, stage in entries}
    for turn in range(repeats + 1):
        for key, contender, stage in entries:
            mine = runs[key]
            if key in failed or (turn > 1 and mine.spent() > budget):
                continue
            if time.monotonic() > until:
                turns = f"turn {turn + 1} of {repeats + 1}"
                notes.append(f"After {whole:.0f} s, in {turns}, {key} and what follows were not asked.")
                return runs
            time.sleep(pause)
            try:
                answer = contender.ask(stage)
            except RivalError as error:
                failed.add(key)
                notes.append(str(error))
                continue
            if turn == 0:
                mine.cold = answer
            else:
                mine.warm.append(answer)
    return runs


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many times longer theirs takes: the median over pairs of neighbouring turns, NaN without a pair."""
    pairs = [b / a for a, b in zip(ours, theirs, strict=False)]
    return median(pairs) if pairs else math.nan


def disagreements(checksums: Mapping[str, Mapping[str, Any]], wider: Mapping[str, float] | None = None) -> list[str]:
    """Compare each rival's sums with the first rival's, on the quantities that both have; one sentence a difference.

    `wider` gives the relative tolerance of rivals that stop elsewhere.
    """
    rtols = wider or {}
    (first, expected), *others = checksums.items()
    return [
        f"{rival} and {first} disagree on {name}: {found[name]} and {expected[name]}."
        for rival, found in others
        for name in expected
        if name in found and not _same(expected[name], found[name], rtols.get(rival, CHECKSUM_RTOL))
    ]


def _same(a: Any, b: Any, rtol: float) -> bool:
    return a == b if isinstance(a, list) else math.isclose(a, b, rel_tol=rtol)
