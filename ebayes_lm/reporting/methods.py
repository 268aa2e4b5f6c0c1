"""A methods paragraph with versions and citations, ready for a manuscript."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np

from ebayes_lm import ModeratedFit
from ebayes_lm.reporting.sentences import joined

SMYTH = (
    "Smyth GK (2004). Linear models and empirical Bayes methods for assessing differential expression in microarray "
    "experiments. Statistical Applications in Genetics and Molecular Biology 3(1), Article 3."
)
BENJAMINI_HOCHBERG = (
    "Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate: a practical and powerful approach to "
    "multiple testing. Journal of the Royal Statistical Society B 57, 289-300."
)
RITCHIE = (
    "Ritchie ME, Phipson B, Wu D, Hu Y, Law CW, Shi W, Smyth GK (2015). limma powers differential expression analyses "
    "for RNA-sequencing and microarray studies. Nucleic Acids Research 43(7), e47."
)
SARTOR = (
    "Sartor MA, Tomlinson CR, Wesselkamper SC, Sivaganesan S, Leikauf GD, Medvedovic M (2006). Intensity-based "
    "hierarchical Bayes method improves testing for differentially expressed genes in microarray experiments. BMC "
    "Bioinformatics 7, 538."
)
DYRSKJOT = (
    "Dyrskjøt L, Kruhøffer M, Thykjaer T, et al. (2004). Gene expression in the urinary bladder: a common carcinoma "
    "in situ gene expression signature exists disregarding histopathological classification. Cancer Research "
    "64, 4040-4048."
)
_WIDTH = 100


def methods_text(
    mod: ModeratedFit,
    *,
    comparisons: Sequence[str] = (),
    terms: Sequence[str] = (),
    fdr: float = 0.05,
    source: str | None = None,
) -> str:
    """What was done, as a paragraph for a manuscript, and the works to cite.

    Parameters
    ----------
    mod : ModeratedFit
        Any fit on the design; the comparisons are named apart.
    comparisons : sequence of str
        Contrasts or coefficients that were tested; with `terms`, one at least.
    terms : sequence of str
        Terms of the formula that were tested by F.
    fdr : float
        False discovery rate of the decisions.
    source : str, optional
        A reference for the data.

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
    cited = _Cited()
    formula = f"`{mod.design.formula}`" if mod.design.formula else f"{mod.design.shape[1]} coefficients"
    kind = "moderated" if mod.is_moderated else "ordinary"
    tested = [f"{kind} t-statistics for {joined(f'`{c}`' for c in comparisons)}"] if comparisons else []
    tested += [f"{kind} F-statistics for {joined(f'`{t}`' for t in terms)}"] if terms else []
    sentences = [
        f"A linear model with the design {formula} was fitted by least squares to each of {mod.shape[0]:,} features "
        f"over {mod.design.shape[0]:,} samples.",
        *([_moderation(mod, cited)] if mod.is_moderated else []),
        f"Features were tested by {joined(tested)}; p-values were adjusted for multiple testing by the method of "
        f"Benjamini and Hochberg {cited(BENJAMINI_HOCHBERG)} within each comparison, and features with adjusted "
        f"p < {fdr:.3g} were called significant.",
        f"Computed with {_versions()}, which reproduces the statistics of limma {cited(RITCHIE)}.",
        *([f"The data are from {cited(source)}."] if source else []),
    ]
    references = [_wrapped(f"{i}. {text}", "   ") for i, text in enumerate(cited.works, 1)]
    return "\n".join(["# Methods", "", _wrapped(" ".join(sentences)), "", "## References", "", *references, ""])


class _Cited:
    """Works in the order in which they are cited."""

    def __init__(self) -> None:
        self.works: list[str] = []

    def __call__(self, work: str) -> str:
        self.works.append(work)
        return f"[{len(self.works)}]"


def _moderation(mod: ModeratedFit, cited: _Cited) -> str:
    text = f"Residual variances were moderated by empirical Bayes {cited(SMYTH)}"
    if np.ndim(mod.prior.scale) == 1:
        text += f", with a prior variance that follows average expression {cited(SARTOR)}"
    return f"{text} ({_prior(mod)})."


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)


def _prior(mod: ModeratedFit) -> str:
    df = float(mod.prior.df2)
    scale = np.sqrt(np.asarray(mod.prior.scale, dtype=np.float64))
    sd = f"{scale:.4g}" if scale.ndim == 0 else f"{np.nanmin(scale):.4g} to {np.nanmax(scale):.4g}"
    return f"prior standard deviation {sd}, prior degrees of freedom {'infinite' if np.isinf(df) else f'{df:.3g}'}"


def _versions() -> str:
    from importlib.metadata import version
    from platform import python_version

    parts = [f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas")]
    return f"ebayes_lm {version('ebayes-lm')} (Python {python_version()}, {', '.join(parts)})"
