"""Save results in the present format, for later versions to read: ``python make.py`` in this folder, once a format.

Beside the folder that is saved stands what its numbers are, as hex floats.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

import ebayes_lm as el

HERE = Path(__file__).parent
FORMAT = 1


def results() -> dict[str, object]:
    rng = np.random.default_rng(4)
    names = list("abcdefgh")
    samples = pd.DataFrame({"group": list("AABBAABB"), "age": rng.uniform(20, 60, 8)}, index=names)
    genes = pd.Index([f"g{k}" for k in range(6)])
    values = pd.DataFrame(rng.normal(size=(6, 8)), index=genes, columns=names)
    values.iloc[1, 2] = np.nan
    annotated = el.EList(values, genes=pd.DataFrame({"symbol": ["x", None, "y", "z", "u", "v"]}, index=genes))
    fit = el.lm_fit(annotated, "~ group + scale(age)", samples=samples, weights=rng.uniform(0.5, 2, (6, 8)))
    mod = fit.ebayes(legacy=True)
    return {
        "moderated": mod,
        "treat": fit.contrast("groupB").treat(lfc=0.2, legacy=True),
        "decisions": mod.decide_tests(),
    }


def said(result: object) -> dict[str, list[str]]:
    frame = result.to_frame()  # type: ignore[attr-defined]
    numbers = frame.to_numpy(np.float64, na_value=np.nan)
    return {name: [float(v).hex() for v in column] for name, column in zip(frame.columns, numbers.T, strict=True)}


if __name__ == "__main__":
    made = results()
    for kind, result in made.items():
        if kind == "treat":  # only its numbers: it can be made from the fit that is saved
            continue
        result.save(HERE / f"format_{FORMAT}" / kind)  # type: ignore[attr-defined]
    text = json.dumps({kind: said(result) for kind, result in made.items()}, indent=1)
    (HERE / f"format_{FORMAT}.json").write_text(text + "\n")
