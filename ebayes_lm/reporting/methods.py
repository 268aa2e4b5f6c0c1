"""A methods paragraph with versions and citations, ready for a manuscript."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np

from ebayes_lm.errors import counted, joined
from ebayes_lm.reporting.completeness import completeness, percent
from ebayes_lm.reporting.hidden_factors import cite_hidden
from ebayes_lm.reporting.known import procedure_of
from ebayes_lm.reporting.preparation import Preparation
from ebayes_lm.reporting.procedure import Procedure
from ebayes_lm.reporting.sentences import lowest_df
from ebayes_lm.reporting.versions import versions
from ebayes_lm.reporting.works import (
    BENJAMINI_HOCHBERG,
    CHEN,
    CHEN_LUN_SMYTH,
    HUBER,
    KUZNETSOVA,
    LAW,
    LIU,
    MCCARTHY_SMYTH,
    NORMALIZATIONS,
    PHIPSON,
    RITCHIE,
    RITCHIE_2006,
    SARTOR,
    SMYTH,
    SMYTH_MICHAUD_SCOTT,
    Cited,
)
from ebayes_lm.results.tested import TestedFit

_WIDTH = 100


def methods_text(
    mod: TestedFit,
    *,
    comparisons: Sequence[str] = (),
    terms: Sequence[str] = (),
    fdr: float = 0.05,
    source: str | None = None,
    procedure: Procedure | None = None,
) -> str:
    """What was done, as a paragraph for a manuscript, and the works to cite.

    Parameters
    ----------
    mod : ModeratedFit or TreatFit
        Any fit on the design; the comparisons are named apart.
    comparisons : sequence of str
        Contrasts or coefficients that were tested; with `terms`, one at least.
    terms : sequence of str
        Terms of the formula that were tested by F.
    fdr : float
        False discovery rate of the decisions.
    source : str, optional
        A reference for the data.
    procedure : Procedure, optional
        Weights, correlation and other choices; by default what the fit itself tells of them.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> import ebayes_lm as el
    >>> data = el.datasets.simulate(n_features=100, seed=1).data
    >>> print(methods_text(el.lm_fit(data, "~ group").ebayes(), comparisons=["groupB"]).splitlines()[0])
    # Methods
    """
    cited = Cited()
    procedure = procedure_of(mod) if procedure is None else procedure
    sentences = [
        *([_counts(procedure.counts, cited)] if procedure.counts else []),
        _fitting(mod, procedure, cited),
        *_gaps(mod, procedure),
        *([_moderation(mod, procedure, cited)] if _has_prior(mod) else []),
        f"Features were tested by {_tests(mod, procedure, comparisons, terms, cited)}; p-values were adjusted for "
        f"multiple testing by the method of Benjamini and Hochberg {cited(BENJAMINI_HOCHBERG)} within each comparison, "
        f"and features with adjusted p < {fdr:.3g} were called significant.",
        _program(mod, procedure, cited),
        *([f"The data are from {cited(source)}."] if source else []),
    ]
    references = [_wrapped(f"{i}. {text}", "   ") for i, text in enumerate(cited.works, 1)]
    return "\n".join(["# Methods", "", _wrapped(" ".join(sentences)), "", "## References", "", *references, ""])


def _counts(counts: Preparation, cited: Cited) -> str:
    """How counts became what was fitted."""
    part = counts.n_kept < counts.n_read
    which = f"Of {counts.n_read:,} features, {counts.n_kept:,}" if part else f"All {counts.n_read:,} features"
    enough = f"{which} had enough counts to be tested"
    sentences = [f"{enough} {cited(CHEN_LUN_SMYTH)}."] if counts.filtered else []
    how = counts.normalization
    scaled = "as counted" if how is None else f"normalised by {how} {cited(NORMALIZATIONS[how])}"
    text = f"Counts were transformed to log2 counts per million, with library sizes {scaled}"
    if counts.method != "trend":
        text += f", and received precision weights by voom {cited(LAW)}"
    if counts.method == "voom-lm-fit":
        text += f", with residual degrees of freedom reduced for exact zeros {cited(CHEN)}"
    return " ".join([*sentences, f"{text}."])


def _fitting(mod: TestedFit, procedure: Procedure, cited: Cited) -> str:
    """The model, how it was fitted, and what was known of the samples."""
    formula = f"`{mod.design.formula}`" if mod.design.formula else f"{mod.design.shape[1]} coefficients"
    if procedure.hidden and procedure.hidden.number:
        formula += f" and {cite_hidden(procedure.hidden, cited)}"
    used = mod.fit.plan.n_used
    weighted = f" with weights of {procedure.weights}" if procedure.weights else ""
    if procedure.weighs_samples:
        work = LIU if procedure.weighs_observations else RITCHIE_2006
        each = f", one for each `{procedure.weighted_group}`," if procedure.weighted_group else ""
        weighted += f"{' and' if weighted else ' with'} sample weights{each} estimated from the data {cited(work)}"
    text = (
        f"A linear model with the design {formula} was fitted by {_way(procedure, weighted, cited)}{weighted} to each "
        f"of {counted(mod.shape[0], 'feature')} over {counted(used, 'sample')}."
    )
    correlated = procedure.block is not None or mod.fit.duplicates is not None
    return f"{text} {_blocks(mod, procedure, cited)}" if correlated else text


def _way(procedure: Procedure, weighted: str, cited: Cited) -> str:
    """The kind of fit."""
    if procedure.robust_fit:
        return f"robust regression, Huber's M-estimation {cited(HUBER)},"
    if isinstance(procedure.correlation, str):
        return "restricted maximum likelihood, with a random effect of block,"
    if procedure.correlation is not None:
        return "generalised least squares"
    return "weighted least squares" if weighted or procedure.weighs_observations else "least squares"


def _blocks(mod: TestedFit, procedure: Procedure, cited: Cited) -> str:
    """How samples of a block go together, or measurements of a feature."""
    repeats = mod.fit.duplicates
    if repeats is not None:
        rho = "" if procedure.correlation is None else f" with a correlation of {procedure.correlation:.4g}"
        return f"The {repeats.count} measurements of a feature in a sample were taken as correlated,{rho} " + (
            f"{cited(SMYTH_MICHAUD_SCOTT)}."
        )
    of = f"Samples of the same `{procedure.block}` ({counted(procedure.n_blocks, 'block')}) were taken as correlated,"
    if isinstance(procedure.correlation, str):
        return (
            f"{of} each feature with a within-block correlation of its own; degrees of freedom are Satterthwaite's "
            f"{cited(KUZNETSOVA)}, and the variance of each comparison was moderated by itself."
        )
    rho = f"a within-block correlation of {procedure.correlation:.4g}"
    work = cited(SMYTH_MICHAUD_SCOTT)
    return (
        f"{of} with {rho}, estimated from all features {work}." if procedure.estimated else f"{of} with {rho} {work}."
    )


def _gaps(mod: TestedFit, procedure: Procedure) -> list[str]:
    """What was missing."""
    found = completeness(mod)
    sentences = ["Infinite values were taken for missing."] if procedure.inf_missing else []
    if found.features:
        what = "values missing or of weight zero" if procedure.weights == "observations" else "missing values"
        share = percent(found.missing / found.of)
        sentences.append(
            f"{counted(found.features, 'feature')} had {what} ({share} of all values), and each was fitted to what it "
            "had."
        )
    if procedure.min_observed is not None:
        n = counted(procedure.min_observed, "observation")
        sentences.append(
            f"Features with fewer than {n} were not fitted ({counted(found.few + found.empty, 'feature')})."
        )
    return sentences


def _moderation(mod: TestedFit, procedure: Procedure, cited: Cited) -> str:
    """The prior and how it was estimated."""
    text = f"Residual variances were moderated by empirical Bayes {cited(SMYTH)}"
    if np.ndim(mod.prior.scale) == 1:
        text += f", with a prior variance that follows average expression {cited(SARTOR)}"
    ways = []
    if mod.prior.method.startswith("profile likelihood"):
        why = ", as residual degrees of freedom differed between features" if _unequal(mod) else ""
        ways.append(f"was estimated by profile likelihood {cited(CHEN)}{why}")
    if procedure.robust:
        low = lowest_df(mod)
        fewer = "" if low is None else f", which received down to {low:.3g} prior degrees of freedom"
        ways.append(f"was made robust against outlying variances {cited(PHIPSON)}{fewer}")
    if procedure.zero_variance == "exclude":
        ways.append("was learnt without features that have no residual variance")
    return f"{text} ({_prior(mod)}).{f' The prior {joined(ways)}.' if ways else ''}"


def _has_prior(mod: TestedFit) -> bool:
    return mod.is_moderated and mod.prior.method != "none"


def _unequal(mod: TestedFit) -> bool:
    df = mod.fit.record.df_residual
    return len(np.unique(df[df > 0])) > 1


def _tests(mod: TestedFit, procedure: Procedure, comparisons: Sequence[str], terms: Sequence[str], cited: Cited) -> str:
    kind = "moderated" if _has_prior(mod) else "ordinary"
    against = ""
    if procedure.lfc is not None and comparisons:
        against = f" against a log fold change of {procedure.lfc:g} (TREAT {cited(MCCARTHY_SMYTH)})"
    tests = [f"{kind} t-statistics{against} for {joined(f'`{c}`' for c in comparisons)}"] if comparisons else []
    tests += [f"{kind} F-statistics for {joined(f'`{t}`' for t in terms)}"] if terms else []
    return ", and by ".join(tests)


def _program(mod: TestedFit, procedure: Procedure, cited: Cited) -> str:
    if isinstance(procedure.correlation, str):
        return f"Computed with {_versions()}, which extends the methods of limma {cited(RITCHIE)}."
    text = f"Computed with {_versions()}, which reproduces the statistics of limma {cited(RITCHIE)}"
    own = mod.fit.covariances
    if own is None or not len(own):
        return f"{text}."
    if mod.fit.compat == "limma":
        return f"{text}, approximations of standard errors included."
    return f"{text}, but for standard errors that are approximate there and exact here."


def _prior(mod: TestedFit) -> str:
    df = float(mod.prior.df2)
    scale = np.sqrt(np.asarray(mod.prior.scale, dtype=np.float64))
    sd = f"{scale:.4g}" if scale.ndim == 0 else f"{np.nanmin(scale):.4g} to {np.nanmax(scale):.4g}"
    return f"prior standard deviation {sd}, prior degrees of freedom {'infinite' if np.isinf(df) else f'{df:.3g}'}"


def _versions() -> str:
    found = versions()
    parts = [f"{name} {found[name]}" for name in ("numpy", "scipy", "pandas")]
    return f"ebayes_lm {found['ebayes-lm']} (Python {found['python']}, {', '.join(parts)})"


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
