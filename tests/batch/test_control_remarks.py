"""What is said of controls, and how factors by controls keep the level of tests."""

from __future__ import annotations

import re
import warnings
from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtr

from ebayes_lm.batch.control_remarks import few_controls, scatter_of_controls, warn_of_confounding
from ebayes_lm.core.control_factors import Controls, inverse, regressed, shared
from ebayes_lm.core.sample_variances import ArrayRows
from ebayes_lm.core.shared_directions import spaces
from ebayes_lm.core.squeeze import squeeze_var
from ebayes_lm.errors import HiddenFactorWarning

N, G, C, REPLICATES = 24, 1000, 200, 40
GROUP = np.repeat([0.0, 1.0], N // 2)[:, None]
ONES = np.ones((N, 1))
AT = spaces(ONES, GROUP)


def data(seed, affected=0.0):
    """Three factors that half of the features depend on, one sd apart between groups; the first rows are controls."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(N, 3)) + GROUP
    loadings = rng.normal(size=(G, 3)) * (rng.random((G, 1)) < 0.5)
    noise = np.sqrt(4 / rng.chisquare(4, size=(G, 1))) * rng.normal(size=(G, N))
    effects = np.zeros((G, 1))
    effects[: int(affected * C)] = 2 * rng.normal(size=(int(affected * C), 1))
    return noise + loadings @ hidden.T + effects @ GROUP.T


def found(y, method, corrected=True):
    controls = Controls(y[:C], np.arange(C))
    if method == "RUV4":
        return regressed(ArrayRows(y), AT, controls, 3, corrected=corrected)[0]
    if method == "RUV2":
        return shared(ArrayRows(y), AT, controls, 3, corrected=corrected)
    return inverse(ArrayRows(y), AT, controls, GROUP, 0, corrected=corrected)[0]


def share_below(method, corrected=True, level=0.05):
    """Share of features without effect whose moderated test is below a level."""
    shares = []
    for seed in range(REPLICATES):
        y = data(seed)
        basis = np.linalg.qr(np.hstack([ONES, found(y, method, corrected), GROUP]))[0]
        effects, df = y @ basis, N - basis.shape[1]
        variances = (np.square(y).sum(axis=1) - np.square(effects).sum(axis=1)) / df
        squeezed = squeeze_var(variances, float(df))
        t = effects[:, -1] / np.sqrt(squeezed.var_post)
        shares.append(np.mean(2 * stdtr(df + squeezed.df_prior, -np.abs(t)) < level))
    return np.mean(shares)


class TestLevels:
    """Standard errors of a share are about 0.002 here: features go together within a replicate."""

    @pytest.mark.parametrize("method", ["RUV4", "RUV2"])
    def test_corrected_tests_keep_their_level(self, method):
        assert 0.044 < share_below(method) < 0.058

    def test_tests_by_the_published_association_do_not(self):
        assert share_below("RUV4", corrected=False) > 0.065

    def test_the_inverse_method_is_conservative(self):
        assert 0.01 < share_below("RUVinv") < 0.04


class TestScatter:
    @pytest.mark.parametrize("method", ["RUV4", "RUV2"])
    def test_controls_that_are_controls_are_seldom_doubted(self, method):
        said = [scatter_of_controls(y[:C], AT, found(y, method), 3) for y in map(data, range(40))]
        assert sum(map(len, said)) <= 1

    @pytest.mark.parametrize("method", ["RUV4", "RUV2"])
    def test_affected_controls_are_noticed(self, method):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", HiddenFactorWarning)
            said = [scatter_of_controls(y[:C], AT, found(y, method), 3) for y in (data(s, 0.3) for s in range(20))]
        assert sum(map(len, said)) >= 18

    def test_only_what_is_far_off_draws_a_warning(self):
        """Effects along the group that add a third to, and double, the variance of noise."""
        rng = np.random.default_rng(0)
        noise = rng.normal(size=(1000, N))
        effects = rng.normal(size=(1000, 1)) @ AT.interest.T
        none = np.zeros((N, 0))
        assert scatter_of_controls(noise, AT, none, 0) == ()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            (remark,) = scatter_of_controls(noise + effects * 3**-0.5, AT, none, 0)
        assert re.search("vary 1.[234] times as much", remark)
        with pytest.warns(HiddenFactorWarning, match="vary (1.9|2|2.1) times as much"):
            scatter_of_controls(noise + effects, AT, none, 0)

    def test_nothing_is_said_where_nothing_is_left(self):
        y = data(1)
        assert scatter_of_controls(y[:3], AT, found(y, "RUV4"), 3) == ()
        assert scatter_of_controls(np.ones((9, N)), AT, found(y, "RUV4"), 3) == ()
        assert scatter_of_controls(y[:C], spaces(ONES, ONES[:, :0]), np.zeros((N, 0)), 0) == ()


@pytest.mark.parametrize(("controls", "k", "said"), [(75, 3, 0), (74, 3, 1), (25, 1, 0), (24, 1, 1)])
def test_few_controls_are_remarked_on(controls, k, said):
    with pytest.warns(HiddenFactorWarning) if said else nullcontext():
        assert len(few_controls(controls, k)) == said


def test_confounding_that_leaves_something_is_not_warned_of():
    table = pd.DataFrame({"r_squared": [0.4, 0.96]}, index=["a", "b"])
    with pytest.warns(HiddenFactorWarning, match="96.0 % of 'b', so that its standard errors grow 5.0 fold"):
        warn_of_confounding(table)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_confounding(table[:1])
