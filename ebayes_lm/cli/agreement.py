"""Options that do not go together, found before any file is read."""

from __future__ import annotations

from argparse import Namespace

from ebayes_lm.cli.running import UsageError
from ebayes_lm.cli.values import BY_CONTROLS, FEATURE


def require_agreement(arguments: Namespace) -> None:
    """Refuse options that do not go together."""
    if arguments.formula is None and arguments.contrasts is None:
        raise UsageError('--formula F is needed, such as "~ 0 + group + batch"; or --contrasts FILE')
    _about_counts(arguments)
    _about_correlation(arguments)
    _about_weights(arguments)
    _about_hidden_factors(arguments)
    _about_priors(arguments)
    _about_tests(arguments)


def _about_counts(arguments: Namespace) -> None:
    if arguments.method == "ls":
        for option, value in (("--filter", arguments.filter), ("--normalize", arguments.normalize)):
            if value:
                raise UsageError(
                    f"{option} is about counts, and --method ls takes values on a log scale; name another method, "
                    "such as voom"
                )
    elif (useless := _about_missing(arguments)) is not None:
        raise UsageError(
            f"{useless} is about values on a log scale, and counts are neither infinite nor missing; leave it out, or "
            "name --method ls"
        )
    if arguments.method == "voom-lm-fit":
        _about_voom_lm_fit(arguments)


def _about_voom_lm_fit(arguments: Namespace) -> None:
    if arguments.robust_fit:
        raise UsageError("--method voom-lm-fit fits by least squares; leave out --robust-fit, or name --method voom")
    if arguments.scheduler or arguments.workers:
        option = "--scheduler" if arguments.scheduler else "--workers"
        raise UsageError(f"--method voom-lm-fit runs in threads of this process; leave out {option}, or use voom")
    if arguments.checkpoint is not None:
        raise UsageError("--method voom-lm-fit keeps nothing of a run that ends early; leave out --checkpoint")
    if arguments.compat:
        raise UsageError("--method voom-lm-fit gives edgeR's numbers, and there is nothing for --compat to change")


def _about_missing(arguments: Namespace) -> str | None:
    if arguments.inf == "missing":
        return "--inf missing"
    return None if arguments.min_observed is None else "--min-observed"


def _about_correlation(arguments: Namespace) -> None:
    rho = arguments.correlation
    if arguments.block is None and rho is not None:
        raise UsageError("--correlation R needs --block COL, which says what samples are correlated")
    if arguments.block is not None and arguments.robust_fit:
        raise UsageError("--robust-fit takes samples as independent; leave out --block, or use --robust in its place")
    if rho is not None and arguments.method == "voom-lm-fit":
        raise UsageError("--method voom-lm-fit estimates the correlation itself; leave out --correlation")
    if rho == FEATURE and arguments.compat:
        raise UsageError("--correlation feature goes beyond limma; leave out --compat")


def _about_weights(arguments: Namespace) -> None:
    if arguments.weights is None:
        return
    if arguments.method in ("voom", "voom-qw"):
        raise UsageError(
            f"--method {arguments.method} makes the weights itself; leave out --weights, or name --method voom-lm-fit, "
            "which multiplies them"
        )
    if arguments.sample_weights or arguments.var_group is not None:
        option = "--sample-weights" if arguments.sample_weights else "--var-group"
        raise UsageError(f"{option} estimates weights, and --weights are given; leave out one of them")


def _about_hidden_factors(arguments: Namespace) -> None:
    how = arguments.hidden_factors
    for option, value in (("--n-factors", arguments.n_factors), ("--controls", arguments.controls)):
        if how is None and value is not None:
            raise UsageError(f"{option} is about hidden factors; add --hidden-factors")
    if how in BY_CONTROLS and arguments.controls is None:
        raise UsageError(f"--hidden-factors {how} needs --controls FILE, the names of features without an effect")
    if how is not None and how not in BY_CONTROLS and arguments.controls is not None:
        raise UsageError(
            f"--hidden-factors {how} takes no controls; leave out --controls, or name one of {', '.join(BY_CONTROLS)}"
        )
    if how in ("RUV4", "RUV2") and arguments.n_factors is None:
        raise UsageError(f"--hidden-factors {how} needs --n-factors K; better one too many than one too few")


def _about_priors(arguments: Namespace) -> None:
    trend = arguments.trend or arguments.method == "trend"
    if arguments.span is not None and not trend:
        raise UsageError("--span is the width of a trend; add --trend")
    if arguments.span is not None and arguments.prior == "moments":
        raise UsageError("--span belongs to the lowess trend of --prior likelihood; leave out one of them")
    if arguments.prior == "moments" and arguments.correlation == FEATURE:
        raise UsageError("--correlation feature leaves residual df that differ, which --prior moments cannot weigh")


def _about_tests(arguments: Namespace) -> None:
    families = arguments.all_pairwise or arguments.one_vs_rest
    if arguments.test_term and not (arguments.contrast or arguments.coef or families):
        for option, value in (("--treat", arguments.treat), ("--columns", arguments.columns)):
            if value:
                raise UsageError(
                    f"{option} is about contrasts and coefficients, and only terms are tested; name what to compare "
                    "with --contrast or --coef"
                )
    if arguments.contrasts is not None:
        for name in ("contrast", "coef", "test_term", "all_pairwise", "one_vs_rest"):
            if getattr(arguments, name):
                raise UsageError(
                    f"--contrasts names all comparisons; leave out --{name.replace('_', '-')}, or add it to the file"
                )
    if arguments.digits is not None and arguments.format == "parquet":
        raise UsageError("--digits is about text, and parquet holds numbers; leave out --digits, or --format parquet")
