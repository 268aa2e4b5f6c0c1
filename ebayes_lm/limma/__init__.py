"""limma's functions under R's argument names, a dot being an underscore, with R's defaults and limma's numbers.

edgeR's functions with which analyses of counts begin are here, too.

What they return are the package's own objects, so that every method and verb works on it. Where limma approximates or
lets a coefficient change its meaning, so do these: :func:`lmFit` is ``lm_fit(..., compat="limma")``, which the fit
remembers. Coefficients go by name alone, because R counts them from 1 and Python from 0.

>>> import numpy as np, pandas as pd
>>> from ebayes_lm.limma import contrasts_fit, eBayes, lmFit, makeContrasts, topTable
>>> y = np.random.default_rng(1).normal(size=(200, 6))
>>> y[:5, 3:] += 8
>>> design = pd.DataFrame({"control": [1, 1, 1, 0, 0, 0], "treated": [0, 0, 0, 1, 1, 1]})
>>> fit = contrasts_fit(lmFit(y, design), makeContrasts(effect="treated - control", levels=design))
>>> sorted(topTable(eBayes(fit), coef="effect", number=5).index)
[0, 1, 2, 3, 4]
"""

from __future__ import annotations

from typing import NoReturn

from ebayes_lm.limma.batches import removeBatchEffect, wsva
from ebayes_lm.limma.curves import chooseLowessSpan, loessFit, weightedLowess
from ebayes_lm.limma.decisions import classifyTestsF, decideTests, propTrueNull
from ebayes_lm.limma.designs import contrastAsCoef, is_fullrank, makeContrasts, nonEstimable
from ebayes_lm.limma.fits import contrasts_fit, fitted, lmFit, residuals
from ebayes_lm.limma.libraries import DGEList, filterByExpr, normLibSizes, sumTechReps
from ebayes_lm.limma.libraries import normLibSizes as calcNormFactors
from ebayes_lm.limma.moderation import eBayes, squeezeVar, treat
from ebayes_lm.limma.precision import voom, vooma, voomaByGroup, voomWithQualityWeights
from ebayes_lm.limma.precision_fits import voomaLmFit, voomLmFit
from ebayes_lm.limma.priors import fitFDist, fitFDistRobustly, fitFDistUnequalDF1, trigammaInverse
from ebayes_lm.limma.quality import arrayWeights, arrayWeightsQuick, duplicateCorrelation
from ebayes_lm.limma.rates import aveLogCPM, cpm, rpkm
from ebayes_lm.limma.replicates import avearrays, avedups, avereps
from ebayes_lm.limma.tables import topTable, topTableF, topTreat

__all__ = [
    "DGEList",
    "arrayWeights",
    "arrayWeightsQuick",
    "aveLogCPM",
    "avearrays",
    "avedups",
    "avereps",
    "calcNormFactors",
    "chooseLowessSpan",
    "classifyTestsF",
    "contrastAsCoef",
    "contrasts_fit",
    "cpm",
    "decideTests",
    "duplicateCorrelation",
    "eBayes",
    "filterByExpr",
    "fitFDist",
    "fitFDistRobustly",
    "fitFDistUnequalDF1",
    "fitted",
    "is_fullrank",
    "lmFit",
    "loessFit",
    "makeContrasts",
    "nonEstimable",
    "normLibSizes",
    "propTrueNull",
    "removeBatchEffect",
    "residuals",
    "rpkm",
    "squeezeVar",
    "sumTechReps",
    "topTable",
    "topTableF",
    "topTreat",
    "treat",
    "trigammaInverse",
    "voom",
    "voomLmFit",
    "voomWithQualityWeights",
    "vooma",
    "voomaByGroup",
    "voomaLmFit",
    "weightedLowess",
    "wsva",
]


def __getattr__(name: str) -> NoReturn:
    """Say what to write in place of a name of R that is not here.

    Raises
    ------
    ImportError
        A name of R. An AttributeError would lose its words on the way to ``from ebayes_lm.limma import ...``.
    AttributeError
        Any other name.
    """
    from ebayes_lm.errors import nearest
    from ebayes_lm.limma.names import in_place_of

    said = in_place_of(name)
    if said is not None:
        raise ImportError(f"{__name__} has no {name!r}. {said}", name=__name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}.{nearest(name, __all__)}")
