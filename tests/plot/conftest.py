"""Pictures are drawn without a screen, and closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import ebayes_lm as el
from ebayes_lm import ModeratedFit
from tests.plot.answers.drawn_points import drawn

mpl.use("Agg")
MILLION = np.resize(np.arange(200), 1_000_000)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    from matplotlib.pyplot import close

    close("all")


@pytest.fixture(scope="session")
def simple() -> ModeratedFit:
    """Tests of 200 features, of which five are up, five down, and one was never observed."""
    values = np.random.default_rng(1).normal(8.0, 1.0, size=(200, 6))
    values[:5, 3:] += 8.0
    values[5:10, 3:] -= 8.0
    values[20] = np.nan
    genes = pd.DataFrame({"Symbol": [f"G{k}" for k in range(200)]}, index=[f"id{k}" for k in range(200)])
    y = el.EList(values, genes=genes, targets=pd.DataFrame({"group": list("AAABBB")}, index=list("abcdef")))
    return el.lm_fit(y, "~ group").ebayes()


@pytest.fixture(scope="session", params=["ordinary", "one feature", "nothing observed", "a million"])
def any_fit(request: pytest.FixtureRequest, simple: ModeratedFit) -> ModeratedFit:
    """What every picture of tests can draw."""
    rows = {"ordinary": slice(None), "one feature": [0], "nothing observed": [20], "a million": MILLION}
    return simple[rows[request.param]]


@pytest.fixture(scope="session")
def three_groups() -> ModeratedFit:
    y = np.random.default_rng(2).normal(size=(60, 9))
    y[:5, 3:] += 8.0
    return el.lm_fit(y, "~ g", samples=pd.DataFrame({"g": list("AAABBBCCC")})).ebayes()


@pytest.fixture(scope="session")
def mixed() -> ModeratedFit:
    """Tests of mixed models, whose variances and priors differ between coefficients."""
    rng = np.random.default_rng(3)
    samples = pd.DataFrame({"group": list("AB") * 4, "patient": list("kkllmmnn")})
    y = rng.normal(size=(150, 8)) + np.repeat(rng.normal(size=(150, 4)), 2, axis=1)
    return el.lm_fit(y, "~ group", samples=samples, block="patient", correlation="feature").ebayes()


@pytest.fixture(scope="session")
def limma_data() -> pd.DataFrame:
    """The values that limma drew its pictures of."""
    return pd.DataFrame(drawn("data")["y"].reshape(6, -1).T)


@pytest.fixture(scope="session")
def limma_design() -> pd.DataFrame:
    return pd.DataFrame({"Intercept": 1.0, "group": [0, 0, 0, 1, 1, 1]})


@pytest.fixture(scope="session")
def limma_fit(limma_data: pd.DataFrame, limma_design: pd.DataFrame) -> ModeratedFit:
    return el.lm_fit(limma_data, limma_design, compat="limma").ebayes(legacy=True)


@pytest.fixture
def is_drawn() -> Callable[[Axes], None]:
    """Drawn to the end: texts are set only then."""

    def check(ax: Axes) -> None:
        picture = BytesIO()
        ax.figure.savefig(picture, format="png", dpi=40)
        assert picture.getvalue().startswith(b"\x89PNG")
        assert ax.get_xlabel()
        assert ax.get_ylabel()

    return check
