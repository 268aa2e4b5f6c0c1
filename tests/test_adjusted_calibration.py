"""How often tests of adjusted values reject where no feature differs between groups.

``python -m tests.test_adjusted_calibration`` prints the table of docs/calibration.md.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd
import pytest

import ebayes_lm as el
from ebayes_lm.errors import AdjustedDataWarning

#: Samples of group A and of group B in each batch.
LAYOUTS = {
    "5 + 1, 1 + 5": [(5, 1), (1, 5)],
    "4 + 1, 1 + 4, 2 + 2": [(4, 1), (1, 4), (2, 2)],
    "10 + 2, 2 + 10, 6 + 6": [(10, 2), (2, 10), (6, 6)],
    "6 + 6, 6 + 6": [(6, 6), (6, 6)],
}
WAYS = ("batch in the design", "combat", "combat, means only", "remove_batch_effect", "combat without the group")


def shares(layout: str, features: int, seed: int = 1) -> dict[str, float]:
    """Share of p-values below 0.05 in a test of the groups; features have effects of batches and none of groups."""
    sizes, rng = LAYOUTS[layout], np.random.default_rng(seed)
    batch = np.repeat(np.arange(len(sizes)), [sum(size) for size in sizes])
    table = pd.DataFrame({"batch": batch.astype(str), "group": list("".join("A" * a + "B" * b for a, b in sizes))})
    scale = np.sqrt(1.0 / rng.gamma(4.0, 1.0 / 3.0, (features, 1)))
    y = scale * (rng.normal(size=(features, len(batch))) + rng.normal(size=(features, len(sizes)))[:, batch])
    kept = {"design": "~ group", "samples": table}
    values = (
        y,
        el.combat(y, "batch", **kept),
        el.combat(y, "batch", mean_only=True, **kept),
        el.remove_batch_effect(y, "batch", **kept),
        el.combat(y, "batch", samples=table),
    )
    designs = ("~ group + batch", *["~ group"] * 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AdjustedDataWarning)
        fits = [el.lm_fit(v, design, samples=table).ebayes() for v, design in zip(values, designs, strict=True)]
    return {way: float((fit.p_value["groupB"] < 0.05).mean()) for way, fit in zip(WAYS, fits, strict=True)}


@pytest.mark.parametrize("layout", list(LAYOUTS)[:3])
def test_values_adjusted_for_uneven_batches_reject_too_often(layout: str) -> None:
    found = shares(layout, 4000)
    # the standard error of a share of 4,000 is 0.0034 at 0.05
    assert abs(found["batch in the design"] - 0.05) < 0.012
    assert found["combat"] > 0.1
    assert found["combat without the group"] < 0.05


def test_in_even_batches_it_matters_little() -> None:
    assert shares("6 + 6, 6 + 6", 4000)["combat"] < 0.075


def main() -> None:
    """Print the table of the document."""
    rows = [("A + B in each batch", *WAYS), ("---",) * (1 + len(WAYS))]
    for layout in LAYOUTS:
        rows.append((layout, *(f"{share:.3f}" for share in shares(layout, 40_000).values())))
    sys.stdout.writelines(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    main()
