"""ebayes_lm on samples in batches: effects removed, hidden factors estimated, residuals looked into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ebayes_lm
from benchmarks.runners.serving import SLOW_ROWS, Inputs, Outcome, Stopwatch, total

#: Hidden factors that are asked for.
N_FACTORS = 5


def stages(inputs: Inputs, threads: int) -> dict[str, Callable[[], Outcome]]:
    """Name the stages."""
    y, design, batch = inputs.y, inputs.design, inputs["batch"]

    def removed() -> Outcome:
        watch = Stopwatch()
        found = watch.part("removal", ebayes_lm.remove_batch_effect, y, batch=batch, design=design, threads=threads)
        return watch.parts, {"values": total(found)}

    def adjusted(rows: int | None = None, **options: Any) -> Outcome:
        watch = Stopwatch()
        found = watch.part("adjustment", ebayes_lm.combat, y[:rows], batch, design, threads=threads, **options)
        return watch.parts, {"values": total(found)}

    def surrogates(method: str) -> Outcome:
        watch = Stopwatch()
        found = watch.part(
            "factors", ebayes_lm.surrogate_variables, y, design, n_sv=N_FACTORS, method=method, threads=threads
        )
        return watch.parts, {"values": total(found.values)}

    def latent() -> Outcome:
        watch = Stopwatch()
        watch.part("factors", ebayes_lm.latent_factors, y, design, N_FACTORS, threads=threads)
        return watch.parts, {}

    def number() -> Outcome:
        watch = Stopwatch()
        watch.part("number", ebayes_lm.num_sv, y, design, seed=1, threads=threads)
        return watch.parts, {}

    return {
        "remove_batch_effect": removed,
        "combat": adjusted,
        "combat without a parametric prior": lambda: adjusted(SLOW_ROWS, parametric=False),
        "surrogate_variables irw": lambda: surrogates("irw"),
        "surrogate_variables two-step": lambda: surrogates("two-step"),
        "num_sv by permutations": number,
        "latent_factors": latent,
    }


def residuals(inputs: Inputs, threads: int) -> dict[str, Callable[[], Outcome]]:
    """The fit, and what its residuals show, without and with permutations."""

    def structure(n_perm: int) -> Outcome:
        watch = Stopwatch()
        fit = watch.part("fit", ebayes_lm.lm_fit, inputs.y, inputs.design, threads=threads)
        found = watch.part(
            "structure", ebayes_lm.residual_structure, fit, inputs.y, n_perm=n_perm, seed=1, threads=threads
        )
        return watch.parts, {"share": total(found.components["share"])}

    return {
        "residual_structure": lambda: structure(0),
        "residual_structure with permutations": lambda: structure(20),
    }
