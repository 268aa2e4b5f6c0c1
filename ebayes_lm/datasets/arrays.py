"""Microarray data that come with the package."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from ebayes_lm.data.containers import EList

# The reference comes first; below it, R's own order.
_OUTCOMES = ["Normal", "Biopsy", "mTCC", "sTCC-CIS", "sTCC+CIS"]
_CANCERS = ["Normal", "Biopsy", "Cancer"]
_BATCHES = ["1", "2", "3", "4", "5"]


def bladder() -> EList:
    """Bladder cancer arrays of Dyrskjøt et al. (2004), the usual example of batch effects.

    Cancer and batch go along with each other: batch 2 alone holds both cancer and normal tissue, and batch 4 nothing
    but biopsies, so the batches cannot be told from the disease by eye.

    Returns
    -------
    EList
        ``E`` is (22,283 probe sets, 57 samples), float32, log2 expression. ``genes`` holds ``ProbeID`` (Affymetrix
        HG-U133A). ``targets`` holds one row a sample: ``sample`` (running number), ``outcome`` (``Normal``,
        ``Biopsy``, ``mTCC``, ``sTCC-CIS``, ``sTCC+CIS``), ``batch`` (``"1"`` to ``"5"``) and ``cancer`` (``Normal``,
        ``Biopsy``, ``Cancer``), the last three categorical with the reference first.

    Notes
    -----
    The original holds float64; rounding to float32 moves a value by at most 4.8e-7. Against the unrounded data,
    coefficients of ``~ cancer + batch`` move by less than 1e-6 and moderated t by less than 4e-5.

    References
    ----------
    Dyrskjøt L, Kruhøffer M, Thykjaer T, et al. (2004). Gene expression in the urinary bladder: a common carcinoma in
    situ gene expression signature exists disregarding histopathological classification. Cancer Research 64, 4040-4048.
    From the Bioconductor package bladderbatch by J. T. Leek (Artistic-2.0; see ``datasets/files/bladder.md``).

    Examples
    --------
    >>> from ebayes_lm import datasets
    >>> arrays = datasets.bladder()
    >>> arrays.E.shape
    (22283, 57)
    >>> arrays.targets["cancer"].value_counts(sort=False).to_dict()
    {'Normal': 8, 'Biopsy': 9, 'Cancer': 40}
    """
    from ebayes_lm.data.containers import EList

    expression, genes, targets = _read_bladder()
    return EList(expression, genes=genes, targets=targets)


def _read_bladder() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Expression, annotation and sample table, labelled alike."""
    path = resources.files("ebayes_lm.datasets").joinpath("files", "bladder.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    probes = pd.Index(arrays["probe_ids"], name="probe")
    samples = pd.Index(arrays["sample_ids"], name="array")
    expression = pd.DataFrame(arrays["expression"], index=probes, columns=samples, copy=False)
    genes = pd.DataFrame({"ProbeID": arrays["probe_ids"]}, index=probes)
    targets = pd.DataFrame(
        {
            "sample": arrays["sample"],
            "outcome": pd.Categorical(arrays["outcome"], categories=_OUTCOMES),
            "batch": pd.Categorical(arrays["batch"], categories=_BATCHES),
            "cancer": pd.Categorical(arrays["cancer"], categories=_CANCERS),
        },
        index=samples,
    )
    return expression, genes, targets
