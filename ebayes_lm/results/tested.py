"""TestedFit: what every stage with tests is made of and can do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
import pandas as pd

from ebayes_lm._typing import FloatArray
from ebayes_lm.core.contrast_moderation import ContrastModeration, ContrastPrior
from ebayes_lm.core.moderation import Moderation
from ebayes_lm.core.ols import LinearRecord
from ebayes_lm.core.prior import VariancePrior
from ebayes_lm.errors import StageError, counted
from ebayes_lm.results.axes import Labels
from ebayes_lm.results.html import overview
from ebayes_lm.results.linear import LinearFit, extent, split_key
from ebayes_lm.results.statistics import Statistics

if TYPE_CHECKING:
    from ebayes_lm.design.design_matrix import Design
    from ebayes_lm.results.decisions import TestResults


@dataclass(frozen=True, eq=False, repr=False)
class TestedFit(Statistics):
    """A fit, the prior of its variances and what follows from both."""

    __test__ = False

    fit: LinearFit
    prior: VariancePrior
    moderation: Moderation | ContrastModeration
    _columns: dict[tuple[str, int], FloatArray] = field(default_factory=dict, init=False)

    @property
    def _linear(self) -> LinearRecord:
        return self.fit.record

    @property
    def labels(self) -> Labels:
        """Labels of features and coefficients."""
        return self.fit.labels

    @property
    def design(self) -> Design:
        """The design that was fitted."""
        return self.fit.design

    @property
    def features(self) -> pd.DataFrame:
        """Annotation, one row a feature."""
        return self.fit.features

    @property
    def contrasts(self) -> pd.DataFrame:
        """Coefficients of the design x coefficients of this fit."""
        return self.fit.contrasts

    @property
    def rank(self) -> int:
        """Rank of the design."""
        return self.fit.rank

    @property
    def compat(self) -> str | None:
        """Whose numbers these are where others than exact ones were asked for: "limma", or None."""
        return self.fit.compat

    @property
    def is_moderated(self) -> bool:
        """Whether a prior was used; not so in ordinary t tests."""
        return self.prior.method != "ordinary"

    @property
    def tested_positions(self) -> list[int]:
        """Positions of the coefficients that tests are about where none is named: all but those of nuisance."""
        aside = set(self.design.nuisance)
        return [k for k, name in enumerate(self.coef_names) if name not in aside] or list(range(len(self.coef_names)))

    def top_table(self, coef: Any = None, **options: Any) -> pd.DataFrame:
        """Table of the features with most evidence; options as in :func:`top_table`."""
        from ebayes_lm.results.table import top_table

        return top_table(self, coef, **options)

    def tables(self, **options: Any) -> pd.DataFrame:
        """Whole tables of all coefficients but nuisance, one below the other, with a column ``contrast``."""
        from ebayes_lm.results.table import top_table

        parts = []
        for k in self.tested_positions:
            table = top_table(self, k, number=None, sort_by="none", **options)
            table.insert(0, "contrast", self.coef_names[k])
            parts.append(table)
        return pd.concat(parts)

    def decide_tests(self, **options: Any) -> TestResults:
        """Which features are up, down or neither; options as in :func:`decide_tests`."""
        from ebayes_lm.results.decisions import decide_tests

        return decide_tests(self, **options)

    def contrast(self, contrasts: Any = None, /, **named: Any) -> LinearFit:
        """Contrasts of the fit that was moderated; call ``ebayes()`` or ``treat()`` again on what they give."""
        return self.fit.contrast(contrasts, **named)

    def ebayes(self, **options: Any) -> NoReturn:
        """Refused: this fit is moderated already; ``.fit`` is what it came from."""
        raise StageError("this fit is moderated already; to moderate or test it in another way, start from its .fit")

    ordinary = treat = ebayes

    def __getitem__(self, key: Any) -> Self:
        """Subset by position (coefs also by name), keeping prior, t and everything else as it is."""
        return self._taken(*split_key(key, self.labels))

    def _taken(self, rows: Any, columns: Any) -> Self:
        return replace(
            self,
            fit=self.fit[rows, columns],
            prior=self.prior.take(rows, columns, self.shape[0]),
            moderation=self.moderation.take(feature=rows, coef=columns),
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {extent(self.fit)}\n{self._described()}. Next: .top_table(), .decide_tests()"

    def _described(self) -> str:
        """What was done, in words."""
        return describe_prior(self)

    def _repr_html_(self) -> str:
        return overview(repr(self), self.fit)

    def __getstate__(self) -> dict[str, Any]:
        """What was computed on demand is computed again, not stored."""
        return {name: self.__dict__[name] for name in self.__dataclass_fields__} | {"_columns": {}}


def describe_prior(mod: TestedFit) -> str:
    """The prior in words."""
    if not mod.is_moderated:
        return "ordinary tests, no prior"
    prior = mod.prior
    if isinstance(prior, ContrastPrior) and len(prior.each) > 1:
        every = [part.df2 for part in prior.each if not np.isnan(part.df2)] or [np.nan]
        least, most = f"{min(every):.4g}", f"{max(every):.4g}"
        span = least if least == most else f"{least} to {most}"
        kind = "contrast" if mod.fit.is_contrasted else "coefficient"
        return f"a prior for each {kind} by {prior.method}: {span} prior df"
    df2, shrunk = prior.df2, prior.df2_shrunk
    if prior.method == "none":
        return "no prior: there are too few variances to learn one from"
    scale = np.asarray(prior.scale)
    sd = f"{np.sqrt(scale):.4g}" if scale.ndim == 0 else "a trend"
    outliers = 0 if shrunk is None else int(np.count_nonzero(shrunk < 0.5 * df2))
    if outliers:
        size = "infinite" if np.isinf(df2) else f"{df2:.4g}"
        worth = f"{size} prior df, fewer for {counted(outliers, 'outlying feature')}"
    else:
        worth = "infinite prior df: every feature has the prior variance" if np.isinf(df2) else f"{df2:.4g} prior df"
    return f"prior by {prior.method}: standard deviation {sd}, {worth}"
