"""The options of ``limma-module``, with the names and defaults of nf-core's module limma/differential."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from typing import Any, NamedTuple

from ebayes_lm.cli.common_options import add_common, add_threads, add_zero_variance
from ebayes_lm.cli.module_values import boolean, counting, known, level, number, pair, plain_name, text

_DESCRIPTION = """\
Do what the module limma/differential of nf-core does, without R: the same options, which may be written with
underscores or hyphens, the same defaults, files of the same names and columns, and limma's numbers.
"""
_EPILOG = """\
A value of null, or an empty one, is the default. Files go to the current folder, or to that of --out, and replace those
of an earlier run:
  PREFIX.limma.results.tsv, PREFIX.limma.mean_difference.png, PREFIX.limma.model.txt, PREFIX.normalised_counts.tsv
  (with --use_voom TRUE), PREFIX.MArrayLM.limma (a folder, for ebayes_lm.load), PREFIX.R_sessionInfo.log, versions.yml

example:
  ebayes-lm limma-module --output_prefix treated --count_file counts.tsv --sample_file samples.csv \\
      --contrast_variable treatment --reference_level control --target_level treated \\
      --probe_id_col gene_id --sample_id_col sample --use_voom TRUE --blocking_variables "batch;sex"
"""
ADJUSTMENTS = ("BH", "fdr", "BY", "holm", "hochberg", "hommel", "bonferroni", "none")


class _Args(argparse.Action):
    """Options within one text, as Nextflow hands them to a module; no shell sees their semicolons."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        if str(values).strip().lower() == "null":
            return
        try:
            given = shlex.split(str(values))
        except ValueError as error:
            parser.error(f"argument --args: {error} in {values!r}")
        if any(name.partition("=")[0] == "--args" for name in given):
            parser.error("argument --args: options within it hold no --args of their own")
        parser.parse_args(given, namespace)


class Option(NamedTuple):
    """An option of the module: its name there, what reads its value, its default, and help."""

    name: str
    read: Callable[[str], Any]
    default: Any
    help: str

    @property
    def key(self) -> str:
        """Its name as an attribute."""
        return self.name.replace(".", "_")

    @property
    def spellings(self) -> list[str]:
        """The name of the module first, then with underscores, then with hyphens."""
        return list(dict.fromkeys(f"--{name}" for name in (self.name, self.key, self.key.replace("_", "-"))))


_FILES = (
    Option("count_file", text, None, "values or, with --use_voom TRUE, counts: features x samples"),
    Option("sample_file", text, None, "sample table; of rows with the same sample the first counts"),
    Option("output_prefix", plain_name, None, "what the names of the files begin with"),
    Option("probe_id_col", text, "probe_id", "column of the count file that names the features"),
    Option("sample_id_col", text, "experiment_accession", "column of the sample table that names the samples"),
)
_MODEL = (
    Option("contrast_variable", text, None, "column of the sample table whose levels are compared"),
    Option("reference_level", text, None, "level to compare with"),
    Option("target_level", text, None, "level that is compared with it"),
    Option("blocking_variables", text, None, "columns for the model, taken as factors, between semicolons"),
    Option("formula", text, None, "model in place of ~ 0 + blocking variables + contrast variable"),
    Option("contrast_string", text, None, "comparison in place of target and reference, in terms of the coefficients"),
    Option("subset_to_contrast_samples", boolean, False, "fit the samples of the two levels alone"),
    Option("exclude_samples_col", text, None, "column by which samples are left out"),
    Option("exclude_samples_values", text, None, "its values to leave out, between semicolons"),
    Option("use_voom", boolean, False, "the values are counts: TMM and voom"),
)
_FIT = (
    Option("block", text, None, "column that names correlated samples"),
    Option("correlation", number(-1, 1), None, "their correlation, in place of the one that is estimated"),
    Option("ndups", counting, None, "rows that each feature has"),
    Option("spacing", counting, 1, "how far apart they stand"),
    Option("method", known("ls", "robust"), "ls", "least squares or M-estimation"),
)
_TESTS = (
    Option("proportion", number(0, 1), 0.01, "share of features with an effect, for B"),
    Option("stdev.coef.lim", pair, (0.1, 4.0), "bounds of the standard deviation of effects, for B"),
    Option("trend", boolean, False, "let the prior variance follow average expression"),
    Option("robust", boolean, False, "keep outlying variances from shaping the prior"),
    Option("winsor.tail.p", pair, (0.05, 0.1), "tails that are winsorised"),
    Option("adjust.method", known(*ADJUSTMENTS), "BH", "for many tests"),
    Option("p.value", number(0, 1, closed=True), 1.0, "keep features with an adjusted p-value of at most this"),
    Option("lfc", level, 0.0, "keep features with a change of at least this"),
    Option("confint", boolean, False, "add 95 %% confidence limits"),
    Option("round_digits", counting, None, "significant digits of the tables"),
    Option("number", text, None, "without effect, as in the module: all features are written"),
    Option("seed", text, None, "without effect: nothing is drawn at random"),
)
_GROUPS = {"files": _FILES, "model": _MODEL, "fit": _FIT, "tests and tables": _TESTS}
OPTIONS = tuple(option for options in _GROUPS.values() for option in options)


def add_limma_module(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Its arguments; values stay what they are in the module, and a missing one is None."""
    command = commands.add_parser(
        "limma-module",
        help="do what nf-core's module limma/differential does",
        description=_DESCRIPTION,
        usage="%(prog)s --count_file FILE --sample_file FILE --output_prefix PREFIX [options]",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for title, options in _GROUPS.items():
        group = command.add_argument_group(title)
        for option in options:
            _add(group, option)
    _add_beyond(command.add_argument_group("beyond the module"))
    running = command.add_argument_group("running")
    running.add_argument(
        "--args", metavar="TEXT", action=_Args, help="more options as one text, such as --args='$task.ext.args'"
    )
    running.add_argument("--out", metavar="DIR", default=".", help="folder to write to (default: the current one)")
    running.add_argument(
        "--process", metavar="NAME", default="LIMMA_DIFFERENTIAL", help="name in versions.yml (default: %(default)s)"
    )
    add_threads(running)
    add_common(running)


def _add(group: argparse._ArgumentGroup, option: Option) -> None:
    shown = "" if option.default is None else f" (default: {_written(option.default)})"
    group.add_argument(
        *option.spellings, dest=option.key, metavar="V", type=option.read, default=None, help=option.help + shown
    )


def _add_beyond(group: argparse._ArgumentGroup) -> None:
    """What notes and errors of the package point to, as in ``fit``."""
    group.add_argument("--inf", choices=["error", "missing"], default="error", help="what infinite values are")
    group.add_argument("--prior", choices=["moments", "likelihood"], help="how to estimate the prior")
    add_zero_variance(group)


def _written(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).upper()
    return ",".join(f"{part:g}" for part in default) if isinstance(default, tuple) else f"{default}"
