"""Pack what sex_counts.R wrote into the one file that ``datasets.sex_rnaseq`` reads.

Run ``python sex_counts.py FOLDER``, where FOLDER is the one sex_counts.R ran in. Counts are stored exactly, as their
three bytes one after the other: most high bytes are zero, so the file has 1.3 instead of 1.6 megabytes.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parents[1] / "files" / "sex_rnaseq.npz"

# Genes that surveys agree to be expressed from both X chromosomes: Carrel & Willard (2005) Nature 434, 400-404;
# Balaton, Cotton & Brown (2015) Biology of Sex Differences 6, 35; Tukiainen et al. (2017) Nature 550, 244-248. Genes
# that do so in some people or tissues alone are not among them, so a gene that is missing here need not be silent.
ESCAPING = {
    "ENSG00000005302": "MSL3",
    "ENSG00000005889": "ZFX",
    "ENSG00000006756": "ARSD",
    "ENSG00000006757": "PNPLA4",
    "ENSG00000046647": "GEMIN8",
    "ENSG00000046651": "OFD1",
    "ENSG00000072501": "SMC1A",
    "ENSG00000086712": "TXLNG",
    "ENSG00000101846": "STS",
    "ENSG00000124486": "USP9X",
    "ENSG00000126012": "KDM5C",
    "ENSG00000130021": "PUDP",
    "ENSG00000130741": "EIF2S3",
    "ENSG00000130985": "UBA1",
    "ENSG00000147050": "KDM6A",
    "ENSG00000169239": "CA5B",
    "ENSG00000169249": "ZRSR2",
    "ENSG00000169895": "SYAP1",
    "ENSG00000173674": "EIF1AX",
    "ENSG00000180182": "MED14",
    "ENSG00000182287": "AP1S2",
    "ENSG00000183943": "PRKX",
    "ENSG00000185753": "CXorf38",
    "ENSG00000196459": "TRAPPC2",
    "ENSG00000198034": "RPS4X",
    "ENSG00000215301": "DDX3X",
}


def pack(folder: Path) -> None:
    """Write the counts, their labels and what is known of genes and people as arrays that need no pickle."""
    samples, genes = _rows(folder / "samples.tsv"), _rows(folder / "genes.tsv")
    counts = np.fromfile(folder / "counts.i32", dtype="<i4").reshape(len(samples), len(genes)).T
    np.savez_compressed(
        TARGET,
        count_bytes=np.stack([counts >> shift & 255 for shift in (0, 8, 16)]).astype(np.uint8),
        sample_ids=np.array([row[""] for row in samples]),
        group=np.array([row["group"] for row in samples]),
        gene_ids=np.array([row["ENSEMBL"] for row in genes]),
        symbol=np.array([row["SYMBOL"] for row in genes]),
        chromosome=np.array([row["CHR"] for row in genes]),
        truth=np.array([_truth(row) for row in genes]),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def _truth(gene: dict[str, str]) -> str:
    """What the sexes are known to differ by, checked against the annotation."""
    known = ESCAPING.get(gene["ENSEMBL"])
    if known is None:
        return "Y" if gene["CHR"] == "Y" else ""
    if (known, "X") != (gene["SYMBOL"], gene["CHR"]):
        raise ValueError(f"{gene['ENSEMBL']} is listed as {known} and annotated as {gene['SYMBOL']}")
    return "escapes X inactivation"


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
