"""The trend of variability over mean that makes precision weights: voom's and vooma's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ebayes_lm._typing import AnyArray, FloatArray
from ebayes_lm.core.local_regression import lowess
from ebayes_lm.core.qr import pivoted_qr
from ebayes_lm.core.weighted_local import weighted_lowess

#: From so many values on weights come from a compiled kernel, in a third of the time. The trend itself has loaded the
#: compiler, so that this is worth less than other kernels are.
KERNEL_VALUES = 250_000
#: Added to counts, and to library sizes, before the logarithm is taken.
_HALF, _ONE = 0.5, 1.0
_LOG2_MILLION = float(np.log2(1e6))
#: Cells of the table that narrows the search for a knot, per knot.
_CELLS_PER_KNOT = 2


@dataclass(frozen=True, eq=False)
class MeanVarianceTrend:
    """Square roots of standard deviations as a function of a mean: straight between knots, constant beyond them.

    Attributes
    ----------
    x, y : (m,) arrays
        Knots, x rising.
    span : float
        Share of the points in each window.
    """

    x: FloatArray
    y: FloatArray
    span: float

    def weights(self, means: FloatArray, *, use_kernel: bool) -> FloatArray:
        """Inverse variances of observations with these means; may be written over ``means``."""
        if not use_kernel or self.x.size < 2:
            root = np.interp(means, self.x, self.y)
            np.square(root, out=root)
            np.square(root, out=root)
            return np.divide(1.0, root, out=root)
        from ebayes_lm.kernels.trend_weights import weigh

        means = np.ascontiguousarray(means, dtype=np.float64)
        low, scale, first = self._table()
        weigh(means.reshape(-1), self.x, self.y, low, scale, first)
        return means

    def _table(self) -> tuple[float, float, AnyArray]:
        """Where the search for a knot starts: the range of x in equal cells, and the knots below each of them."""
        cells = _CELLS_PER_KNOT * self.x.size
        low = float(self.x[0])
        scale = float(cells / (self.x[-1] - low))
        cell = np.minimum(((self.x - low) * scale).astype(np.intp), cells - 1)
        first = np.append(0, np.cumsum(np.bincount(cell, minlength=cells)))
        return low, scale, first


def fit_trend(x: FloatArray, y: FloatArray, span: float, df: FloatArray | None = None) -> MeanVarianceTrend:
    """Smooth y over x (G,), by lowess, or with weights ``df`` by weighted lowess."""
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    if df is None:
        curve = lowess(x, y, span=span)
    else:
        curve = weighted_lowess(x, y, df[order], span=span, iterations=4, n_points=200)
    knots = np.append(True, np.diff(x) > 0.0)
    return MeanVarianceTrend(x[knots], curve[knots], float(span))


class RootTerms(NamedTuple):
    """What the root of a standard deviation is expected to be: by mean and by a predictor of the caller's."""

    constant: float
    mean: float
    predictor: float

    def at(self, mean: FloatArray, predictor: FloatArray) -> FloatArray:
        """Expected roots."""
        expected: FloatArray = self.constant + self.mean * mean + self.predictor * predictor
        return expected


def root_terms(mean: FloatArray, predictor: FloatArray, root: FloatArray) -> RootTerms:
    """Regress roots of standard deviations (G,) on mean and predictor (G,); what is aliased has coefficient 0."""
    qr = pivoted_qr(np.column_stack([np.ones(mean.size), mean, predictor]))
    terms = np.zeros(3)
    terms[qr.estimable] = qr.solve((root @ qr.q)[None, :])[0]
    return RootTerms(*terms.tolist())


def log_cpm(counts: AnyArray, lib_sizes: FloatArray) -> FloatArray:
    """Log2 counts per million of counts (g, n), half a count added, for library sizes (n,) or (g, n)."""
    values = np.add(counts, _HALF, dtype=np.float64)
    np.log2(values, out=values)
    values -= log_millions(lib_sizes)
    return values


def log_millions(lib_sizes: FloatArray) -> FloatArray:
    """Log2 of library sizes in millions, one read added: what makes log-cpm of log counts."""
    shift: FloatArray = np.log2(lib_sizes + _ONE) - _LOG2_MILLION
    return shift


def mean_log_counts(amean: FloatArray, lib_sizes: FloatArray) -> FloatArray:
    """Mean log2 counts of features (G,) from their mean log-cpm, for library sizes (n,)."""
    return amean + float(log_millions(lib_sizes).mean())


def fitted_values(coefficients: FloatArray, design: FloatArray) -> FloatArray:
    """Fitted values (g, n); a coefficient that is not estimable has no part in them."""
    fitted: FloatArray = np.nan_to_num(coefficients) @ design.T
    return fitted
