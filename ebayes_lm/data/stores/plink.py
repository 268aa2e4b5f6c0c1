"""Genotypes in PLINK .bed files: SNPs are features, individuals are samples, values are allele counts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ebayes_lm._typing import AnyArray
from ebayes_lm.data.readers.number_blocks import EXACT
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.data.readers.text import require_file
from ebayes_lm.data.stores.opening import Held, Opened, Request, StoredSource
from ebayes_lm.data.stores.sample_names import unique_samples
from ebayes_lm.errors import ArgumentError, DataError

_MAGIC = b"\x6c\x1b"
#: SNPs of which it is checked that they end with the last individual.
_ENDS = 1000
_BIM = {"chromosome": "str", "snp": "str", "cm": "float64", "position": "int64", "allele_1": "str", "allele_2": "str"}
_FAM = dict.fromkeys(("fid", "iid", "father", "mother", "sex", "phenotype"), "str")


@dataclass(frozen=True, eq=False)
class PlinkBed(StoredSource):
    """Counts of the first allele, SNP by SNP; what is missing is NaN."""

    @cached_property
    def _bed(self) -> Any:
        return _genotypes(self.path, self.shape)

    def read(self, start: int, stop: int) -> AnyArray:
        """SNPs ``start`` to ``stop``."""
        try:
            counts: AnyArray = self._bed.read((slice(None), slice(start, stop)), dtype="float32", order="F")
        except (OSError, ValueError, IndexError) as error:
            raise DataError(f"{self.path} cannot be read: {error}") from None
        return np.ascontiguousarray(counts.T)


def _genotypes(path: Path, shape: tuple[int, int]) -> Any:
    from bed_reader import open_bed

    return open_bed(path, iid_count=shape[1], sid_count=shape[0], num_threads=1)


def open_plink(path: Path, request: Request) -> Opened:
    """The genotypes of a .bed file, with the .bim and .fam files beside it.

    Features are called as in the .bim file, where a name may repeat or be a dot. Samples are called by their
    individual ids, with the family before them (``family:individual``) where these repeat.

    Raises
    ------
    MissingExtraError
        bed-reader is not installed.
    DataError
        Not such a file, individuals one after another in it, or three files that do not belong together.
    ArgumentError
        A layer, or features in rows.
    """
    require_file(path)
    require_extra("bed_reader", "scale", f"reading {path.name}")
    request.refuse_layer(path)
    if request.orientation == "features":
        raise ArgumentError(f"{path.name} is of individuals x SNPs, as every .bed file: leave orientation= out")
    _require_snps(path)
    snps, individuals = _table(path.with_suffix(".bim"), _BIM), _table(path.with_suffix(".fam"), _FAM)
    shape = (len(snps), len(individuals))
    _require_size(path, shape)
    features = pd.Index(snps["snp"])
    samples = unique_samples(path.with_suffix(".fam"), _sample_names(individuals))
    return Opened(
        PlinkBed(path, Held(shape, np.dtype(np.float32))), features, samples,
        snps[["chromosome", "position", "cm", "allele_1", "allele_2"]].set_axis(features),
        _described(individuals).set_axis(samples),
    )  # fmt: skip


def _require_snps(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(3)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    if start[:2] != _MAGIC or start[2:] not in (b"\x00", b"\x01"):
        raise DataError(f"{path} is no PLINK .bed file (one of genomic intervals, which ends so too, is no matrix)")
    if start[2:] == b"\x00":
        raise DataError(
            f"{path} holds individuals one after another, as PLINK has not written for long; write it again with "
            "plink --make-bed"
        )


def _require_size(path: Path, shape: tuple[int, int]) -> None:
    """Two bits a genotype, whole bytes for each SNP."""
    expected, held = 3 + shape[0] * -(-shape[1] // 4), path.stat().st_size
    if held != expected:
        raise DataError(
            f"{path} has {held:,} bytes where {shape[0]:,} SNPs of {shape[1]:,} individuals take {expected:,}: it is "
            "damaged, or its .bim and .fam files belong to another one"
        )
    _require_empty_ends(path, shape)


def _require_empty_ends(path: Path, shape: tuple[int, int]) -> None:
    """Refuse genotypes beyond the last individual, which a .fam file that was cut leaves there."""
    snps, individuals = shape
    used = individuals % 4
    if not used:
        return
    length = -(-individuals // 4)
    with path.open("rb", buffering=0) as file:
        for snp in range(0, snps, max(1, snps // _ENDS)):
            file.seek(2 + (snp + 1) * length)
            if file.read(1)[0] >> 2 * used:
                raise DataError(
                    f"{path} has genotypes beyond those of the {individuals:,} individuals of its .fam file: that file "
                    "was cut or belongs to another one, or this one is damaged"
                )


def _table(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """The rows of a .bim or .fam file: six columns between blanks."""
    require_file(path)
    try:
        table: pd.DataFrame = pd.read_csv(
            path, sep=r"\s+", header=None, dtype=dict(enumerate(columns.values())), quoting=csv.QUOTE_NONE,
            keep_default_na=False, **EXACT,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DataError(f"{path} cannot be read: {said}") from None
    last = table.iloc[:, -1]
    if len(table.columns) != len(columns) or (last.isna() | (last == "")).any():
        raise DataError(f"{path} needs {len(columns)} columns in every row: {', '.join(columns)}")
    table.columns = pd.Index(columns)
    return table


def _sample_names(individuals: pd.DataFrame) -> pd.Index:
    ids = individuals["iid"]
    names: pd.Index = pd.Index(ids if ids.is_unique else individuals["fid"] + ":" + ids)
    return names


def _described(individuals: pd.DataFrame) -> pd.DataFrame:
    """Sexes as words and phenotypes as numbers; 0 is a missing phenotype where all are codes of cases and controls."""
    phenotype = pd.to_numeric(individuals["phenotype"], errors="coerce")
    missing = [-9, 0] if phenotype.dropna().isin([-9, 0, 1, 2]).all() else [-9]
    return individuals.assign(
        sex=individuals["sex"].map({"1": "male", "2": "female"}), phenotype=phenotype.mask(phenotype.isin(missing))
    )
