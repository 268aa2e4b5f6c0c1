"""How the prior of the variances is to be estimated, and which estimator that asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from ebayes_lm._typing import FloatArray
from ebayes_lm.errors import ArgumentError, ArgumentTypeError


@dataclass(frozen=True)
class PriorOptions:
    """Options of the variance prior, checked.

    Attributes
    ----------
    span : float or None
        Share of features in a window of the lowess trend; it asks for the profile likelihood.
    robust : bool
        Whether outlying variances are kept from shaping the prior, and receive fewer prior df.
    winsor_tail_p : pair of float
        Shares of the lower and of the upper tail that winsorising replaces.
    legacy : bool or None
        Whether moments are used; None: where all features that have residual df have the same.
    """

    span: float | None = None
    robust: bool = False
    winsor_tail_p: tuple[float, float] = (0.05, 0.1)
    legacy: bool | None = None

    @classmethod
    def checked(cls, span: Any, robust: Any, winsor_tail_p: Any, legacy: Any) -> PriorOptions:
        """Options as the caller gave them, or an error that names the one which cannot be."""
        if not isinstance(robust, bool | np.bool_):
            raise ArgumentTypeError(f"robust must be True or False; got {robust!r}")
        if legacy is not None and not isinstance(legacy, bool | np.bool_):
            raise ArgumentTypeError(f"legacy must be True, False or None (by the residual df); got {legacy!r}")
        share = _checked_span(span)
        if legacy and share is not None:
            raise ArgumentError("span belongs to the lowess trend of legacy=False; leave out span or legacy=True")
        return cls(share, bool(robust), winsor_tails(winsor_tail_p), None if legacy is None else bool(legacy))

    def uses_moments(self, df: FloatArray) -> bool:
        """Whether df, (G,) or one for all, are met by moments: by default where all positive ones are equal."""
        if self.span is not None:
            return False
        if self.legacy is not None:
            return self.legacy
        positive = df[df > 0]
        return bool(positive.size == 0 or positive.min() == positive.max())


def winsor_tails(shares: Any) -> tuple[float, float]:
    """Shares of the lower and of the upper tail, checked; a single number stands for both."""
    pair = (shares, shares) if _is_real(shares) else shares
    if not isinstance(pair, Sequence | np.ndarray) or len(pair) != 2 or not all(_is_real(share) for share in pair):
        raise ArgumentTypeError(f"winsor_tail_p must be two shares such as (0.05, 0.1); got {shares!r}")
    lower, upper = float(pair[0]), float(pair[1])
    if not (0.0 <= lower < 0.5 and 0.0 <= upper < 0.5):
        raise ArgumentError(f"each share of winsor_tail_p must be from 0 to below 0.5; got {shares!r}")
    return lower, upper


def _checked_span(span: Any) -> float | None:
    if span is None:
        return None
    if not _is_real(span):
        raise ArgumentTypeError(f"span must be a share of the features such as 0.3, or None; got {span!r}")
    if not 0.0 < span <= 1.0:
        raise ArgumentError(f"span is a share of the features, above 0 and up to 1; got {span!r}")
    return float(span)


def _is_real(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)
