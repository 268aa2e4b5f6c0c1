from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from tests.core.answers.reader import answers
from tests.core.mixed_models import balanced, mixed

#: lmer stops its search where the deviance no longer changes; lmerTest works on from there, with differences.
SEARCHED = 1e-4


@answers("adjusted", "adjusted")
def test_df_of_f_are_those_of_lmertest(args, expected):
    blocks = args["blocks"].astype(np.intp)
    x, y = args["x"].reshape(len(blocks), -1), args["y"].reshape(-1, len(blocks))
    _, own, _ = mixed(y, x, blocks)
    assert_allclose(own.joint_df(slice(None), np.eye(x.shape[1])[:, 1:]), expected["df"], rtol=SEARCHED)


def test_df_of_f_do_not_depend_on_contrasts_that_follow_from_others():
    x, blocks, y = balanced(6)
    _, own, _ = mixed(y, x, blocks)
    times = np.array([[0.0, 0, 1, 0], [0, 0, 0, 1], [0, 0, -1, 1]]).T
    assert_allclose(own.joint_df(slice(None), times), 14.0, rtol=1e-8)


def test_df_of_f_lose_no_contrast_to_the_units_of_another():
    """Contrasts of a balanced design are uncorrelated, so that no turn of them changes what is pooled."""
    x, blocks, y = balanced(6)
    _, own, _ = mixed(y, x, blocks)
    both = np.array([[0.0, 1, 0, 0], [0, 0, 1, -1]]).T
    for units in ([1.0, 1e6], [1e6, 1.0], [1.0, 1e-9]):
        assert_allclose(own.joint_df(slice(None), both * units), own.joint_df(slice(None), both), rtol=1e-6)


def test_gaps_and_complete_rows_have_one_answer():
    """A sample of weight zero is one that is missing in all rows."""
    x, blocks, y = balanced(10)
    weights = np.where(np.arange(24) == 7, 0.0, 1.0)
    gapped = np.where(weights > 0, y, np.nan)
    _, own, _ = mixed(gapped, x, blocks)
    _, same, _ = mixed(y, x, blocks, weights)
    for mine, other in zip(own.variances(slice(None), np.eye(4)), same.variances(slice(None), np.eye(4)), strict=True):
        assert_allclose(mine, other, rtol=1e-7, atol=1e-7)  # curvatures are differences over steps of 1e-5
