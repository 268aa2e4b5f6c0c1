"""How closely numbers have to agree with R limma, and why not more closely.

All are relative. Where a number may be zero but for rounding, a floor is added that is tied to the data
(``parity.comparison`` says how): no method can return more digits of a difference than its terms carry.
"""

from __future__ import annotations

# Least squares by two QR implementations: rounding grows with the condition of the design, about 1e6 at most here.
LEAST_SQUARES = 1e-10

# The prior is estimated from logs of variances; a large d0 is the reciprocal of a small difference of two of them.
PRIOR = 1e-8

# Moderated t, F, log odds and tail probabilities (on the log10 scale) inherit the prior; the tail functions differ.
MODERATED = 1e-8

# Priors that limma finds by search: the root of uniroot is good to 1e-8 in d0 / (1 + d0), trends come from lowess. What
# follows from such a prior has the same tolerance.
SEARCHED_PRIOR = 1e-6

# Iteratively reweighted least squares: a weight 1 / |residual| hands the rounding of a small residual
# on to the next fit.
REWEIGHTED = 1e-9

# Shares of true null hypotheses: sums over sorted p; convest takes a hundred steps on a grid.
TRUE_NULL = 1e-10

# Functions of one number (trigamma inverse): Newton steps converge quadratically, R's last one is below 1e-8.
SPECIAL = 1e-12

# Contrast matrices from text: the same sums of the same decimal constants.
CONTRAST_MATRIX = 1e-14

# Rounding noise of a fit, in units of the terms that it adds up: about twenty machine epsilons.
ROUNDING = 4e-15

# Counts per million and normalisation factors: the same sums and logarithms; mean abundance comes from Newton steps.
COUNT_RATES = 1e-11

# Precision weights: the trend is R's lowess, read at fitted values that differ by rounding, to the fourth power.
PRECISION_WEIGHTS = 1e-10

# Weights of samples: the same steps, gene after gene, each upon what those before it left.
SAMPLE_WEIGHTS = 1e-10

# Consensus correlation, and what follows from it: statmod's climb stops where a step promises less than 1e-6.
CONSENSUS = 1e-6
