"""What annotations of samples have to do with directions of residuals, beyond what the design holds of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import BoolArray, FloatArray

#: An annotation of which the design explains more than this is not visible in residuals.
ALIGNED = 0.99
#: A direction that keeps less than this of its length is rounding.
_ROUNDING = 1e-8


class AnnotationSpace(NamedTuple):
    """What an annotation adds to a design, over the m samples that have it.

    Attributes
    ----------
    samples : (n,) bool array
        Which those are.
    basis : (m, r) array
        Orthonormal directions that the design does not hold; r is 0 where it holds them all.
    design : (m, q) array
        Orthonormal directions of the design, the constant among them.
    held : float
        Share of the annotation that the design explains, about its mean.
    df : int
        Dimensions of the samples that the design leaves, the annotation's among them.
    """

    samples: BoolArray
    basis: FloatArray
    design: FloatArray
    held: float
    df: int

    @property
    def rank(self) -> int:
        """Directions that the annotation adds."""
        return int(self.basis.shape[1])

    def within(self, directions: FloatArray) -> FloatArray:
        """Directions (n, k) over the samples that have the annotation, the design taken out; of length one, or zero."""
        rest = directions[self.samples]
        rest = rest - self.design @ (self.design.T @ rest)
        length = np.linalg.norm(rest, axis=0)
        scaled: FloatArray = rest / np.where(length > _ROUNDING, length, np.inf)
        return scaled

    def r_squared(self, directions: FloatArray) -> FloatArray:
        """Share (k,) of each direction (n, k) that the annotation explains of what the design leaves."""
        effects = self.basis.T @ self.within(directions)
        explained: FloatArray = np.minimum(np.square(effects).sum(axis=0), 1.0)
        return explained

    def share(self, cross: FloatArray) -> float:
        """Share of cross products (n, n) of residuals that lies in the annotation's directions."""
        own = cross[np.ix_(self.samples, self.samples)]
        own = own - self.design @ (self.design.T @ own)
        own = own - (own @ self.design) @ self.design.T
        total = float(np.trace(own))
        return float(np.trace(self.basis.T @ own @ self.basis)) / total if total > 0 else np.nan


def annotation_space(
    columns: FloatArray, samples: BoolArray, x: FloatArray, turned: FloatArray, *, centred: bool = True
) -> AnnotationSpace:
    """What columns (m, c) add to a design x (n, p), for the m samples that have them.

    ``turned`` (n, n) makes the samples of residuals uncorrelated and of equal variance. The constant is taken for part
    of the design unless ``centred`` is False.
    """
    turn = turned[np.ix_(samples, samples)]
    ones = turn @ np.ones((turn.shape[1], 1))
    kept, own = turn @ x[samples], turn @ columns
    constant = _basis(ones) if centred else ones[:, :0]
    design = _basis(np.hstack([constant, kept]))
    own = _basis(own - constant @ (constant.T @ own))
    rest = own - design @ (design.T @ own)
    rest = rest - design @ (design.T @ rest)
    held = 1.0 - float(np.square(rest).sum()) / own.shape[1] if own.shape[1] else 1.0
    left, sines, _ = np.linalg.svd(rest, full_matrices=False)
    basis = left[:, sines > np.sqrt(1.0 - ALIGNED)]
    return AnnotationSpace(samples, basis, design, held, len(turn) - design.shape[1])


def _basis(columns: FloatArray) -> FloatArray:
    """Orthonormal directions of columns, whatever their units."""
    lengths = np.linalg.norm(columns, axis=0)
    scaled = columns[:, lengths > 0] / lengths[lengths > 0]
    left, values, _ = np.linalg.svd(scaled, full_matrices=False)
    kept: FloatArray = left[:, values > _ROUNDING * max(values.max(initial=0.0), 1.0)]
    return kept


def p_of_shares(share: FloatArray, rank: float, df: float, rows: float = 1.0) -> FloatArray:
    """P-values of shares (k,) that ``rank`` of ``df`` dimensions have by chance; NaN where none are left to compare.

    With several rows the sums of squares are over all of them, and so are the df.
    """
    from scipy.special import fdtrc

    if rank < 1 or df - rank < 1:
        return np.full(np.shape(share), np.nan)
    with np.errstate(divide="ignore"):
        f = (share / rank) / (np.maximum(1.0 - share, 0.0) / (df - rank))
    p: FloatArray = np.asarray(fdtrc(rows * rank, rows * (df - rank), f))
    return p
