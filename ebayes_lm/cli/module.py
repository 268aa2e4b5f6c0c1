"""``limma-module``: the analysis of nf-core's module limma/differential, with limma's numbers."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import ebayes_lm as el
from ebayes_lm import limma
from ebayes_lm._typing import FloatArray
from ebayes_lm.cli.memory import require_memory
from ebayes_lm.cli.module_design import ModuleModel, module_model
from ebayes_lm.cli.module_files import ModuleFiles
from ebayes_lm.cli.module_inputs import read_values
from ebayes_lm.cli.module_options import OPTIONS
from ebayes_lm.cli.module_samples import read_samples
from ebayes_lm.cli.running import UsageError
from ebayes_lm.data.containers import EList
from ebayes_lm.data.matrix import FeatureMatrix
from ebayes_lm.data.readers.stored import require_extra
from ebayes_lm.errors import DataError, DesignWarning, agreeing, counted, warn

_REQUIRED = ("count_file", "sample_file", "output_prefix")
_FDR = 0.05
#: Counts, logarithms and weights are held in memory, each in eight bytes.
_BYTES = 24


class ModuleResult(NamedTuple):
    """The fit with its tests, the table that is written, and the values of voom."""

    fit: Any
    table: pd.DataFrame
    voomed: pd.DataFrame | None


def run_limma_module(arguments: Namespace, said: list[str]) -> None:
    """Read, fit, test, write; and say what was found."""
    settled(arguments)
    require_extra("matplotlib", "plot", "limma-module")
    files = ModuleFiles(arguments.out, arguments.output_prefix, arguments.round_digits)
    model = module_model(read_samples(arguments), arguments)
    result = analysed(read_values(arguments, model.samples), model, arguments)
    if result.voomed is not None:
        files.table(result.voomed, arguments.probe_id_col, "normalised_counts.tsv")
    files.table(result.table, arguments.probe_id_col, "limma.results.tsv")
    files.picture(result.fit, model.comparison)
    files.fit(result.fit)
    files.text(f"{model.formula}\n", "limma.model.txt")
    files.versions(arguments.process)
    files.log(arguments, said)
    _report(model, result, files, arguments, said)


def settled(arguments: Namespace) -> None:
    """Put defaults where nothing is given, and refuse what is missing."""
    for option in OPTIONS:
        if getattr(arguments, option.key) is None:
            setattr(arguments, option.key, option.default)
    missing = [f"--{name}" for name in _REQUIRED if getattr(arguments, name) is None]
    if missing:
        raise UsageError(f"{', '.join(missing)} {agreeing(len(missing), 'is', 'are')} needed")
    if arguments.ndups == 1:
        arguments.ndups = None
    if arguments.ndups is not None and arguments.block is not None:
        raise UsageError("--ndups and --block are two kinds of correlation; give one of them")
    if arguments.correlation is not None and arguments.block is None and arguments.ndups is None:
        warn("--correlation is left aside without --block or --ndups", DesignWarning)


def analysed(matrix: FeatureMatrix, model: ModuleModel, arguments: Namespace) -> ModuleResult:
    """The steps of the module, by limma's names."""
    if arguments.inf == "missing":
        matrix = matrix.map(_known)
    data: Any = _weighted(matrix, model, arguments) if arguments.use_voom else matrix
    block = None if model.block is None else model.samples.levels(model.block)
    linear = limma.lmFit(
        data,
        model.design,
        ndups=arguments.ndups,
        spacing=arguments.spacing,
        block=block,
        correlation=_correlation(data, model, block, arguments),
        method=arguments.method,
        threads=arguments.threads,
    )
    fit = el.ebayes(
        el.contrasts_fit(linear, model.contrast),
        proportion=arguments.proportion,
        stdev_coef_lim=arguments.stdev_coef_lim,
        trend=arguments.trend,
        robust=arguments.robust,
        winsor_tail_p=arguments.winsor_tail_p,
        legacy=None if arguments.prior is None else arguments.prior == "moments",
        zero_variance=arguments.zero_variance,
    )
    table = limma.topTable(
        fit,
        coef=model.comparison,
        number=None,
        sort_by="none",
        adjust_method=arguments.adjust_method,
        p_value=arguments.p_value,
        lfc=arguments.lfc,
        confint=arguments.confint,
    )
    return ModuleResult(fit, table, data.E if arguments.use_voom else None)


def _known(values: FloatArray) -> FloatArray:
    """Infinite values as missing ones."""
    return np.where(np.isfinite(values), values, np.nan)


def _weighted(matrix: FeatureMatrix, model: ModuleModel, arguments: Namespace) -> EList:
    """Counts through TMM and voom. That a second voom is told of a correlation, without blocks, changes nothing."""
    features, samples = matrix.shape
    require_memory(features * samples * _BYTES, f"--use_voom TRUE of {features:,} x {samples:,} counts", None,
                   "leave out samples with --exclude_samples_values, or features with hardly any counts")  # fmt: skip
    counts = limma.normLibSizes(limma.DGEList(matrix), method="TMM")
    return limma.voom(counts, model.design, threads=arguments.threads)


def _correlation(data: Any, model: ModuleModel, block: Any, arguments: Namespace) -> float | None:
    """The correlation that is given, or the one of all features."""
    if arguments.correlation is not None:
        return None if block is None and arguments.ndups is None else float(arguments.correlation)
    if block is None and arguments.ndups is None:
        return None
    rows = {} if block is not None else {"ndups": arguments.ndups, "spacing": arguments.spacing}
    found = limma.duplicateCorrelation(data, model.design, block=block, threads=arguments.threads, **rows)
    if np.isnan(found.consensus):
        raise DataError("no feature tells how samples are correlated; say it with --correlation")
    return float(found.consensus)


def _report(
    model: ModuleModel, result: ModuleResult, files: ModuleFiles, arguments: Namespace, said: list[str]
) -> None:
    table = result.table
    up, down = (int(((table["adj.P.Val"] < _FDR) & (sign * table["logFC"] > 0)).sum()) for sign in (1, -1))
    facts = {
        "contrast": model.comparison, "model": model.formula, "features": result.fit.shape[0],
        "samples": len(model.samples.table), "rows": len(table), "up": up, "down": down, "out": str(files.folder),
        "files": files.written, "warnings": said,
    }  # fmt: skip
    if arguments.json:
        print(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    size = f"{counted(facts['features'], 'feature')} on {counted(facts['samples'], 'sample')}"
    print(f"{model.comparison} by {model.formula}: {size}")
    print(f"{up:,} up, {down:,} down at an adjusted p-value below {_FDR}, of {len(table):,} in the table")
    print("\n".join(["", f"in {files.folder}:", *(f"  {name}" for name in files.written)]))
