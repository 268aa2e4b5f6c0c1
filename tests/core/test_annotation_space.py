from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ebayes_lm.core.annotation_space import annotation_space, p_of_shares

# Projections by singular vectors against least squares.
PROJECTION = 1e-10
#: A share of nearly nothing is one less a number near one, which is rounded there.
OF_ONE = 4 * np.finfo(float).eps

N = 20
RNG = np.random.default_rng(3)
X = np.column_stack([np.ones(N), np.arange(N) % 2, RNG.normal(size=N)])
FACTOR = (RNG.integers(4, size=N)[:, None] == np.arange(4)).astype(float)


def rss(y: np.ndarray, x: np.ndarray) -> tuple[float, int]:
    beta, _, rank, _ = np.linalg.lstsq(x, y, rcond=None)
    return float(np.sum((y - x @ beta) ** 2)), int(rank)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("missing", [0, 3])
@pytest.mark.parametrize("columns", [FACTOR, RNG.normal(size=(N, 1)) * 1e-2 + 5], ids=["factor", "number"])
def test_it_is_the_f_test_of_nested_models(columns: np.ndarray, missing: int, weighted: bool) -> None:
    known = np.arange(N) >= missing
    turned = np.diag(RNG.uniform(0.5, 2, size=N)) if weighted else np.eye(N)
    u = RNG.normal(size=N)
    space = annotation_space(columns[known], known, X, turned)
    root = turned[np.ix_(known, known)]
    small, rank_small = rss(u[known], root @ X[known])
    large, rank_large = rss(u[known], root @ np.hstack([X, columns])[known])
    r2 = float(space.r_squared(u[:, None])[0])
    np.testing.assert_allclose(r2, 1 - large / small, rtol=PROJECTION, atol=OF_ONE)
    assert space.rank == rank_large - rank_small
    df = known.sum() - rank_large
    f = (small - large) / space.rank / (large / df)
    np.testing.assert_allclose(
        p_of_shares(np.array([r2]), space.rank, space.df)[0], stats.f.sf(f, space.rank, df), rtol=1e-8
    )


def test_what_the_design_holds() -> None:
    everyone = np.ones(N, dtype=bool)
    inside = annotation_space(3.0 * X[:, [1]] + 2.0, everyone, X, np.eye(N))
    assert inside.rank == 0
    assert inside.held == pytest.approx(1.0)
    nearly = X[:, [1]] + 0.05 * RNG.normal(size=(N, 1))
    assert annotation_space(nearly, everyone, X, np.eye(N)).rank == 0
    nested = np.eye(4)[(np.arange(N) % 2) + 2 * (np.arange(N) // 10)]
    halves = annotation_space(nested, everyone, X[:, :2], np.eye(N))
    assert halves.rank == 2
    assert halves.held == pytest.approx(1 / 3)


def test_the_share_is_that_of_cross_products_within_the_annotation() -> None:
    rows = RNG.normal(size=(50, N))
    rows -= rows @ X @ np.linalg.pinv(X.T @ X) @ X.T
    space = annotation_space(FACTOR, np.ones(N, dtype=bool), X, np.eye(N))
    explained = sum(rss(r, X)[0] - rss(r, np.hstack([X, FACTOR]))[0] for r in rows)
    np.testing.assert_allclose(space.share(rows.T @ rows), explained / np.sum(rows**2), rtol=PROJECTION)


def test_a_constant_is_an_annotation_of_a_design_without_one() -> None:
    dye = np.where(np.arange(N) % 2, 1.0, -1.0)[:, None]
    everyone = np.ones(N, dtype=bool)
    assert annotation_space(np.ones((N, 1)), everyone, dye, np.eye(N), centred=False).rank == 1
    assert annotation_space(np.ones((N, 1)), everyone, X, np.eye(N), centred=False).rank == 0


def test_shares_of_several_rows_have_their_df() -> None:
    assert np.isnan(p_of_shares(np.array([0.5]), 3, 3)).all()
    assert np.isnan(p_of_shares(np.array([0.5]), 0, 3)).all()
    one, many = (p_of_shares(np.array([0.4]), 2, 10, rows)[0] for rows in (1, 20))
    assert one == pytest.approx(stats.f.sf((0.4 / 2) / (0.6 / 8), 2, 8))
    assert many == pytest.approx(stats.f.sf((0.4 / 2) / (0.6 / 8), 40, 160))
