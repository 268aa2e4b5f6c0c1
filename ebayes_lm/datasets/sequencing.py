"""RNA-seq counts that come with the package."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from ebayes_lm.data.count_list import DGEList

_SEXES = ["Female", "Male"]


def sex_rnaseq() -> DGEList:
    """RNA-seq counts of lymphoblastoid cells of 41 women and 44 men, where the truth is known in part.

    Genes of the Y chromosome are expressed in men alone, and genes that escape X inactivation more in women. Hardly any
    other gene should differ.

    Returns
    -------
    DGEList
        ``counts`` is (10,101 genes, 85 people). ``samples`` holds ``group`` (categorical, ``Female`` first) beside
        library sizes and factors of 1. ``genes`` holds ``symbol``, ``chromosome`` (both empty where the annotation has
        none) and ``truth``: ``"Y"``, ``"escapes X inactivation"`` or ``""``, which means that nothing is known.

    Notes
    -----
    The counts and their genes are those of ``humanGender`` of DEGreport; each gene has at least 5,136 reads in all.
    Reads of a gene may come from its relatives: ``EIF2S3B`` on chromosome 12 follows ``EIF2S3`` on X. ``ARSD``,
    which has a pseudogene on Y, is the one gene marked as escaping that is not higher in women.

    References
    ----------
    Lappalainen T, Sammeth M, Friedländer MR, et al. (2013). Transcriptome and genome sequencing uncovers functional
    variation in humans. Nature 501, 506-511. From the Bioconductor package DEGreport by L. Pantano and others (MIT),
    annotated by org.Hs.eg.db (Artistic-2.0; see ``datasets/files/sex_rnaseq.md``). Escape from X inactivation: Carrel
    L, Willard HF (2005). Nature 434, 400-404; Balaton BP, Cotton AM, Brown CJ (2015). Biology of Sex Differences 6, 35;
    Tukiainen T, Villani AC, Yen A, et al. (2017). Nature 550, 244-248.

    Examples
    --------
    >>> from ebayes_lm import datasets
    >>> people = datasets.sex_rnaseq()
    >>> people.shape
    (10101, 85)
    >>> people.samples["group"].value_counts(sort=False).to_dict()
    {'Female': 41, 'Male': 44}
    >>> people.genes.loc[people.genes["truth"] == "Y", "symbol"].tolist()
    ['KDM5D', 'DDX3Y', 'ZFY', 'USP9Y', 'RPS4Y1', 'NLGN4Y', 'UTY', 'EIF1AY']
    """
    from ebayes_lm.data.count_list import DGEList

    counts, genes, samples = _read_people()
    return DGEList(counts, samples=samples, genes=genes)


def _read_people() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Counts, annotation and sample table, labelled alike."""
    path = resources.files("ebayes_lm.datasets").joinpath("files", "sex_rnaseq.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    low, middle, high = arrays["count_bytes"].astype(np.int32)
    ids = pd.Index(arrays["gene_ids"], name="gene")
    people = pd.Index(arrays["sample_ids"], name="person")
    counts = pd.DataFrame(low + (middle << 8) + (high << 16), index=ids, columns=people, copy=False)
    genes = pd.DataFrame({name: arrays[name] for name in ("symbol", "chromosome", "truth")}, index=ids)
    samples = pd.DataFrame({"group": pd.Categorical(arrays["group"], categories=_SEXES)}, index=people)
    return counts, genes, samples
