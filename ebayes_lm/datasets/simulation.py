"""Data whose truth is known, drawn from the model that the moderated statistics assume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ebayes_lm.data.containers import EList
from ebayes_lm.datasets.layout import lay_out
from ebayes_lm.datasets.measurement import measure
from ebayes_lm.datasets.parameters import Parameters
from ebayes_lm.datasets.truth import draw_truth
from ebayes_lm.errors import ArgumentError


@dataclass(frozen=True, eq=False)
class Simulation:
    """Simulated data and what is true of them.

    Attributes
    ----------
    data : EList or DataFrame, (features, samples)
        Log2 expression with ``targets``; with ``counts=True`` a DataFrame of counts.
    samples : DataFrame, one row a sample
        ``group`` (categorical, reference first), and where asked for ``batch``, ``age`` (years) and ``depth``
        (expected library size).
    truth : DataFrame, one row a feature
        ``mean`` (log2 abundance in the reference group and batch at age 50), ``s2_prior``, ``sigma2``,
        ``is_differential``, ``affected_by_hidden``, and the effects under the names of the coefficients of `formula`:
        ``groupB``, ``batch2``, ``age`` (a year), ``hidden1``. With counts also ``dispersion``.
    hidden : DataFrame, (samples, hidden factors)
        Values of the hidden factors, which `samples` does not show.
    formula : str
        A design that fits the known part, such as ``"~ group + batch"``.
    parameters : Parameters
        The arguments.
    """

    data: EList | pd.DataFrame
    samples: pd.DataFrame
    truth: pd.DataFrame
    hidden: pd.DataFrame
    formula: str
    parameters: Parameters

    def __repr__(self) -> str:
        kind = "counts" if self.parameters.counts else "log2 expression"
        return (
            f"Simulation of {kind}: {len(self.truth):,} features x {len(self.samples):,} samples, "
            f"{int(self.truth['is_differential'].sum()):,} differential, formula {self.formula!r}"
        )


def simulate(
    *,
    n_features: int = 1000,
    n_samples: int | None = None,
    groups: int | Mapping[str, int] = 2,
    samples: pd.DataFrame | None = None,
    d0: float = 4.0,
    s0: float = 0.5,
    v0: float = 2.0,
    proportion: float = 0.1,
    mean: float = 8.0,
    mean_sd: float = 2.0,
    trend: float = 0.0,
    batch: int | None = None,
    batch_effect: float = 0.5,
    covariate: bool = False,
    covariate_effect: float = 0.3,
    hidden: int = 0,
    hidden_effect: float = 0.5,
    hidden_confounding: float = 0.0,
    hidden_share: float = 0.5,
    missing: float = 0.0,
    counts: bool = False,
    lib_size: float | None = None,
    dtype: str | None = None,
    seed: int | np.random.Generator | None = None,
) -> Simulation:
    r"""Draw expression values, or counts, whose variances and effects are known.

    For feature g and sample j, in log2 units,

    .. math::

        y_{gj} = \mu_g + x_j^T \beta_g + h_j^T \lambda_g + \sigma_g \epsilon_{gj}, \qquad
        \sigma_g^2 = s_0^2 \, e^{trend (\mu_g - mean)} \, d_0 / \chi^2_{d_0}, \qquad
        \beta_{gk} \mid \sigma_g^2 \sim N(0, v_0 \sigma_g^2)

    where x codes the groups, batches and age of the sample, h its hidden factors, and a group effect is 0 unless the
    feature is differential. With ``counts=True`` the count is Poisson around a gamma distributed mean: expectation
    proportional to 2 to the power of the right side without its last term, squared coefficient of variation
    (log 2)^2 sigma_g^2, so that sigma_g stays the biological standard deviation on the log2 scale, to first order.

    Every ingredient has a random stream of its own: with the same seed and size, adding batches leaves variances and
    group effects as they were, and missing values leave the others as they were.

    Parameters
    ----------
    n_features : int
        Rows, labelled ``gene1`` onwards.
    n_samples : int, optional
        Columns, labelled ``sample1`` onwards; 12 unless `groups` or `samples` say how many.
    groups : int or dict of name to size
        Groups; a number makes ``A``, ``B``, ... as equal in size as can be. The first is the reference.
    samples : DataFrame, optional
        A sample table instead of one made from `n_samples`, `groups`, `batch` and `covariate`: column ``group``, and
        where present ``batch`` and ``age`` (numeric), act; others are carried along.
    d0 : float
        Prior degrees of freedom, at least 0.5; ``inf`` gives all features the prior variance.
    s0 : float
        Prior standard deviation, in log2 units.
    v0 : float
        Variance of a differential feature's effect in units of its own sigma^2.
    proportion : float
        Share of features that are differential, met to the nearest whole feature.
    mean, mean_sd : float
        Mean and standard deviation, over features, of log2 abundance.
    trend : float
        Change of the natural log of the prior variance per log2 unit of abundance; 0 for none.
    batch : int, optional
        Number of batches, in turn within each group.
    batch_effect : float
        Standard deviation over features of a batch's difference to the first, in log2 units.
    covariate : bool
        Whether samples have an ``age`` (30 to 70) that acts.
    covariate_effect : float
        Standard deviation over features of the slope, in log2 units per ten years.
    hidden : int
        Number of hidden factors, standard normal within a group.
    hidden_effect : float
        Standard deviation of the loadings of affected features, in log2 units.
    hidden_confounding : float
        How far the mean of a hidden factor in the other groups lies above that in the reference, in its standard
        deviations.
    hidden_share : float
        Share of features that the hidden factors touch.
    missing : float
        Share of values that are NaN, completely at random; below 1.
    counts : bool
        Counts instead of log2 expression.
    lib_size : float, optional
        Typical library size of counts; 500 reads a feature by default.
    dtype : str, optional
        ``float64`` or ``float32``; with counts ``int64`` or ``int32``. The first is the default; the other holds the
        same numbers, rounded.
    seed : int or numpy Generator, optional
        The same int gives the same data; None gives new ones each time.

    Returns
    -------
    Simulation
        ``data``, ``samples``, ``truth``, ``hidden``, ``formula``, ``parameters``.

    Raises
    ------
    ArgumentError
        A number is outside its range, or two arguments contradict each other.
    ArgumentTypeError
        An argument is of the wrong type.

    References
    ----------
    Smyth GK (2004). Linear models and empirical Bayes methods for assessing differential expression in microarray
    experiments. Statistical Applications in Genetics and Molecular Biology 3, Article 3; section 3, the hierarchical
    model.

    Examples
    --------
    >>> from ebayes_lm import datasets
    >>> sim = datasets.simulate(n_features=200, groups={"control": 4, "treated": 4}, batch=2, seed=1)
    >>> sim
    Simulation of log2 expression: 200 features x 8 samples, 20 differential, formula '~ group + batch'
    >>> sim.truth.columns.tolist()
    ['mean', 's2_prior', 'sigma2', 'is_differential', 'grouptreated', 'batch2', 'affected_by_hidden']
    """
    given = Parameters(
        n_features=n_features,
        n_samples=n_samples,
        groups=groups,
        samples=samples,
        d0=d0,
        s0=s0,
        v0=v0,
        proportion=proportion,
        mean=mean,
        mean_sd=mean_sd,
        trend=trend,
        batch=batch,
        batch_effect=batch_effect,
        covariate=covariate,
        covariate_effect=covariate_effect,
        hidden=hidden,
        hidden_effect=hidden_effect,
        hidden_confounding=hidden_confounding,
        hidden_share=hidden_share,
        missing=missing,
        counts=counts,
        lib_size=lib_size,
        dtype=dtype,
    )
    return _drawn(given, _generator(seed))


def _generator(seed: int | np.random.Generator | None) -> np.random.Generator:
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"seed={seed!r} is no seed; give a whole number from 0, a numpy Generator, or None"
        ) from error


def _drawn(given: Parameters, rng: np.random.Generator) -> Simulation:
    for_samples, for_features, for_values = rng.spawn(3)
    layout = lay_out(given, for_samples)
    truth = draw_truth(given, layout, for_features)
    values = measure(given, layout, truth, for_values)
    frame = pd.DataFrame(values, index=truth.index, columns=layout.samples.index, copy=False)
    data = frame if given.counts else EList(frame, targets=layout.samples)
    return Simulation(data, layout.samples, truth, layout.hidden, layout.formula, given)
