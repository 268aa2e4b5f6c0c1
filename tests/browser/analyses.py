"""Analyses whose reports the tests open: an ordinary one, one of hostile names, one without values, one that is cut."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import ebayes_lm as el

CONTRASTS = ["groupB - groupA", "groupC - groupA", "groupC - groupB"]
N_FEATURES, N_CUT = 400, 4000
#: Less than the features of the analysis that is cut take.
CUT_BYTES = 400_000

HOSTILE = [
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "' onmouseover='window.hacked=1",
    "<!--",
    "-->",
    "]]>",
    "&lt;b&gt;",
    "&amp;",
    "${window.hacked=1}",
    "{{window.hacked=1}}",
    "`;window.hacked=1;`",
    "javascript:window.hacked=1",
    '=HYPERLINK("x")',
    "+1-1",
    "@SUM(A1)",
    "a,b",
    'a"b',
    "a\nb",
    "a\tb",
    "\u2028line",
    "\u202eright",
    "\u200bzero",
    "__proto__",
    "constructor",
    "@features",
    "\\u003cb\\u003e",
    "x" * 400,
    "\U0001f9ec",
]


def samples() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    table = {"group": list("AAAABBBBCCCC"), "batch": list("XYXYXYXYXYXY"), "age": rng.normal(50, 8, 12).round(1)}
    return pd.DataFrame(table, index=[f"s{i}" for i in range(12)])


def values(n: int = N_FEATURES) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    y = rng.normal(8.0, 0.6, (n, 12))
    y[:60, 4:8] += 2.0
    y[30:90, 8:] -= 1.8
    y[:, 1::2] += 0.5
    return pd.DataFrame(y, index=[f"g{i}" for i in range(n)], columns=samples().index)


def moderated(y: pd.DataFrame, **annotation: str) -> el.ModeratedFit:
    data = el.EList(y, genes=symbols(y).assign(**annotation))
    return el.lm_fit(data, "~ 0 + group + batch + age", samples=samples()).contrast(CONTRASTS).ebayes()


def symbols(y: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"symbol": [f"Gene{i % 7} x{i}" for i in range(len(y))]}, index=y.index)


def hostile() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hostile names of features, of samples, of levels of a covariate and of the covariate itself."""
    y = values(30).set_axis(HOSTILE, axis=0).set_axis(HOSTILE[:12], axis=1)
    table = samples().set_axis(HOSTILE[:12], axis=0)
    table[HOSTILE[2]] = [HOSTILE[i % 3] for i in range(12)]
    return y, table


def slope() -> el.ModeratedFit:
    """A study of age, batches held equal."""
    return el.lm_fit(values()[:60], "~ age + batch", samples=samples()).contrast(["age"]).ebayes()


def slopes() -> el.ModeratedFit:
    """Whether age matters more in one batch."""
    return el.lm_fit(values()[:60], "~ batch * age", samples=samples()).contrast(["batchY:age"]).ebayes()


def against_a_threshold() -> el.TreatFit:
    return el.lm_fit(values(), "~ 0 + group + batch + age", samples=samples()).contrast(CONTRASTS[:1]).treat(lfc=0.5)


def write_reports(folder: Path) -> dict[str, Path]:
    y, table = values(), samples()
    y_bad, table_bad = hostile()
    y_cut = values(N_CUT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", el.errors.EbayesLMWarning)
        bad = el.lm_fit(y_bad, "~ group", samples=table_bad).contrast(["groupB", "groupC"]).ebayes()
        return {
            "plain": el.report(moderated(y), folder / "plain.html", data=y, samples=table, title="A study"),
            "hostile": el.report(bad, folder / "hostile.html", data=y_bad, samples=table_bad, title=HOSTILE[0]),
            "slope": el.report(slope(), folder / "slope.html", data=y[:60], samples=table),
            "slopes": el.report(slopes(), folder / "slopes.html", data=y[:60], samples=table),
            "treat": el.report(against_a_threshold(), folder / "treat.html"),
            "bare": el.report(moderated(y, chromosome="X", type="coding", band="q28"), folder / "bare.html"),
            "cut": el.report(moderated(y_cut), folder / "cut.html", data=y_cut, samples=table, max_bytes=CUT_BYTES),
        }
