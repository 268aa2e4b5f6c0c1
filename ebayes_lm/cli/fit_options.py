"""The arguments of ``fit``."""

from __future__ import annotations

import argparse

from ebayes_lm.cli.common_options import (
    add_common,
    add_fdr,
    add_max_memory,
    add_pictures,
    add_sample_table,
    add_showing,
    add_threads,
    add_zero_variance,
)
from ebayes_lm.cli.values import (
    HIDDEN,
    METHODS,
    NORMALIZATIONS,
    columns,
    correlation,
    effect,
    names,
    pair,
    place,
    share,
    whole_number,
)

_FIT = """\
DATA is .csv, .tsv or .txt (also .gz), .parquet, .npy, .zarr, .h5, .h5ad or .bed (PLINK). In a table, the first column
names the features and the other columns are samples; in the sample table, each row is a sample. Values stay on disk and
are read block by block; counts are held in memory. Where DATA do not name their samples, the sample table has to be in
their order.

examples:
  ebayes-lm fit expression.tsv --samples samples.csv --formula "~ 0 + group + batch" \\
      --contrast "treated = grouptreated - groupcontrol" --out results
  ebayes-lm fit expression.tsv --samples samples.csv --formula "~ group + batch" --dry-run
  ebayes-lm fit proteins.tsv --samples samples.csv --formula "~ group" --block patient --sample-weights \\
      --robust --treat 0.5 --columns SE,n --out results
  ebayes-lm fit counts.tsv --samples samples.csv --formula "~ group" --method voom --filter --normalize \\
      --block patient --out results
  ebayes-lm fit methylation.zarr --samples samples.csv --formula "~ group + age" --coef groupcase \\
      --max-memory 2GB --checkpoint blocks --format parquet --out results
  ebayes-lm fit counts.tsv --samples samples.csv --contrasts contrasts.csv --method voom --filter --normalize \\
      --report report.html --plots pictures --out results
  ebayes-lm fit expression.tsv --samples samples.csv --formula "~ 0 + tissue + batch" --one-vs-rest tissue --out results

contrasts.csv has one row a contrast (an empty cell says nothing):
  id,variable,reference,target,blocking
  drug,treatment,control,drug,
  drug_adjusted,treatment,control,drug,batch;sex
"""


def add_fit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    fit = commands.add_parser(
        "fit",
        help="analyse your own files",
        description="Fit a formula to every feature of a matrix and test comparisons by moderated statistics.",
        epilog=_FIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    fit.add_argument(
        "data", metavar="DATA", help="matrix of features x samples: raw counts, see --method, or values on a log scale"
    )
    _add_files(fit.add_argument_group("files"))
    _add_counts(fit.add_argument_group("counts"))
    _add_model(fit.add_argument_group("model"))
    _add_hidden(fit.add_argument_group("variables that nobody recorded"))
    _add_prior(fit.add_argument_group("variances"))
    _add_tests(fit.add_argument_group("tests (by default the one term of the formula, where there is just one)"))
    running = fit.add_argument_group("running")
    _add_running(running)
    _add_cluster(running.add_mutually_exclusive_group())
    showing = fit.add_argument_group("showing")
    add_pictures(showing)
    add_showing(showing)
    fit.add_argument("--dry-run", action="store_true", help="show the design and the plan; write nothing")
    add_common(fit)


def _add_files(files: argparse._ArgumentGroup) -> None:
    add_sample_table(files)
    files.add_argument(
        "--feature-columns",
        metavar="A,B",
        type=names,
        default=[],
        help="columns of numbers in DATA that describe features; columns of text do so by themselves",
    )
    files.add_argument("--layer", metavar="L", help="which matrix of a file that holds several; of an h5ad, a layer")
    files.add_argument(
        "--orientation",
        choices=["features", "samples"],
        help="what stands in the rows of DATA (default: features, but samples in h5ad and bed)",
    )
    files.add_argument(
        "--exclude", metavar="COL=VALUE", type=pair, action="append", default=[], help="leave samples out; repeatable"
    )
    files.add_argument(
        "--weights",
        metavar="FILE",
        help="weights of values (features x samples) of any format that DATA can have, held in memory; or names of "
        "samples or features and their weights in two columns",
    )
    files.add_argument("--out", metavar="DIR", type=place, help="folder to write to; needed unless --dry-run")
    files.add_argument("--format", choices=["tsv", "parquet"], default="tsv", help="of the tables (default: tsv)")
    files.add_argument(
        "--columns", metavar="A,B", type=columns, default=(), help="more columns: SE, df, neg_log10_p, n, status"
    )


def _add_counts(counts: argparse._ArgumentGroup) -> None:
    counts.add_argument(
        "--method",
        choices=list(METHODS),
        default="ls",
        help="ls: DATA are values on a log scale (default). The others take counts. trend: log counts per million, and "
        "a prior that follows expression; voom: weights by expression; voom-qw: these and weights of samples; "
        "voom-lm-fit: voom with fewer residual df where counts are zero",
    )
    counts.add_argument("--filter", action="store_true", help="leave out features with hardly any counts")
    counts.add_argument(
        "--normalize",
        metavar="HOW",
        nargs="?",
        const="TMM",
        choices=list(NORMALIZATIONS),
        help="scale library sizes: TMM (when HOW is left out), TMMwsp, RLE, upperquartile",
    )


def _add_model(model: argparse._ArgumentGroup) -> None:
    model.add_argument(
        "--formula", metavar="F", help='such as "~ 0 + group + batch"; needed unless --contrasts tell it'
    )
    model.add_argument(
        "--ref", metavar="COL=LEVEL", type=pair, action="append", default=[], help="reference level; repeatable"
    )
    model.add_argument("--block", metavar="COL", help="column that names correlated samples, such as patient")
    model.add_argument(
        "--correlation",
        metavar="R",
        type=correlation,
        help="of the samples of a block, such as 0.4; or feature, which estimates that of each feature by itself "
        "(default: one for all, estimated)",
    )
    model.add_argument(
        "--sample-weights", action="store_true", help="estimate how reliable each sample is, and weigh it accordingly"
    )
    model.add_argument(
        "--var-group", metavar="COL", help="the same with one weight for all samples of a group, such as a tissue"
    )
    model.add_argument(
        "--robust-fit", action="store_true", help="let outlying values lose weight; --robust is often the better answer"
    )
    model.add_argument(
        "--inf", choices=["error", "missing"], default="error", help="what infinite values are (default: error)"
    )
    model.add_argument(
        "--min-observed", metavar="N", type=whole_number, help="do not fit features with fewer observed values"
    )
    model.add_argument("--compat", choices=["limma"], help="give limma's approximations where limma approximates")


def _add_hidden(hidden: argparse._ArgumentGroup) -> None:
    hidden.add_argument(
        "--hidden-factors",
        metavar="HOW",
        nargs="?",
        const="robust",
        choices=list(HIDDEN),
        help="estimate hidden factors and add them to the design: robust (when HOW is left out), sva, two-step; with "
        "--controls also controls, RUV4, RUVinv, RUV2",
    )
    hidden.add_argument(
        "--n-factors", metavar="K", type=whole_number, help="how many there are (default: as the data tell)"
    )
    hidden.add_argument("--controls", metavar="FILE", help="names of features without an effect, one a line")
    hidden.add_argument(
        "--residuals", action="store_true", help="look into the residuals for what the design does not know"
    )


def _add_prior(prior: argparse._ArgumentGroup) -> None:
    prior.add_argument("--trend", action="store_true", help="let the prior variance follow average expression")
    prior.add_argument("--robust", action="store_true", help="keep outlying variances from shaping the prior")
    prior.add_argument(
        "--prior",
        choices=["moments", "likelihood"],
        help="how to estimate it (default: by moments where residual df are equal, else by profile likelihood)",
    )
    prior.add_argument("--span", metavar="S", type=share, help="share of features in a window of the lowess trend")
    add_zero_variance(prior)


def _add_tests(tests: argparse._ArgumentGroup) -> None:
    tests.add_argument(
        "--contrast", metavar="TEXT", action="append", default=[], help='"B - A" or "name = B - A"; repeatable'
    )
    tests.add_argument(
        "--contrasts",
        metavar="FILE",
        help="contrasts in the layout of nf-core/differentialabundance: CSV or TSV with the columns id, variable, "
        "reference, target, blocking, exclude_samples_col, exclude_samples_values, formula, make_contrasts_str, or "
        "YAML. Each is an analysis of its own, of ~ 0 + variable + blocking; --formula is for rows without formula",
    )
    tests.add_argument(
        "--all-pairwise", metavar="COL", action="append", default=[], help="all pairs of levels of a factor; repeatable"
    )
    tests.add_argument(
        "--one-vs-rest",
        metavar="COL",
        action="append",
        default=[],
        help="each level of a factor against the mean of the others; repeatable",
    )
    tests.add_argument("--coef", metavar="NAME", action="append", default=[], help="coefficient to test; repeatable")
    tests.add_argument("--test-term", metavar="TERM", action="append", default=[], help="term to test by F; repeatable")
    tests.add_argument(
        "--treat", metavar="LFC", type=effect, help="test whether effects are larger than this log fold change"
    )
    add_fdr(tests)


def _add_running(running: argparse._ArgumentGroup) -> None:
    add_threads(running)
    add_max_memory(running)
    running.add_argument("--chunk-size", metavar="N", type=whole_number, help="features in a block")
    running.add_argument(
        "--checkpoint",
        metavar="DIR",
        type=place,
        help="keep blocks there as they are fitted; the same command goes on where a run ended. It may be deleted when "
        "the results are there",
    )


def _add_cluster(cluster: argparse._MutuallyExclusiveGroup) -> None:
    cluster.add_argument(
        "--scheduler", metavar="ADDRESS", help="fit on the Dask cluster whose scheduler is there: tcp://10.0.0.1:8786"
    )
    cluster.add_argument("--workers", metavar="N", type=whole_number, help="fit in N processes of this machine")
